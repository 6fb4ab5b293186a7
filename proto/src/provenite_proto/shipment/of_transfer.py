"""The leg of a transfer with waste, as the record has it."""

from ..record import Transfer
from .leg import Leg


def leg_of(record: Transfer) -> Leg | None:
    """The leg of the transfer, as of the date of its `departedAt` where it was written; `None` without waste.

    The kinds of its `documents` are the evidence; in a copy without that section there is none.
    """
    if record.waste is None:
        return None
    documents = record.documents.documents if record.documents else ()
    return Leg(
        exporter=record.from_country,
        importer=record.to_country,
        code=record.waste.code,
        day=record.departed_at.date(),
        purpose="disposal" if record.waste.purpose == "disposal" else "recovery",
        transit=record.transit,
        evidence=frozenset(each.kind for each in documents),
    )
