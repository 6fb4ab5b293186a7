"""What late statements change of earlier content, over HTTP: the same as the pure replay of the log comes to."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from provenite_proto import paths
from provenite_proto.record import (
    Outcome,
    RetractionReason,
    RevocationReason,
    Site,
    SiteIdentities,
    Stage,
    SubjectKind,
)
from provenite_proto.statement import SigningKey
from tests.ledger.replaying import Story, content_of, told
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
from tests.ledger.speaking import (
    accrediting,
    attesting,
    countersigning,
    digest,
    for_supplier,
    owned,
    retracting,
    revoking,
)


class Chain(NamedTuple):
    """Two mines, of which one speaks for a supplier; a refiner that blends; a maker and a trader that buy parts."""

    story: Story
    north: Firm
    south: Firm
    refiner: Firm
    maker: Firm
    trader: Firm
    auditor: Firm
    site: str
    mined: str
    proxied: str
    kept: str
    refined: str
    parts: tuple[str, str]
    made: str

    def upstream(self, batch: str) -> set[str]:
        """The batches whose content changes with that of a batch of a mine."""
        shipped = {
            each.id for each in self.story.replay.state.batches.values() if each.root == batch
        }
        return {*shipped, self.refined, *self.parts, self.made}


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    story = Story(ledger)
    north, south = (story.enrol("miner", country="CL", name=name) for name in ("Norte", "Sur"))
    refiner, maker = story.enrol("refiner"), story.enrol("manufacturer")
    trader, auditor = story.enrol("trader"), story.enrol("auditor", country="GB")
    site = story.tells(north, Site(country="CL", stages=(Stage.EXTRACTION,)))
    story.tells(ledger.registrar, accrediting(auditor.id))
    mined = story.makes(north, extraction("300", identities=SiteIdentities(site=site)))
    proxied = story.makes(south, for_supplier("Pirquineros"))
    kept = story.makes(north, extraction("7"))
    days = {"departed": day(1), "received": day(3)}
    bought = story.ships(north, mined, refiner, "200", days)
    other = story.ships(south, proxied, refiner, "100", days)
    refined = story.makes(refiner, refining([(bought, "200"), (other, "100")], "90", cu="1"))
    days = {"departed": day(6), "received": day(8)}
    parts = tuple(
        story.ships(refiner, refined, firm, kg, days)
        for firm, kg in ((maker, "40"), (trader, "0.000002"))
    )
    made = story.makes(
        maker, refining([(parts[0], "30")], "29", stage=Stage.FORMING, occurred_at=day(9), cu="1")
    )
    story.check()
    return Chain(
        story,
        north,
        south,
        refiner,
        maker,
        trader,
        auditor,
        site,
        mined,
        proxied,
        kept,
        refined,
        (parts[0], parts[1]),
        made,
    )


def settled(story: Story, late: str, *changed: str) -> None:
    """The late statement has changed these batches, as the replay says, and nothing else."""
    story.check()
    found = story.consequences(late)
    assert found == story.changes[late]
    assert found.keys() == set(changed)
    for batch, (_, after) in found.items():
        now = story.expected(batch)
        for element, lenses in after.items():
            assert all(now[element][lens] == labels for lens, labels in lenses.items())


def test_retraction(chain: Chain) -> None:
    story = chain.story
    before = content_of(chain.maker, chain.made, lens="origin")
    assert before == {"Cu": {"origin": {"CL": 29_000_000}}}
    late = story.tells(chain.north, retracting(chain.mined, RetractionReason.FRAUD))
    after = content_of(chain.maker, chain.made, lens="origin")
    assert after == {"Cu": {"origin": {"CL": 9_666_667, "unknown": 19_333_333}}}
    settled(story, late, *chain.upstream(chain.mined))
    # Each is told of what it sees the content of, and strangers of nothing.
    assert told(chain.trader, late).keys() == {chain.parts[1]}
    assert told(chain.maker, late).keys() == {chain.parts[0], chain.made}
    assert told(chain.south, late) == {}
    assert told(chain.story.ledger.enrol("trader"), late) == {}


def test_retraction_of_a_part_gives_back_and_changes_the_rest(chain: Chain) -> None:
    """The forming is withdrawn: what it used comes back, and only its own batch is void."""
    late = chain.story.tells(chain.maker, retracting(chain.made))
    settled(chain.story, late, chain.made)
    assert content_of(chain.maker, f"{late}.0", lens="origin") == {
        "Cu": {"origin": {"CL": 30_000_000}}
    }


def test_a_replacement_changes_only_what_it_replaces(chain: Chain) -> None:
    story = chain.story
    again = story.makes(chain.north, extraction("7", country="PE"))
    late = story.tells(chain.north, retracting(chain.kept, replacement=digest(again)))
    settled(story, late, chain.kept)


@pytest.mark.parametrize("kind", SubjectKind)
def test_attestation(chain: Chain, kind: SubjectKind) -> None:
    subjects = {
        SubjectKind.STATEMENT: digest(chain.mined),
        SubjectKind.BATCH: chain.mined,
        SubjectKind.SITE: chain.site,
        SubjectKind.PARTY: chain.north.id,
    }
    late = chain.story.tells(chain.auditor, attesting(subjects[kind], kind))
    changed = chain.upstream(chain.mined)
    if kind is SubjectKind.PARTY:
        changed |= {chain.kept}
    # Refining and forming are nobody's yet: what is attested of the ore is not of the whole path.
    chain.story.check()
    found = chain.story.consequences(late)
    assert found == chain.story.changes[late]
    assert {chain.mined} <= found.keys() <= changed
    before, after = found[chain.mined]
    assert before == {"Cu": {"attested": {"not_attested": 90_000_000}}}
    assert after == {"Cu": {"attested": {"attested": 90_000_000}}}


def test_attestations_against_each_other_and_their_withdrawal(chain: Chain) -> None:
    story, subject = chain.story, digest(chain.kept)
    changed: list[bool] = []

    def tell(firm: Firm, record: object) -> str:
        late = story.tells(firm, record)  # type: ignore[arg-type] # any record
        story.check()
        found = story.consequences(late)
        assert found == story.changes[late]
        changed.append(chain.kept in found)
        return late

    first = tell(chain.auditor, attesting(subject))
    against = tell(chain.auditor, attesting(subject, outcome=Outcome.DOES_NOT_CONFORM))
    tell(chain.auditor, retracting(against, RetractionReason.WITHDRAWN))
    tell(chain.auditor, retracting(first, RetractionReason.WITHDRAWN))
    assert changed == [True, True, True, True]


def test_the_lapse_of_an_accreditation(chain: Chain) -> None:
    """What was attested while it held counts on; what is attested afterwards does not."""
    story, registrar = chain.story, chain.story.ledger.registrar
    story.tells(chain.auditor, attesting(digest(chain.kept)))
    # What is recorded in a second counts as of that second.
    time.sleep(1.1)
    lapsed = story.tells(registrar, accrediting(chain.auditor.id, until=day(20)))
    settled(story, lapsed)
    late = story.tells(chain.auditor, attesting(digest(chain.mined)))
    settled(story, late)
    time.sleep(1.1)
    assert content_of(chain.north, chain.kept, lens="attested") == {
        "Cu": {"attested": {"attested": 2_100_000}}
    }
    renewed = story.tells(registrar, accrediting(chain.auditor.id))
    settled(story, renewed)
    withdrawn = story.tells(registrar, retracting(renewed, RetractionReason.WITHDRAWN))
    settled(story, withdrawn)


def test_a_countersignature_lifts_the_mark_of_a_proxy(chain: Chain) -> None:
    supplier = chain.story.enrol("miner", country="CL", name="Pirquineros")
    before = content_of(chain.south, chain.proxied, lens="attested")
    assert before == {"Cu": {"attested": {"proxy": 30_000_000}}}
    late = chain.story.tells(supplier, countersigning(chain.proxied))
    settled(chain.story, late, *chain.upstream(chain.proxied))
    after = content_of(chain.south, chain.proxied, lens="attested")
    assert after == {"Cu": {"attested": {"not_attested": 30_000_000}}}


def rekeyed(story: Story, firm: Firm, key: SigningKey) -> Firm:
    """The firm as it speaks with another key from now on."""
    fresh = Firm(story.ledger, key, firm.id)
    story.firms = [fresh if each.id == firm.id else each for each in story.firms]
    story.batches = {
        batch: fresh if each.id == firm.id else each for batch, each in story.batches.items()
    }
    return fresh


def test_a_compromised_key(chain: Chain) -> None:
    """What the north mine's key signed since its theft is disowned, and so is the key that it registered since."""
    story, north, registrar = chain.story, chain.north, chain.story.ledger.registrar
    thief = SigningKey.generate()
    story.tells(north, further_key(north.id, thief))
    by_thief = story.makes(Firm(story.ledger, thief, north.id), extraction("5"))
    stolen = revoking(north.key.key_id, RevocationReason.KEY_COMPROMISE, compromised_at=day(0))
    late = story.tells(registrar, stolen)
    for key in (north.key, thief):
        refused = Firm(story.ledger, key, north.id).get(paths.BATCHES)
        assert refused.json()["type"].endswith("token-invalid")
    restored = SigningKey.generate()
    story.tells(registrar, further_key(north.id, restored))
    rekeyed(story, north, restored)
    settled(story, late, chain.kept, by_thief, *chain.upstream(chain.mined))


