"""The cases of `proto/vectors/admission/` about certificates: declarations, certificates and how they stand."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from provenite_proto.record import (
    AnyRecord,
    Certificate,
    CertificateIdentities,
    CertificateStatus,
    Cost,
    Declaration,
    Facts,
    Revocation,
    RevocationReason,
    StatusEntry,
    StatusIdentities,
    Validity,
)

from .firms import Firms
from .keys import digest_of
from .outcomes import CONCENTRATE, NOBODY, Case, admitted, held, refused
from .withdrawing import retracted

IDENTITIES = "/record/identities"
COSTS = Facts(product="magnet", cost=Cost(total="100", prohibited="12.5"))


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_declaring, _certifying, _void, _declared, _taken, _standing):
        yield from group()


def certificate_id(name: str) -> str:
    """A certificate's id that is the same in every run."""
    return digest_of(name)[:21] + "A"


def certificate(
    firms: Firms, party: str, batch: str, name: str = "first", **members: Any
) -> Certificate:
    """A certificate of the batch as the log is now; `members` replace others, `declaration` among them."""
    identities = CertificateIdentities(
        certificate=members.pop("certificate", certificate_id(name)),
        party=firms.ids.get(party, party),
        batch=batch,
        declaration=members.pop("declaration", None),
    )
    record = Certificate(
        credential=digest_of(f"credential {name}"),
        policy=digest_of("policy"),
        as_of=firms.time().date(),
        size=len(firms.earlier),
        valid_until=firms.time() + timedelta(days=365),
        status=StatusEntry(list=0, index=sum(map(ord, name))),
        identities=identities,
    )
    return msgspec.structs.replace(record, **members)


def _declaring() -> Iterator[tuple[str, Case]]:
    firms, batch = held()

    def case(name: str, record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, name, record, (slug, pointer), **figures)

    declared = Declaration(batch=batch, costs=COSTS)
    yield "declaration-of-the-holder", admitted(firms, "refiner", declared)
    yield "declaration-of-the-maker", admitted(firms, "miner", declared)
    bare = Declaration(batch=batch)
    yield "declaration-of-nothing", case("refiner", bare, "section-missing", "/record/costs")
    place = "/record/batch"
    yield "declaration-of-anothers-batch", case("trader", declared, "not-holder", place)
    none = Declaration(batch=f"{NOBODY}.0", costs=COSTS)
    yield "declaration-of-no-batch", case("refiner", none, "batch-unknown", place)
    yield (
        "declaration-by-the-registrar",
        case("registrar", declared, "role-not-allowed", "/record/type"),
    )
    digest = firms.add("refiner", declared)
    yield "retraction-of-a-declaration", admitted(firms, "refiner", retracted(digest))
    mined = firms.add("miner", firms.extracted(CONCENTRATE))
    gone = f"{mined}.0"
    firms.add("miner", retracted(mined))
    withdrawn = Declaration(batch=gone, costs=COSTS)
    figures = {"batch": gone, "root": gone}
    yield (
        "declaration-of-a-retracted-batch",
        case("miner", withdrawn, "batch-retracted", place, **figures),
    )


