"""How the program ends when nothing of it has said so: in a line, and never with a code that means a verdict."""

import contextlib
import errno
import io
import os
import sys
from concurrent.futures import BrokenExecutor
from typing import Any

import typer

from .failing import INTERRUPTED, UNABLE, say
from .placing import AnyPlace


class Program(AnyPlace):
    """Runs the command; what cannot be written to, stdout among it, ends it with `UNABLE`."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command, and write out what it has printed."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except OSError as error:
            _forget_stdout()
            # Whoever reads no more wants to hear nothing.
            if error.errno != errno.EPIPE:
                where = f"{error.filename}: " if error.filename else ""
                say(f"provenite: {where}{error.strerror or error}")
            raise typer.Exit(UNABLE) from error
        except typer.Abort as error:
            # A passphrase was asked for, and Ctrl-C or Ctrl-D came instead.
            say("provenite: interrupted")
            raise typer.Exit(INTERRUPTED) from error
        except BrokenExecutor as error:
            say(
                "provenite: a process that verifies was ended from outside: is there enough memory?"
            )
            raise typer.Exit(UNABLE) from error


def _forget_stdout() -> None:
    """Let what could not be written go nowhere: the interpreter would try it again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(io.UnsupportedOperation):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
