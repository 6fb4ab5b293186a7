"""Declarations, certificates and how these stand."""

from typing import Any

from provenite_proto.record import Validity
from tests.ledger.certified import certifying, declaring, random_digest, standing_so
from tests.ledger.refused.cast import Case, Cases, Cast, mined
from tests.ledger.speaking import submitted


def second(cast: Cast, *same: str) -> str:
    """A certificate that has something of another one."""
    first = certifying(cast.ledger, cast.miner.id, mined(cast))
    submitted(cast.ledger.registrar, first)
    changes: dict[str, Any] = {name: getattr(first, name) for name in same}
    return cast.ledger.registrar.sign(
        certifying(cast.ledger, cast.miner.id, mined(cast), **changes)
    )


def on_a_declaration_of_another_batch(cast: Cast) -> str:
    declared = submitted(cast.miner, declaring(mined(cast)))
    record = certifying(cast.ledger, cast.miner.id, mined(cast), declaration=declared)
    return cast.ledger.registrar.sign(record)


def of_a_log_to_come(cast: Cast) -> str:
    record = certifying(cast.ledger, cast.miner.id, mined(cast), size=2**40)
    return cast.ledger.registrar.sign(record)


def standing(cast: Cast, *statuses: Validity) -> str:
    """The last of the statuses of a certificate, the others recorded."""
    registrar = cast.ledger.registrar
    digest = submitted(registrar, certifying(cast.ledger, cast.miner.id, mined(cast)))
    *before, last = (standing_so(digest, status) for status in statuses)
    for record in before:
        submitted(registrar, record)
    return registrar.sign(last)


CASES: Cases = {
    "declaration-mismatch": Case(
        on_a_declaration_of_another_batch,
        "/record/identities/declaration",
        ("declared", "certified"),
    ),
    "size-impossible": Case(of_a_log_to_come, "/record/size", ("size", "least", "most")),
    "status-taken": Case(lambda c: second(c, "status"), "/record/status", ("certificate",)),
    "certificate-taken": Case(
        lambda c: second(c, "credential"), "/record/credential", ("certificate",)
    ),
    "certificate-unknown": Case(
        lambda c: c.ledger.registrar.sign(standing_so(random_digest(), Validity.REVOKED)),
        "/record/certificate",
        ("certificate",),
    ),
    "already-revoked": Case(
        lambda c: standing(c, Validity.REVOKED, Validity.VALID),
        "/record/certificate",
        ("certificate",),
    ),
    "status-unchanged": Case(lambda c: standing(c, Validity.VALID), "/record/status", ("status",)),
}
