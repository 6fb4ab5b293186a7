"""The command `provenite-witness`: keys, and what it refuses to start with."""

import re
import socket
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import NoteSigner, SignatureType, parse_key
from provenite_witness import keys
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import RunningWitness, run, run_witness

LOG = NoteSigner("log.test/log", Ed25519PrivateKey.generate()).key


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "witness.pem"
    keys.create(path, "w.test/1")
    return path


def test_a_key_file_tells_its_public_half(tmp_path: Path) -> None:
    path = tmp_path / "witness.pem"
    made = run("keygen", str(path), "--name", "w.test/1")
    assert made.returncode == 0
    key = parse_key(made.stdout.removesuffix("\n"))
    assert (key.name, key.type) == ("w.test/1", SignatureType.COSIGNATURE)
    assert path.read_text().startswith(made.stdout)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.load(path).key == key


def test_a_key_file_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()
    again = run("keygen", str(key_file), "--name", "w.test/1")
    assert (again.returncode, again.stdout) == (1, "")
    assert "never overwritten" in again.stderr
    assert key_file.read_bytes() == before


@pytest.mark.parametrize("name", ["", "a b", "a+b", "x" * 257])
def test_a_name_is_one_word(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a key"):
        keys.create(tmp_path / "witness.pem", name)
    assert not list(tmp_path.iterdir())


def test_a_name_has_no_scheme(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"without it, 'w\.test/1'"):
        keys.create(tmp_path / "witness.pem", "https://w.test/1")
    assert not list(tmp_path.iterdir())


def test_unusable_key_files(key_file: Path) -> None:
    other = key_file.with_name("other.pem")
    keys.create(other, "w.test/1")
    mine, strange = key_file.read_bytes(), other.read_bytes()
    without = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for content in (
        b"",
        without,
        mine.partition(b"\n")[0],
        mine.partition(b"\n")[0] + b"\n" + strange.partition(b"\n")[2],
        f"{LOG}\n".encode() + mine.partition(b"\n")[2],
    ):
        key_file.write_bytes(content)
        with pytest.raises(ValueError, match=re.escape(str(key_file))):
            keys.load(key_file)
    key_file.write_bytes(mine)
    key_file.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        keys.load(key_file)


def test_it_does_not_start_with_what_it_cannot_use(key_file: Path) -> None:
    serve = ("serve", "--key", str(key_file), "--data", str(key_file.parent / "data"))
    witness_key = str(keys.load(key_file).key)
    for words, said in (
        ((*serve, "--log", "nonsense"), "--log nonsense"),
        ((*serve, "--log", witness_key), "the key of a witness"),
        (("serve", "--key", "/nowhere", "--log", str(LOG)), "/nowhere"),
    ):
        refused = run(*words)
        assert refused.returncode == 1
        assert refused.stderr.startswith("provenite-witness: ")
        assert said in refused.stderr
    missing = run(*serve)
    assert missing.returncode == 2
    assert "--log" in missing.stderr


def test_a_port_in_use_is_said(key_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        variables = {
            "PROVENITE_WITNESS_KEY": str(key_file),
            "PROVENITE_WITNESS_DATA": str(key_file.parent / "data"),
            "PROVENITE_WITNESS_LOG": f"{LOG} {NoteSigner('b/log', Ed25519PrivateKey.generate()).key}",
            "PROVENITE_WITNESS_PORT": port,
        }
        refused = run("serve", **variables)
    assert refused.returncode == 1
    assert f"port {port} of 127.0.0.1 is in use" in refused.stderr


def test_a_log_may_have_two_keys(tmp_path: Path) -> None:
    old = GrowingLog(entries(10))
    new = NoteSigner(old.origin, Ed25519PrivateKey.generate())
    with run_witness(tmp_path, old.signer.key, new.key) as witness:
        assert witness.add(old.submission(0, 4)).status_code == 200
        assert witness.add(GrowingLog(old.entries, new).submission(4)).status_code == 200


@pytest.mark.parametrize("words", [(), ("keygen",), ("serve",)])
def test_help_fits_in_80_columns(words: tuple[str, ...]) -> None:
    shown = run(*words, "--help", COLUMNS="80")
    assert shown.returncode == 0
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert shown.stdout.count("\n    provenite-witness ") == len(words)


def test_it_stops_and_starts_with_what_it_held(witness: RunningWitness, log: GrowingLog) -> None:
    assert witness.add(log.submission(0, 7)).status_code == 200
    before = witness.newest(log.origin).content
    witness.stop()
    witness.start()
    assert witness.newest(log.origin).content == before
