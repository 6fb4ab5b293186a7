"""Admission of accreditations and ownership: the parts of the register that hold for a time."""

from ..problem import Problem
from ..record import Accreditation, Ownership
from .control import controllers
from .issuer import Issuer, in_order, needed
from .register import Accredited, Owned
from .state import Admission, State


def admit_accreditation(record: Accreditation, issuer: Issuer, state: State) -> Admission:
    """The party may attest under the scheme within the period."""
    if record.party not in state.parties:
        raise Problem(
            "party-unknown",
            f"No party {record.party} is enrolled.",
            pointer="/record/party",
            figures={"party": record.party},
        )
    in_order(record.valid_from, record.valid_until)
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        effects=(
            Accredited(
                id=issuer.digest,
                index=state.size,
                recorded_at=issuer.recorded_at,
                party=record.party,
                scheme=record.scheme,
                valid_from=record.valid_from,
                valid_until=record.valid_until,
            ),
        ),
    )


def admit_ownership(record: Ownership, issuer: Issuer, state: State) -> Admission:
    """Who controls the issuer within the period."""
    parties = needed(record.parties, "parties")
    in_order(record.valid_from, record.valid_until)
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        effects=(
            Owned(
                id=issuer.digest,
                index=state.size,
                recorded_at=issuer.recorded_at,
                party=issuer.party.id,
                valid_from=record.valid_from,
                valid_until=record.valid_until,
                controllers=controllers(parties.links),
            ),
        ),
    )
