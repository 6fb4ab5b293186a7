"""The audit of packs: what holds is verified, what is false is found, and what is left out is never an assurance."""

import io
import sys
from collections.abc import Iterable, Iterator
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenite_proto.audit import (
    MAX_LISTED,
    Outcome,
    Tally,
    Trust,
    Verdict,
    Verified,
    Work,
    audit_pack,
    one_by_one,
)
from provenite_proto.audit.admitting import ALONE
from provenite_proto.audit.filling import required
from provenite_proto.audit.frame import Frame
from provenite_proto.ledger import State, admit
from provenite_proto.log import parse_policy
from provenite_proto.pack import KINDS as PACK_KINDS
from provenite_proto.problem import FINDINGS, Problem
from provenite_proto.record import (
    CustodyModel,
    Declaration,
    Document,
    Documents,
    Facts,
    Key,
    Ownership,
    OwnershipParties,
    Party,
    Site,
    SiteIdentities,
    Stage,
    Waste,
)
from provenite_proto.statement import PublicKey, Statement, parse
from provenite_proto.tables import IN_MEMORY
from tests.proto.forging import Forged, forged, redacted
from tests.proto.making import audits
from tests.proto.making.audits import Chain
from tests.proto.making.certifying import certificate
from tests.proto.making.firms import Firms
from tests.proto.making.keys import AUDIENCE, digest_of
from tests.proto.making.models import copper
from tests.proto.packing import LOG, claimed, packed
from tests.proto.test_replay import History
from tests.proto.zipping import members_of, parts, zipped

TRUST = Trust(LOG.key)
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)


def audited(data: bytes, trust: Trust = TRUST) -> Verdict:
    return audit_pack(io.BytesIO(data), trust)


def history(data: st.DataObject) -> tuple[Firms, str]:
    """What some firms have done, and one of the batches."""
    found = History(data)
    found.enter()
    for _ in range(data.draw(st.integers(4, 24))):
        found.happen()
    return found.firms, data.draw(st.sampled_from(list(found.replay.state.batches)))


@SLOW
@given(st.data())
def test_what_a_ledger_has_admitted_is_verified(data: st.DataObject) -> None:
    firms, batch = history(data)
    verdict = audited(packed(firms, batch))
    assert verdict.failures == ()
    assert verdict.withheld == ()
    assert {each.what for each in verdict.missing} <= {"average"}
    assert verdict.verified["admission"] == len(firms.earlier)


@SLOW
@given(st.data())
def test_a_redacted_chain_is_never_verified_and_never_false(data: st.DataObject) -> None:
    firms, batch = history(data)
    withheld = data.draw(st.floats(0.05, 1))
    seed = data.draw(st.randoms(use_true_random=False))
    verdict = audited(packed(firms, batch, show=lambda index, section: seed.random() >= withheld))
    assert verdict.failures == ()
    if verdict.withheld:
        assert verdict.outcome is Outcome.UNCHECKED


@SLOW
@given(st.data())
def test_a_statement_before_what_it_refers_to_is_false(data: st.DataObject) -> None:
    firms, batch = history(data)
    statements = [parse(each["statement"]) for each in firms.earlier]
    names = [{each.digest, *registered(each)} for each in statements]
    texts = [msgspec.json.encode(each.record).decode() + each.key_id for each in statements]
    pairs = [
        (first, second)
        for second, text in enumerate(texts)
        for first in range(second)
        if any(name in text for name in names[first])
    ]
    made = forged(firms, batch, claimed(firms.replay.content(batch)))
    made.swap(*data.draw(st.sampled_from(pairs)))
    assert audited(made.packed()).outcome is Outcome.FALSE


def registered(statement: Statement) -> set[str]:
    """The ids of the keys that a statement registers."""
    record = statement.record
    return {PublicKey(record.key).key_id} if isinstance(record, Party | Key) else set()


@SLOW
@given(st.data())
def test_a_pack_without_a_statement_on_the_way_is_never_verified(data: st.DataObject) -> None:
    firms, batch = history(data)
    without = firms.at(data.draw(st.sampled_from(sorted(on_the_way(firms.replay.state, batch)))))
    kept = set(range(len(firms.earlier))) - {without}
    assert audited(packed(firms, batch, indices=kept)).outcome is not Outcome.VERIFIED


def on_the_way(state: State, batch: str) -> set[str]:
    """The statements that made a batch, moved it and gave it back, and those that enrolled their issuers, one by one."""
    maker, _, number = batch.partition(".")
    said = state.statements[maker]
    found = {maker, said.issuer}
    sources = {each.batch for each in said.draws}
    if said.kind == "transfer":
        sources = {said.draws[int(number)].batch}
    elif said.kind == "receipt":
        root = state.batches[batch].root
        assert said.transfer is not None
        sources = {
            each
            for each in state.shipments[said.transfer].batches
            if state.batches[each].root == root
        }
    elif said.kind == "retraction":
        (withdrawn,) = (each for each in state.statements.values() if each.retracted_by == maker)
        found.add(withdrawn.id)
        sources = {withdrawn.draws[int(number)].batch}
    for source in sources:
        shipment = state.shipments.get(source.partition(".")[0])
        if said.kind in ("transformation", "transfer") and shipment is not None:
            found.add(str(shipment.receipt))
        found |= on_the_way(state, source)
    return found


