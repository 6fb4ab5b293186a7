"""What witnesses hold, asked at the start: of those that answer, and only what the log has signed."""

import contextlib
import socket
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_ledger import held
from provenite_ledger.held import held_by_witnesses
from provenite_proto.log import NoteSigner, WitnessSigner, parse_policy
from tests.sdk.serving_logs import coded_twice, saying, served
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import run_witness


@pytest.fixture
def log() -> GrowingLog:
    return GrowingLog(entries(20))


@contextlib.asynccontextmanager
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def policy(*urls: str) -> str:
    lines = [
        f"witness w{number} {WitnessSigner('w.test', Ed25519PrivateKey.generate()).key} {url}\n"
        for number, url in enumerate(urls)
    ]
    return "".join([*lines, "quorum none\n"])


async def test_what_a_real_witness_holds(log: GrowingLog, tmp_path: Path) -> None:
    key = log.signer.key
    async with http() as client:
        with run_witness(tmp_path, key) as witness:
            asked = parse_policy(policy(witness.url, f"{witness.url}/"))
            assert await held_by_witnesses(asked, key, client) == ()
            assert witness.add(log.submission(0, 12)).status_code == 200
            assert await held_by_witnesses(asked, key, client) == (log.checkpoint(12),) * 2
        assert await held_by_witnesses(asked, key, client) == ()


async def test_what_says_nothing_of_the_log(
    log: GrowingLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "ANSWER_SECONDS", 0.3)
    shown = tmp_path / sha256(log.origin.encode()).hexdigest() / "checkpoint"
    shown.parent.mkdir()
    stranger = GrowingLog(log.entries, NoteSigner(log.origin, Ed25519PrivateKey.generate()))
    with served(tmp_path) as url, socket.create_server(("127.0.0.1", 0)) as silent:
        slow = f"http://127.0.0.1:{silent.getsockname()[1]}"
        asked = parse_policy(policy(url, slow))
        async with http() as client:
            for content in (
                b"",
                b"<html>",
                stranger.signed(20),
                log.signed(20)[:-1],
                b"x" * 65_537,
            ):
                shown.write_bytes(content)
                assert await held_by_witnesses(asked, log.signer.key, client) == ()
            shown.write_bytes(log.signed(20))
            found = await held_by_witnesses(asked, log.signer.key, client)
            assert found == (log.checkpoint(20),)


async def test_an_answer_that_would_grow_when_it_is_decoded(log: GrowingLog) -> None:
    # Were it decoded, it would be what is asked for.
    with saying(coded_twice(log.signed(20))) as url:
        asked = parse_policy(policy(url))
        async with http() as client:
            assert await held_by_witnesses(asked, log.signer.key, client) == ()
