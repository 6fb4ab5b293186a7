"""What vectors say of an admission: its effects, by kind of entry."""

import re
from typing import Any, cast

import msgspec

from provenite_proto.ledger import (
    Accredited,
    Admission,
    Attested,
    Averaging,
    Batch,
    Certified,
    Declared,
    Effect,
    Enrolled,
    Granted,
    Owned,
    PerfectRun,
    Place,
    Recorded,
    RegisteredKey,
    RegisteredSite,
    Reserved,
    Shipment,
    SiteYear,
    UsedAssay,
)
from provenite_proto.replay import Replay

__all__ = ["TABLES", "Replay", "effects"]


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
    Declared: "declarations",
    Certified: "certificates",
    Reserved: "reserved",
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
