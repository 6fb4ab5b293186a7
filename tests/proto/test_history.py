"""Any history of several firms: whatever they try, matter is conserved and a refusal changes nothing."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from provenite_proto.ledger import BatchStatus, State, TransferStatus, admit
from provenite_proto.matter.quantity import fraction_text, kilograms
from provenite_proto.problem import FINDINGS, KINDS
from provenite_proto.record import (
    AnyRecord,
    Audience,
    Grant,
    ReceiptQuantities,
    ReceivedQuantity,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    SubjectKind,
)
from provenite_proto.statement import parse
from tests.proto.making.evidence import attested
from tests.proto.making.firms import Assay, Firms
from tests.proto.making.keys import AUDIENCE, TestKey, signed
from tests.proto.spans import Book, origins
from tests.proto.test_custody import tables
from tests.proto.test_touched import frame, outcome

NAMES = ("miner", "refiner", "trader", "recycler")
ANY = st.integers(0, 10**6)
"""Picks one of what there is."""
MASSES = st.one_of(st.integers(1, 9), st.integers(10**6, 10**12))
TENTHS = st.one_of(st.integers(1, 10), st.just(10), st.integers(0, 12))
"""Of what there is; more than ten is too much."""
WILD = st.sampled_from((False, False, False, True))
"""Whether to try what is not allowed as well."""


KINDS_OF_MATTER = ("extraction", "transformation", "transformation", "transfer", "receipt")


class Histories(RuleBasedStateMachine):
    """Firms that submit what is allowed and what is not."""

    def __init__(self) -> None:
        super().__init__()
        self.firms = Firms(*NAMES, "auditor")
        self.book = Book()
        self.log = [(each["statement"], each["recordedAt"]) for each in self.firms.earlier]
        self.spare = 0

    @property
    def state(self) -> State:
        return self.firms.replay.state

    @property
    def now(self) -> int:
        return self.firms.now + 60 * len(self.log)

    def submit(self, name: str, record: AnyRecord) -> None:
        """What is refused changes nothing, what is rolled back neither; what is touched is all that is needed."""
        text = signed(record, self.firms.keys[name], self.now)
        statement = parse(text)
        before = tables(self.state)
        found = outcome(statement, self.state, AUDIENCE, self.now)
        assert outcome(statement, frame(self.state, statement), AUDIENCE, self.now) == found
        assert tables(self.state) == before
        if isinstance(found, tuple):
            assert found[0] in KINDS
            return
        admission = admit(statement, self.state, audience=AUDIENCE, now=self.now)
        assert {finding.slug for finding in admission.findings} <= FINDINGS.keys()
        self.state.begin()
        self.state.apply(admission)
        self.state.rollback()
        assert tables(self.state) == before
        self.log.append((text, self.now))
        self.state.apply(admission)
        self.book.add(admission, self.state)
        # Sent again it is known, in whatever order its disclosures come: that is all that resubmission asks for.
        signed_part, *disclosures, end = text.split("~")
        again = parse("~".join((signed_part, *reversed(disclosures), end)))
        recorded = self.state.statements[again.digest]
        assert (recorded.kind, recorded.issuer) == (
            record.__struct_config__.tag,
            self.firms.ids[name],
        )
        assert recorded.batches == tuple(batch.id for batch in admission.created)

    def batch(self, number: int, wild: bool, name: str | None = None) -> str:
        """A batch that can be used, by a firm if one is named; or when `wild` any one."""
        useful = [
            batch.id
            for batch in self.state.batches.values()
            if batch.status is BatchStatus.HELD
            and batch.remaining
            and (name is None or batch.holder == self.firms.ids[name])
        ]
        batches = sorted(self.state.batches if wild or not useful else useful)
        return batches[number % len(batches)]

    def name(self, party: str) -> str:
        return next(name for name, each in self.firms.ids.items() if each == party)

    def time(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    @initialize(mass=MASSES, parts=st.integers(0, 10**9))
    def first(self, mass: int, parts: int) -> None:
        self.extract("miner", mass, parts)

    @rule(name=st.sampled_from(NAMES), mass=MASSES, parts=st.integers(0, 10**9))
    def extract(self, name: str, mass: int, parts: int) -> None:
        nickel = {"Ni": fraction_text(parts), "Co": fraction_text(10**9 - parts)}
        assay: Assay = ("black-mass-nmc", kilograms(mass), nickel)
        made = self.firms.collected if name == "recycler" else self.firms.extracted
        self.submit(name, made(assay, occurred_at=self.time()))

    @precondition(lambda self: self.state.batches)
    @rule(
        name=st.sampled_from(NAMES),
        numbers=st.lists(ANY, min_size=1, max_size=3),
        tenths=TENTHS,
        yielded=TENTHS,
        outputs=st.integers(1, 2),
        wild=WILD,
    )
    def transform(
        self, name: str, numbers: list[int], tenths: int, yielded: int, outputs: int, wild: bool
    ) -> None:
        if not wild:
            name = self.name(self.state.batches[self.batch(numbers[0], wild)].holder)
        inputs = list(dict.fromkeys(self.batch(number, wild, name) for number in numbers))
        batches = [self.state.batches[each] for each in inputs]
        masses = [each.remaining * tenths // 10 for each in batches]
        elements: dict[str, int] = {}
        for batch, mass in zip(batches, masses, strict=True):
            if mass <= batch.remaining:
                for element, part in batch.drawn(mass).items():
                    elements[element] = elements.get(element, 0) + part
        each_mass = max(1, sum(masses) * yielded // 10 // outputs)
        composition = {
            element: fraction_text(min(5 * 10**8, mass * 10**9 // max(1, sum(masses))))
            for element, mass in (elements or {"Ni": 0}).items()
        }
        assays: list[Assay] = [("black-mass-nmc", kilograms(each_mass), composition)] * outputs
        taken = dict(zip(inputs, map(kilograms, masses), strict=True))
        self.submit(name, self.firms.transformed(taken, *assays, occurred_at=self.time()))

    @precondition(lambda self: self.state.batches)
    @rule(to=st.sampled_from(NAMES), number=ANY, tenths=TENTHS, wild=WILD)
    def ship(self, to: str, number: int, tenths: int, wild: bool) -> None:
        batch = self.batch(number, wild)
        name = "trader" if wild else self.name(self.state.batches[batch].holder)
        mass = self.state.batches[batch].remaining * tenths // 10
        record = self.firms.shipped(to, {batch: kilograms(mass)}, departed_at=self.time())
        self.submit(name, record)

    @precondition(lambda self: self.state.shipments)
    @rule(
        number=ANY,
        accepted=st.sampled_from((True, True, False)),
        kept=TENTHS,
        refused=st.none() | st.integers(1, 11),
        weighed=st.sampled_from((True, True, False)),
        wild=WILD,
    )
    def receive(
        self,
        number: int,
        accepted: bool,
        kept: int,
        refused: int | None,
        weighed: bool,
        wild: bool,
    ) -> None:
        coming = [
            each.id
            for each in self.state.shipments.values()
            if wild or each.status is TransferStatus.IN_TRANSIT
        ]
        transfers = sorted(coming or self.state.shipments)
        shipment = self.state.shipments[transfers[number % len(transfers)]]
        name = "trader" if wild else self.name(shipment.receiver)
        quantities = None
        if weighed:
            masses = [self.state.batches[batch].mass for batch in shipment.batches]
            tenths = refused if refused and (accepted or wild) else 0
            quantities = ReceiptQuantities(
                inputs=tuple(
                    ReceivedQuantity(
                        mass=kilograms(mass * max(0, 10 - tenths) * kept // 100),
                        refused=kilograms(mass * tenths // 10) if tenths else None,
                    )
                    for mass in masses
                )
            )
        record = self.firms.received(
            shipment.id, accepted, quantities=quantities, received_at=self.time()
        )
        self.submit(name, record)

    @precondition(lambda self: self.state.batches)
    @rule(
        to=st.sampled_from(NAMES), number=ANY, kept=st.integers(1, 11), refused=st.integers(0, 10)
    )
    def deliver(self, to: str, number: int, kept: int, refused: int) -> None:
        """Ship and receive in part: what a firm does every day."""
        self.ship(to, number, 7, False)
        if self.state.shipments:
            self.receive(number, True, kept, refused, True, False)

    @rule(
        number=ANY,
        reason=st.sampled_from(RetractionReason),
        kind=st.sampled_from(KINDS_OF_MATTER),
        wild=WILD,
    )
    def retract(self, number: int, reason: RetractionReason, kind: str, wild: bool) -> None:
        some = [
            each.id
            for each in self.state.statements.values()
            if each.kind == kind and each.retracted_by is None
        ]
        if wild or not some:
            some = [each.id for each in self.state.statements.values() if wild or each.batches]
        digests = sorted(some)
        target = self.state.statements[digests[number % len(digests)]]
        if not wild:
            reason = RetractionReason.INCORRECT_DATA
        name = self.name(target.issuer)
        self.submit(name, Retraction(statement=target.id, reason=reason))

    @rule(name=st.sampled_from((*NAMES, "auditor")), number=ANY)
    def speak(self, name: str, number: int) -> None:
        """Vouch for what there is, and open it to others."""
        batch = self.batch(number, wild=True)
        self.submit(name, attested(self.firms, SubjectKind.BATCH, batch))
        maker = (batch.partition(".")[0],)
        self.submit(name, Grant(audience=Audience.HOLDERS, opened=("parties",), statements=maker))

    @rule(
        name=st.sampled_from((*NAMES, "registrar")),
        other=st.sampled_from(NAMES),
        compromised=st.booleans(),
    )
    def renew(self, name: str, other: str, compromised: bool) -> None:
        """A new key, and the old one is given up: by the firm itself, or by the registrar."""
        old = self.firms.keys[other]
        self.spare += 1
        new = TestKey(f"spare {self.spare}")
        self.submit(name, self.firms.key(self.firms.ids[other], new))
        reason = RevocationReason.SUPERSEDED
        date = None
        if compromised:
            reason, date = RevocationReason.KEY_COMPROMISE, self.time()
        self.submit(name, Revocation(key=old.key_id, reason=reason, compromised_at=date))
        registered = self.state.keys.get(new.key_id)
        if registered is not None and registered.revoked_at is None:
            self.firms.keys[other] = new

    @invariant()
    def every_milligram_is_in_one_place(self) -> None:
        self.book.check(self.state)

    @invariant()
    def every_history_begins_where_matter_enters(self) -> None:
        for batch in self.state.batches:
            assert origins(batch, self.state) <= {"extraction", "collection"}

    def teardown(self) -> None:
        """The statements in order come to the same state."""
        again = State()
        for text, recorded_at in self.log:
            again.apply(admit(parse(text), again, audience=AUDIENCE, now=recorded_at))
        assert tables(again) == tables(self.state)


TestHistories: Any = Histories.TestCase
TestHistories.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