def test_what_was_recorded_before_the_compromise_stands(chain: Chain) -> None:
    story, north = chain.story, chain.north
    safe = SigningKey.generate()
    story.tells(north, further_key(north.id, safe))
    time.sleep(1.1)
    since = datetime.now(UTC)
    after = story.makes(north, extraction("5"))
    stolen = revoking(north.key.key_id, RevocationReason.KEY_COMPROMISE, compromised_at=since)
    late = story.tells(Firm(story.ledger, safe, north.id), stolen)
    rekeyed(story, north, safe)
    settled(story, late, after)


def test_a_key_given_up_changes_nothing(chain: Chain) -> None:
    story, north = chain.story, chain.north
    safe = SigningKey.generate()
    story.tells(north, further_key(north.id, safe))
    late = story.tells(Firm(story.ledger, safe, north.id), revoking(north.key.key_id))
    rekeyed(story, north, safe)
    settled(story, late)


def test_ownership(chain: Chain) -> None:
    story = chain.story
    # Of the part of 2 mg one is the south's, of which nothing is known.
    late = story.tells(chain.north, owned("CL", "CN", valid_until=day(2)))
    settled(story, late, chain.kept, *chain.upstream(chain.mined))
    assert content_of(chain.north, chain.kept, lens="controllers") == {
        "Cu": {"controllers": {"CL+CN": 2_100_000}}
    }
    later = story.tells(chain.north, owned("US", valid_from=day(1)))
    settled(story, later)
    withdrawn = story.tells(chain.north, retracting(late, RetractionReason.WITHDRAWN))
    settled(story, withdrawn, chain.kept, *chain.upstream(chain.mined))


