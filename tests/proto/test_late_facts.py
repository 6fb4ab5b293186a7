"""Which statements a late fact reaches, and users' lenses over what has been recorded."""

from pathlib import Path

import msgspec
import pytest

from provenite_proto.content import LENSES, Standing, read_own
from provenite_proto.ledger import Accredited, Attested, Owned, State
from provenite_proto.record import (
    Accreditation,
    Attestation,
    Outcome,
    Revocation,
    RevocationReason,
    Stage,
    Subject,
    SubjectKind,
)
from provenite_proto.replay import Facts, Reach, Replay, reach, standing

from .making.firms import Firms
from .making.keys import AUDIENCE, TestKey, signed
from .making.late_facts import EVER, SCHEME
from .making.lenses import ABROAD
from .making.models import copper

STORIES = sorted((Path(__file__).parents[2] / "proto" / "vectors" / "content").glob("*.json"))


def known_in(state: State) -> Facts:
    """All of the register as it is now."""
    return Facts(
        keys=dict(state.keys),
        statements=dict(state.statements),
        attestations=tuple(state.attestations.values()),
        accreditations=tuple(state.accreditations.values()),
        ownerships=tuple(state.ownerships.values()),
    )


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_what_is_supposed_is_what_comes(story: Path) -> None:
    """After each statement what stood before it stands as the facts with its effects foretold."""
    case = msgspec.json.decode(story.read_bytes())
    replay = Replay(case["audience"])
    for step in case["statements"]:
        makings = dict(replay.makings)
        admission = replay.check(step["statement"], step["recordedAt"])
        supposed = known_in(replay.state).after(admission.effects)
        replay.add(step["statement"], step["recordedAt"])
        for name, making in makings.items():
            assert standing(making, supposed) == replay.standings[name]


def test_an_accreditation_falls_with_the_registrars_key() -> None:
    firms = Firms("miner", "auditor")
    spare = TestKey("registrar's spare")
    firms.add("registrar", firms.key(firms.ids["registrar"], spare))
    accredited = firms.add(
        "registrar", Accreditation(party=firms.ids["auditor"], scheme=SCHEME, valid_from=EVER)
    )
    mined = firms.add("miner", firms.extracted(copper("1")))
    firms.add(
        "auditor",
        Attestation(
            subject=Subject(kind=SubjectKind.STATEMENT, id=mined),
            scheme=SCHEME,
            outcome=Outcome.CONFORMS,
            valid_from=EVER,
        ),
    )
    assert firms.replay.standings[mined] == Standing(False, "attested", ("unknown",))
    at = firms.replay.state.statements[accredited].recorded_at
    record = Revocation(
        key=firms.keys["registrar"].key_id,
        reason=RevocationReason.KEY_COMPROMISE,
        compromised_at=firms.time((at - firms.now) // 60),
    )
    firms.replay.add(signed(record, spare, firms.now), firms.now)
    assert firms.replay.standings[mined] == Standing(False, "not_attested", ("unknown",))
    (change,) = firms.replay.changes
    assert change.batch == f"{mined}.0"
    assert change.before["Cu"]["attested"] == {"attested": 1_000_000}
    assert change.after["Cu"]["attested"] == {"not_attested": 1_000_000}
    assert firms.replay.anew() == firms.replay.contents


def test_what_only_adds_to_the_log_reaches_nothing() -> None:
    firms = Firms("miner", "refiner")
    mined = firms.extracted(copper("1"))
    admission = firms.replay.check(firms.sign("miner", mined), firms.now)
    assert not reach(admission.effects)
    assert not firms.replay.changes


def test_a_key_reaches_through_what_it_signed_and_no_further() -> None:
    firms = Firms("miner", "refiner")
    state = firms.replay.state
    key = firms.keys["registrar"].key_id
    vouched = Attested(
        id=firms.ids["miner"],
        attester="auditor",
        kind=SubjectKind.BATCH,
        subject="s.0",
        scheme=SCHEME,
        conforms=True,
        recorded_at=0,
        valid_from=EVER,
        valid_until=None,
    )
    owned = Owned(firms.ids["refiner"], 0, 0, "firm", EVER, None, ())
    accredited = Accredited(firms.ids["refiner"], 0, 0, "auditor", "other", EVER, None)
    facts = Facts(state.keys, state.statements, [vouched], [accredited], [owned])
    lost = Reach(keys=frozenset((key,))).widened(facts)
    assert lost.statements == {"s"}
    assert lost.parties == {"firm"}
    assert lost.accredited == {("auditor", "other")}
    other = Reach(keys=frozenset(("another",))).widened(facts)
    assert not (other.statements or other.parties or other.accredited)


def test_a_users_lens_sees_what_has_been_recorded() -> None:
    firms = Firms("miner", "refiner")
    inputs = {}
    for country, mass in (("CN-XJ", "30"), ("CL", "70")):
        mined = firms.extracted(copper(mass), country=country)
        inputs[firms.add("miner", mined) + ".0"] = mass
    made = firms.add("miner", firms.transformed(inputs, copper("100"), stage=Stage.REFINING))
    own = read_own(ABROAD)
    replay = Replay(AUDIENCE, (*LENSES.values(), own))
    for step in firms.earlier:
        replay.add(step["statement"], step["recordedAt"])
    labels = replay.content(f"{made}.0")["Cu"][own.id]
    assert labels == {"abroad": 30_000_000, "other": 70_000_000}
    brought = replay.contributions(f"{made}.0", "Cu", own.id, "abroad")
    assert [(each.kind, each.mass) for each in brought] == [("source", 30_000_000)]
