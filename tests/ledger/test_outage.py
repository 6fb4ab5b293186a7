"""What clients see while the database is away: `ledger-unavailable`, then the answer."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

import httpx
import psutil
import pytest

from provenite_proto import paths
from tests.ledger.running import Ledger, extraction, run_ledger


def postgres_of(ledger: Ledger) -> int:
    """The process id of the ledger's own PostgreSQL."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(ledger.process.pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    (found,) = (line.split()[0] for line in listed.stdout.splitlines() if "postgres" in line)
    return int(found)


@pytest.mark.slow
def test_the_database_is_killed_and_comes_back() -> None:
    with run_ledger() as ledger:
        miner = ledger.enrol("miner")
        known = miner.sign(extraction())
        before = ledger.send(known).json()
        os.kill(postgres_of(ledger), signal.SIGKILL)
        fresh = miner.sign(extraction("7"))
        assert settled(lambda: ledger.send(fresh)).status_code in (200, 201)
        again = settled(lambda: ledger.send(known)).json()
        assert again.pop("receipt") != before.pop("receipt")
        assert again == before
        found = settled(lambda: miner.get(paths.BATCHES)).json()["items"]
        assert [each["mass"] for each in found] == ["100", "7"]
        assert settled(lambda: ledger.http.get(paths.READY)).status_code == 200


@pytest.mark.slow
def test_what_is_not_submitted_does_not_wait_for_the_database() -> None:
    with run_ledger() as ledger:
        server = psutil.Process(postgres_of(ledger))
        stopped = [server, *server.children(recursive=True)]
        for process in stopped:
            process.suspend()
        try:
            answer = ledger.http.post(
                paths.STATEMENTS_BATCH,
                content="rubbish\nmore of it\n",
                headers={"Content-Type": "application/sd-jwt+lines"},
                timeout=10,
            )
        finally:
            for process in stopped:
                process.resume()
        assert [line["status"] for line in answer.json()["lines"]] == [400, 400]


def settled(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The first answer that is not `ledger-unavailable`."""
    end = time.monotonic() + 30
    while (answer := ask()).status_code == 503 and time.monotonic() < end:
        assert answer.json()["type"] == "urn:provenite:problem:ledger-unavailable"
        assert answer.headers["retry-after"] == "1"
        time.sleep(0.1)
    return answer
