"""Several firms do what is allowed and what is not, many things at a time, against a real ledger.

Whatever they try, and in whatever order it arrives: a replay of the log comes to what the tables hold, no batch is
spent beyond its mass, sending everything again changes nothing, and all matter comes from where it entered.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from provenite_ledger.postgres import running_server
from provenite_ledger.replaying import replay
from provenite_proto import paths
from provenite_proto.matter.quantity import kilograms, milligrams
from provenite_proto.record import (
    AnyRecord,
    Attestation,
    Audience,
    CustodyModel,
    Grant,
    Outcome,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    ReceiptQuantities,
    ReceivedQuantity,
    Retraction,
    RetractionReason,
    Subject,
    SubjectKind,
    Transfer,
    Transformation,
)
from provenite_proto.statement import parse
from tests.ledger.running import (
    LONG_AGO,
    Firm,
    Ledger,
    extraction,
    receipt,
    refining,
    run_ledger,
    transfer,
)

PICK = st.integers(0, 10**6)
WILD = st.sampled_from((False, False, False, True))
"""Whether somebody else tries it than who may."""
TENTHS = st.sampled_from((1, 2, 3, 5, 10, 11))
"""Of a batch's mass; eleven is too much."""
MODELS = st.sampled_from(CustodyModel)
ACTIONS = st.sampled_from(
    ("ship", "receive", "refine") * 4
    + ("mine", "retract", "attest", "send") * 2
    + ("tell_owner", "show")
)
AT_A_TIME = 5
ROLES = (
    ("miner", "refiner", "trader"),
    ("miner", "refiner", "trader"),
    ("refiner", "manufacturer"),
    ("auditor",),
)


