"""Statements as a reader may see them."""

from collections.abc import Collection

import msgspec

from provenite_proto.answers import StatementAnswer
from provenite_proto.problem import Finding
from provenite_proto.record import AnyRecord
from provenite_proto.statement import Statement, redact

from ..store.rows import Row

_findings = msgspec.json.Decoder(tuple[Finding, ...])


def sealed(record: AnyRecord) -> tuple[str, ...]:
    """The names of the sections that a completely disclosed record has."""
    return tuple(name for name in record.sections if getattr(record, name) is not None)


def statement(row: Row, parsed: Statement, issuer: str, kept: Collection[str]) -> StatementAnswer:
    """The statement with only the sections `kept`; findings go with the sections that they speak of."""
    names = sealed(parsed.record)
    withheld = tuple(name for name in names if name not in kept)
    findings = _findings.decode(row["findings"]) if row["findings"] and not withheld else ()
    return StatementAnswer(
        digest=parsed.digest,
        index=row["index"],
        recorded_at=row["recorded_at"],
        type=row["kind"],
        issuer=issuer,
        statement=redact(parsed, kept) if withheld else row["compact"],
        withheld=withheld,
        findings=findings,
    )


def entity_tag(answer: StatementAnswer) -> str:
    """An entity tag (RFC 9110 section 8.8.3): a statement never changes, but readers see more or less of it."""
    return f'"{"~".join((answer.digest, *answer.withheld))}"'
