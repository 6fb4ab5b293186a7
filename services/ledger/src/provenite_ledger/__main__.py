"""The command `provenite-ledger`, and `python -m provenite_ledger`."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C ends it with a line from its first moment on."""
    try:
        from .cli import main as command  # noqa: PLC0415 # it is what may be interrupted

        command()
    except KeyboardInterrupt:
        print("provenite-ledger: interrupted", file=sys.stderr)  # noqa: T201 # a command prints
        sys.exit(INTERRUPTED)


# The ledger's own processes import this module too, and are not to start another ledger.
if __name__ == "__main__":
    main()