FACTS = frozenset({"retraction", "revocation", "ownership", "attestation", "accreditation"})


@SLOW
@given(st.data())
def test_what_is_left_out_of_a_pack_is_missing_and_never_false(data: st.DataObject) -> None:
    """But facts that the claimed content knows of: without them it does not follow, and that is said."""
    firms, batch = history(data)
    kinds = [
        firms.replay.state.statements[parse(each["statement"]).digest].kind
        for each in firms.earlier
    ]
    kept = {
        index for index, kind in enumerate(kinds) if kind in FACTS or data.draw(st.integers(0, 2))
    }
    verdict = audited(packed(firms, batch, indices=kept | {0}))
    assert verdict.failures == ()


def test_each_finding_is_told_of_a_pack_or_needs_the_whole_ledger() -> None:
    assert FINDINGS.keys() - ALONE == {
        "capacity-exceeded",
        "balance-too-perfect",
        "document-reused",
        "site-shared",
    }
    assert FINDINGS.keys() > ALONE


@pytest.mark.parametrize(
    ("to", "shown", "told"),
    [
        ("US", True, ["shipment-barred"]),
        ("US", False, ["shipment-barred"]),
        ("BE", True, ["consent-missing"]),
        # Whether the documents are there is withheld.
        ("BE", False, []),
    ],
)
def test_a_barred_shipment_is_told_of_a_redacted_chain_too(
    to: str, shown: bool, told: list[str]
) -> None:
    firms = Firms("recycler", "refiner")
    mass = {
        firms.add("recycler", firms.collected(("copper-scrap", "10", {"Cu": "0.95"}))) + ".0": "10"
    }
    waste = Waste(code="Y49", purpose="recovery")
    bill = Documents(documents=(Document(kind="bill-of-lading", digest=digest_of("bill")),))
    record = firms.shipped(
        "refiner", mass, from_country="GH", to_country=to, waste=waste, documents=bill
    )
    sent = firms.add("recycler", record)
    pack = packed(firms, f"{sent}.0", show=lambda index, section: shown)
    assert [each.finding.slug for each in audited(pack).doubts] == told


def test_a_section_is_required_where_the_rules_ask_for_it() -> None:
    """Each record that a ledger has admitted, without one of its sections: refused for it, or not."""
    seen = set()
    chain = Chain()
    owned = Ownership(valid_from=chain.firms.time(), parties=OwnershipParties(links=()))
    chain.firms.add("miner", owned)
    declared = Declaration(batch=f"{chain.mined}.0", costs=Facts())
    chain.firms.add("miner", declared)
    chain.firms.add("registrar", certificate(chain.firms, "miner", f"{chain.mined}.0"))
    for index, step in enumerate(chain.firms.earlier):
        statement, state = parse(step["statement"]), State()
        for earlier in chain.firms.earlier[:index]:
            admitted = admit(
                parse(earlier["statement"]), state, audience=AUDIENCE, now=earlier["recordedAt"]
            )
            state.apply(admitted)
        for name in statement.record.sections:
            bare = msgspec.structs.replace(statement.record, **{name: None})
            without = msgspec.structs.replace(statement, record=bare)
            try:
                admit(without, state, audience=AUDIENCE, now=step["recordedAt"])
                refused = False
            except Problem as problem:
                refused = problem.slug == "section-missing"
            assert refused == (name in required(bare)), (statement.record, name)
            if refused:
                seen.add((str(bare.__struct_config__.tag), name))
    assert seen == {
        ("extraction", "quantities"),
        ("transformation", "quantities"),
        ("transfer", "quantities"),
        ("transfer", "parties"),
        ("ownership", "parties"),
        ("declaration", "costs"),
        ("certificate", "identities"),
    }


def test_lists_are_bounded_and_counts_are_not() -> None:
    tally, more = Tally(), Tally()
    for each in (tally, more):
        for number in range(MAX_LISTED + 1):
            each.fail("order-false", f"{number}.")
            each.miss("batch", f"{number}.")
            each.claim("times", f"{number}.")
    for found in (tally, tally.with_all_of(more), more.with_all_of(Tally())):
        for entries in (found.failures, found.missing, found.claims):
            assert len(entries) == MAX_LISTED
    assert tally.counts["failures"] == MAX_LISTED + 1
    assert tally.with_all_of(more).counts["missing"] == 2 * (MAX_LISTED + 1)


def test_what_averages_look_back_on_is_followed_once() -> None:
    """Each averages over all before it: twice as many take twice as many calls, and not four or sixteen times."""
    few, many = (calls(averaging(count)) for count in (20, 40))
    assert many < 3 * few


def test_a_witness_that_dates_itself_to_the_past_is_told_and_accuses_nobody() -> None:
    made, trust = forged_case("witnessed-in-1970-by-one-of-two")
    (claim,) = (
        each for each in audited(made.packed(), trust).claims if each.slug == "witness-time"
    )
    assert claim.detail.startswith("The witness w0 ")
    made, trust = forged_case("witnessed")
    assert all(each.slug != "witness-time" for each in audited(made.packed(), trust).claims)


