"""Replay: content is a function of the first statements alone, however late the facts came."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenite_proto.content import LENSES
from provenite_proto.problem import Problem
from provenite_proto.record import (
    Accreditation,
    Attestation,
    CertificateStatus,
    CustodyModel,
    Declaration,
    Facts,
    Outcome,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    Site,
    SiteIdentities,
    Stage,
    StatusIdentities,
    Subject,
    SubjectKind,
    Validity,
)
from provenite_proto.replay import Replay

from .making.certifying import certificate
from .making.firms import Firms
from .making.keys import AUDIENCE
from .making.models import allocating, copper

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
FIRMS = ("miner", "recycler")
SCHEME = "copper-mark"


class History:
    """Random things that two firms, an auditor and the registrar do; what is refused has not happened."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.firms = Firms(*FIRMS, "auditor")
        self.site = {
            name: self.firms.add(name, Site(country="BE", stages=(Stage.REFINING,)))
            for name in FIRMS
        }
        self.said: list[tuple[str, str]] = []

    @property
    def replay(self) -> Replay:
        return self.firms.replay

    def one(self, *choices: Any) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def happen(self) -> None:
        """One more thing, and what it changes is what it says that it changes."""
        before, count = dict(self.replay.contents), len(self.firms.earlier)
        act: Callable[[], None] = self.one(
            self.enter,
            self.move,
            self.use,
            self.use,
            self.attest,
            self.own,
            self.certify,
            self.withdraw,
            self.disown,
        )
        try:
            act()
        except Problem:
            return
        if len(self.firms.earlier) != count + 1:
            return
        changed = {each.batch: (each.before, each.after) for each in self.replay.changes}
        assert changed == {
            batch: (content, self.replay.contents[batch])
            for batch, content in before.items()
            if content != self.replay.contents[batch]
        }

    def enter(self) -> None:
        mass = copper(str(self.data.draw(st.integers(1, 9))))
        if self.one(*FIRMS) == "miner":
            record = self.firms.extracted(mass, country=self.one("CL", "PE", "CN"))
            self.said.append(("miner", self.firms.add("miner", record)))
        else:
            self.said.append(("recycler", self.firms.add("recycler", self.firms.collected(mass))))

    def some(self) -> tuple[str, dict[str, str]]:
        """A firm and parts of what it holds, in thirds of what is left."""
        name = self.one(*FIRMS)
        held = [
            batch
            for batch in self.replay.state.batches.values()
            if batch.holder == self.firms.ids[name] and batch.remaining > 2
        ]
        if not held:
            raise Problem("batch-unknown", "Nothing is held.")
        parts: dict[str, str] = {}
        for batch in self.data.draw(st.lists(st.sampled_from(held), min_size=1, max_size=3)):
            mass = batch.remaining * self.one(1, 2, 3) // 3
            parts[batch.id] = f"{mass // 10**6}.{mass % 10**6:06}"
        return name, parts

    def move(self) -> None:
        sender, parts = self.some()
        receiver = next(name for name in FIRMS if name != sender)
        self.firms.delivered(sender, receiver, parts)

    def use(self) -> None:
        name, parts = self.some()
        micro = sum(int(mass.replace(".", "")) for mass in parts.values())
        first = micro * self.one(1, 2, 3) // 4
        outputs = [copper(f"{each // 10**6}.{each % 10**6:06}") for each in (first, micro - first)]
        record = self.firms.transformed(
            parts,
            *outputs,
            country="BE",
            stage=self.one(Stage.REFINING, Stage.BLENDING),
            custody_model=self.one(*CustodyModel),
            identities=SiteIdentities(site=self.site[name]),
        )
        if record.custody_model is CustodyModel.MASS_BALANCE_CREDIT:
            record = allocating(record, (0, 0, "Cu", "0.000001"))
        self.said.append((name, self.firms.add(name, record)))

    def attest(self) -> None:
        if self.one(True, False):
            accreditation = Accreditation(
                party=self.firms.ids["auditor"],
                scheme=SCHEME,
                valid_from=self.firms.time(-60),
                valid_until=self.one(None, self.firms.time(5)),
            )
            self.said.append(("registrar", self.firms.add("registrar", accreditation)))
            return
        name = self.one(*FIRMS)
        kinds = [(SubjectKind.SITE, self.site[name]), (SubjectKind.PARTY, self.firms.ids[name])]
        kinds += [(SubjectKind.STATEMENT, statement) for _, statement in self.said[-3:]]
        kind, subject = self.one(*kinds)
        record = Attestation(
            subject=Subject(kind=kind, id=subject),
            scheme=SCHEME,
            outcome=self.one(*Outcome),
            valid_from=self.firms.time(-60),
            valid_until=self.one(None, self.firms.time(-2)),
        )
        self.said.append(("auditor", self.firms.add("auditor", record)))

    def own(self) -> None:
        name = self.one(*FIRMS)
        links = tuple(
            OwnershipLink(holder=country, country=country, equity=part)
            for country, part in self.one((), (("CN", "0.25"),), (("US", "0.5"), ("CN", "0.5")))
        )
        record = Ownership(
            valid_from=self.firms.time(self.one(-60, -3)),
            valid_until=self.one(None, self.firms.time(-1)),
            parties=OwnershipParties(links=links),
        )
        self.said.append((name, self.firms.add(name, record)))

    def certify(self) -> None:
        """A declaration, a certificate that may rest on one, or another standing of a certificate."""
        state, name = self.replay.state, self.one(*FIRMS)
        batch = self.one(*state.batches) if state.batches else "?"
        act = self.one("declare", "certify", "change")
        if act == "declare":
            declaration = Declaration(batch=batch, costs=Facts(product="magnet"))
            self.said.append((name, self.firms.add(name, declaration)))
        elif act == "certify":
            record = certificate(
                self.firms,
                name,
                batch,
                f"{len(self.firms.earlier)}",
                declaration=self.one(None, *state.declarations),
            )
            self.firms.add("registrar", record)
        elif state.certificates:
            cause = self.one(None, *state.statements)
            change = CertificateStatus(
                certificate=self.one(*state.certificates),
                status=self.one(*Validity),
                reason="It is so.",
                identities=cause and StatusIdentities(cause=cause),
            )
            self.firms.add("registrar", change)

    def withdraw(self) -> None:
        if self.said:
            name, statement = self.one(*self.said)
            reason = self.one(RetractionReason.INCORRECT_DATA, RetractionReason.WITHDRAWN)
            self.firms.add(name, Retraction(statement=statement, reason=reason))

    def disown(self) -> None:
        # Seldom: whoever has lost the key does nothing more.
        if self.data.draw(st.integers(0, 3)) == 0:
            record = Revocation(
                key=self.firms.keys[self.one(*FIRMS, "auditor")].key_id,
                reason=RevocationReason.KEY_COMPROMISE,
                compromised_at=self.firms.time(self.data.draw(st.integers(-12, 0))),
            )
            self.firms.add("registrar", record)


