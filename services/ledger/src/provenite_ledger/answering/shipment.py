"""Shipments as their sender and their receiver see them: both sides' figures beside each other."""

from collections.abc import Sequence
from datetime import datetime

from provenite_proto.answers import ElementMass, ShipmentAnswer, ShippedBatch
from provenite_proto.matter.quantity import kilograms, milligrams, share
from provenite_proto.record import Receipt, ReceivedQuantity, Transfer
from provenite_proto.shipment import judge, leg_of
from provenite_proto.statement import parse

from ..store import rows
from ..store.packing import unpacked
from ..store.rows import Row


def shipment(
    row: Row, brought: Sequence[Row], sender: str, receiver: str, now: datetime
) -> ShipmentAnswer:
    """A shipment with its batches; `row` has the texts of its transfer and of its receipt."""
    record = parse(unpacked(row["compact"])).record
    closing = parse(unpacked(row["receipt_compact"])).record if row["receipt_compact"] else None
    receipt = closing if isinstance(closing, Receipt) else None
    found = receipt.quantities.inputs if receipt and receipt.quantities else ()
    sent = record if isinstance(record, Transfer) else None
    leg = leg_of(sent) if sent else None
    digest = rows.text(row["digest"])
    return ShipmentAnswer(
        transfer=digest,
        index=row["index"],
        sender=sender,
        receiver=receiver,
        status=row["status"],
        mode=row["mode"],
        departed_at=row["departed_at"],
        due_at=row["due_at"],
        received_at=receipt.received_at if receipt else None,
        overdue=row["status"] == "in_transit" and row["due_at"] < now,
        batches=tuple(
            _batch(digest, each, found[number] if found else None)
            for number, each in enumerate(brought)
        ),
        reference=sent.identities.reference if sent and sent.identities else None,
        receipt=row["receipt_digest"] and rows.text(row["receipt_digest"]),
        verdict=judge(leg) if leg else None,
    )


def _batch(digest: str, row: Row, found: ReceivedQuantity | None) -> ShippedBatch:
    refused = milligrams(found.refused) if found is not None and found.refused is not None else 0
    difference = 0 if found is None else row["mass"] - milligrams(found.mass) - refused
    return ShippedBatch(
        id=f"{digest}.{row['key'] % rows.OUTPUTS}",
        material=row["material"],
        mass=kilograms(row["mass"]),
        composition=tuple(
            ElementMass(element=element, mass=kilograms(mass), fraction=share(mass, row["mass"]))
            for element, mass in zip(row["elements"], row["element_masses"], strict=True)
        ),
        received=found.mass if found is not None else None,
        refused=found.refused if found is not None else None,
        difference=None
        if found is None
        else f"{'-' if difference < 0 else ''}{kilograms(abs(difference))}",
        measured=found.composition if found is not None else {},
    )
