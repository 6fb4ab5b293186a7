"""Key files."""

import stat
from pathlib import Path

import pytest

from provenite import KeyFileError, Signer
from provenite_proto.statement import PublicKey


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519"])
@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_a_saved_key_is_the_same_key(
    tmp_path: Path, algorithm: str, passphrase: str | None
) -> None:
    signer = Signer.generate(algorithm)
    path = tmp_path / "key.pem"
    signer.save(path, passphrase)
    loaded = Signer.load(path, passphrase)
    assert loaded.key_id == signer.key_id
    assert loaded.algorithm == algorithm
    assert PublicKey(signer.public_jwk).verifies(loaded.sign(b"message"), b"message")


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    Signer.generate().save(tmp_path / "key.pem")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    Signer.generate().save(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        Signer.generate().save(path)
    assert path.read_bytes() == before


def test_the_passphrase_is_asked_for_only_when_it_is_needed(tmp_path: Path) -> None:
    Signer.generate().save(tmp_path / "open.pem")
    Signer.generate().save(tmp_path / "encrypted.pem", "correct horse")

    def unwanted() -> str:
        raise AssertionError("asked")

    Signer.load(tmp_path / "open.pem", unwanted)
    Signer.load(tmp_path / "encrypted.pem", lambda: "correct horse")


@pytest.mark.parametrize("passphrase", [None, "wrong"])
def test_an_encrypted_key_needs_its_passphrase(tmp_path: Path, passphrase: str | None) -> None:
    Signer.generate().save(tmp_path / "key.pem", "correct horse")
    with pytest.raises(KeyFileError, match=r"key\.pem"):
        Signer.load(tmp_path / "key.pem", passphrase)


def test_what_is_no_key_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("hello")
    with pytest.raises(KeyFileError, match=r"text\.pem"):
        Signer.load(tmp_path / "text.pem")
    with pytest.raises(KeyFileError, match="No such file"):
        Signer.load(tmp_path / "absent.pem")
    with pytest.raises(KeyFileError, match="No such file"):
        Signer.generate().save(tmp_path / "absent" / "key.pem")
