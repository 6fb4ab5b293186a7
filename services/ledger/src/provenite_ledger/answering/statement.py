"""Statements as a reader may see them."""

from provenite_proto.answers import StatementAnswer, answered
from provenite_proto.record import AnyRecord
from provenite_proto.statement import Statement, redact

from ..access import Concerned, Reader, sees, sees_finding
from ..store import rows
from ..store.packing import unpacked_findings
from ..store.rows import Row


def sealed(record: AnyRecord) -> tuple[str, ...]:
    """The names of the sections that a completely disclosed record has."""
    return tuple(name for name in record.sections if getattr(record, name) is not None)


def redacted(
    parsed: Statement, reader: Reader, concerned: Concerned, *, named: bool
) -> tuple[str, tuple[str, ...]]:
    """The statement's text with the sections that the reader sees, and the names of the others."""
    names = sealed(parsed.record)
    withheld = tuple(
        name
        for name in names
        if not sees(reader, concerned, name) and not (named and name == "identities")
    )
    kept = [name for name in names if name not in withheld]
    return redact(parsed, kept) if withheld else parsed.compact, withheld


def statement(
    row: Row, parsed: Statement, issuer: str, reader: Reader, concerned: Concerned, *, named: bool
) -> StatementAnswer:
    """The statement with the sections and findings that the reader sees; with `named` a party's name is one."""
    text, withheld = redacted(parsed, reader, concerned, named=named)
    findings = unpacked_findings(row["findings"])
    return StatementAnswer(
        digest=parsed.digest,
        index=row["index"],
        recorded_at=row["recorded_at"],
        type=row["kind"],
        issuer=issuer,
        statement=text,
        withheld=withheld,
        findings=answered(
            each for each in findings if sees_finding(reader, concerned, each.slug, each.pointer)
        ),
        retracted_by=row["retraction"] and rows.text(row["retraction"]),
    )


def entity_tag(answer: StatementAnswer) -> str:
    """An entity tag (RFC 9110 section 8.8.3): a statement never changes, but it can be retracted, and
    readers see more or less of it.
    """
    return f'"{"~".join((answer.digest, answer.retracted_by or "", *answer.withheld))}"'
