"""A story of firms on a real ledger, told to the pure replay as well: both must come to the same."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx

from provenite_proto import paths
from provenite_proto.content import LENSES, Lens, Shares, part_of
from provenite_proto.record import AnyRecord
from provenite_proto.replay import Change, Replay
from tests.ledger.running import Firm, Ledger, receipt, transfer

Content = dict[str, dict[str, dict[str, int]]]
"""Element, lens, label: milligrams, none of them zero."""


class Story:
    """Statements in the order of the log, with what each has changed according to the replay."""

    def __init__(self, ledger: Ledger, own: Iterable[Lens] = ()) -> None:
        self.ledger = ledger
        self.replay = Replay(ledger.origin, (*LENSES.values(), *own))
        self.changes: dict[str, dict[str, tuple[Content, Content]]] = {}
        """By statement what it has changed: before and after, by batch."""
        self.firms: list[Firm] = []
        self.batches: dict[str, Firm] = {}
        """Each with a firm that sees its content."""
        self._add_party(ledger.registrar.id)

    def enrol(self, *roles: str, **about: Any) -> Firm:
        """A firm of the story."""
        firm = self.ledger.enrol(*roles, **about)
        self._add_party(firm.id)
        self.firms.append(firm)
        return firm

    def tells(self, firm: Firm, record: AnyRecord, **changes: Any) -> str:
        """A statement that is admitted by both; its digest."""
        text = firm.sign(record, **changes)
        answer = self.ledger.send(text)
        assert answer.status_code == 201, answer.text
        return self._heard(firm, text, answer.json())

    def makes(self, firm: Firm, record: AnyRecord) -> str:
        """The only batch that a statement makes."""
        digest = self.tells(firm, record)
        (batch,) = self.replay.state.statements[digest].batches
        return batch

    def ships(
        self, sender: Firm, batch: str, to: Firm, kg: str, days: Mapping[str, datetime]
    ) -> str:
        """Ship and have received; what the receiver holds."""
        shipped = self.makes(sender, transfer(batch, to.id, kg, departed_at=days["departed"]))
        self.tells(to, receipt(shipped, received_at=days["received"]))
        return shipped

    def check(self) -> None:
        """All content over HTTP is that of the replay."""
        for batch, firm in self.batches.items():
            assert content_of(firm, batch) == self.expected(batch), batch

    def expected(self, batch: str) -> Content:
        """The content of a batch as the replay has it."""
        return _content(self.replay.content(batch))

    def consequences(self, digest: str) -> dict[str, tuple[Content, Content]]:
        """What the statement has changed, as all firms together are told: before and after, by batch."""
        found: dict[str, tuple[Content, Content]] = {}
        for firm in self.firms:
            for batch, change in told(firm, digest).items():
                assert found.setdefault(batch, change) == change
        return found

    def _changed(self, changes: Iterable[Change]) -> dict[str, tuple[Content, Content]]:
        """The replay's changes of what was made, and of every part of it that there was before."""
        found = {}
        for change in changes:
            for name in self.batches:
                batch = self.replay.state.batches[name]
                if batch.root != change.batch:
                    continue
                spans = {
                    element: (low, low + batch.elements[element])
                    for element, low in batch.offsets.items()
                }
                before, after = part_of(change.before, spans), part_of(change.after, spans)
                differing = _differing(_content(before), _content(after))
                if differing[0]:
                    found[batch.id] = differing
        return found

    def _heard(self, firm: Firm, text: str, answer: Mapping[str, Any]) -> str:
        admission = self.replay.add(text, _seconds(answer["recordedAt"]))
        assert admission.digest == answer["digest"]
        assert [each.slug for each in admission.findings] == [
            each["slug"] for each in answer.get("findings", ())
        ]
        assert [batch.id for batch in admission.created] == answer.get("batches", [])
        self.changes[admission.digest] = self._changed(self.replay.changes)
        self.batches |= {batch.id: firm for batch in admission.created}
        return admission.digest

    def _add_party(self, party: str) -> None:
        answer = self.ledger.registrar.get(paths.statement(party)).json()
        self.replay.add(answer["statement"], _seconds(answer["recordedAt"]))


def content_of(firm: Firm, batch: str, **query: Any) -> Content:
    """The content of a batch over HTTP."""
    answer = firm.get(paths.content(batch), **query)
    assert answer.status_code == 200, answer.text
    return content_in(answer)


def content_in(answer: httpx.Response) -> Content:
    """The content that an answer tells."""
    return {
        each["element"]: {lens["lens"]: _labels(lens["labels"]) for lens in each["lenses"]}
        for each in answer.json()["elements"]
    }


def told(firm: Firm, digest: str) -> dict[str, tuple[Content, Content]]:
    """What a firm is told that a statement has changed."""
    found: dict[str, tuple[Content, Content]] = {}
    query: dict[str, Any] = {"limit": 2}
    while True:
        answer = firm.get(paths.consequences(digest), **query).json()
        assert answer["settled"]
        assert answer.get("revised") == answer.get("total")
        for item in answer.get("items", ()):
            before: Content = {}
            after: Content = {}
            for change in item["changes"]:
                element, lens = change["element"], change["lens"]
                before.setdefault(element, {})[lens] = _labels(change["before"])
                after.setdefault(element, {})[lens] = _labels(change["after"])
            found[item["batch"]] = (before, after)
        if "next" not in answer:
            return found
        query["cursor"] = answer["next"]


def _differing(before: Content, after: Content) -> tuple[Content, Content]:
    """Of both only the lenses through which they differ."""
    one: Content = {}
    other: Content = {}
    for element, lenses in after.items():
        for lens, labels in lenses.items():
            if labels != before[element][lens]:
                one.setdefault(element, {})[lens] = before[element][lens]
                other.setdefault(element, {})[lens] = labels
    return one, other


def _content(shares: Shares) -> Content:
    return {
        element: {
            lens: {label: mass for label, mass in labels.items() if mass}
            for lens, labels in lenses.items()
        }
        for element, lenses in shares.items()
    }


def _labels(labels: list[dict[str, str]]) -> dict[str, int]:
    return {each["label"]: int(Decimal(each["mass"]) * 10**6) for each in labels}


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())
