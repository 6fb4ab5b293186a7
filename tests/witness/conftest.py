"""One witness for the tests that talk to it over HTTP, each of which has a log of its own."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import NoteSigner
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import RunningWitness, run_witness

SIGNERS = [NoteSigner(f"log.test/{number}", Ed25519PrivateKey.generate()) for number in range(40)]


@pytest.fixture(scope="session")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWitness]:
    """A witness that runs as long as the tests."""
    keys = [each.key for each in SIGNERS]
    with run_witness(tmp_path_factory.mktemp("witness"), *keys) as running:
        yield running


_unused = iter(SIGNERS)


@pytest.fixture
def log(witness: RunningWitness) -> GrowingLog:
    """A log of ten entries that the witness knows, and of which it has cosigned nothing."""
    return GrowingLog(entries(10), next(_unused))
