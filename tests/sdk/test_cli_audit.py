"""`provenite audit FILE`: offline, with an exit code for each of the three things that it can come to."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from provenite._verifying import Verifying
from provenite.cli import main
from provenite_proto.audit import Outcome, Trust, Work, audit_pack
from provenite_proto.record import Retraction, RetractionReason, Validity
from tests.proto.forging import redacted
from tests.proto.making.audit_certificates import RECYCLED, Certified, better, with_provenance
from tests.proto.making.audits import POLICY, Chain, witnessed
from tests.proto.making.models import copper
from tests.proto.packing import LOG, packed

VERIFIED, FALSE, UNCHECKED, UNABLE = 0, 1, 2, 3


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
    assert "mass: needs quantities (statement 3)" in said
    assert "`provenite grant … --to PARTY`" in said
    assert "\nOf       copper-cathode, 55 kg\nElements Cu\n" in said
    assert "unzip -p FILE report.txt" in said


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


def test_ctrl_c_leaves_processes_that_are_starting_alone(pack: Callable[[bytes], Path]) -> None:
    def interrupted(works: Iterable[Work]) -> Iterator[Work]:
        for work in works:
            yield work
            # Ctrl-C goes to all of the terminal's processes; this one's own handler is not what is tested.
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGINT)

    with pack(Chain().forged().packed()).open("rb") as file, Verifying(2) as verifying:
        verdict = audit_pack(file, Trust(), lambda works: verifying(interrupted(works)))
    assert verdict.outcome is Outcome.VERIFIED


@pytest.mark.parametrize("data", [b"", b"# Provenite\n" * 9, b"PK\x03\x04" + bytes(100)])
def test_what_is_no_pack_is_not_called_false(pack: Callable[[bytes], Path], data: bytes) -> None:
    code, said = audit(pack(data))
    assert code == UNABLE
    assert "is not a pack" in " ".join(said.split())


def test_a_pack_that_is_cut_off_is_false(pack: Callable[[bytes], Path]) -> None:
    code, said = audit(pack(Chain().forged().packed()[:-1]))
    assert code == FALSE
    assert "pack-cut-off" in said
    assert "\n\n\n" not in said


def test_a_verdict_that_cannot_be_written_is_none(pack: Callable[[bytes], Path]) -> None:
    file = pack(Chain().forged().packed())
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from provenite.cli import main; main()", "audit", str(file)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (UNABLE, "provenite: No space left on device\n")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    code, said = audit(tmp_path / "absent.zip")
    assert code == UNABLE
    assert "absent.zip: No such file" in " ".join(said.split())
    code, said = audit(tmp_path / "absent.zip", "--log-key", "nonsense+00+AA==")
    assert code == UNABLE
    assert "Not a verifier key" in " ".join(said.split())


def test_certificates_are_told_figure_by_figure(pack: Callable[[bytes], Path]) -> None:
    made = Certified()
    made.certify(RECYCLED)
    made.firms.add("recycler", Retraction(statement=made.collected, reason=RetractionReason.FRAUD))
    made.stands(Validity.SUSPENDED)
    whole = made.forged()
    code, said = audit(pack(whole.packed()), "--log-key", LOG.key)
    assert code == VERIFIED, said
    for line in (
        "         1  figure of certificates, computed anew\n",
        "      holds, suspended: claim.recycled 1, as of 2026-01-05, by the first 9\n"
        "      statements\n"
        "      since 2026-01-05 08:11:00 UTC, the ledger says why: “It no longer passes.”\n"
        "        Cu: of the class post_consumer\n"
        "          40 % is said and follows; 0 % to 40 % by all 12 statements\n",
        "The keys of did:web:ledger.example were taken from what is audited",
    ):
        assert line in said
    assert max(map(len, said.splitlines())) <= 80
    redacted(whole, lambda index, section: index == made.firms.at(made.mined))
    code, said = audit(pack(whole.packed()), "--log-key", LOG.key)
    assert code == UNCHECKED
    assert "          40 % is said; it could not be computed\n" in said
    made = Certified()
    made.certify(RECYCLED, better(made.credential(RECYCLED)))
    code, said = audit(pack(made.forged().packed()), "--log-key", LOG.key)
    assert code == FALSE
    assert "          50 % is said, 40 % follows\n" in said
    made = Certified()
    credential = made.credential(RECYCLED)
    (figure,) = credential.provenance.figures
    strict = msgspec.structs.replace(figure, at_least="0.255")
    made.certify(RECYCLED, with_provenance(credential, figures=(strict,)))
    code, said = audit(pack(made.forged().packed()), "--log-key", LOG.key)
    assert code == FALSE
    assert "          at least 25.5 % is said, at least 24 % follows\n" in said
