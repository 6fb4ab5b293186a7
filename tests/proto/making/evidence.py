"""The cases of `proto/vectors/admission/` in which others vouch: proxies, countersignatures, attestations."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from provenite_proto.record import (
    COUNTERSIGNATURE,
    Accreditation,
    AnyRecord,
    Attestation,
    Document,
    Documents,
    Extraction,
    Outcome,
    PartyIdentities,
    Principal,
    Retraction,
    RetractionReason,
    Site,
    Stage,
    Subject,
    SubjectKind,
    Supplier,
)

from .firms import Firms
from .keys import digest_of
from .outcomes import CONCENTRATE, NOBODY, Case, Doubt, admitted, doubted, held, refused

DECLARATION = Documents(
    documents=(Document(kind="supplier-declaration", digest=digest_of("declaration")),)
)
SUPPLIER = Supplier(name="Minera Siete SpA", country="CL", identifiers=("LEI 7",))
UNACCREDITED: Doubt = ("attester-not-accredited", "/record/scheme", {"scheme": "copper-mark"})


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_proxies, _countersigning, _attesting, _attesting_wrongly):
        yield from group()


def proxy(record: Any, supplier: Supplier = SUPPLIER, **members: Any) -> Any:
    """The record, made on behalf of the supplier."""
    named = {
        "proxy": True,
        "parties": Principal(on_behalf_of=supplier),
        "documents": DECLARATION,
    } | members
    return msgspec.structs.replace(record, **named)


def attested(firms: Firms, kind: SubjectKind, subject: str, **members: Any) -> Attestation:
    """An attestation under a scheme for responsible production, unless `members` say otherwise."""
    said: dict[str, Any] = {
        "scheme": "copper-mark",
        "outcome": Outcome.CONFORMS,
        "valid_from": firms.time(),
    }
    return Attestation(subject=Subject(kind=kind, id=subject), **said | members)


def _proxies() -> Iterator[tuple[str, Case]]:
    firms, batch = held()
    mined: Extraction = firms.extracted(CONCENTRATE)
    yield "extraction-for-a-supplier", admitted(firms, "trader", proxy(mined))
    scrap = firms.collected(("copper-scrap", "12.5", {"Cu": "0.95"}))
    yield "collection-for-a-supplier", admitted(firms, "trader", proxy(scrap))
    smelted = firms.transformed({batch: "30000"}, ("copper-cathode", "8999", {"Cu": "1"}))
    yield "transformation-for-a-supplier", admitted(firms, "refiner", proxy(smelted))

    def case(record: AnyRecord, slug: str, pointer: str) -> Case:
        return refused(firms, "trader", record, (slug, pointer))

    unnamed = proxy(mined, parties=None)
    yield "proxy-without-a-supplier", case(unnamed, "section-missing", "/record/parties")
    bare = proxy(mined, documents=None)
    yield "proxy-without-documents", case(bare, "section-missing", "/record/documents")
    nowhere = proxy(mined, Supplier(name="Minera Siete SpA", country="XX"))
    place = "/record/parties/onBehalfOf/country"
    yield "proxy-for-a-supplier-in-no-country", case(nowhere, "country-unknown", place)
    unmarked = proxy(mined, proxy=False)
    yield (
        "supplier-named-without-proxy",
        refused(firms, "miner", unmarked, ("proxy-not-marked", "/record/proxy")),
    )
    yield "trader-cannot-mine", case(mined, "role-not-allowed", "/record/type")


def _countersigning() -> Iterator[tuple[str, Case]]:
    firms = Firms("trader", "recycler")
    declared = firms.add("trader", proxy(firms.extracted(CONCENTRATE)))
    abroad = Supplier(name="Minera Siete SpA", country="PE")
    elsewhere = firms.add("trader", proxy(firms.extracted(CONCENTRATE), abroad))
    renamed = Supplier(name="Minera 7", country="CL", identifiers=("DUNS 1", "LEI 7"))
    by_number = firms.add("trader", proxy(firms.extracted(CONCENTRATE), renamed))
    own = firms.add("recycler", firms.collected(("copper-scrap", "12.5", {"Cu": "0.95"})))
    firms.enrol("miner", PartyIdentities(name="Minera Siete SpA", identifiers=("LEI 7",)))

    def signed(kind: SubjectKind, subject: str) -> Attestation:
        return attested(firms, kind, subject, scheme=COUNTERSIGNATURE)

    statement = SubjectKind.STATEMENT
    place = "/record/subject/id"
    yield "countersignature", admitted(firms, "miner", signed(statement, declared))
    yield (
        "countersignature-by-identifier",
        admitted(firms, "miner", signed(statement, by_number)),
    )
    found = ("not-the-supplier", place)
    yield (
        "countersignature-by-another",
        refused(firms, "recycler", signed(statement, declared), found),
    )
    yield (
        "countersignature-from-another-country",
        refused(firms, "miner", signed(statement, elsewhere), found),
    )
    found = ("not-a-proxy", place)
    yield (
        "countersignature-of-no-proxy",
        refused(firms, "miner", signed(statement, own), found),
    )
    batch = signed(SubjectKind.BATCH, f"{declared}.0")
    yield "countersignature-of-a-batch", refused(firms, "miner", batch, found)
    itself = signed(statement, declared)
    yield (
        "countersignature-of-ones-own",
        refused(firms, "trader", itself, ("attestation-of-own", place)),
    )


def _attesting() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "auditor")
    mined = firms.add("miner", firms.extracted(CONCENTRATE))
    site = firms.add("miner", Site(country="CL", stages=(Stage.EXTRACTION,)))
    subjects = {
        SubjectKind.STATEMENT: mined,
        SubjectKind.BATCH: f"{mined}.0",
        SubjectKind.SITE: site,
        SubjectKind.PARTY: firms.ids["miner"],
    }
    statement = attested(firms, SubjectKind.STATEMENT, mined)
    yield "attester-not-accredited", doubted(firms, "auditor", statement, UNACCREDITED)
    until = firms.time() + timedelta(minutes=2)
    accredited = Accreditation(
        party=firms.ids["auditor"],
        scheme="copper-mark",
        valid_from=firms.time(),
        valid_until=until,
    )
    newest = firms.add("registrar", accredited)
    for kind, subject in subjects.items():
        record = attested(firms, kind, subject, claims=("mine-to-gate",))
        yield f"attestation-of-a-{kind}", doubted(firms, "auditor", record)
    against = attested(firms, SubjectKind.SITE, site, outcome=Outcome.DOES_NOT_CONFORM)
    yield "attestation-that-it-does-not-conform", doubted(firms, "auditor", against)
    other = attested(firms, SubjectKind.SITE, site, scheme="irma")
    doubt = ("attester-not-accredited", "/record/scheme", {"scheme": "irma"})
    yield "attester-accredited-for-another-scheme", doubted(firms, "auditor", other, doubt)
    withdrawn = firms.copy()
    reason = RetractionReason.WITHDRAWN
    withdrawn.add("registrar", Retraction(statement=newest, reason=reason))
    late = attested(withdrawn, SubjectKind.SITE, site)
    yield (
        "attester-whose-accreditation-is-withdrawn",
        doubted(withdrawn, "auditor", late, UNACCREDITED),
    )
    firms.add("miner", firms.extracted(CONCENTRATE))
    late = attested(firms, SubjectKind.SITE, site)
    yield "attester-whose-accreditation-ends", doubted(firms, "auditor", late, UNACCREDITED)


def _attesting_wrongly() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner", "auditor")
    mined = firms.add("miner", firms.extracted(CONCENTRATE))
    place = "/record/subject/id"

    def case(name: str, record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, name, record, (slug, pointer), **figures)

    for kind, subject in (
        (SubjectKind.STATEMENT, NOBODY),
        (SubjectKind.BATCH, f"{mined}.1"),
        (SubjectKind.SITE, firms.ids["miner"]),
        (SubjectKind.PARTY, NOBODY),
    ):
        record = attested(firms, kind, subject)
        unknown = case("auditor", record, "subject-unknown", place, kind=kind)
        yield f"attestation-of-no-{kind}", unknown
    own = attested(firms, SubjectKind.PARTY, firms.ids["auditor"])
    yield "attestation-of-oneself", case("auditor", own, "attestation-of-own", place)
    enrolment = attested(firms, SubjectKind.STATEMENT, firms.ids["auditor"])
    yield (
        "attestation-of-ones-enrolment",
        case("auditor", enrolment, "attestation-of-own", place),
    )
    statement = attested(firms, SubjectKind.STATEMENT, mined)
    found = ("role-not-allowed", "/record/scheme")
    yield "attestation-by-a-refiner", case("refiner", statement, *found, roles="refiner")
    found = ("role-not-allowed", "/record/type")
    yield "attestation-by-the-registrar", case("registrar", statement, *found)
    start = firms.time()
    nothing = attested(firms, SubjectKind.STATEMENT, mined, valid_until=start)
    figures = {"from": start.isoformat(), "until": start.isoformat()}
    found = ("validity-reversed", "/record/validUntil")
    yield "attestation-for-no-time", case("auditor", nothing, *found, **figures)
    transfer = firms.delivered("miner", "refiner", {f"{mined}.0": "30000"})
    retracted = firms.add("miner", firms.extracted(CONCENTRATE))
    retraction = firms.add("miner", Retraction(statement=retracted, reason=RetractionReason.FRAUD))
    late = attested(firms, SubjectKind.BATCH, f"{retracted}.0")
    figures = {"batch": f"{retracted}.0", "root": f"{retracted}.0"}
    yield (
        "attestation-of-a-retracted-batch",
        case("auditor", late, "batch-retracted", place, **figures),
    )
    late = attested(firms, SubjectKind.STATEMENT, retracted)
    yield (
        "attestation-of-a-retracted-statement",
        case("auditor", late, "already-retracted", place, retractedBy=retraction),
    )
    other = firms.add("miner", firms.extracted(CONCENTRATE))
    going = firms.add("miner", firms.shipped("refiner", {f"{other}.0": "1"}))
    firms.add("miner", Retraction(statement=going, reason=RetractionReason.DID_NOT_OCCUR))
    alive = attested(firms, SubjectKind.BATCH, f"{going}.0")
    yield (
        "attestation-of-what-a-retraction-gave-back",
        doubted(firms, "auditor", alive, UNACCREDITED),
    )
    holds = attested(firms, SubjectKind.BATCH, f"{transfer}.0")
    yield "attestation-of-what-one-holds", case("refiner", holds, "attestation-of-own", place)