def test_what_no_key_was_tried_on_is_false() -> None:
    def untried(members: Iterable[Work]) -> Iterator[Verified]:
        for found in one_by_one(members):
            statements = (msgspec.structs.replace(each, signed=False) for each in found.statements)
            yield msgspec.structs.replace(found, statements=tuple(statements))

    made = Chain().forged()
    verdict = audit_pack(io.BytesIO(made.packed()), TRUST, untried)
    first = verdict.failures[0]
    assert (first.slug, first.index) == ("signature-invalid", 0)
    assert verdict.verified["form"] == len(made.lines)
    assert verdict.verified.keys().isdisjoint({"signature", "admission"})


def test_batches_of_which_nothing_is_known_share_what_is_assumed_of_them() -> None:
    """An input takes a few bytes of a pack: a table of the elements for each would be a hundred times as much."""
    frame = Frame(IN_MEMORY)
    for number in range(2):
        frame.assume_batch(f"{'A' * 43}.{number}", "B" * 43, None)
    first, second = frame.state.batches.values()
    assert first.elements is second.elements
    assert first.offsets is second.offsets


def averaging(count: int) -> bytes:
    """A pack of matter that is refined again and again under the rolling average."""
    firms = Firms("miner", "recycler")
    site = firms.add("recycler", Site(country="BE", stages=(Stage.REFINING,)))
    batch = f"{firms.add('miner', firms.extracted(copper('10')))}.0"
    batch = f"{firms.delivered('miner', 'recycler', {batch: '10'})}.0"
    runs = []
    for _ in range(count):
        record = firms.transformed(
            {batch: "10"},
            copper("10"),
            country="BE",
            custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
            identities=SiteIdentities(site=site),
        )
        refined = firms.add("recycler", record)
        runs.append(firms.at(refined))
        batch = f"{refined}.0"
    made = forged(firms, batch, claimed(firms.replay.content(batch)))
    for number, run in enumerate(runs):
        made.change(run, averaged=tuple(runs[:number]))
    return made.packed()


def calls(pack: bytes) -> int:
    """How many functions an audit calls that verifies."""
    found = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal found
        found += event == "call"

    sys.setprofile(count)
    try:
        verdict = audited(pack)
    finally:
        sys.setprofile(None)
    assert verdict.outcome is Outcome.VERIFIED
    return found


BROKEN = [
    (name, case)
    for name, case in audits.cases()
    if case["expected"]["outcome"] == "false" and "logKey" in case
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([name for name, _ in BROKEN]), st.randoms(use_true_random=False))
def test_a_broken_chain_does_not_pass_for_being_redacted(name: str, chance: Random) -> None:
    """Whoever withholds sections of it withholds the defect at the most, and what is withheld is not verified."""
    made, trust = forged_case(name)
    redacted(made, lambda index, section: chance.random() < 0.4)
    verdict = audited(made.packed(), trust)
    assert verdict.outcome is not Outcome.VERIFIED


def forged_case(name: str) -> tuple[Forged, Trust]:
    """A broken chain anew, and what the auditor brings."""
    for maker in audits.MAKERS:
        for found, made, _, members in maker():
            if found == name:
                policy = members.get("policy")
                return made, Trust(LOG.key, parse_policy(policy) if policy else None)
    raise LookupError(name)


def test_a_pack_with_one_byte_changed_anywhere_is_refused() -> None:
    """Whichever member, header or directory entry the byte is in: exit code 1, and a reason for people."""
    firms = Firms("miner")
    mined = firms.add("miner", firms.extracted(("copper-cathode", "1", {"Cu": "0.9999"})))
    whole = packed(firms, f"{mined}.0", policy="quorum none\n")
    assert audited(whole).outcome is Outcome.VERIFIED
    places = {name: whole.index(name.encode()) for name in Names}
    assert len(places) == len(Names)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        verdict = audited(bytes(changed))
        assert verdict.outcome is Outcome.FALSE
        (failure,) = (each for each in verdict.failures if each.slug.startswith("pack-"))
        assert failure.slug in PACK_KINDS and failure.detail


def test_a_member_that_cannot_be_read_is_told_once() -> None:
    """What it had is not told as missing besides: the file is damaged, and nothing follows from that."""
    members = members_of(packed(Chain().firms, Chain().batch))
    lines = members["statements/000000.jsonl"].split(b"\n")
    for damaged in (b"\n".join([b"{", *lines[1:]]), b"\n".join([*lines[:-2], b"{", b""])):
        whole = parts({**members, "statements/000000.jsonl": damaged})
        verdict = audited(zipped(whole))
        assert [each.slug for each in verdict.failures] == ["pack-malformed"]
        assert verdict.missing == ()


Names = (
    "pack.json",
    "checkpoint",
    "log.txt",
    "witnesses.txt",
    "statements/000000.jsonl",
    "content.json",
    "report.txt",
    "manifest.json",
)