def test_it_is_worked_out_although_nobody_asks(chain: Chain) -> None:
    late = chain.story.tells(chain.north, retracting(chain.kept))
    deadline = time.monotonic() + 10
    while not (answer := chain.north.get(paths.consequences(late)).json())["settled"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (answer["revised"], answer["total"]) == (1, 1)
    assert [each["batch"] for each in answer["items"]] == [chain.kept]


def test_what_changes_nothing(chain: Chain) -> None:
    answer = chain.north.get(paths.consequences(digest(chain.mined))).json()
    assert (answer["settled"], answer["revised"], answer["total"]) == (True, 0, 0)
    assert "items" not in answer
    assert chain.north.get(paths.consequences("A" * 43)).status_code == 404


Tell = Callable[[], str]


def test_the_pass_over_all_statements_comes_to_the_same(chain: Chain) -> None:
    story = chain.story
    tells: list[Tell] = [
        lambda: story.tells(chain.auditor, attesting(chain.site, SubjectKind.SITE)),
        lambda: story.tells(chain.north, owned("CL")),
        lambda: story.tells(chain.refiner, owned("US", "DE")),
        lambda: story.tells(chain.south, retracting(chain.proxied)),
        lambda: story.tells(chain.auditor, attesting(chain.refined, SubjectKind.BATCH)),
        lambda: story.tells(chain.maker, retracting(chain.made)),
    ]
    late = [tell() for tell in tells]
    # They came in a row, and are worked out one by one.
    story.check()
    for each in late:
        assert story.consequences(each) == story.changes[each]
    assert story.replay.contents == story.replay.anew()
    shipped = story.makes(
        chain.refiner, transfer(chain.refined, chain.trader.id, "1", departed_at=day(10))
    )
    story.tells(chain.trader, receipt(shipped, received_at=day(12)))
    story.check()
