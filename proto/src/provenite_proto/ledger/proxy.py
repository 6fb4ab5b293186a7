"""Proxies: what a firm records on behalf of a supplier that is not on the ledger."""

from ..problem import Problem
from ..record import AnyRecord, Collection, Extraction, Supplier, Transformation
from .issuer import known_country, needed


def supplier(record: AnyRecord) -> Supplier | None:
    """On whose behalf the record is made, if it is a proxy with its section disclosed."""
    match record:
        case Extraction() | Collection() | Transformation() if record.proxy and record.parties:
            return record.parties.on_behalf_of
    return None


def check(record: Extraction | Collection | Transformation) -> None:
    """A proxy names the supplier and has its documents; what is no proxy names nobody.

    Raises `section-missing`, `proxy-not-marked` or `country-unknown`.
    """
    if not record.proxy:
        if record.parties is not None:
            raise Problem(
                "proxy-not-marked",
                "The record names a supplier on whose behalf it is made, and proxy is not true.",
                pointer="/record/proxy",
            )
        return
    parties = needed(record.parties, "parties")
    known_country(parties.on_behalf_of.country, "/record/parties/onBehalfOf/country")
    needed(record.documents, "documents")
