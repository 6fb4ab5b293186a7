"""The command provenite-ledger, as an operator uses it."""

import asyncio
import inspect
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from provenite_ledger import __version__, settings
from provenite_ledger.cli import main
from provenite_ledger.postgres import running_server
from provenite_proto import paths
from provenite_proto.statement import SigningKey
from tests.ledger.running import Firm, Ledger, run_ledger, start


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "provenite_ledger", *arguments],
        env={
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_invite(ledger: Ledger) -> None:
    done = command(
        *("invite", "--name", "Copper Ltd", "--country", "GB", "--roles", "refiner,trader"),
        *("--ledger", ledger.url),
        PROVENITE_DATA=str(ledger.data),
    )
    assert done.returncode == 0, done.stderr
    firm = Firm(ledger, SigningKey.generate(), "")
    body = {"code": done.stdout.strip(), "key": firm.jwk(), "proof": firm.proof()}
    joined = ledger.http.post(paths.ENROLMENTS, json=body).json()
    party = firm.get(paths.party(joined["party"])).json()
    assert (party["name"], party["roles"]) == ("Copper Ltd", ["refiner", "trader"])


def test_the_registrar_signs_for_its_own_ledger_only(ledger: Ledger) -> None:
    """What answers at another address with this ledger's origin gets no token of the registrar's."""
    with relayed(ledger) as (address, heard):
        usual = ("invite", "--name", "X", "--country", "GB", "--roles", "trader")
        done = command(*usual, "--ledger", address, PROVENITE_DATA=str(ledger.data))
        assert (done.returncode, done.stdout) == (1, "")
        assert f"set PROVENITE_ORIGIN to {ledger.origin!r}" in done.stderr
        assert heard == ["GET /v1/ledger HTTP/1.1"]
        environment = {"PROVENITE_DATA": str(ledger.data), "PROVENITE_ORIGIN": ledger.origin}
        done = command(*usual, "--ledger", address, **environment)
        assert done.returncode == 0, done.stderr


@contextmanager
def relayed(ledger: Ledger) -> Iterator[tuple[str, list[str]]]:
    """Another address that answers as the ledger does, and the requests that came there."""
    heard: list[str] = []

    class Relay(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(ledger.http.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            self._answer(ledger.http.post(self.path, content=body, headers=kept))

        def _answer(self, answer: httpx.Response) -> None:
            heard.append(self.requestline)
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Relay) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", heard
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (("--country", "XX"), "--country: 'XX' is not a country"),
        (("--country", "USA"), "--country: 'USA' is not a country: give its two capital letters"),
        (("--country", "us"), "--country: 'us' is not a country"),
        (("--name", "a\nb"), "--name: a name has 1 to 256 characters"),
        (("--name", ""), "--name: a name has 1 to 256 characters"),
        (("--roles", "wizard"), "--roles: 'wizard': a firm's roles are of: miner, "),
        (("--roles", "trader,registrar"), "--roles: 'registrar': a firm's"),
        (("--ledger", "http://127.0.0.1:1"), "no ledger answers at http://127.0.0.1:1/v1/ledger"),
    ],
)
def test_not_invited(ledger: Ledger, changes: tuple[str, str], said: str) -> None:
    usual = {"--name": "X", "--country": "GB", "--roles": "trader", "--ledger": ledger.url}
    options = [part for pair in {**usual, changes[0]: changes[1]}.items() for part in pair]
    done = command("invite", *options, PROVENITE_DATA=str(ledger.data))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("provenite-ledger: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_fits_and_says_all() -> None:
    for words in ((), ("serve",), ("invite",), ("adopt",), ("migrate",)):
        shown = command(*words, "--help").stdout
        assert max(map(len, shown.splitlines())) <= 80
        assert "..." not in shown.replace("[ARGS]...", "")
    shown = command("--help").stdout
    for name in re.findall(r"`([A-Z_]+)`", inspect.getsource(settings)):
        assert name in shown
    assert "registrar," not in command("invite", "--help").stdout
    assert command("--version").stdout == f"provenite-ledger {__version__}\n"


def test_no_registrar_key(tmp_path: Path) -> None:
    done = command(
        *("invite", "--name", "X", "--country", "GB", "--roles", "trader"),
        PROVENITE_DATA=str(tmp_path),
    )
    assert done.returncode == 1
    assert "PROVENITE_DATA" in done.stderr


def test_a_setting_that_is_wrong() -> None:
    for name in ("serve", "migrate"):
        done = command(name, PROVENITE_PORT="x")
        assert done.returncode == 1
        assert done.stderr == (
            "provenite-ledger: PROVENITE_PORT: 'x' is not a whole number from 0 to 65535\n"
        )


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command(
            "serve",
            PROVENITE_PORT=str(taken.getsockname()[1]),
            PROVENITE_DATA=str(tmp_path / "data"),
        )
    assert done.returncode == 1
    assert "is in use" in done.stderr
    assert "set PROVENITE_PORT to another port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly_and_starts_again(number: signal.Signals) -> None:
    with run_ledger() as ledger:
        firm = ledger.enrol("trader")
        size = ledger.http.get(paths.LEDGER).json()["size"]
        ledger.process.send_signal(number)
        ledger.process.communicate(timeout=20)
        assert ledger.process.returncode == 0
        # Another port now, yet the same ledger: its name stays.
        process, url = start(ledger.data)
        try:
            about = httpx.get(url + paths.LEDGER).json()
            assert about == {
                "origin": ledger.origin,
                "registrar": ledger.registrar.id,
                "size": size,
                "version": __version__,
            }
            asked = httpx.get(url + paths.BATCHES, headers=firm.authorized())
            assert asked.status_code == 200
            assert httpx.get(url + paths.READY).json() == {"status": "ok"}
        finally:
            process.terminate()
            process.communicate(timeout=20)


def test_another_origin_is_refused() -> None:
    with run_ledger(PROVENITE_ORIGIN="https://first.example") as ledger:
        assert ledger.origin == "https://first.example"
        ledger.process.terminate()
        ledger.process.communicate(timeout=20)
        done = command(
            "serve",
            PROVENITE_PORT="0",
            PROVENITE_DATA=str(ledger.data),
            PROVENITE_ORIGIN="https://second.example",
        )
        assert done.returncode == 1
        assert "https://first.example" in done.stderr
        migrated = command("migrate", PROVENITE_DATA=str(ledger.data))
        assert (migrated.returncode, migrated.stdout) == (0, "")


def test_a_lost_guard_has_to_be_adopted() -> None:
    with run_ledger() as ledger:
        size = ledger.http.get(paths.LOG_STATE).json()["size"]
        ledger.process.terminate()
        ledger.process.communicate(timeout=20)
        data = {"PROVENITE_PORT": "0", "PROVENITE_DATA": str(ledger.data)}
        shutil.rmtree(ledger.data / "guard")
        refused = command("serve", **data)
        assert (refused.returncode, refused.stdout) == (4, "")
        assert "provenite-ledger adopt" in refused.stderr
        assert "Traceback" not in refused.stderr
        adopted = command("adopt", **data)
        assert adopted.returncode == 0
        assert f"the checkpoint of {size} statements" in adopted.stderr
        process, url = start(ledger.data)
        try:
            assert httpx.get(url + paths.LOG_STATE).json()["size"] == size
        finally:
            process.terminate()
            process.communicate(timeout=20)


def test_the_log_of_another_key_is_not_adopted() -> None:
    with run_ledger() as ledger:
        ledger.process.terminate()
        ledger.process.communicate(timeout=20)
        (ledger.data / "log.pem").unlink()
        done = command("adopt", PROVENITE_DATA=str(ledger.data))
        assert done.returncode == 4
        assert "log.pem is not the key" in done.stderr


def test_the_log_is_lines_of_json() -> None:
    with run_ledger(stderr=subprocess.PIPE) as ledger:
        secret = ledger.registrar.token()
        ledger.http.get(paths.BATCHES, headers={"Authorization": f"Bearer {secret}"})
        ledger.process.terminate()
        _, errors = ledger.process.communicate(timeout=20)
    lines = [json.loads(line) for line in errors.splitlines()]
    assert lines
    assert {"at", "level", "from", "message"} <= lines[0].keys()
    assert secret not in errors


def test_a_database_that_lacks_a_statement_contradicts_itself() -> None:
    async def lose(dsn: str) -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute("set session_replication_role = replica")
        await connection.execute(
            "delete from statement where index = (select max(index) from statement)"
        )
        await connection.close()

    with run_ledger() as ledger:
        ledger.enrol("miner")
        dsn = running_server(ledger.data / "postgres")
        assert dsn is not None
        asyncio.run(lose(dsn))
        ledger.process.terminate()
        ledger.process.communicate(timeout=20)
        done = command("serve", PROVENITE_PORT="0", PROVENITE_DATA=str(ledger.data))
        assert (done.returncode, done.stdout) == (4, "")
        assert "the database contradicts itself" in done.stderr


COMMANDS = ("serve", "invite", "adopt", "replay", "certificate-keys", "retire-certificate-key")


@pytest.mark.parametrize("words", [(), *((each,) for each in COMMANDS)])
def test_help_fits_in_80_columns_with_an_example_a_line(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*words, "--help"]).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("  provenite-ledger replay --") == (2 if words == ("replay",) else 0)
