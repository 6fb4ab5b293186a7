"""One ledger for the tests that talk HTTP: each enrols firms of its own, so they do not meet."""

from collections.abc import Iterator

import pytest

from tests.ledger.running import Ledger, run_ledger


@pytest.fixture(scope="session")
def ledger() -> Iterator[Ledger]:
    """A ledger that runs as long as the tests."""
    with run_ledger() as running:
        yield running
