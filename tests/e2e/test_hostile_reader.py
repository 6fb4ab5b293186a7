"""A stranger who has enrolled and knows every id of the demo's chain reads everything there is for him to read."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from provenite_proto import paths
from tests.e2e.demonstration import Demonstration, leaves
from tests.ledger.running import Firm, extraction, transfer
from tests.ledger.seeing import told

LENSES = {"element": "Nd", "lens": "origin", "label": "CN"}


def requests(demonstration: Demonstration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every read with every id, of the right kind or not."""
    for digest in demonstration.digests:
        yield paths.statement(digest), {}
        yield paths.consequences(digest), {}
        yield paths.shipment(digest), {}
        yield paths.party(digest), {}
        yield paths.site(digest), {}
    for firm in demonstration.firms.values():
        yield paths.key(firm.key.public.key_id), {}
    for batch in demonstration.batches:
        yield paths.batch(batch), {}
        yield paths.content(batch), {}
        yield paths.contributions(batch), LENSES
        yield paths.trace(batch), {"direction": "upstream"}
        yield paths.trace(batch), {"direction": "downstream"}
    for path in (paths.BATCHES, paths.SHIPMENTS, paths.PARTIES, paths.SITES, paths.LENSES):
        yield path, {}
    yield paths.BATCHES, {"holder": "any", "exhausted": "true"}
    for path in (paths.LEDGER, paths.HEALTH, paths.READY):
        yield path, {}


@pytest.fixture(scope="module")
def secrets(demonstration: Demonstration) -> set[str]:
    """All that the demo's firms have sealed."""
    found = set().union(*demonstration.sealed().values())
    names = {
        "Sierra Bastnaesite Mining",
        "Northern Steppe Separation",
        "Narva Magnets",
        "Sierra Bastnaesite Mining, pit 1",
        "US-C1",
        "NM-0001",
        "6000",
        "511.229",
        "0.059226",
        "2000",
    }
    assert names <= found
    return found


def test_he_learns_no_name_site_lot_or_mass(
    demonstration: Demonstration, secrets: set[str]
) -> None:
    stranger = demonstration.ledger.enrol("trader", "refiner", country="NL", name="Peeping")
    auditor = demonstration.ledger.enrol("auditor", country="NL", name="Uncalled")
    statuses = set()
    for reader, (path, query) in itertools.product((stranger, auditor), requests(demonstration)):
        answer = reader.get(path, **query)
        statuses.add(answer.status_code)
        _holds_none(secrets, answer.json(), told(answer), path)
    # There is much to read, some of it is not for him, and some ids are not of that kind.
    assert statuses == {200, 403, 404}


def test_without_a_token_there_is_nothing(demonstration: Demonstration, secrets: set[str]) -> None:
    for path, query in requests(demonstration):
        answer = demonstration.ledger.http.get(path, params=query)
        _holds_none(secrets, answer.json(), told(answer), path)
        assert answer.status_code == (
            401 if path.startswith("/v1/") and path != paths.LEDGER else 200
        )


def test_to_address_a_shipment_to_a_firm_does_not_tell_its_name(
    demonstration: Demonstration, secrets: set[str]
) -> None:
    miner = demonstration.ledger.enrol("miner", country="CL", name="Bait")
    for firm in demonstration.firms.values():
        (batch,) = miner.record(extraction("1.000001"))
        (shipped,) = miner.record(transfer(batch, firm.id, "1.000001"))
        for path in (paths.party(firm.id), paths.shipment(shipped.partition(".")[0])):
            answer = miner.get(path)
            _holds_none(secrets, answer.json(), told(answer), path)
    assert _names(miner) == {"Bait", "Registrar"}


def _names(reader: Firm) -> set[str]:
    return {item["name"] for item in reader.get(paths.PARTIES).json()["items"]}


def _holds_none(secrets: set[str], value: Any, said: str, path: str) -> None:
    assert not set(leaves(value)) & secrets, path
    assert not [text for text in secrets if len(text) >= 6 and text in said], path
