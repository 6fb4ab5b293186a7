"""`provenite audit FILE`: offline, with an exit code for each of the three things that it can come to."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from provenite.cli import main
from tests.proto.making.audits import POLICY, Chain, witnessed
from tests.proto.making.models import copper
from tests.proto.packing import LOG, packed

VERIFIED, FALSE, UNCHECKED = 0, 1, 2


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("an audit of a pack asks nobody")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[bytes], Path]:
    def written(data: bytes) -> Path:
        file = tmp_path / "a.pack.zip"
        file.write_bytes(data)
        return file

    return written


def audit(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["audit", *map(str, words)])
    return result.exit_code, result.output


def test_what_holds_is_verified_and_what_rests_on_trust_is_said(
    pack: Callable[[bytes], Path], tmp_path: Path
) -> None:
    file = pack(Chain().forged().packed())
    code, said = audit(file)
    assert code == VERIFIED
    assert said.startswith("VERIFIED\n")
    assert f"Compare it with the one that\n    you know:\n    {LOG.key}" in said
    assert "No witness policy" in said and "--ledger" in said
    assert max(map(len, said.splitlines())) <= 80
    key = tmp_path / "log.txt"
    key.write_text(f"{LOG.key}\n")
    for trusted in (str(LOG.key), key):
        code, said = audit(file, "--log-key", trusted)
        assert code == VERIFIED
        assert "you know" not in said


def test_what_is_false_is_named_with_statement_and_reason(pack: Callable[[bytes], Path]) -> None:
    chain = Chain()
    twice = chain.said("refiner", chain.firms.transformed({f"{chain.sent}.0": "60"}, copper("1")))
    code, said = audit(pack(chain.forged().packed()))
    assert code == FALSE
    assert said.startswith("FALSE\n")
    assert f"insufficient-mass at 7: {twice}" in said
    assert "available 0 kg, asked 60 kg" in " ".join(said.split())


def test_what_is_withheld_could_not_be_checked(pack: Callable[[bytes], Path]) -> None:
    chain = Chain()
    data = packed(chain.firms, chain.batch, show=lambda index, section: index != 3)
    code, said = audit(pack(data))
    assert code == UNCHECKED
    assert said.startswith("NOT ALL COULD BE CHECKED\n")
    assert "mass: needs quantities (statements 3)" in said


def test_a_policy_asks_for_witnesses(pack: Callable[[bytes], Path], tmp_path: Path) -> None:
    policy = tmp_path / "witnesses.txt"
    policy.write_text(POLICY)
    made = Chain().forged()
    assert audit(pack(made.packed()), "--policy", policy)[0] == FALSE
    witnessed(made)
    code, said = audit(pack(made.packed()), "--policy", policy)
    assert code == VERIFIED
    assert "Witness  w0, 2026-01-05 08:07:00 UTC" in said


def test_programs_read_json(pack: Callable[[bytes], Path]) -> None:
    code, said = audit(pack(Chain().forged().packed()), "--json")
    assert code == VERIFIED
    verdict = msgspec.json.decode(said)
    assert verdict["outcome"] == "verified"
    assert verdict["verified"]["admission"] == 7


def test_several_processes_find_the_same(pack: Callable[[bytes], Path]) -> None:
    chain = Chain()
    chain.said("refiner", chain.firms.extracted(copper("1")))
    file = pack(chain.forged().packed())
    one = audit(file, "--processes", 1, "--json")
    assert audit(file, "--processes", 2, "--json") == one
    assert one[0] == FALSE


@pytest.mark.parametrize(
    ("data", "slug"),
    [(b"", "pack-cut-off"), (b"PK\x03\x04" + bytes(100), "pack-cut-off")],
)
def test_what_is_no_pack_is_not_opened(
    pack: Callable[[bytes], Path], data: bytes, slug: str
) -> None:
    code, said = audit(pack(data))
    assert code == FALSE
    assert slug in said


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    code, said = audit(tmp_path / "absent.zip")
    assert code == UNCHECKED
    assert "absent.zip: No such file" in " ".join(said.split())
    code, said = audit(tmp_path / "absent.zip", "--log-key", "nonsense+00+AA==")
    assert code == UNCHECKED
    assert "Not a verifier key" in " ".join(said.split())
