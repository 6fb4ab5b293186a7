"""Admission of receipts: the receiver confirms a shipment, whole or in part, or refuses it.

Matter is only ever taken from what was shipped: what is refused goes back as a batch of the receipt, what
was not found is lost on the way, and what is found beyond the shipment is doubted and does not count.
"""

from collections.abc import Sequence

import msgspec

from ..problem import Problem
from ..record import Receipt
from .batch import Batch, BatchStatus, Draw, Shipment, TransferStatus
from .issuer import Issuer
from .measured import measured
from .state import Admission, State
from .transit import too_fast


def admit(record: Receipt, issuer: Issuer, state: State) -> Admission:
    """What was in transit is held by the receiver, or by the sender again when it is refused."""
    shipment = _open_shipment(record, issuer, state)
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
    site = issuer.site(record.identities.site if record.identities else None, state)
    shipped = tuple(state.batches[batch] for batch in shipment.batches)
    found, findings = measured(record, shipped)
    draws = tuple(each.draws(batch) for batch, each in zip(shipped, found, strict=True))
    sent_back = [
        (batch, taken[0])
        for batch, each, taken in zip(shipped, found, draws, strict=True)
        if each.refused
    ]
    status = TransferStatus.ACCEPTED if record.accepted else TransferStatus.REFUSED
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        findings=findings + too_fast(record, shipment, site, state),
        created=tuple(
            batch.part(
                issuer.batch_id(number),
                taken,
                holder=shipment.sender,
                status=BatchStatus.HELD,
                available_at=record.received_at,
            )
            for number, (batch, taken) in enumerate(sent_back)
        ),
        draws=tuple(each for taken in draws for each in taken),
        effects=(
            *_arrived(record, shipment, shipped, draws),
            msgspec.structs.replace(shipment, status=status, receipt=issuer.digest),
        ),
    )


def _open_shipment(record: Receipt, issuer: Issuer, state: State) -> Shipment:
    shipment = state.shipments.get(record.transfer)
    pointer = "/record/transfer"
    if shipment is None:
        raise Problem(
            "transfer-unknown",
            f"No transfer {record.transfer} is recorded.",
            pointer=pointer,
            figures={"transfer": record.transfer},
        )
    if shipment.receiver != issuer.party.id:
        raise Problem(
            "not-counterparty",
            "The transfer is addressed to another party.",
            pointer=pointer,
            figures={"transfer": record.transfer},
        )
    if shipment.status is not TransferStatus.IN_TRANSIT:
        raise Problem(
            "transfer-closed",
            f"The transfer is {shipment.status} already.",
            pointer=pointer,
            figures={"status": shipment.status},
        )
    return shipment


def _arrived(
    record: Receipt,
    shipment: Shipment,
    shipped: Sequence[Batch],
    draws: Sequence[Sequence[Draw]],
) -> tuple[Batch, ...]:
    return tuple(
        msgspec.structs.replace(
            batch,
            holder=shipment.receiver if record.accepted else shipment.sender,
            status=BatchStatus.HELD,
            remaining=batch.mass - sum(each.mass for each in taken),
            available_at=record.received_at,
        )
        for batch, taken in zip(shipped, draws, strict=True)
    )
