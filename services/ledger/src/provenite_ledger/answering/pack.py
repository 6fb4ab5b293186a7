"""The statements and claims of a pack, as its reader may see them."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from provenite_proto.content import Shares
from provenite_proto.matter.quantity import kilograms
from provenite_proto.pack import WITHHELD, Content, ElementClaim, Line
from provenite_proto.record import AnyRecord, CustodyModel, Party, Transformation
from provenite_proto.statement import Statement

from ..access import Concerned, Reader, sees, sees_name
from ..store.rows import Row
from .statement import redacted


class Shown(msgspec.Struct, frozen=True):
    """A statement as the reader sees it: its line, its record without what is withheld, and how many sections are."""

    line: Line
    record: AnyRecord
    withheld: int


def shown(
    row: Row,
    parsed: Statement,
    reader: Reader,
    concerned: Concerned,
    *,
    known: Collection[int],
    proof: tuple[bytes, ...],
    draws: Sequence[Row],
    computable: Mapping[int, int],
    averaged: tuple[int, ...] | None,
) -> Shown:
    """A statement; `known` are the parties that the reader knows.

    `computable` says of batches before which statement what was left can be computed; `averaged` is given where the
    statements are there on which a rolling average of this one looks back.
    """
    index, record = row["index"], parsed.record
    named = isinstance(record, Party) and sees_name(reader, index, known)
    text, withheld = redacted(parsed, reader, concerned, named=named)
    line = Line(
        index=index,
        recorded_at=row["recorded_at"],
        statement=text,
        proof=proof,
        before=_before(index, draws, computable) if sees(reader, concerned, "quantities") else None,
        averaged=averaged if _averages(record) else None,
    )
    # The report says what is in the record: what the reader does not see must not be in it.
    seen = msgspec.structs.replace(record, **dict.fromkeys(withheld))
    return Shown(line, seen, len(withheld))


def claims(elements: Mapping[str, int], shares: Shares) -> Content:
    """The content of a batch of these element masses, in milligrams."""
    return Content(
        elements={
            element: ElementClaim(
                mass=kilograms(mass),
                lenses={
                    lens: {label: kilograms(part) for label, part in sorted(labels.items()) if part}
                    for lens, labels in shares[element].items()
                },
            )
            for element, mass in elements.items()
        }
    )


def _before(
    index: int, draws: Sequence[Row], computable: Mapping[int, int]
) -> tuple[str, ...] | None:
    left = tuple(
        kilograms(draw["before"]) if index < computable.get(draw["batch"], 0) else WITHHELD
        for draw in draws
    )
    return left if any(each != WITHHELD for each in left) else None


def _averages(record: AnyRecord) -> bool:
    return (
        isinstance(record, Transformation)
        and record.custody_model is CustodyModel.MASS_BALANCE_ROLLING_AVERAGE
    )
