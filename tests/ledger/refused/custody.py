"""Batches that are not there, not the issuer's, not enough, or on their way."""

from provenite_proto.record import ReceiptQuantities, ReceivedQuantity
from tests.ledger.refused.cast import NOBODY, Case, Cases, Cast, held, mined
from tests.ledger.running import receipt, refining, transfer


def received_twice(cast: Cast) -> str:
    shipped = held(cast)
    return cast.refiner.sign(receipt(shipped, accepted=False))


def used_twice(cast: Cast) -> str:
    batch = held(cast)
    return cast.refiner.sign(refining([(batch, "1"), (batch, "1")], "0.3"))


def shipped(cast: Cast, kg: str = "50") -> str:
    (batch,) = cast.miner.record(transfer(mined(cast), cast.refiner.id, kg))
    return batch


def more_is_refused(cast: Cast) -> str:
    found = ReceiptQuantities(inputs=(ReceivedQuantity(mass="1", refused="50.000001"),))
    return cast.refiner.sign(receipt(shipped(cast), quantities=found))


CASES: Cases = {
    "batch-unknown": Case(
        lambda c: c.miner.sign(transfer(f"{NOBODY}.0", c.refiner.id, "1")),
        "/record/inputs/0",
        ("batch",),
    ),
    "input-repeated": Case(used_twice, "/record/inputs/1", ("batch",)),
    "not-holder": Case(
        lambda c: c.refiner.sign(refining([(mined(c), "10")], "3")), "/record/inputs/0", ("batch",)
    ),
    "insufficient-mass": Case(
        lambda c: c.miner.sign(transfer(mined(c, "120.5"), c.refiner.id, "130")),
        "/record/quantities/inputs/0/mass",
        ("availableKg", "askedKg"),
    ),
    "transfer-not-received": Case(
        lambda c: c.refiner.sign(refining([(shipped(c), "10")], "3")),
        "/record/inputs/0",
        ("batch",),
    ),
    "transfer-unknown": Case(
        lambda c: c.refiner.sign(receipt(f"{NOBODY}.0")), "/record/transfer", ("transfer",)
    ),
    "transfer-closed": Case(received_twice, "/record/transfer", ("status",)),
    "not-counterparty": Case(
        lambda c: c.miner.sign(receipt(shipped(c))), "/record/transfer", ("transfer",)
    ),
    "transfer-to-self": Case(
        lambda c: c.miner.sign(transfer(mined(c), c.miner.id, "1")),
        "/record/parties/to",
        ("party",),
    ),
    "refused-too-much": Case(
        more_is_refused,
        "/record/quantities/inputs/0/refused",
        ("batch", "shippedKg", "refusedKg"),
    ),
}
