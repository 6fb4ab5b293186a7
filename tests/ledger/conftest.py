"""One ledger for the tests that talk HTTP, each of which enrols firms of its own so that they do not meet; and
one PostgreSQL for those that look inside, each of which has a database of its own."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from provenite_ledger.postgres import EmbeddedPostgres
from tests.ledger.disks import SmallDisk, mounted
from tests.ledger.inside import new_database
from tests.ledger.running import Ledger, run_ledger


@pytest.fixture(scope="session")
def ledger() -> Iterator[Ledger]:
    """A ledger that runs as long as the tests."""
    with run_ledger() as running:
        yield running


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    """A server that runs as long as the tests, which may kill it: it is started again."""
    folder = Path(tempfile.mkdtemp(prefix="provenite-test-"))
    # PostgreSQL may run as another user.
    folder.chmod(0o711)
    async with EmbeddedPostgres(folder / "postgres") as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def dsn(postgres: EmbeddedPostgres) -> str:
    """A database with the ledger's tables, of the test's own."""
    return await new_database(postgres)


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """A filesystem of a few megabytes."""
    with mounted() as disk:
        yield disk