def _certifying() -> Iterator[tuple[str, Case]]:
    firms, batch = held()

    def case(slug: str, pointer: str, record: AnyRecord, **figures: str) -> Case:
        return refused(firms, "registrar", record, (slug, pointer), **figures)

    fine = certificate(firms, "refiner", batch)
    yield "certificate", admitted(firms, "registrar", fine)
    found = ("role-not-allowed", "/record/type")
    yield "certificate-by-a-firm", refused(firms, "refiner", fine, found)
    bare = msgspec.structs.replace(fine, identities=None)
    yield "certificate-of-nothing", case("section-missing", IDENTITIES, bare)
    nobody = certificate(firms, NOBODY, batch)
    yield "certificate-of-nobody", case("party-unknown", f"{IDENTITIES}/party", nobody)
    none = certificate(firms, "refiner", f"{NOBODY}.0")
    yield "certificate-of-no-batch", case("batch-unknown", f"{IDENTITIES}/batch", none)
    made = next(
        index for index, step in enumerate(firms.earlier) if batch.split(".")[0] in _digests(step)
    )
    at_once = certificate(firms, "refiner", batch, size=made + 1)
    yield "certificate-as-of-the-statement-of-its-batch", admitted(firms, "registrar", at_once)
    figures = {"least": str(made + 1), "most": str(len(firms.earlier))}
    early = certificate(firms, "refiner", batch, size=made)
    place = "/record/size"
    yield (
        "certificate-before-its-batch",
        case("size-impossible", place, early, size=str(made), **figures),
    )
    more = len(firms.earlier) + 1
    late = certificate(firms, "refiner", batch, size=more)
    yield (
        "certificate-of-a-log-that-is-not-there-yet",
        case("size-impossible", place, late, size=str(more), **figures),
    )
    tomorrow = certificate(firms, "refiner", batch, as_of=firms.time().date() + timedelta(days=1))
    figures = {
        "at": f"{tomorrow.as_of}T00:00:00+00:00",
        "latest": (firms.time() + timedelta(seconds=300)).isoformat(),
    }
    yield "certificate-of-tomorrow", case("time-ahead", "/record/asOf", tomorrow, **figures)
    long_ago = certificate(firms, "refiner", batch, as_of=date(2022, 9, 1))
    yield "certificate-of-an-earlier-day", admitted(firms, "registrar", long_ago)
    over = certificate(firms, "refiner", batch, valid_until=firms.time())
    figures = {"from": firms.time().isoformat(), "until": firms.time().isoformat()}
    yield (
        "certificate-that-is-over",
        case("validity-reversed", "/record/validUntil", over, **figures),
    )
    mined = firms.add("miner", firms.extracted(CONCENTRATE))
    gone = f"{mined}.0"
    firms.add("miner", retracted(mined))
    withdrawn = certificate(firms, "miner", gone)
    figures = {"batch": gone, "root": gone}
    yield (
        "certificate-of-a-retracted-batch",
        case("batch-retracted", f"{IDENTITIES}/batch", withdrawn, **figures),
    )


def _void() -> Iterator[tuple[str, Case]]:
    """What made the batch, or brought it, stands no more, and nothing has withdrawn the batch itself."""

    def case(firms: Firms, batch: str, root: str) -> Case:
        record = certificate(firms, "refiner", batch)
        found = ("batch-retracted", f"{IDENTITIES}/batch")
        return refused(firms, "registrar", record, found, batch=batch, root=root)

    for name, sold in (("that-a-stolen-key-brought", False), ("that-a-stolen-key-made", True)):
        firms, batch = held()
        root = firms.replay.state.batches[batch].root
        if sold:
            batch = f"{firms.delivered('refiner', 'trader', {batch: '10'})}.0"
        compromised = Revocation(
            key=firms.keys["miner"].key_id,
            reason=RevocationReason.KEY_COMPROMISE,
            compromised_at=firms.time() - timedelta(hours=1),
        )
        firms.add("registrar", compromised)
        yield f"certificate-of-a-batch-{name}", case(firms, batch, root)
    firms, batch = held()
    root = firms.replay.state.batches[batch].root
    firms.add("miner", retracted(root.partition(".")[0]))
    yield "certificate-of-a-part-of-what-is-retracted", case(firms, batch, root)


def _digests(step: dict[str, Any]) -> str:
    signed = step["statement"].split("~")[0].rpartition(".")[0]
    return digest_of(signed)


