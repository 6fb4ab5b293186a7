"""Batches as a reader may see them."""

from provenite_proto.answers import BatchAnswer, ElementMass
from provenite_proto.matter.quantity import kilograms, share
from provenite_proto.record import (
    AnyRecord,
    Collection,
    Extraction,
    OutputIdentity,
    Stage,
    Transfer,
    Transformation,
)

from ..access import Concerned, Reader, sees, sees_remaining
from ..store import rows
from ..store.rows import Row
from .statement import sealed


def concerned(row: Row, opened: frozenset[str] = frozenset()) -> Concerned:
    """Whom the statement of a row concerns; `opened` are the sections that grants open to the reader."""
    return Concerned(row["kind"], row["issuer"], row["counterparty"], opened)


def batch(
    row: Row,
    record: AnyRecord,
    holder: str,
    reader: Reader,
    opened: frozenset[str] = frozenset(),
) -> BatchAnswer:
    """A batch; `record` is its statement's, with every section, and `holder` a party id."""
    digest, output = rows.text(row["digest"]), row["key"] % rows.OUTPUTS
    whom = concerned(row, opened)
    seen = sees(reader, whom, "quantities")
    identity = named(record, output) if sees(reader, whom, "identities") else OutputIdentity()
    return BatchAnswer(
        id=f"{digest}.{output}",
        statement=digest,
        index=row["key"] // rows.OUTPUTS,
        material=row["material"],
        elements=tuple(row["elements"]),
        status=row["status"],
        type=row["kind"],
        stage=_stage(record),
        country=_country(record),
        available_at=row["available_at"],
        holder=holder if sees(reader, whom, "parties") else None,
        mass=kilograms(row["mass"]) if seen else None,
        remaining=kilograms(row["remaining"]) if sees_remaining(reader, row["holder"]) else None,
        composition=_composition(row) if seen else (),
        lot=identity.lot,
        product=identity.product,
        withheld=tuple(name for name in sealed(record) if not sees(reader, whom, name)),
    )


def named(record: AnyRecord, output: int) -> OutputIdentity:
    """The lot and product that a record gives to one of its outputs."""
    match record:
        case Extraction() | Collection() | Transformation() | Transfer() if record.identities:
            names = record.identities.outputs
            return names[output] if output < len(names) else OutputIdentity()
    return OutputIdentity()


def site(record: AnyRecord) -> str | None:
    """The site at which a record says that its batches were made."""
    match record:
        case Extraction() | Collection() | Transformation() if record.identities:
            return record.identities.site
    return None


def _composition(row: Row) -> tuple[ElementMass, ...]:
    return tuple(
        ElementMass(element=element, mass=kilograms(mass), fraction=share(mass, row["mass"]))
        for element, mass in zip(row["elements"], row["element_masses"], strict=True)
    )


def _stage(record: AnyRecord) -> Stage | None:
    match record:
        case Extraction():
            return Stage.EXTRACTION
        case Transformation():
            return record.stage
    return None


def _country(record: AnyRecord) -> str | None:
    match record:
        case Extraction() | Collection() | Transformation():
            return record.country
        case Transfer():
            return record.to_country
    return None
