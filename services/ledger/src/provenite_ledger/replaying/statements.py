"""What is stored with a statement, beside what replaying it says."""

import msgspec

from provenite_proto.ledger import Admission, RegisteredKey
from provenite_proto.record import Collection, Extraction, Transformation
from provenite_proto.replay import Reach, reach
from provenite_proto.statement import Statement

from ..store import rows
from ..store.packing import unpacked_findings
from .differing import Differs, same
from .log import Noted

_reach = msgspec.json.Decoder(Reach)


def compare(noted: Noted, statement: Statement, admission: Admission, index: int) -> None:
    """Raise `Differs` for the first thing that is noted otherwise."""
    row, where = noted.row, f"statement {index} {statement.digest}"
    same("type", where, statement.record.__struct_config__.tag, row["kind"])
    same("key", where, statement.key_id, rows.text(row["key_id"]))
    same("issuer", where, admission.issuer, _text(row["issuer"]))
    same("counterparty", where, admission.counterparty, _text(row["counterparty"]))
    try:
        found = unpacked_findings(row["findings"])
    except ValueError as error:
        raise Differs("findings", where, admission.findings, str(error)) from error
    same("findings", where, admission.findings, found)
    same("what it averages over", where, admission.averaged, tuple(map(rows.text, noted.averaged)))
    _making(noted, statement, where)
    disowned = {
        each.id: each.compromised_from
        for each in admission.effects
        if isinstance(each, RegisteredKey) and each.compromised_from is not None
    }
    noted_keys = {rows.text(each["key_id"]): each["compromised_from"] for each in noted.compromises}
    same("keys that it disowns", where, disowned, noted_keys)
    reached = reach(admission.effects)
    same("whether it is late", where, bool(reached), noted.late is not None)
    if noted.late is not None:
        same("reach", where, reached, _reach.decode(noted.late["reach"]))


def _making(noted: Noted, statement: Statement, where: str) -> None:
    record, row = statement.record, noted.making
    makes = isinstance(record, Extraction | Collection | Transformation)
    same("whether it makes matter", where, makes, row is not None)
    if isinstance(record, Extraction | Collection | Transformation) and row is not None:
        site = record.identities.site if record.identities else None
        same("site", where, site, _text(row["site"]))
        same("time", where, record.occurred_at, row["occurred_at"])
        same("proxy", where, record.proxy, row["proxy"])


def _text(digest: bytes | None) -> str | None:
    return None if digest is None else rows.text(digest)
