"""What an audit computes of its batch as earlier sizes of the log had it, through lenses of others too."""

from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenite_proto.audit.auditing import Auditing
from provenite_proto.audit.gaps import Upstream
from provenite_proto.audit.recomputing import Recomputing
from provenite_proto.audit.upstream import add_upstream
from provenite_proto.audit.verdict import Tally
from provenite_proto.audit.verifying import verify, works
from provenite_proto.content import LENSES, Lens, Rule, own_lens
from provenite_proto.pack import Pack
from provenite_proto.record import (
    Accreditation,
    Attestation,
    Outcome,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    Retraction,
    RetractionReason,
    Subject,
    SubjectKind,
)
from provenite_proto.replay import Replay
from provenite_proto.tables import IN_MEMORY
from tests.proto.making.firms import Firms
from tests.proto.making.keys import AUDIENCE
from tests.proto.making.models import copper
from tests.proto.packing import opened, packed
from tests.proto.test_replay import History

OWN = own_lens(
    "Vouched for, and by whom controlled",
    (Rule("{country}"),),
    (
        Rule("doubted", attested=("not_attested", "proxy")),
        Rule("foreign", controllers=("CN",)),
        Rule("seen", stage=("refining",)),
    ),
)
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)


class Audited(NamedTuple):
    """What an audit keeps of a pack."""

    recomputing: Recomputing
    ways: tuple[Upstream, Upstream]


def audited(firms: Firms, batch: str) -> Audited:
    pack = Pack(opened(packed(firms, batch)))
    auditing = Auditing(pack.head.ledger, Tally(), IN_MEMORY, whole=False)
    frame = auditing.admitting.frame
    recomputing = Recomputing(frame, Tally(), IN_MEMORY)
    for work in works(pack.statements(), None, IN_MEMORY):
        for checked in verify(work).statements:
            admitted = auditing.take(checked)
            assert admitted is not None
            recomputing.add(admitted)
    up = Upstream.none(IN_MEMORY, "way")
    for _ in add_upstream(up, batch, frame):
        pass
    return Audited(recomputing, (up, recomputing.averaged_over(up)))


@SLOW
@given(st.data())
def test_it_is_what_a_ledger_of_that_size_has(data: st.DataObject) -> None:
    history = History(data)
    history.enter()
    for _ in range(data.draw(st.integers(6, 24))):
        history.happen()
    firms = history.firms
    batch = data.draw(st.sampled_from(list(firms.replay.state.batches)))
    found = audited(firms, batch)
    made_at = firms.at(batch.partition(".")[0])
    size = data.draw(st.integers(made_at + 1, len(firms.earlier)))
    looks: tuple[Lens, ...] = (*LENSES.values(), OWN)
    unknown = {
        lens for each in found.recomputing.unknown(looks, *found.ways, size) for lens in each.lenses
    }
    assert OWN.id not in unknown
    known = [lens for lens in looks if lens.id not in unknown]
    # Whatever was computed before, through other lenses, as of another size.
    found.recomputing.content(batch, found.ways, known[::2], len(firms.earlier))
    content = found.recomputing.content(batch, found.ways, known, size)
    replay = Replay(AUDIENCE, looks)
    for step in firms.earlier[:size]:
        replay.add(step["statement"], step["recordedAt"])
    expected = replay.content(batch)
    assert content.keys() == expected.keys()
    for element, lenses in content.items():
        for lens, labels in lenses.items():
            assert labels == expected[element][lens], (element, lens)


def test_what_is_withdrawn_later_held_until_then() -> None:
    """An attestation, and ownership: each counts before its retraction, and not after."""
    firms = Firms("miner", "auditor")
    firms.add(
        "registrar",
        Accreditation(party=firms.ids["auditor"], scheme="irma", valid_from=firms.time(-100)),
    )
    said = {"owned": firms.add("miner", owned(firms))}
    mined = firms.add("miner", firms.extracted(copper("1")))
    said["attested"] = firms.add(
        "auditor",
        Attestation(
            subject=Subject(kind=SubjectKind.STATEMENT, id=mined),
            scheme="irma",
            outcome=Outcome.CONFORMS,
            valid_from=firms.time(-100),
        ),
    )
    whole = len(firms.earlier)
    for name, lens, before, after in (
        ("owned", "controllers", "AU+unknown", "unknown"),
        ("attested", "attested", "attested", "not_attested"),
    ):
        later = firms.copy()
        later.add(
            "miner" if name == "owned" else "auditor",
            Retraction(statement=said[name], reason=RetractionReason.FRAUD),
        )
        found = audited(later, f"{mined}.0")
        for size, label in ((whole, before), (whole + 1, after)):
            content = found.recomputing.content(f"{mined}.0", found.ways, (LENSES[lens],), size)
            assert content["Cu"][lens] == {label: 1_000_000}, (name, size)


def owned(firms: Firms) -> Ownership:
    link = OwnershipLink(holder="A", country="AU", equity="0.5")
    return Ownership(valid_from=firms.time(-100), parties=OwnershipParties(links=(link,)))
