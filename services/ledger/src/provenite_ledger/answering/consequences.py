"""What a late statement has changed, as a reader may see it."""

from collections.abc import Iterator, Mapping, Sequence

from provenite_proto.answers import ChangedBatch, Consequences, LensChange
from provenite_proto.content import Shares, part_of

from ..access import Reader, sees, sees_progress
from ..store import rows
from ..store.rows import OUTPUTS, Row
from ..store.shares import decode, ranges
from .batch import concerned
from .content import labels


def consequences(
    digest: str,
    late: Row,
    changed: Sequence[Row],
    reader: Reader,
    opened: Mapping[int, frozenset[str]],
    working: tuple[int, int | None] | None,
    following: str | None,
) -> Consequences:
    """The batches of which the reader sees the quantities; `opened` are the sections that grants open to it.

    `working` says of a statement that is being worked out how many statements are done, and of how many.
    """
    settled = late["done"] is not False
    known = late["total"] or 0
    revised, total = working or ((known, known) if settled else (0, None))
    progress = sees_progress(reader, concerned(late))
    return Consequences(
        statement=digest,
        settled=settled,
        revised=revised if progress else None,
        total=total if progress else None,
        items=tuple(
            found
            for row in changed
            if sees(
                reader,
                concerned(row, opened.get(row["key"] // OUTPUTS, frozenset())),
                "quantities",
            )
            # A part may be of the milligrams that have not changed.
            and (found := _changed(row)).changes
        ),
        next=following,
    )


def _changed(row: Row) -> ChangedBatch:
    spans = ranges(row)
    before, after = part_of(decode(row["before"]), spans), part_of(decode(row["after"]), spans)
    return ChangedBatch(
        batch=rows.batch_id(row),
        changes=tuple(_changes(before, after)),
    )


def _changes(before: Shares, after: Shares) -> Iterator[LensChange]:
    for element, lenses in after.items():
        for lens, now in lenses.items():
            if now != before[element][lens]:
                yield LensChange(
                    element=element,
                    lens=lens,
                    before=labels(before[element][lens]),
                    after=labels(now),
                )
