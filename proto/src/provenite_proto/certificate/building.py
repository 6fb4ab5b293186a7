"""What a ledger certifies: from an assessment that a batch passes to the credential that says so."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from ..matter.quantity import FRACTION_ONE, parts
from ..policy import Outcome, Policy
from ..policy.answers import AssessmentAnswer, FigureAnswer
from ..policy.own import OWN, in_quotation_marks, is_own, quoted
from ..policy.wording import named, threshold
from ..record.form import Slug, Text
from ..statement import base64url
from . import addresses
from .model import (
    PERCENT,
    UNTP,
    VCDM,
    Assessed,
    Assessment,
    Attestation,
    CertifiedFigure,
    Credential,
    Criterion,
    Issuer,
    Link,
    Measured,
    Metric,
    Party,
    Performance,
    Product,
    Profile,
    Provenance,
    Regulation,
    Scheme,
    Score,
    Standard,
    StatusEntry,
    Topic,
)

LONGEST = timedelta(days=365)
"""How long a certificate is valid at the most."""
COMPUTED = (
    "It says what follows from statements that firms signed. Nobody has looked at the goods, and nobody accredits "
    "or endorses the issuer."
)
DECLARED = (
    "It rests also on what the holder declared of the product, for which no statement vouches."
)
AS_PRODUCT = "It was assessed as {product}, which the holder declares the product to be."
EXEMPT = "No threshold was applied: it rests on the exemption {exemption}, which the holder claims."
_OWN_CAVEAT = "Whoever wrote the rule says of it: {caveat}"
_LAWS = frozenset({"in_force", "scheduled", "terminated", "proposed"})
_SHA256 = b"\x12\x20"
"""SHA-256 of 32 bytes, as multihash says it."""


class Issuance(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate says beside the assessment.

    `origin` and `issuer` (its name) are the ledger's, `log` its log's key name; `id` is fresh (22 characters of
    base64url, 128 random bits), `index` a free place in the status list `status_list`. `product` is what the holder
    declares the product to be, `lot` the maker's own name of the batch. `declared` says whether a declaration was
    assessed too.
    """

    origin: str
    issuer: Text
    log: str
    id: str
    status_list: int
    index: int
    party: str
    holder: Text
    material: Slug
    issued_at: datetime
    product: Slug | None = None
    lot: Text | None = None
    declared: bool = False


def valid_until(policy: Policy, found: AssessmentAnswer, issued_at: datetime) -> datetime:
    """Until when a certificate of what was found by one of the policy's rows can be relied on.

    For a year, and no longer than to the end of the day (UTC) by which policy or row are to be looked up again, or
    on which the row ends, or the exemption on which it rests. That may be before `issued_at`: then there is nothing
    to certify.
    """
    assert found.row is not None  # noqa: S101 # a pass is by a row
    applied = policy.row[found.row - 1]
    claimed = [
        each.until
        for each in policy.exemption
        if each.id == found.exemption and each.covers(found.as_of)
    ]
    days = (policy.verify_by, applied.verify_by, applied.until, *claimed)
    longest = issued_at.replace(microsecond=0) + LONGEST
    return min([longest, *(_end_of(day) for day in days if day is not None)])


def credential(issuance: Issuance, policy: Policy, found: AssessmentAnswer) -> Credential:
    """The certificate of an assessment by this policy; `ValueError` unless it is a pass that can be relied on now."""
    begins = issuance.issued_at.replace(microsecond=0)
    if found.outcome is not Outcome.PASS or found.row is None:
        raise ValueError(f"the outcome is {found.outcome}: only a pass is certified")
    ends = valid_until(policy, found, begins)
    if ends <= begins:
        raise ValueError(f"the policy holds only until {ends:%Y-%m-%d}")
    url = addresses.certificate_url(issuance.origin, issuance.id)
    rules = addresses.policy_url(issuance.origin, found.digest)
    list_url = addresses.status_list_url(issuance.origin, issuance.status_list)
    return Credential(
        context=(VCDM, UNTP, addresses.context_url(issuance.origin)),
        type=("DigitalConformityCredential", "VerifiableCredential"),
        id=url,
        issuer=Issuer(
            id=addresses.did_of(issuance.origin), name=issuance.issuer, type=("CredentialIssuer",)
        ),
        valid_from=begins,
        valid_until=ends,
        name=named(policy),
        credential_status=StatusEntry(
            id=f"{list_url}#{issuance.index}",
            type="BitstringStatusListEntry",
            status_purpose="suspension",
            status_list_index=issuance.index,
            status_list_credential=list_url,
        ),
        credential_subject=Attestation(
            type=("ConformityAttestation",),
            id=f"{url}#attestation",
            name=named(policy),
            assessor_level="unspecified",
            assessment_level="no-endorsement",
            attestation_type="verification",
            issued_to_party=Party(
                id=addresses.party_url(issuance.origin, issuance.party),
                name=issuance.holder,
                type=("Party",),
            ),
            reference_scheme=Scheme(
                id=f"{rules}#policy", name=policy.id, type=("ConformityScheme",)
            ),
            reference_profile=Profile(
                id=rules,
                name=f"{policy.id} {policy.version}",
                type=("ConformityProfile",),
                version=policy.version,
            ),
            conformity_certificate=Link(
                link_url=f"{url}.pdf",
                link_name="The certificate on one page",
                media_type="application/pdf",
            ),
            conformity_assessment=(_assessment(issuance, policy, found, url, rules),),
        ),
    )


