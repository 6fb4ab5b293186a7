"""compose.yaml's two services built and run for real, and README.md's commands on them."""

import json
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import NoteSigner
from tests.deploy.engine import LEDGER, LIMITS, POSTGRES, ROOT, Engine

pytestmark = pytest.mark.slow

README = (ROOT / "deploy/README.md").read_text().replace("\\\n", "")
KEYS = "/var/lib/provenite"


SENTENCES = ("the guard is missing", "The guard holds the checkpoint of ")
"""What a ledger says of its guard."""


@dataclass
class Deployment:
    """The two services, as the containers `ledger` and `database` on this machine's network."""

    engine: Engine
    services: dict[str, dict[str, Any]]
    secrets: Path
    port: int
    database_port: int

    def start_database(self) -> None:
        """Returns when compose's own check passes."""
        service, port = self.services["database"], str(self.database_port)
        self.engine.start("database", POSTGRES, service, self.secrets, PGPORT=port)
        check = service["healthcheck"]["test"][1:]
        self.wait("database", lambda: not self.engine.run(*exec_in("database"), *check).returncode)

    def start_ledger(self) -> None:
        """Returns when /ready says so."""
        service, port = self.services["ledger"], str(self.port)
        self.engine.start("ledger", LEDGER, service, self.secrets, PROVENITE_PORT=port)
        self.wait("ledger", lambda: self.get("/ready")[0] == 200)

    def run_once(self, command: str) -> tuple[int, str]:
        """How a command of the ledger's ends, and which of the sentences that are looked for it says."""
        service, port = self.services["ledger"] | {"command": [command]}, str(self.port)
        self.engine.start("once", LEDGER, service, self.secrets, PROVENITE_PORT=port)
        code = int(self.engine("podman", "wait", "once"))
        log = self.engine.run("podman", "logs", "once")
        said = (log.stdout + log.stderr).decode()
        self.remove("once")
        return code, next((each for each in SENTENCES if each in said), said)

    def remove(self, name: str) -> None:
        """The container, but not its volumes."""
        self.engine("podman", "rm", "--force", name)

    def get(self, path: str) -> tuple[int, bytes]:
        return answers(self.port, path)

    def documented(self, *container: str, command: str, stdin: bytes = b"") -> bytes:
        """What a command of README.md prints, in a container where docker would run it."""
        assert f" {command}" in README, f"not in README.md: {command}"
        result = self.engine.run(*container, *command.split(), stdin=stdin)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout

    def wait(self, name: str, ready: Callable[[], bool]) -> None:
        """Until it is ready, as long as it runs."""
        deadline = time.monotonic() + 60
        while not ready():
            running = self.engine("podman", "inspect", "--format={{.State.Running}}", name)
            if running != "true" or time.monotonic() > deadline:
                log = self.engine.run("podman", "logs", name)
                pytest.fail(f"{name} did not start: {(log.stdout + log.stderr).decode()[-4000:]}")
            time.sleep(0.1)


