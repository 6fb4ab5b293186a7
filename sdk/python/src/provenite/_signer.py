"""Signers that keep their key in a file. Others need only `key_id`, `algorithm` and `sign` (`Signs`)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

from provenite_proto.record import Jwk
from provenite_proto.statement import SigningKey

from ._errors import KeyFileError


class Signer:
    """A private key in memory, from a PEM file (PKCS #8, encrypted or not)."""

    def __init__(self, key: SigningKey) -> None:
        """Sign with `key`."""
        self._key = key

    @classmethod
    def generate(cls, algorithm: str = "ES256") -> Self:
        """A new key: `ES256` (the default, which hardware modules hold) or `Ed25519`."""
        return cls(SigningKey.generate(algorithm))

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        passphrase: str | Callable[[], str] | None = None,
    ) -> Self:
        """Read a PEM file; `KeyFileError` when it is no usable key or the passphrase does not fit.

        A function is asked for the passphrase only when the file is encrypted.
        """
        try:
            pem = Path(path).read_bytes()
            if callable(passphrase):
                passphrase = passphrase() if b"ENCRYPTED" in pem else None
            return cls(SigningKey.from_pem(pem, passphrase.encode() if passphrase else None))
        except OSError as error:
            raise KeyFileError(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise KeyFileError(f"{path}: {error}") from error

    def save(self, path: str | os.PathLike[str], passphrase: str | None = None) -> None:
        """Write a PEM file that only its owner can read; encrypted when a passphrase is given.

        An existing file is never overwritten: `KeyFileError`.
        """
        pem = self._key.to_pem(passphrase.encode() if passphrase else None)
        try:
            with os.fdopen(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(pem)
        except FileExistsError as error:
            raise KeyFileError(f"{path} exists already: a key is never overwritten") from error
        except OSError as error:
            raise KeyFileError(f"{path}: {error.strerror}") from error

    @property
    def key_id(self) -> str:
        """RFC 7638 thumbprint of the public key."""
        return self._key.key_id

    @property
    def algorithm(self) -> str:
        """`ES256` or `Ed25519`."""
        return self._key.algorithm

    @property
    def public_jwk(self) -> Jwk:
        """The public key, which may be shown to anyone."""
        return self._key.public.jwk

    def sign(self, message: bytes) -> bytes:
        """64 bytes in JOSE form."""
        return self._key.sign(message)
