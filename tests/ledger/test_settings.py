"""Settings: every variable is read, described, and named when it is wrong."""

import inspect
import re
from pathlib import Path

import pytest

from provenite_ledger import settings
from provenite_ledger.settings import Settings, SettingsError, read
from provenite_proto.log import parse_policy

SOURCE = inspect.getsource(settings)


def test_without_any() -> None:
    assert read({}) == Settings()


def test_all(tmp_path: Path) -> None:
    policy = tmp_path / "witnesses.txt"
    policy.write_text("quorum none\n")
    environment = {
        "PROVENITE_HOST": "192.0.2.7",
        "PROVENITE_PORT": "0",
        "PROVENITE_ORIGIN": "https://ledger.example",
        "PROVENITE_COUNTRY": "CL",
        "PROVENITE_DATA": "/var/lib/provenite",
        "DATABASE_URL": "postgresql://user@host/name",
        "PROVENITE_WITNESS_POLICY": str(policy),
        "PROVENITE_POSTGRES_BIN": str(tmp_path),
        "PROVENITE_LOG_STORE": "s3://bucket/ledger",
        "PROVENITE_LOG_LEVEL": "debug",
        "PROVENITE_READ_CONNECTIONS": "3",
        "PROVENITE_READ_SECONDS": "4",
        "PROVENITE_TRACE_NODES": "5",
        "PROVENITE_PACK_STATEMENTS": "6",
        "PROVENITE_VERIFYING_PROCESSES": "7",
    }
    assert read(environment) == Settings(
        host="192.0.2.7",
        port=0,
        origin="https://ledger.example",
        country="CL",
        data=Path("/var/lib/provenite"),
        database_url="postgresql://user@host/name",
        log_store="s3://bucket/ledger",
        witness_policy=parse_policy("quorum none\n"),
        postgres_bin=tmp_path,
        log_level="debug",
        read_connections=3,
        read_seconds=4,
        trace_nodes=5,
        pack_statements=6,
        verifying_processes=7,
    )
    # One for each field, and each described beside it.
    assert len(environment) == len(Settings.__struct_fields__)
    for name in environment:
        assert re.search(rf'^    """`{name}`: ', SOURCE, re.MULTILINE), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROVENITE_PORT", "65536"),
        ("PROVENITE_PORT", "-1"),
        ("PROVENITE_PORT", "8_0"),
        ("PROVENITE_PORT", ""),
        ("PROVENITE_ORIGIN", "ledger.example"),
        ("PROVENITE_ORIGIN", "https://ledger.example/"),
        ("PROVENITE_ORIGIN", "https://[ledger"),
        ("PROVENITE_ORIGIN", "https://Ledger.example"),
        ("PROVENITE_ORIGIN", "https://user@ledger.example"),
        ("PROVENITE_COUNTRY", "XX"),
        ("DATABASE_URL", "mysql://user:secret@host"),
        ("PROVENITE_WITNESS_POLICY", "/nowhere"),
        ("PROVENITE_POSTGRES_BIN", "/nowhere"),
        ("PROVENITE_LOG_STORE", "/var/lib/log"),
        ("PROVENITE_LOG_STORE", "s3://bucket/"),
        ("PROVENITE_LOG_LEVEL", "loud"),
        ("PROVENITE_READ_CONNECTIONS", "0"),
        ("PROVENITE_READ_SECONDS", "x"),
        ("PROVENITE_TRACE_NODES", "0"),
        ("PROVENITE_PACK_STATEMENTS", "1000001"),
        ("PROVENITE_VERIFYING_PROCESSES", "-1"),
        ("PROVENITE_VERIFYING_PROCESSES", "65"),
    ],
)
def test_unusable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: ") as raised:
        read({name: value})
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("host", ["192.0.2.7", "::", "ledger.example"])
def test_the_world_needs_an_origin(host: str) -> None:
    with pytest.raises(SettingsError, match=r"^PROVENITE_ORIGIN: "):
        read({"PROVENITE_HOST": host})


@pytest.mark.parametrize(
    ("host", "address"),
    [("::1", "http://[::1]:8080"), ("localhost", "http://localhost:8080")],
)
def test_address(host: str, address: str) -> None:
    assert read({"PROVENITE_HOST": host}).address == address


def test_a_database_url_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "database-url"
    file.write_text("postgresql://user:secret@host/name\n")
    assert read({"DATABASE_URL_FILE": str(file)}) == Settings(
        database_url="postgresql://user:secret@host/name"
    )


@pytest.mark.parametrize("content", [None, b"", b"mysql://user:secret@host", b"\xff"])
def test_an_unusable_database_url_file(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "database-url"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^DATABASE_URL_FILE: ") as raised:
        read({"DATABASE_URL_FILE": str(file)})
    assert "secret" not in str(raised.value)


def test_an_unusable_policy_is_said_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "witnesses.txt"
    file.write_text("# Ours\nquorum everybody\n")
    with pytest.raises(SettingsError, match=r"^PROVENITE_WITNESS_POLICY: .+: Line 2: "):
        read({"PROVENITE_WITNESS_POLICY": str(file)})


def test_one_database_url_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "database-url"
    file.write_text("postgresql://user@host/name")
    with pytest.raises(SettingsError, match=r"^DATABASE_URL_FILE: "):
        read({"DATABASE_URL_FILE": str(file), "DATABASE_URL": "postgresql://user@host/name"})
