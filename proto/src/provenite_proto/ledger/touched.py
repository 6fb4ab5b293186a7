"""What a statement touches: the part of the state that its admission needs, so that a ledger loads no more."""

import msgspec

from ..record import Collection, Extraction, Receipt, Transfer, Transformation
from ..statement import Statement


class Touched(msgspec.Struct, frozen=True):
    """Ids to load before admission; parties and keys aside, which are few. A shipment brings its batches."""

    batches: tuple[str, ...] = ()
    shipment: str | None = None
    site: str | None = None


def touched(statement: Statement) -> Touched:
    """The ids that `admit` will look up for `statement`."""
    record = statement.record
    match record:
        case Transformation():
            return Touched(record.inputs, site=_site(record))
        case Extraction() | Collection():
            return Touched(site=_site(record))
        case Transfer():
            return Touched(record.inputs)
        case Receipt():
            return Touched(shipment=record.transfer)
        case _:
            return Touched()


def _site(record: Extraction | Collection | Transformation) -> str | None:
    return record.identities.site if record.identities else None
