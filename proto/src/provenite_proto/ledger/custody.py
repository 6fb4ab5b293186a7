"""Admission of transfer and receipt: custody moves from the holder to the party that confirms."""

import msgspec

from ..problem import Problem
from ..record import Receipt, Transfer
from .batch import BatchStatus, Shipment, TransferStatus
from .drawing import draw, less
from .issuer import Issuer, known_country, needed
from .matter import input_masses
from .state import Admission, State


def admit_transfer(record: Transfer, issuer: Issuer, state: State) -> Admission:
    """What is shipped becomes batches in transit to the receiver."""
    quantities = needed(record.quantities, "quantities")
    receiver = needed(record.parties, "parties").to
    known_country(record.from_country, "/record/fromCountry")
    known_country(record.to_country, "/record/toCountry")
    for index, country in enumerate(record.transit):
        known_country(country, f"/record/transit/{index}")
    issuer.event_at(record.departed_at, "/record/departedAt")
    if receiver == issuer.party.id:
        raise Problem(
            "transfer-to-self", "Sender and receiver are the same.", pointer="/record/parties/to"
        )
    if receiver not in state.parties:
        raise Problem(
            "party-unknown", f"No party {receiver} is enrolled.", pointer="/record/parties/to"
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
                site=record.identities.site if record.identities else None,
            ),
        ),
    )


def admit_receipt(record: Receipt, issuer: Issuer, state: State) -> Admission:
    """What was in transit is held by the receiver, or by the sender again when it is refused."""
    shipment = state.shipments.get(record.transfer)
    pointer = "/record/transfer"
    if shipment is None:
        raise Problem(
            "transfer-unknown", f"No transfer {record.transfer} is recorded.", pointer=pointer
        )
    if shipment.receiver != issuer.party.id:
        raise Problem(
            "not-counterparty", "The transfer is addressed to another party.", pointer=pointer
        )
    if shipment.status is not TransferStatus.IN_TRANSIT:
        raise Problem(
            "transfer-closed",
            f"The transfer is {shipment.status} already.",
            pointer=pointer,
            figures={"status": shipment.status},
        )
    issuer.event_at(record.received_at, "/record/receivedAt")
    if record.received_at < shipment.departed_at:
        raise Problem(
            "time-reversed",
            f"It departed at {shipment.departed_at.isoformat()}.",
            pointer="/record/receivedAt",
            figures={
                "departedAt": shipment.departed_at.isoformat(),
                "receivedAt": record.received_at.isoformat(),
            },
        )
    if record.quantities is not None:
        input_masses(shipment.batches, record.quantities.inputs)
    holder = shipment.receiver if record.accepted else shipment.sender
    status = TransferStatus.ACCEPTED if record.accepted else TransferStatus.REFUSED
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        effects=(
            *(
                msgspec.structs.replace(
                    state.batches[batch],
                    holder=holder,
                    status=BatchStatus.HELD,
                    available_at=record.received_at,
                )
                for batch in shipment.batches
            ),
            msgspec.structs.replace(shipment, status=status, receipt=issuer.digest),
        ),
    )
