"""What a statement touches: the part of the state that its admission needs, so that a ledger loads no more."""

import msgspec

from ..record import (
    Collection,
    Extraction,
    Key,
    Party,
    Receipt,
    Site,
    Transfer,
    Transformation,
)
from ..statement import PublicKey, Statement


class Touched(msgspec.Struct, frozen=True):
    """Ids to load before admission. A shipment brings its batches with it."""

    keys: tuple[str, ...]
    batches: tuple[str, ...] = ()
    shipment: str | None = None
    site: str | None = None
    party: str | None = None


def touched(statement: Statement) -> Touched:
    """The ids that `admit` will look up for `statement`; `Problem` `key-malformed` for a key it registers."""
    record, kid = statement.record, (statement.key_id,)
    match record:
        case Transformation():
            return Touched(kid, record.inputs, site=_site(record))
        case Extraction() | Collection():
            return Touched(kid, site=_site(record))
        case Transfer():
            return Touched(kid, record.inputs, party=record.parties.to if record.parties else None)
        case Receipt():
            return Touched(kid, shipment=record.transfer)
        case Key():
            return Touched((*kid, PublicKey(record.key).key_id), party=record.party)
        case Party():
            return Touched((*kid, PublicKey(record.key).key_id))
        case Site():
            return Touched(kid)


def _site(record: Extraction | Collection | Transformation) -> str | None:
    return record.identities.site if record.identities else None
