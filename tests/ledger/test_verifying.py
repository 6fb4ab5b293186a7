"""Signatures of bulk requests are verified in processes beside the ledger's: the same answers, and no orphans."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from provenite_ledger.verifying import CHUNK_SIGNATURES, MIN_SIGNATURES, Signed, Verifying
from provenite_proto.record import Party, PartyIdentities, Role
from provenite_proto.statement import SigningKey, base64url
from tests.ledger.running import Firm, extraction, run_ledger


def forged(statement: str) -> str:
    """The statement with another's signature."""
    token, *disclosures = statement.split("~")
    header, payload, signature = token.split(".")
    other = base64url.decode(signature)[::-1]
    return "~".join((f"{header}.{payload}.{base64url.encode(other)}", *disclosures))


def children(pid: int) -> list[int]:
    """The processes that a process has started to verify."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(status.rpartition(")")[2].split()[1]) == pid and b"spawn_main" in command:
                found.append(int(entry.name))
    return found


async def gone(pids: Sequence[int]) -> None:
    async with asyncio.timeout(10):
        while any(Path(f"/proc/{pid}").exists() for pid in pids):  # noqa: ASYNC110 # nobody tells of it
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("processes", [0, 1, 2])
@pytest.mark.parametrize(
    "count", [0, 1, MIN_SIGNATURES - 1, MIN_SIGNATURES, CHUNK_SIGNATURES, CHUNK_SIGNATURES + 1]
)
async def test_each_signature_has_its_answer(processes: int, count: int) -> None:
    keys = [SigningKey.generate("ES256"), SigningKey.generate("Ed25519")]
    signed: list[Signed] = []
    for number in range(count):
        key = keys[number % 2]
        message = b"%d" % number
        signature = key.sign(message if number % 3 else b"another")
        signed.append((key.public, signature, message))
    async with Verifying(processes) as verifying:
        found = await verifying.verified(signed)
    assert found == [bool(number % 3) for number in range(count)]


async def test_a_process_that_is_killed_is_replaced() -> None:
    key = SigningKey.generate()
    signed: list[Signed] = [(key.public, key.sign(b"this"), b"this")] * MIN_SIGNATURES
    async with Verifying(1) as verifying:
        for _ in range(2):
            assert all(await verifying.verified(signed))
            (process,) = children(os.getpid())
            os.kill(process, signal.SIGKILL)
            # Whether its end has been noticed or not.
            assert all(await verifying.verified(signed))
    await gone(children(os.getpid()))


@pytest.mark.slow
async def test_forged_lines_among_others_are_refused_and_a_killed_ledger_leaves_nothing() -> None:
    with run_ledger(PROVENITE_VERIFYING_PROCESSES="2") as ledger:
        miner = ledger.enrol("miner")
        lines = [miner.sign(extraction("1")) for _ in range(2 * MIN_SIGNATURES)]
        lines[3], lines[20] = forged(lines[3]), forged(lines[20])
        answers = ledger.send_lines(*lines).json()["lines"]
        assert [each["status"] for each in answers] == [
            403 if number in (3, 20) else 201 for number in range(len(lines))
        ]
        assert answers[20]["problem"]["type"].endswith(":signature-invalid")
        running = children(ledger.process.pid)
        assert running
        ledger.process.send_signal(signal.SIGKILL)
        ledger.process.wait(10)
        await gone(running)


@pytest.mark.slow
def test_a_key_that_is_only_being_registered_vouches_for_nobody_until_it_is_verified() -> None:
    """A party statement that the registrar has not signed brings nothing of its own into the log."""
    with run_ledger(PROVENITE_VERIFYING_PROCESSES="1") as ledger:
        key = SigningKey.generate()
        party = Party(
            country="US",
            roles=(Role.MINER,),
            key=key.public.jwk,
            identities=PartyIdentities(name="Nobody"),
        )
        own = Firm(ledger, key, "")
        lines = [forged(ledger.registrar.sign(party))]
        lines += [own.sign(extraction("1")) for _ in range(MIN_SIGNATURES)]
        answers = ledger.send_lines(*lines).json()["lines"]
        slugs = [each["problem"]["type"].rpartition(":")[2] for each in answers]
        assert slugs == ["signature-invalid"] + ["key-unknown"] * MIN_SIGNATURES
