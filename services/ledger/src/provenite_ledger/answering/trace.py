"""A walk through the graph as an answer: open parts for everyone, masses where the reader is entitled."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from provenite_proto.answers import Trace, TraceEdge, TraceNode
from provenite_proto.matter.quantity import kilograms
from provenite_proto.record import (
    AnyRecord,
    Collection,
    Extraction,
    Receipt,
    Transfer,
    Transformation,
)
from provenite_proto.statement import parse

from ..access import Reader, sees
from ..store import rows
from ..store.graph import Direction, Walk
from ..store.packing import opened
from ..store.rows import Row
from .batch import concerned


def node(row: Row, depth: int, issuer: str) -> TraceNode:
    """A statement on the path, from its open part."""
    record = parse(opened(row["compact"]), complete=False).record
    occurred_at, country = _when_and_where(record)
    return TraceNode(
        statement=rows.text(row["digest"]),
        type=row["kind"],
        depth=depth,
        issuer=issuer,
        retracted=row["retracted"],
        proxy=getattr(record, "proxy", False),
        occurred_at=occurred_at,
        country=country,
        to_country=record.to_country if isinstance(record, Transfer) else None,
        stage=record.stage if isinstance(record, Transformation) else None,
        source=record.source if isinstance(record, Collection) else None,
        stream=record.stream if isinstance(record, Collection) else None,
        materials=tuple(dict.fromkeys(row["materials"])),
    )


def trace(
    batch: str,
    direction: Direction,
    walked: Walk,
    found: Mapping[int, Row],
    nodes: Sequence[TraceNode],
    reader: Reader,
    opened: Mapping[int, frozenset[str]],
) -> Trace:
    """The whole answer; `found` has the rows of the walk's statements, `opened` the sections granted of them."""
    entitled = {
        index
        for index, row in found.items()
        if sees(reader, concerned(row, opened.get(index, frozenset())), "quantities")
    }
    digests = {index: rows.text(row["digest"]) for index, row in found.items()}
    return Trace(
        batch=batch,
        direction=direction,
        nodes=tuple(nodes),
        edges=tuple(
            TraceEdge(
                batch=f"{digests[edge.batch // rows.OUTPUTS]}.{edge.batch % rows.OUTPUTS}",
                consumer=digests[edge.consumer],
                mass=kilograms(edge.mass) if edge.consumer in entitled else None,
            )
            for edge in walked.edges
        ),
        truncated=walked.truncated,
    )


def _when_and_where(record: AnyRecord) -> tuple[datetime | None, str | None]:
    match record:
        case Extraction() | Collection() | Transformation():
            return record.occurred_at, record.country
        case Transfer():
            return record.departed_at, record.from_country
        case Receipt():
            return record.received_at, None
    return None, None