def _declared() -> Iterator[tuple[str, Case]]:
    firms, batch = held()
    place = f"{IDENTITIES}/declaration"
    size = len(firms.earlier)
    declared = firms.add("refiner", Declaration(batch=batch, costs=COSTS))

    def rests(declaration: str, **members: Any) -> Certificate:
        return certificate(firms, "refiner", batch, declaration=declaration, **members)

    def case(slug: str, pointer: str, record: AnyRecord, **figures: str) -> Case:
        return refused(firms, "registrar", record, (slug, pointer), **figures)

    yield "certificate-on-a-declaration", admitted(firms, "registrar", rests(declared))
    yield (
        "certificate-on-no-declaration",
        case("statement-unknown", place, rests(batch.split(".")[0])),
    )
    figures = {"size": str(size), "least": str(size + 1), "most": str(size + 1)}
    yield (
        "certificate-before-its-declaration",
        case("size-impossible", "/record/size", rests(declared, size=size), **figures),
    )
    mined = firms.add("miner", firms.extracted(CONCENTRATE)) + ".0"
    other = firms.add("miner", Declaration(batch=mined, costs=COSTS))
    figures = {"declared": mined, "certified": batch}
    yield (
        "certificate-on-a-declaration-of-another-batch",
        case("declaration-mismatch", place, rests(other), **figures),
    )
    firms.add("refiner", retracted(declared))
    yield (
        "certificate-on-a-retracted-declaration",
        case("already-retracted", place, rests(declared)),
    )
    stolen = firms.add("refiner", Declaration(batch=batch, costs=COSTS))
    compromised = Revocation(
        key=firms.keys["refiner"].key_id,
        reason=RevocationReason.KEY_COMPROMISE,
        compromised_at=firms.time() - timedelta(minutes=5),
    )
    firms.add("registrar", compromised)
    yield (
        "certificate-on-a-disowned-declaration",
        case("already-retracted", place, rests(stolen)),
    )


def _taken() -> Iterator[tuple[str, Case]]:
    firms, batch = held()
    first = certificate(firms, "refiner", batch)
    digest = firms.add("registrar", first)

    def case(slug: str, pointer: str, **members: Any) -> Case:
        second = certificate(firms, "refiner", batch, "second", **members)
        found = (slug, pointer)
        return refused(firms, "registrar", second, found, certificate=digest)

    second = certificate(firms, "refiner", batch, "second")
    yield "second-certificate-of-a-batch", admitted(firms, "registrar", second)
    yield (
        "certificate-with-the-status-of-another",
        case("status-taken", "/record/status", status=first.status),
    )
    yield (
        "certificate-with-the-id-of-another",
        case("certificate-taken", f"{IDENTITIES}/certificate", certificate=certificate_id("first")),
    )
    yield (
        "certificate-with-the-credential-of-another",
        case("certificate-taken", "/record/credential", credential=first.credential),
    )


def _standing() -> Iterator[tuple[str, Case]]:
    firms, batch = held()
    digest = firms.add("registrar", certificate(firms, "refiner", batch))
    cause = batch.split(".")[0]

    def stands(status: Validity, cause: str | None = None, of: str = digest) -> CertificateStatus:
        identities = None if cause is None else StatusIdentities(cause=cause)
        return CertificateStatus(
            certificate=of, status=status, reason="It is so.", identities=identities
        )

    def case(slug: str, pointer: str, record: AnyRecord) -> Case:
        return refused(firms, "registrar", record, (slug, pointer))

    suspended = stands(Validity.SUSPENDED, cause)
    yield "certificate-suspended", admitted(firms, "registrar", suspended)
    found = ("role-not-allowed", "/record/type")
    yield "certificate-suspended-by-its-party", refused(firms, "refiner", suspended, found)
    valid = stands(Validity.VALID)
    yield "certificate-valid-again-at-once", case("status-unchanged", "/record/status", valid)
    none = stands(Validity.SUSPENDED, of=NOBODY)
    place = "/record/certificate"
    yield "no-certificate-suspended", case("certificate-unknown", place, none)
    strange = stands(Validity.SUSPENDED, NOBODY)
    found = ("statement-unknown", f"{IDENTITIES}/cause")
    yield "certificate-suspended-for-no-statement", case(*found, strange)
    yield (
        "retraction-of-a-certificate",
        refused(
            firms,
            "registrar",
            retracted(digest),
            ("retraction-not-allowed", "/record/statement"),
            type="certificate",
        ),
    )
    firms.add("registrar", suspended)
    yield "certificate-reinstated", admitted(firms, "registrar", valid)
    revoked = stands(Validity.REVOKED)
    yield "certificate-revoked", admitted(firms, "registrar", revoked)
    firms.add("registrar", revoked)
    yield "certificate-valid-after-revocation", case("already-revoked", place, valid)
    yield "certificate-revoked-twice", case("already-revoked", place, revoked)
