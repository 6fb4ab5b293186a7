"""The ledger's own keys: files in the data folder, readable by the ledger alone. One key, one purpose."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
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
    key = _loaded(path, lambda: _pem(Ed25519PrivateKey.generate()))
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 private key")
    return key


def receipts(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key that signs COSE receipts, from `receipts.pem`; otherwise as `registrar`."""
    path = folder / "receipts.pem"
    key = _loaded(path, lambda: _pem(ec.generate_private_key(ec.SECP256R1())))
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path} is not a P-256 private key")
    return key


def _loaded(path: Path, generate: Callable[[], bytes]) -> object:
    pem = _kept(path, generate)
    try:
        return load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is not a private key: {error}") from error


def _pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
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
