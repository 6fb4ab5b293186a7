"""The command `provenite-witness`, and `python -m provenite_witness`."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C ends it with a line from its first moment on."""
    try:
        from .cli import main as command  # noqa: PLC0415 # it is what may be interrupted

        command()
    except KeyboardInterrupt:
        print("provenite-witness: interrupted", file=sys.stderr)  # noqa: T201 # a command prints
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
