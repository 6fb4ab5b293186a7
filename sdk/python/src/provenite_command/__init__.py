"""How the command `provenite` starts: a package of its own, since importing the SDK takes long enough for a Ctrl-C."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C ends it with a line from its first moment on."""
    try:
        from provenite.cli import main as command  # noqa: PLC0415 # it is what may be interrupted

        command()
    except KeyboardInterrupt:
        print("provenite: interrupted", file=sys.stderr)  # noqa: T201 # nothing else may be there yet
        sys.exit(INTERRUPTED)
