"""Statements about other statements: retractions, attestations, countersignatures."""

from provenite_proto.record import Principal, RetractionReason, Site, Stage, Supplier
from tests.ledger.refused.cast import NOBODY, Case, Cases, Cast, held, mined
from tests.ledger.running import extraction, transfer
from tests.ledger.speaking import (
    attesting,
    countersigning,
    digest,
    for_supplier,
    retracting,
    submitted,
)


def retracted(cast: Cast) -> str:
    batch = mined(cast)
    cast.miner.record(retracting(batch))
    return batch


def site(cast: Cast) -> str:
    return submitted(cast.miner, Site(country="CL", stages=(Stage.EXTRACTION,)))


def replaced_by_itself(cast: Cast) -> str:
    batch = mined(cast)
    return cast.miner.sign(retracting(batch, replacement=digest(batch)))


def countersigned_by_another(cast: Cast) -> str:
    (batch,) = cast.miner.record(for_supplier("Pirquineros"))
    return cast.refiner.sign(countersigning(batch))


CASES: Cases = {
    "statement-unknown": Case(
        lambda c: c.miner.sign(retracting(NOBODY)), "/record/statement", ("statement",)
    ),
    "statement-not-own": Case(
        lambda c: c.refiner.sign(retracting(mined(c))), "/record/statement", ("statement",)
    ),
    "already-retracted": Case(
        # The same retraction again would be the same statement.
        lambda c: c.miner.sign(retracting(retracted(c), RetractionReason.FRAUD)),
        "/record/statement",
        ("retractedBy",),
    ),
    "retraction-not-allowed": Case(
        lambda c: c.miner.sign(retracting(site(c))), "/record/statement", ("type",)
    ),
    "retraction-too-late": Case(
        lambda c: c.miner.sign(retracting(held(c))), "/record/statement", ("status",)
    ),
    "replacement-mismatch": Case(
        replaced_by_itself, "/record/replacement", ("type", "replacementType")
    ),
    "batch-retracted": Case(
        lambda c: c.miner.sign(transfer(retracted(c), c.refiner.id, "1")),
        "/record/inputs/0",
        ("batch", "root"),
    ),
    "subject-unknown": Case(
        lambda c: c.auditor.sign(attesting(NOBODY)), "/record/subject/id", ("kind",)
    ),
    "attestation-of-own": Case(
        lambda c: c.miner.sign(attesting(digest(mined(c)))), "/record/subject/id", ("subject",)
    ),
    "not-a-proxy": Case(
        lambda c: c.refiner.sign(countersigning(mined(c))), "/record/subject/id", ("subject",)
    ),
    "not-the-supplier": Case(countersigned_by_another, "/record/subject/id", ("subject",)),
    "proxy-not-marked": Case(
        lambda c: c.miner.sign(
            extraction(parties=Principal(on_behalf_of=Supplier(name="Pirquineros", country="CL")))
        ),
        "/record/proxy",
    ),
}
