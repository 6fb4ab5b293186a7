"""Grants: what an issuer opens, to whom, for which statements, from when until when, and how it closes it again."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provenite_ledger.answering.statement import sealed
from provenite_proto import paths
from provenite_proto.record import (
    Audience,
    Document,
    Documents,
    Grant,
    Grantee,
    Key,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
)
from provenite_proto.statement import SigningKey, base64url, parse, possession
from tests.ledger.running import (
    Firm,
    Ledger,
    day,
    extraction,
    further_key,
    receipt,
    refining,
    transfer,
)

NOW = datetime.now(UTC)
PAPERS = Documents(documents=(Document(kind="memo", digest="A" * 43, title="Scales"),))


class Chain:
    """Mined, refined, formed and sold on: a firm for each step, an auditor, and a stranger."""

    def __init__(self, ledger: Ledger) -> None:
        self.miner = ledger.enrol("miner", country="CL", name="Mine")
        self.refiner = ledger.enrol("refiner")
        self.maker = ledger.enrol("manufacturer")
        self.trader = ledger.enrol("trader")
        self.auditor = ledger.enrol("auditor")
        self.stranger = ledger.enrol("trader")
        (self.mined,) = self.miner.record(extraction("100", lot="LOT-1", documents=PAPERS))
        shipped = self.miner.ships(self.mined, self.refiner, "90")
        (self.refined,) = self.refiner.record(refining([(shipped, "90")], "25"))
        self.sold = self.refiner.ships(self.refined, self.maker, "20", departed=6)

    @property
    def extraction(self) -> str:
        return self.mined.partition(".")[0]

    def goes_on(self) -> None:
        """The trader comes to hold what was made of it."""
        self.maker.ships(self.sold, self.trader, "20", departed=9)


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    return Chain(ledger)


def shown(reader: Firm, digest: str) -> set[str]:
    """The sections of a statement that a reader is given."""
    answer = reader.get(paths.statement(digest))
    assert answer.status_code == 200, answer.text
    record = parse(answer.json()["statement"], complete=False).record
    return set(sealed(record))


def grant(
    sections: Sequence[str], to: Firm | None, statements: Sequence[str] = (), **changes: Any
) -> Grant:
    return Grant(
        audience=Audience.PARTY if to else Audience.HOLDERS,
        opened=tuple(sections),
        statements=tuple(statements),
        parties=Grantee(to=to.id) if to else None,
        **changes,
    )


def granted(issuer: Firm, *arguments: Any, **changes: Any) -> str:
    answer = issuer.submit(grant(*arguments, **changes))
    assert answer.status_code == 201, answer.text
    digest: str = answer.json()["digest"]
    return digest


def test_to_a_party_for_one_statement_and_section(chain: Chain) -> None:
    granted(chain.miner, ["quantities"], chain.auditor, [chain.extraction])
    assert shown(chain.auditor, chain.extraction) == {"quantities"}
    assert chain.auditor.get(paths.batch(chain.mined)).json()["mass"] == "100"
    assert "lot" not in chain.auditor.get(paths.batch(chain.mined)).json()
    assert chain.auditor.get(paths.content(chain.mined)).status_code == 200
    (other,) = chain.miner.record(extraction(lot="LOT-2", documents=PAPERS))
    assert shown(chain.auditor, other.partition(".")[0]) == set()
    assert "mass" not in chain.auditor.get(paths.batch(other)).json()
    for reader in (chain.stranger, chain.maker):
        assert shown(reader, chain.extraction) == set()
        assert reader.get(paths.content(chain.mined)).status_code == 403


def test_for_all_statements_later_ones_too(chain: Chain) -> None:
    granted(chain.miner, ["quantities", "identities", "documents", "parties"], chain.auditor)
    (later,) = chain.miner.record(extraction("7", lot="LOT-2", documents=PAPERS))
    for batch, mass in ((chain.mined, "100"), (later, "7")):
        assert shown(chain.auditor, batch.partition(".")[0]) == {
            "quantities",
            "identities",
            "documents",
        }
        answer = chain.auditor.get(paths.batch(batch)).json()
        assert (answer["mass"], answer["holder"]) == (mass, chain.miner.id)
        assert "remaining" not in answer
    # What others have issued is theirs to open.
    assert "mass" not in chain.auditor.get(paths.batch(chain.refined)).json()
    assert "name" not in chain.auditor.get(paths.party(chain.miner.id)).json()


def test_to_all_who_hold_what_was_made_of_it(chain: Chain) -> None:
    granted(chain.miner, ["quantities"], None, [chain.extraction])
    assert shown(chain.refiner, chain.extraction) == {"quantities"}
    assert shown(chain.maker, chain.extraction) == {"quantities"}
    for reader in (chain.trader, chain.stranger):
        assert shown(reader, chain.extraction) == set()
    chain.goes_on()
    assert shown(chain.trader, chain.extraction) == {"quantities"}
    assert shown(chain.stranger, chain.extraction) == set()
    trace = chain.trader.get(paths.trace(chain.sold)).json()
    masses = {edge["consumer"]: edge.get("mass") for edge in trace["edges"]}
    # Of the edges none is the extraction's: it consumes nothing. What the refiner took stays sealed.
    assert masses[chain.refined.partition(".")[0]] is None


def test_holders_of_other_matter_of_the_same_issuer_see_nothing(chain: Chain) -> None:
    (other,) = chain.miner.record(extraction())
    chain.miner.ships(other, chain.stranger, "5")
    granted(chain.miner, ["quantities"], None)
    assert shown(chain.stranger, other.partition(".")[0]) >= {"quantities"}
    assert shown(chain.stranger, chain.extraction) == set()


def test_only_from_then_and_until_then(chain: Chain) -> None:
    hour = timedelta(hours=1)
    digest = [chain.extraction]
    granted(chain.miner, ["quantities"], chain.auditor, digest, valid_from=NOW + hour)
    granted(chain.miner, ["identities"], chain.auditor, digest, valid_until=NOW - hour)
    assert shown(chain.auditor, chain.extraction) == set()
    granted(
        chain.miner,
        ["documents"],
        chain.auditor,
        digest,
        valid_from=NOW - hour,
        valid_until=datetime.now(UTC) + timedelta(seconds=1.5),
    )
    assert shown(chain.auditor, chain.extraction) == {"documents"}
    time.sleep(1.6)
    assert shown(chain.auditor, chain.extraction) == set()


def test_withdrawn_it_closes_at_once(chain: Chain) -> None:
    digest = granted(chain.miner, ["quantities"], chain.auditor, [chain.extraction])
    tag = chain.auditor.get(paths.statement(chain.extraction)).headers["etag"]
    chain.miner.record(Retraction(statement=digest, reason=RetractionReason.WITHDRAWN))
    assert shown(chain.auditor, chain.extraction) == set()
    again = chain.auditor.ledger.http.get(
        paths.statement(chain.extraction),
        headers={**chain.auditor.authorized(), "If-None-Match": tag},
    )
    assert again.status_code == 200


def test_of_two_grants_the_other_stands(chain: Chain) -> None:
    digest = granted(chain.miner, ["quantities"], chain.auditor, [chain.extraction])
    granted(chain.miner, ["quantities", "documents"], chain.auditor)
    chain.miner.record(Retraction(statement=digest, reason=RetractionReason.WITHDRAWN))
    assert shown(chain.auditor, chain.extraction) == {"quantities", "documents"}


def test_whose_key_is_revoked_sees_nothing_until_he_has_another(
    ledger: Ledger, chain: Chain
) -> None:
    granted(chain.miner, ["quantities"], chain.auditor, [chain.extraction])
    new = Firm(ledger, SigningKey.generate(), chain.auditor.id)
    proof = new.key.sign(possession(new.id, new.key.public.key_id))
    chain.auditor.record(Key(party=new.id, key=new.key.public.jwk, proof=base64url.encode(proof)))
    ledger.registrar.record(
        Revocation(key=chain.auditor.key.public.key_id, reason=RevocationReason.SUPERSEDED)
    )
    assert chain.auditor.get(paths.statement(chain.extraction)).status_code == 401
    assert shown(new, chain.extraction) == {"quantities"}


def test_who_is_granted_something_cannot_pass_it_on(chain: Chain) -> None:
    granted(chain.miner, ["quantities"], chain.refiner, [chain.extraction])
    answer = chain.refiner.submit(grant(["quantities"], chain.stranger, [chain.extraction]))
    assert answer.json()["type"].endswith(":statement-not-own")
    granted(chain.refiner, ["quantities"], chain.stranger)
    assert shown(chain.stranger, chain.extraction) == set()


def test_to_whom_it_is_opened_is_between_the_two(chain: Chain) -> None:
    digest = granted(chain.miner, ["quantities"], chain.auditor, [chain.extraction])
    for reader, withheld in ((chain.miner, []), (chain.auditor, []), (chain.stranger, ["parties"])):
        answer = reader.get(paths.statement(digest))
        assert answer.json().get("withheld", []) == withheld


def test_everything_granted_the_whole_chain_is_open(chain: Chain) -> None:
    everything = ["quantities", "identities", "documents", "parties"]
    for issuer in (chain.miner, chain.refiner, chain.maker):
        granted(issuer, everything, chain.auditor)
    trace = chain.auditor.get(paths.trace(chain.sold)).json()
    assert all("mass" in edge for edge in trace["edges"])
    for node in trace["nodes"]:
        assert "withheld" not in chain.auditor.get(paths.statement(node["statement"])).json()
    for batch in (chain.mined, chain.refined, chain.sold):
        answer = chain.auditor.get(paths.batch(batch)).json()
        assert {"mass", "composition", "holder"} <= answer.keys()
        assert chain.auditor.get(paths.content(batch)).status_code == 200


def test_whoever_has_used_up_or_shipped_on_all_of_it_holds_nothing(chain: Chain) -> None:
    granted(chain.miner, ["quantities"], None, [chain.extraction])
    assert "quantities" in shown(chain.maker, chain.extraction)
    (sent,) = chain.maker.record(transfer(chain.sold, chain.trader.id, "20", departed_at=day(9)))
    # On its way it is nobody's to see more by.
    for reader in (chain.maker, chain.trader):
        assert "quantities" not in shown(reader, chain.extraction)
    chain.trader.record(receipt(sent, received_at=day(11)))
    assert "quantities" in shown(chain.trader, chain.extraction)
    assert "quantities" not in shown(chain.maker, chain.extraction)


def test_what_a_compromised_key_has_granted_is_closed(chain: Chain) -> None:
    stolen = SigningKey.generate()
    chain.miner.record(further_key(chain.miner.id, stolen))
    answer = chain.miner.submit(grant(["quantities"], chain.stranger), key=stolen)
    assert answer.status_code == 201, answer.text
    assert "quantities" in shown(chain.stranger, chain.extraction)
    chain.miner.record(
        Revocation(
            key=stolen.key_id,
            reason=RevocationReason.KEY_COMPROMISE,
            compromised_at=day(0),
        )
    )
    assert "quantities" not in shown(chain.stranger, chain.extraction)
