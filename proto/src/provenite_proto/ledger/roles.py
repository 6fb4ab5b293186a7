"""Which roles may sign which records."""

from collections.abc import Mapping

from ..record import (
    Accreditation,
    AnyRecord,
    Attestation,
    Certificate,
    CertificateStatus,
    Collection,
    Declaration,
    Extraction,
    Grant,
    Key,
    Ownership,
    Party,
    Receipt,
    Record,
    Retraction,
    Revocation,
    Role,
    Site,
    Transfer,
    Transformation,
)

_TRADING = frozenset(
    {Role.MINER, Role.COLLECTOR, Role.RECYCLER, Role.REFINER, Role.MANUFACTURER, Role.TRADER}
)

MAY_SIGN: Mapping[type[Record], frozenset[Role]] = {
    Extraction: frozenset({Role.MINER}),
    Collection: frozenset({Role.COLLECTOR, Role.RECYCLER}),
    Transformation: _TRADING,
    Transfer: _TRADING,
    Receipt: _TRADING,
    Party: frozenset({Role.REGISTRAR}),
    Attestation: frozenset(Role) - {Role.REGISTRAR},
    Retraction: frozenset(Role),
    Grant: frozenset(Role),
    Key: frozenset(Role),
    Revocation: frozenset(Role),
    Site: _TRADING,
    Accreditation: frozenset({Role.REGISTRAR}),
    Ownership: frozenset(Role) - {Role.REGISTRAR},
    Declaration: _TRADING,
    Certificate: frozenset({Role.REGISTRAR}),
    CertificateStatus: frozenset({Role.REGISTRAR}),
}


def may_sign(record: AnyRecord) -> frozenset[Role]:
    """The roles of which the issuer must have one. Whoever trades may speak for a supplier who is not here."""
    if getattr(record, "proxy", False):
        return _TRADING
    return MAY_SIGN[type(record)]
