"""Which ledger and which key: from options and the environment."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from .. import Client, KeyFileError, Signer
from .failing import misused

PASSPHRASE = "PROVENITE_KEY_PASSPHRASE"  # noqa: S105 # the variable's name, not a passphrase
_PAGE = re.compile(r"(https?://.*?)/(?:schema|v1)(?:/.*)?")
"""An address within a ledger, such as that of its API's description, and the ledger's own."""


@dataclass(frozen=True)
class Connection:
    """What the options say; commands ask it for what they need."""

    ledger: str | None
    origin: str | None
    key: Path | None
    passphrase_file: Path | None

    def signer(self) -> Signer:
        """The signer of the key file; `KeyFileError` when it cannot be used."""
        if self.key is None:
            misused("say which key: --key FILE or PROVENITE_KEY")
        return Signer.load(self.key, self._passphrase_of_key)

    def client(self, signer: Signer | None = None, log_key: str | None = None) -> Client:
        """A client for the ledger, and for the log with this key."""
        ledger = self.address()
        try:
            return Client(ledger, signer, origin=self.origin, log_key=log_key)
        except ValueError as error:
            misused(str(error))

    def address(self) -> str:
        """The ledger's URL, without a slash at its end."""
        if self.ledger is None:
            misused("say which ledger: --ledger URL or PROVENITE_LEDGER")
        if page := _PAGE.fullmatch(self.ledger):
            misused(f"{self.ledger} is a page of the ledger: its own address is {page[1]}")
        return self.ledger.rstrip("/")

    def passphrase(self) -> str | None:
        """The passphrase that the file or the environment has; `KeyFileError` when the file cannot be read."""
        if self.passphrase_file is None:
            return os.environ.get(PASSPHRASE)
        try:
            return self.passphrase_file.read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise KeyFileError(f"{self.passphrase_file}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise KeyFileError(f"{self.passphrase_file}: not text in UTF-8") from error

    def _passphrase_of_key(self) -> str:
        given = self.passphrase()
        if given is not None:
            return given
        if not sys.stdin.isatty():
            raise KeyFileError(
                f"{self.key} is encrypted: give its passphrase in {PASSPHRASE} or --passphrase-file"
            )
        asked: str = typer.prompt(f"Passphrase of {self.key}", hide_input=True, err=True)
        return asked
