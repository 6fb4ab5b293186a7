"""The ledger's own keys: files in the data folder, readable by the ledger alone."""

import os
from pathlib import Path

from provenite_proto.statement import SigningKey


def registrar(folder: Path) -> SigningKey:
    """The registrar's key from `registrar.pem`, made on the first start (mode 0600).

    `ValueError` when the file is not a usable key or others may read it.
    """
    path = folder / "registrar.pem"
    if not path.exists():
        _create(path, SigningKey.generate().to_pem())
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others: chmod 600 {path}")
    try:
        return SigningKey.from_pem(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is not a P-256 or Ed25519 private key: {error}") from error


def _create(path: Path, content: bytes) -> None:
    # Linked into place when complete: a crash leaves no half a key, a second process no second key.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
