"""The witness's key: a PEM file whose first line is the public half, as logs and policies name it."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import Unproven, WitnessSigner, note, parse_key


def create(path: Path, name: str) -> WitnessSigner:
    """A new key in a new file (mode 0600); `ValueError` for what is no name, `OSError` when the file is there."""
    if not note.is_name(name):
        raise ValueError(
            f"{name!r} is no name of a key: it has 1 to {note.MAX_NAME} characters without spaces or plus signs"
        )
    if "://" in name:
        raise ValueError(
            f"{name!r} has a scheme: the name is without it, {name.partition('://')[2]!r}"
        )
    private = Ed25519PrivateKey.generate()
    signer = WitnessSigner(name, private)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(f"{signer.key}\n".encode() + pem)
        file.flush()
        os.fsync(file.fileno())
    return signer


def load(path: Path) -> WitnessSigner:
    """The key of a file; `ValueError` when it is not one or others may read it, `OSError` when it is not there."""
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others: chmod 600 {path}")
    content = path.read_bytes()
    first, _, pem = content.partition(b"\n")
    try:
        public = parse_key(first.decode())
        private = serialization.load_pem_private_key(pem, None)
    except (Unproven, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a file of `provenite-witness keygen`: {error}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    signer = WitnessSigner(public.name, private)
    if signer.key != public:
        raise ValueError(f"{path}: its first line is not the public half of its key")
    return signer