@dataclass
class Heard:
    """A batch as far as the firms have heard of it; `mass` in milligrams, `copper` its fraction."""

    id: str
    mass: int
    copper: str
    maker: Firm
    holder: Firm
    sender: Firm | None = None
    """While it is on its way."""

    def part(self, tenths: int) -> str:
        return kilograms(max(1, self.mass * tenths // 10))


@dataclass
class Tried:
    """A statement that is to be sent, and what is heard when it is admitted."""

    text: str
    heard: Callable[[tuple[str, ...]], None]


class Firms(RuleBasedStateMachine):
    """Firms of the run's own on a ledger that all runs share."""

    ledger: Ledger

    def __init__(self) -> None:
        super().__init__()
        self.firms: list[Firm] = []
        self.known: list[Heard] = []
        self.pending: list[Tried] = []
        self.texts: dict[str, httpx.Response] = {}
        self.slugs: Counter[str] = Counter()
        self.minutes = 0

    @initialize(kg=st.sampled_from(("1", "100", "12345.678901")))
    def join(self, kg: str) -> None:
        self.firms = [self.ledger.enrol(*roles, country="CL") for roles in ROLES]
        for firm in self.firms[:2]:
            self._mined(firm, kg)
        self._send()

    @rule(action=ACTIONS, one=PICK, other=PICK, tenths=TENTHS, wild=WILD, model=MODELS)
    def act(
        self, action: str, one: int, other: int, tenths: int, wild: bool, model: CustodyModel
    ) -> None:
        """One rule for all, so that what leads on is tried more often than what does not."""
        match action:
            case "mine":
                self.mine(("0.000001", "7", "4000")[other % 3], one)
            case "refine":
                self.refine(one, other, tenths, model, wild)
            case "ship":
                self.ship(other, one, tenths, wild)
            case "receive":
                self.receive(one, other % 4 > 0, max(0, tenths - 3), wild)
            case "retract":
                self.retract(one, wild)
            case "attest":
                self.attest(one, (Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM)[other % 2])
            case "tell_owner":
                self.tell_owner(one, ("CN", "US")[other % 2])
            case "show":
                self.show(one)
            case _:
                self._send()

    def mine(self, kg: str, who: int) -> None:
        self._mined(self._firm(who), kg)

    def refine(self, what: int, other: int, tenths: int, model: CustodyModel, wild: bool) -> None:
        """Of one batch or two, somebody's; half of the copper that is taken comes out."""
        first, second = self._batch(what), self._batch(other)
        if not wild and (second.holder is not first.holder or second.sender):
            second = first
        taken = {each.id: each for each in (first, second)}.values()
        parts = [(each.id, each.part(tenths)) for each in taken]
        copper = sum(
            milligrams(part) * Fraction(each.copper)
            for each, (_, part) in zip(taken, parts, strict=True)
        )
        mass = max(1, int(copper / 2))
        record = refining(
            parts, kilograms(mass), "0.99", occurred_at=self._later(), custody_model=model
        )
        firm = self._firm(other) if wild else first.holder
        self._try(firm, record, lambda made: self._hear(made, mass, "0.99", firm, firm))

    def ship(self, to: int, what: int, tenths: int, wild: bool) -> None:
        batch = self._batch(what)
        firm = self._firm(what) if wild else batch.holder
        others = [each for each in self.firms[:3] if wild or each is not firm]
        receiver, part = others[to % len(others)], batch.part(tenths)
        record = transfer(batch.id, receiver.id, part, departed_at=self._later())
        self._try(
            firm,
            record,
            lambda made: self._hear(
                made, milligrams(part), batch.copper, firm, receiver, sender=firm
            ),
        )

    def receive(self, what: int, accepted: bool, tenths: int, wild: bool) -> None:
        """All of it, or with a part that goes back or is not found."""
        moving = [each for each in self.known if each.sender is not None]
        batch = self._batch(what) if wild or not moving else moving[what % len(moving)]
        firm = self._firm(what) if wild else batch.holder
        changes: dict[str, Any] = {}
        back = milligrams(batch.part(tenths)) if tenths and accepted else 0
        if tenths:
            found = ReceivedQuantity(
                mass=kilograms(max(0, batch.mass - back - tenths)),
                refused=kilograms(back) if back else None,
            )
            changes = {"quantities": ReceiptQuantities(inputs=(found,))}
        record = receipt(batch.id, accepted=accepted, received_at=self._later(), **changes)
        sender = batch.sender

        def heard(made: tuple[str, ...]) -> None:
            batch.holder = firm if accepted or sender is None else sender
            batch.sender = None
            self._hear(made, back, batch.copper, firm, sender or firm)

        self._try(firm, record, heard)

    def retract(self, what: int, wild: bool) -> None:
        batch = self._batch(what)
        firm = self._firm(what) if wild else batch.maker
        record = Retraction(
            statement=batch.id.partition(".")[0], reason=RetractionReason.INCORRECT_DATA
        )
        self._try(firm, record, lambda made: self._hear(made, batch.mass, batch.copper, firm, firm))

    def attest(self, what: int, outcome: Outcome) -> None:
        record = Attestation(
            subject=Subject(kind=SubjectKind.BATCH, id=self._batch(what).id),
            scheme="rmap",
            outcome=outcome,
            valid_from=LONG_AGO,
        )
        self._try(self.firms[-1], record)

    def tell_owner(self, who: int, country: str) -> None:
        links = (OwnershipLink(holder="Holding", country=country, equity="0.5"),)
        record = Ownership(valid_from=LONG_AGO, parties=OwnershipParties(links=links))
        self._try(self._firm(who), record)

    def show(self, who: int) -> None:
        self._try(self._firm(who), Grant(audience=Audience.HOLDERS, opened=("quantities",)))

    def teardown(self) -> None:
        self._send()
        self._not_overspent()
        self._traces_end_at_origins()
        self._nothing_new_when_sent_again()
        asyncio.run(_compared(self.ledger))

    def _firm(self, pick: int) -> Firm:
        return self.firms[pick % len(self.firms)]

    def _batch(self, pick: int) -> Heard:
        return self.known[pick % len(self.known)]

    def _later(self) -> datetime:
        self.minutes += 1
        return LONG_AGO + timedelta(minutes=self.minutes)

    def _mined(self, firm: Firm, kg: str) -> None:
        record = extraction(kg, occurred_at=self._later())
        self._try(firm, record, lambda made: self._hear(made, milligrams(kg), "0.3", firm, firm))

    def _hear(
        self,
        made: tuple[str, ...],
        mass: int,
        copper: str,
        maker: Firm,
        holder: Firm,
        sender: Firm | None = None,
    ) -> None:
        self.known += [Heard(each, mass, copper, maker, holder, sender) for each in made]

    def _try(
        self,
        firm: Firm,
        record: AnyRecord,
        heard: Callable[[tuple[str, ...]], None] = lambda _: None,
    ) -> None:
        self.pending.append(Tried(firm.sign(record), heard))
        if len(self.pending) >= AT_A_TIME:
            self._send()

    def _send(self) -> None:
        """All at the same time, and the first of them twice."""
        tried, self.pending = self.pending, []
        if not tried:
            return
        with ThreadPoolExecutor(AT_A_TIME + 1) as threads:
            texts = [each.text for each in tried]
            *answers, twice = threads.map(self.ledger.send, [*texts, texts[0]])
        assert (answers[0].status_code, twice.status_code) != (201, 201)
        for each, answer in zip(tried, answers, strict=True):
            assert answer.status_code in (200, 201) or 400 <= answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                self.slugs[answer.json()["type"].rpartition(":")[2]] += 1
                continue
            self.texts[each.text] = answer
            each.heard(tuple(answer.json().get("batches", ())))

    def _not_overspent(self) -> None:
        """By the admitted statements alone, which say what they took."""
        taken: Counter[str] = Counter()
        for text in self.texts:
            record = parse(text).record
            if isinstance(record, Transformation | Transfer) and record.quantities is not None:
                for name, quantity in zip(record.inputs, record.quantities.inputs, strict=True):
                    taken[name] += milligrams(quantity.mass)
        masses: dict[str, int] = {}
        for batch in self._batches():
            if "mass" in batch:
                masses[batch["id"]] = milligrams(batch["mass"])
        for spent, mass in taken.items():
            assert mass <= masses[spent]

    def _traces_end_at_origins(self) -> None:
        for batch in self._batches():
            trace = self.firms[0].get(paths.trace(batch["id"])).json()
            consumers = {edge["consumer"] for edge in trace["edges"]}
            ends = [node for node in trace["nodes"] if node["statement"] not in consumers]
            assert ends
            assert {node["type"] for node in ends} == {"extraction"}, trace

    def _batches(self) -> Iterator[dict[str, Any]]:
        """Every batch, as one of its parties sees it."""
        seen = set()
        for firm in self.firms:
            query = {"holder": "any", "exhausted": "true", "limit": 500}
            for batch in firm.get(paths.BATCHES, **query).json()["items"]:
                if batch["id"] not in seen:
                    seen.add(batch["id"])
                    yield batch

    def _nothing_new_when_sent_again(self) -> None:
        size = self.ledger.http.get(paths.LEDGER).json()["size"]
        for text, first in self.texts.items():
            again = self.ledger.send(text)
            assert again.status_code == 200
            # The receipt is for the newest checkpoint, which is another by now.
            assert {**again.json(), "receipt": ""} == {**first.json(), "receipt": ""}
        assert self.ledger.http.get(paths.LEDGER).json()["size"] == size


async def _compared(ledger: Ledger) -> None:
    """The whole log, that of earlier runs too, leads to what the tables hold."""
    dsn = running_server(ledger.data / "postgres")
    connection = await asyncpg.connect(dsn)
    try:
        await replay(connection, compare=True)
    finally:
        await connection.close()


@pytest.mark.slow
def test_any_firms_at_the_same_time() -> None:
    with run_ledger() as ledger:
        admitted: Counter[str] = Counter()
        refused: Counter[str] = Counter()

        class Run(Firms):
            def teardown(self) -> None:
                super().teardown()
                admitted.update(type(parse(text).record).__name__ for text in self.texts)
                refused.update(self.slugs)

        Run.ledger = ledger
        run_state_machine_as_test(
            Run,
            settings=settings(
                max_examples=25,
                stateful_step_count=40,
                deadline=None,
                database=None,
                phases=(Phase.generate,),  # a failure is shown as it came: shrinking takes minutes
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
        # Much of what there is has happened, and much has been tried in vain.
        assert len(admitted) >= 8, admitted
        assert len(refused) >= 8, refused