def _assessment(
    issuance: Issuance, policy: Policy, found: AssessmentAnswer, url: str, rules: str
) -> Assessment:
    row = in_quotation_marks(policy).row[(found.row or 1) - 1]
    # What a firm refers to stands in its policy: named here it would seem to be what was conformed to.
    sources = [
        (f"{rules}#source-{number}", each.title)
        for number, each in enumerate(policy.source, 1)
        if not is_own(policy.id)
    ]
    law = (row.status or policy.status) in _LAWS
    return Assessment(
        type=("ConformityAssessment",),
        id=f"{url}#assessment",
        name=named(policy),
        assessment_criteria=tuple(
            Criterion(
                id=f"{rules}#row-{found.row}-test-{number}",
                name=test.name,
                type=("Criterion",),
                description=threshold(test),
            )
            for number, test in enumerate(row.test, 1)
        ),
        assessment_date=found.as_of,
        assessed_performance=performances(url, policy.id, map(certified, found.figures)),
        assessed_product=(
            Assessed(
                product=Product(
                    id=f"{url}#product",
                    name=issuance.material,
                    type=("Product",),
                    batch_number=issuance.lot,
                ),
                id_verified=False,
            ),
        ),
        reference_regulation=tuple(
            Regulation(id=at, name=name, type=("Regulation",)) for at, name in sources if law
        ),
        reference_standard=tuple(
            Standard(id=at, name=name, type=("Standard",)) for at, name in sources if not law
        ),
        specified_condition=tuple(_conditions(issuance, policy, found)),
        evidence=(
            Link(
                link_url=rules,
                link_name=f"The policy {policy.id} as it was applied",
                digest_multibase=multihash(found.digest),
                media_type="application/json",
            ),
        ),
        conformity_topic=(
            Topic(
                id=f"urn:provenite:measure:{policy.measure.replace('_', '-')}",
                name=policy.measure.replace("_", " "),
                type=("ConformityTopic",),
            ),
        ),
        conformance=True,
        provenance=_provenance(issuance, policy, found),
    )


def performances(
    url: str, policy: str, figures: Iterable[CertifiedFigure]
) -> tuple[Performance, ...]:
    """The figures of the certificate at the address by the policy with this id, as UNTP has them."""
    told = quoted if is_own(policy) else str
    return tuple(
        _performance(f"{url}#figure-{number}", told(each.test), each)
        for number, each in enumerate(figures, 1)
    )


def _performance(url: str, test: str, figure: CertifiedFigure) -> Performance:
    lower, upper = parts(figure.lower), parts(figure.upper)
    return Performance(
        metric=Metric(
            id=url,
            name=f"{figure.of}: {test}",
            type=("PerformanceMetric",),
        ),
        measure=Measured(
            value=_percent(lower), upper_tolerance=_percent(max(0, upper - lower)), unit=PERCENT
        ),
        score=Score(code=figure.verdict),
    )


def multihash(digest: str) -> str:
    """A digest as a multihash in base64url (`u`)."""
    return "u" + base64url.encode(_SHA256 + base64url.read(digest))


def _provenance(issuance: Issuance, policy: Policy, found: AssessmentAnswer) -> Provenance:
    assert found.row is not None  # noqa: S101 # a pass is by a row
    return Provenance(
        policy=found.policy,
        version=found.version,
        policy_digest=found.digest,
        as_of=found.as_of,
        size=found.size,
        log=issuance.log,
        batch_digest=addresses.batch_digest(issuance.id, found.batch),
        declared=issuance.declared,
        row=found.row,
        product=_product(issuance, policy),
        exemption=found.exemption,
        figures=tuple(map(certified, found.figures)),
    )


def certified(figure: FigureAnswer) -> CertifiedFigure:
    """A figure as a certificate has it: shares, no masses and no amounts."""
    return CertifiedFigure(
        test=figure.test,
        of=figure.of,
        lower=figure.lower_share,
        upper=figure.upper_share,
        verdict=figure.verdict,
        at_least=figure.at_least,
        below=figure.below,
    )


def _product(issuance: Issuance, policy: Policy) -> Slug | None:
    """What the holder declares the product to be, where that decides anything."""
    return issuance.product if policy.scope.products else None


def _conditions(issuance: Issuance, policy: Policy, found: AssessmentAnswer) -> Iterator[str]:
    own = is_own(policy.id)
    if own:
        yield OWN
    yield COMPUTED
    if issuance.declared:
        yield DECLARED
    if (product := _product(issuance, policy)) is not None:
        yield AS_PRODUCT.format(product=quoted(product))
    if found.exemption is not None:
        exemption = quoted(found.exemption) if own else found.exemption
        yield EXEMPT.format(exemption=exemption)
    yield from found.notes
    for caveat in policy.caveat:
        yield _OWN_CAVEAT.format(caveat=quoted(caveat)) if own else caveat


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def _percent(billionths: int) -> float:
    # The division of two integers is rounded correctly, so that all compute the same double.
    return billionths * 100 / FRACTION_ONE
