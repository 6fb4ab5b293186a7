"""Whom a statement concerns beside its issuer: the party to whom its sealed sections are open."""

from ..record import (
    Accreditation,
    AnyRecord,
    Attestation,
    Certificate,
    CertificateStatus,
    Grant,
    Key,
    Party,
    Receipt,
    Revocation,
    Transfer,
)
from .attestation import about
from .state import State


def counterparty(digest: str, record: AnyRecord, state: State) -> str | None:
    """The party (its id) that an admitted record concerns.

    The receiver of a transfer, the sender of what is received, the party that a record of the register, a
    grant or a certificate names, and the one to which the subject of an attestation belongs.
    """
    match record:
        case Transfer() if record.parties is not None:
            return record.parties.to
        case Receipt():
            return state.shipments[record.transfer].sender
        case Party():
            return digest
        case Key() | Accreditation():
            return record.party
        case Revocation():
            return state.keys[record.key].party
        case Grant() if record.parties is not None:
            return record.parties.to
        case Attestation():
            return about(record, state)[0]
        case Certificate() if record.identities is not None:
            return record.identities.party
        case CertificateStatus():
            return state.certificates[record.certificate].party
    return None
