"""The ledger's own keys: files in the data folder, readable by the ledger alone. One key, one purpose."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from provenite_proto.statement import SigningKey


def registrar(folder: Path) -> SigningKey:
    """The registrar's key from `registrar.pem`, made on the first start (mode 0600).

    `ValueError` when the file is not a usable key or others may read it.
    """
    path = folder / "registrar.pem"
    pem = _kept(path, lambda: SigningKey.generate().to_pem())
    try:
        return SigningKey.from_pem(pem)
    except ValueError as error:
        raise ValueError(f"{path} is not a P-256 or Ed25519 private key: {error}") from error


def log(folder: Path) -> Ed25519PrivateKey:
    """The key that signs the log's checkpoints, from `log.pem`; otherwise as `registrar`."""
    path = folder / "log.pem"
    pem = _kept(path, _generated)
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is not an Ed25519 private key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 private key")
    return key


def receipts(folder: Path) -> SigningKey:
    """The P-256 key that signs COSE receipts, from `receipts.pem`; otherwise as `registrar`."""
    return _p256(folder / "receipts.pem")


def certificates(folder: Path) -> SigningKey:
    """The P-256 key that signs certificates and their status lists, from `certificates.pem`; otherwise as `registrar`."""
    return _p256(folder / "certificates.pem")


def _p256(path: Path) -> SigningKey:
    pem = _kept(path, lambda: SigningKey.generate().to_pem())
    try:
        key = SigningKey.from_pem(pem)
    except ValueError as error:
        raise ValueError(f"{path} is not a P-256 private key: {error}") from error
    if key.public.algorithm != "ES256":
        raise ValueError(f"{path} is not a P-256 private key")
    return key


def _generated() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _kept(path: Path, generate: Callable[[], bytes]) -> bytes:
    """What the file holds, made now if there is none; `ValueError` when others may read it."""
    if not path.exists():
        _create(path, generate())
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others: chmod 600 {path}")
    return path.read_bytes()


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
