"""A ledger that may be killed: each test that asks for one has it to itself."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenite import Client, Signer
from tests.e2e.demonstration import Demonstration, demonstrated
from tests.ledger.running import start


class Mortal:
    """A ledger in a folder, which can be killed and started again on the same port."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process: subprocess.Popen[str]
        self.url = ""
        self.start()

    def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        self.process, self.url = start(self.data, PROVENITE_PORT=port)

    def kill(self) -> None:
        """As a power cut would: nothing is finished, nothing is said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=30)

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=60)

    def enrol(self, name: str, role: str, country: str = "US") -> tuple[Signer, str]:
        """A new firm: its signer and party id."""
        with Client(self.url, Signer.load(self.data / "registrar.pem")) as registrar:
            invitation = registrar.invite(name=name, country=country, roles=[role])
        signer = Signer.generate()
        with Client(self.url, signer) as client:
            return signer, client.enrol(invitation.code).party


@pytest.fixture
def mortal() -> Iterator[Mortal]:
    """A ledger of the test's own."""
    folder = Path(tempfile.mkdtemp(prefix="provenite-test-"))
    # PostgreSQL may run as another user.
    folder.chmod(0o711)
    ledger = Mortal(folder / "data")
    try:
        yield ledger
    finally:
        ledger.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def demonstration() -> Iterator[Demonstration]:
    """A ledger with the demo's chain, which tests only read."""
    with demonstrated() as running:
        yield running
