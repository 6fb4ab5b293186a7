"""Admission of transfers: matter leaves its holder for another party."""

from ..problem import Problem
from ..record import Transfer
from .batch import BatchStatus, Shipment, TransferStatus
from .drawing import draw, less
from .issuer import Issuer, known_country, needed
from .matter import input_masses
from .state import Admission, State
from .waste import doubts


def admit(record: Transfer, issuer: Issuer, state: State) -> Admission:
    """What is shipped becomes batches in transit to the receiver."""
    quantities = needed(record.quantities, "quantities")
    receiver = needed(record.parties, "parties").to
    known_country(record.from_country, "/record/fromCountry")
    known_country(record.to_country, "/record/toCountry")
    for index, country in enumerate(record.transit):
        known_country(country, f"/record/transit/{index}")
    issuer.event_at(record.departed_at, "/record/departedAt")
    _check_expected(record)
    if receiver == issuer.party.id:
        raise Problem(
            "transfer-to-self",
            "Sender and receiver are the same.",
            pointer="/record/parties/to",
            figures={"party": receiver},
        )
    if receiver not in state.parties:
        raise Problem(
            "party-unknown",
            f"No party {receiver} is enrolled.",
            pointer="/record/parties/to",
            figures={"party": receiver},
        )
    site = issuer.site(
        record.identities.site if record.identities else None,
        state,
        record.from_country,
        "/record/fromCountry",
    )
    batches, draws = draw(
        issuer,
        record.inputs,
        input_masses(record.inputs, quantities.inputs),
        record.departed_at,
        "/record/departedAt",
        state,
    )
    shipped = tuple(
        batch.part(
            issuer.batch_id(index),
            taken,
            holder=receiver,
            status=BatchStatus.IN_TRANSIT,
            available_at=record.departed_at,
        )
        for index, (batch, taken) in enumerate(zip(batches, draws, strict=True))
    )
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        created=shipped,
        draws=draws,
        findings=doubts(record),
        effects=(
            *less(batches, draws),
            Shipment(
                id=issuer.digest,
                sender=issuer.party.id,
                receiver=receiver,
                batches=tuple(batch.id for batch in shipped),
                departed_at=record.departed_at,
                status=TransferStatus.IN_TRANSIT,
                mode=record.mode,
                expected_at=record.expected_at,
                site=site.id if site else None,
            ),
        ),
    )


def _check_expected(record: Transfer) -> None:
    if record.expected_at is not None and record.expected_at < record.departed_at:
        raise Problem(
            "time-reversed",
            f"It departs at {record.departed_at.isoformat()} and is expected before.",
            pointer="/record/expectedAt",
            figures={
                "departedAt": record.departed_at.isoformat(),
                "expectedAt": record.expected_at.isoformat(),
            },
        )