@SLOW
@given(st.data())
def test_late_facts_lead_to_what_one_pass_over_all_leads_to(data: st.DataObject) -> None:
    history = History(data)
    for _ in range(data.draw(st.integers(4, 24))):
        history.happen()
    again = Replay(AUDIENCE)
    for step in history.firms.earlier:
        again.add(step["statement"], step["recordedAt"])
    assert again.contents == again.anew() == history.replay.contents
    for batch in history.replay.contents:
        for element, lenses in history.replay.content(batch).items():
            for lens, labels in lenses.items():
                assert sum(labels.values()) == history.replay.state.batches[batch].elements[element]
                for label, mass in labels.items():
                    found = history.replay.contributions(batch, element, lens, label)
                    assert sum(each.mass for each in found) == mass


@SLOW
@given(st.data())
def test_shipping_and_returning_moves_labels_and_changes_none(data: st.DataObject) -> None:
    """What is left of a root and what was taken of it, in whatever parts, hold together what it holds."""
    firms = Firms("miner", "recycler")
    inputs = {}
    for country, mass in (("CL", "0.000051"), ("PE", "0.000049")):
        inputs[firms.add("miner", firms.extracted(copper(mass), country=country)) + ".0"] = mass
    mixed = firms.add("miner", firms.transformed(inputs, copper("0.0001")))
    left, parts = 100, []
    while left:
        taken = min(left, data.draw(st.integers(1, 40)))
        left -= taken
        parts.append(firms.delivered("miner", "recycler", {f"{mixed}.0": f"0.{taken:06}"}) + ".0")
    for lens in LENSES:
        total: dict[str, int] = {}
        for part in parts:
            for label, each in firms.replay.content(part)["Cu"][lens].items():
                total[label] = total.get(label, 0) + each
        assert total == firms.replay.content(f"{mixed}.0")["Cu"][lens]


@SLOW
@given(st.lists(st.booleans(), min_size=6, max_size=6))
def test_the_order_of_independent_statements_does_not_matter(turns: list[bool]) -> None:
    """Two firms' chains, recorded one after the other or interleaved."""
    firms = Firms(*FIRMS)
    first = firms.add("miner", firms.extracted(copper("3"), country="PE"))
    firms.add("miner", firms.transformed({f"{first}.0": "2"}, copper("1"), copper("1")))
    firms.add("miner", firms.transformed({f"{first}.0": "1"}, copper("1")))
    second = firms.add("recycler", firms.collected(copper("3")))
    firms.add("recycler", firms.transformed({f"{second}.0": "3"}, copper("2")))
    whole = Retraction(statement=second, reason=RetractionReason.FRAUD)
    firms.add("recycler", whole)
    start, chains = firms.earlier[:3], [firms.earlier[3:6], firms.earlier[6:]]
    end = firms.now
    mixed = list(start)
    for turn in (*turns, True, True, True, False, False, False):
        if chains[turn]:
            mixed.append(chains[turn].pop(0))
    again = Replay(AUDIENCE)
    for number, step in enumerate(mixed):
        again.add(step["statement"], step["recordedAt"] if number < len(start) else end)
    assert again.contents == firms.replay.contents
