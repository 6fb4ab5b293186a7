"""A ledger for the SDK's tests, beside that of the ledger's own."""

from collections.abc import Iterator

import pytest

from tests.ledger.running import Ledger, run_ledger


@pytest.fixture(scope="session")
def ledger() -> Iterator[Ledger]:
    """A ledger that runs as long as the tests."""
    with run_ledger() as running:
        yield running
