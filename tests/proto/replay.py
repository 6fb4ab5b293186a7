"""A ledger's whole life without a ledger: statements in order, and what they make of state and content."""

import re
from typing import Any, cast

import msgspec

from provenite_proto.content import (
    LENSES,
    Shares,
    Taken,
    of_source,
    of_transformation,
    scaled,
)
from provenite_proto.ledger import (
    Accredited,
    Admission,
    Attested,
    Averaging,
    Batch,
    Effect,
    Enrolled,
    Granted,
    Owned,
    PerfectRun,
    Place,
    Recorded,
    RegisteredKey,
    RegisteredSite,
    Shipment,
    SiteYear,
    State,
    UsedAssay,
    admit,
)
from provenite_proto.record import Collection, Extraction, Transformation
from provenite_proto.statement import Statement, parse


class Replay:
    """The state after the statements so far; `shares` are those of the batches that were made."""

    def __init__(self, audience: str) -> None:
        self.audience = audience
        self.state = State()
        self.shares: dict[str, Shares] = {}

    def check(self, text: str, recorded_at: int) -> Admission:
        """What admitting the statement would change."""
        return admit(parse(text), self.state, audience=self.audience, now=recorded_at)

    def add(self, text: str, recorded_at: int) -> Admission:
        """Admit the statement and compute the content of what it makes."""
        statement = parse(text)
        admission = admit(statement, self.state, audience=self.audience, now=recorded_at)
        shares = self._content(statement, admission)
        self.state.apply(admission)
        self.shares |= dict(zip((batch.id for batch in admission.created), shares, strict=False))
        return admission

    def content(self, batch_id: str) -> Shares:
        """The content of a batch as it was made or shipped."""
        batch = self.state.batches[batch_id]
        return scaled(batch.elements, self.shares[batch.root])

    def _content(self, statement: Statement, admission: Admission) -> tuple[Shares, ...]:
        outputs = [batch.elements for batch in admission.created]
        match statement.record:
            case Extraction() | Collection() as record:
                return of_source(record, outputs, LENSES.values())
            case Transformation() as record:
                before = [self.state.batches[draw.batch] for draw in admission.draws]
                taken = [
                    Taken(batch.drawn(draw.mass), self.shares[batch.root])
                    for batch, draw in zip(before, admission.draws, strict=True)
                ]
                return of_transformation(record, taken, outputs, LENSES.values())
            case _:
                return ()


TABLES: dict[type, str] = {
    Enrolled: "parties",
    RegisteredKey: "keys",
    RegisteredSite: "sites",
    Shipment: "shipments",
    Accredited: "accreditations",
    Attested: "attestations",
    Owned: "ownerships",
    Granted: "grants",
    Recorded: "statements",
    SiteYear: "siteYears",
    PerfectRun: "perfectRuns",
    UsedAssay: "assays",
    Place: "places",
    Averaging: "averagings",
}
"""What vectors call the entries of the state, batches aside."""


def effects(admission: Admission) -> dict[str, Any]:
    """An admission as vectors write it: masses in milligrams, what is empty left out."""
    said: dict[str, Any] = {
        "digest": admission.digest,
        "issuer": admission.issuer,
        "findings": admission.findings,
        "created": admission.created,
        "changed": [each for each in admission.effects if isinstance(each, Batch)],
        "draws": admission.draws,
        "averaged": admission.averaged,
    }
    for kind, name in TABLES.items():
        said[name] = [_entry(each) for each in admission.effects if type(each) is kind]
    return cast("dict[str, Any]", _camel(msgspec.json.decode(msgspec.json.encode(_present(said)))))


def _entry(effect: Effect) -> dict[str, Any]:
    members = {"id": effect.id, **msgspec.structs.asdict(effect)}
    if isinstance(effect, RegisteredKey):
        members["key"] = effect.key.jwk
    return _present(members)


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, (), [], {})}


def _camel(value: object) -> object:
    if isinstance(value, dict):
        return {
            _WORD.sub(lambda at: at[1].upper(), key): _camel(each) for key, each in value.items()
        }
    return [_camel(each) for each in value] if isinstance(value, list) else value


_WORD = re.compile("_([a-z])")