def answers(port: int, path: str) -> tuple[int, bytes]:
    """Status and body; 0 when nothing listens there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except ConnectionError:
        return 0, b""
    finally:
        connection.close()


def exec_in(name: str) -> tuple[str, ...]:
    return ("podman", "exec", "--interactive", name)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("containers"))
    try:
        engine.make_bases()
        engine.build_ledger()
        yield engine
    finally:
        engine.clear()


@pytest.fixture(scope="module")
def deployment(engine: Engine, services: dict[str, dict[str, Any]]) -> Deployment:
    """Both services up, with the secrets that README.md has the operator make."""
    deployment = Deployment(engine, services, engine.folder / "secrets", free_port(), free_port())
    password = secrets.token_hex(24)
    deployment.secrets.mkdir(mode=0o700)
    for name, content in {
        "database-password": password,
        "database-url": f"postgresql://provenite:{password}@127.0.0.1:{deployment.database_port}/provenite\n",
    }.items():
        (deployment.secrets / name).write_text(content)
        (deployment.secrets / name).chmod(0o644)
    deployment.start_database()
    deployment.start_ledger()
    return deployment


def test_ledger_runs_without_root_and_without_capabilities(deployment: Deployment) -> None:
    pid = deployment.engine("podman", "inspect", "--format={{.State.Pid}}", "ledger")
    status = Path(f"/proc/{pid}/status").read_text()
    assert re.search(r"^Uid:\t10001\t10001\t10001\t10001$", status, re.M)
    assert re.search(r"^Gid:\t10001\t10001\t10001\t10001$", status, re.M)
    assert re.search(r"^CapEff:\t0+$", status, re.M)
    assert re.search(r"^NoNewPrivs:\t1$", status, re.M)


def test_ledger_serves_under_its_origin(deployment: Deployment) -> None:
    status, body = deployment.get("/v1/ledger")
    assert status == 200
    assert json.loads(body)["origin"] == "https://ledger.example"


def test_image_checks_its_health(deployment: Deployment) -> None:
    deployment.engine("podman", "healthcheck", "run", "ledger")


def test_a_witness_runs_in_the_same_image(
    deployment: Deployment, witness_service: dict[str, Any]
) -> None:
    engine, port = deployment.engine, free_port()
    service = witness_service | {"secrets": []}
    volume = f"--volume={service['volumes'][0]['source']}:{KEYS}"
    run = ("podman", "run", "--rm", "--pull=never", "--network=none", *LIMITS, volume)
    keygen = ("keygen", f"{KEYS}/witness.pem", "--name", "witness.example/w1")
    assert "keygen /var/lib/provenite/witness.pem --name witness.example/w1" in README
    made = engine.run(*run, f"--entrypoint={service['entrypoint'][0]}", LEDGER, *keygen)
    assert made.stdout.startswith(b"witness.example/w1+"), made.stderr
    log = str(NoteSigner("ledger.example/log", Ed25519PrivateKey.generate()).key)
    engine.start(
        "witness",
        LEDGER,
        service,
        deployment.secrets,
        PROVENITE_WITNESS_LOG=log,
        PROVENITE_WITNESS_PORT=str(port),
    )
    deployment.wait("witness", lambda: answers(port, "/health")[0] == 200)
    engine("podman", "stop", "--time=20", "witness")
    assert engine("podman", "inspect", "--format={{.State.ExitCode}}", "witness") == "0"


def test_image_has_no_pip(deployment: Deployment) -> None:
    result = deployment.engine.run(*exec_in("ledger"), "/opt/provenite/bin/python3", "-m", "pip")
    assert result.returncode != 0


def test_key_is_the_ledgers_alone(deployment: Deployment) -> None:
    listing = deployment.engine(
        *exec_in("ledger"), "stat", "-c", "%u %a", KEYS, f"{KEYS}/registrar.pem"
    )
    assert listing.splitlines() == ["10001 700", "10001 600"]


def test_database_lets_nobody_in_as_superuser(deployment: Deployment) -> None:
    url = (deployment.secrets / "database-url").read_text().strip()
    psql = (*exec_in("database"), "psql", "--no-password", "-tA", "-c")
    asked = (
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert deployment.engine(*psql, asked, url) == "f"
    result = deployment.engine.run(*psql, asked, url.replace("//provenite:", "//postgres:"))
    assert b"password authentication failed" in result.stderr


def test_operator_invites_a_firm(deployment: Deployment) -> None:
    found = re.search(r"exec ledger (provenite-ledger invite .*)", README)
    assert found
    code = deployment.documented(*exec_in("ledger"), command=found[1].replace("'", ""))
    assert len(code.strip()) > 16


def test_stops_cleanly_and_starts_again(deployment: Deployment) -> None:
    before = deployment.get("/v1/ledger")
    for name in ("ledger", "database"):
        deployment.engine("podman", "stop", "--time=20", name)
        code = deployment.engine("podman", "inspect", "--format={{.State.ExitCode}}", name)
        assert code == "0", deployment.engine("podman", "logs", name)
        deployment.remove(name)
    deployment.start_database()
    deployment.start_ledger()
    assert deployment.get("/v1/ledger") == before


def test_back_up_restores_on_a_new_machine(deployment: Deployment) -> None:
    before = deployment.get("/v1/ledger")
    database, engine = exec_in("database"), deployment.engine
    dump = deployment.documented(*database, command="pg_dump -U postgres --format=custom provenite")
    pems = "registrar.pem log.pem receipts.pem"
    keys = deployment.documented(*exec_in("ledger"), command=f"tar -C {KEYS} -cf - {pems}")

    for name in ("ledger", "database"):
        deployment.remove(name)
        engine("podman", "volume", "rm", name)

    deployment.start_database()
    deployment.documented(*database, command="dropdb -U postgres --force provenite")
    deployment.documented(
        *database, command="pg_restore -U postgres --create --exit-on-error -d postgres", stdin=dump
    )
    # What `docker compose run` does in one step; podman is slow to see a container end at once.
    once = ("podman", "run", "--detach", "--name=keys", "--network=none", *LIMITS)
    engine(*once, f"--volume=ledger:{KEYS}", "--entrypoint=sleep", LEDGER, "300")
    deployment.documented(*exec_in("keys"), "tar", command=f"-C {KEYS} -xf -", stdin=keys)
    engine("podman", "rm", "--force", "--time=0", "keys")

    # The guard was lost with the volume: the ledger does not go on by itself.
    assert deployment.run_once("serve") == (4, "the guard is missing")
    assert "run --rm ledger adopt\n" in README
    assert deployment.run_once("adopt") == (0, "The guard holds the checkpoint of ")

    deployment.start_ledger()
    assert deployment.get("/v1/ledger") == before
