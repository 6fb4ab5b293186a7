"""The form of a certificate: a UNTP 0.7 Digital Conformity Credential (W3C VCDM 2.0), exactly as we issue it.

Members are in the order in which they are written; what does not encode to itself is refused. Parts whose `type`
the context of UNTP does not define have none.
"""

from datetime import date
from typing import Annotated, Final, Literal

from msgspec import Meta, field

from ..matter.quantity import Fraction
from ..policy.figures import Verdict
from ..policy.model import PolicyId, Prose, Version
from ..record import LIST_BITS, Digest
from ..record.form import LINE, Form, Slug, Text, Time

VCDM: Final = "https://www.w3.org/ns/credentials/v2"
UNTP: Final = "https://vocabulary.uncefact.org/untp/0.7.0/context/"

Condition = Annotated[str, Meta(min_length=1, max_length=1280, pattern=LINE)]
"""What a certificate does not say: a caveat of a policy, and around it words of ours."""
Uri = Annotated[
    str, Meta(min_length=4, max_length=2048, pattern=r"^(https?|did|urn):[!-~]+$(?!\n)")
]
Share = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?$(?!\n)")]
"""A share in decimals, at most nine of them; a sum of rounded masses may be above 1."""
Percent = Annotated[float, Meta(ge=0, le=10**11)]
PERCENT: Final = "P1"
"""Per cent in UN/ECE Recommendation 20."""
BITS: Final = LIST_BITS
"""Bits of a status list."""


class Link(Form, frozen=True, kw_only=True):
    """A document elsewhere. `digest_multibase` is a multihash in base64url (`u`)."""

    link_url: Uri = field(name="linkURL")
    link_name: Text
    digest_multibase: Annotated[str, Meta(min_length=2, max_length=128)] | None = None
    media_type: Text | None = None


class Named(Form, frozen=True, kw_only=True):
    """Base of what is told of by its address and its name only."""

    id: Uri
    name: Prose


class Issuer(Named, frozen=True, kw_only=True):
    """Who issued it: the ledger, by its DID."""

    type: tuple[Literal["CredentialIssuer"]]


class Party(Named, frozen=True, kw_only=True):
    """To whom it was issued."""

    type: tuple[Literal["Party"]]


class Scheme(Named, frozen=True, kw_only=True):
    """The policy."""

    type: tuple[Literal["ConformityScheme"]]


class Profile(Named, frozen=True, kw_only=True):
    """The version of the policy."""

    type: tuple[Literal["ConformityProfile"]]
    version: Version


class Criterion(Named, frozen=True, kw_only=True):
    """A test of the policy, with its threshold in a sentence."""

    type: tuple[Literal["Criterion"]]
    description: Prose


class Regulation(Named, frozen=True, kw_only=True):
    """A source of the policy that is law."""

    type: tuple[Literal["Regulation"]]


class Standard(Named, frozen=True, kw_only=True):
    """A source of the policy that is no law."""

    type: tuple[Literal["Standard"]]


class Topic(Named, frozen=True, kw_only=True):
    """What the policy is about."""

    type: tuple[Literal["ConformityTopic"]]


class Metric(Named, frozen=True, kw_only=True):
    """What a figure says."""

    type: tuple[Literal["PerformanceMetric"]]


class Measured(Form, frozen=True, kw_only=True):
    """A figure's lower bound in per cent, and how much more it is at most."""

    value: Percent
    upper_tolerance: Percent
    unit: Literal["P1"]


class Score(Form, frozen=True, kw_only=True):
    """What the policy says of the figure."""

    code: Verdict


class Performance(Form, frozen=True, kw_only=True):
    """A figure, for readers of UNTP; exactly it stands in `Provenance`."""

    metric: Metric
    measure: Measured
    score: Score


class Product(Named, frozen=True, kw_only=True):
    """What was assessed, by its material, without telling which batch it is.

    `batch_number` is the lot, when the maker asks for it.
    """

    type: tuple[Literal["Product"]]
    batch_number: Text | None = None


class Assessed(Form, frozen=True, kw_only=True):
    """The product; nobody has looked at it."""

    product: Product
    id_verified: Literal[False] = field(name="idVerifiedByCAB")


class CertifiedFigure(Form, frozen=True, kw_only=True):
    """A figure of a test, as shares of the whole: it passes when `lower` is `at_least` that part, or `below` it."""

    test: Text
    of: Text
    lower: Share
    upper: Share
    verdict: Verdict
    at_least: Fraction | None = None
    below: Fraction | None = None


class Provenance(Form, frozen=True, kw_only=True):
    """What the ledger computed, exactly, and from what: our own term, defined by our own context.

    The content is that of the first `size` statements of the log `log`. `row` is the number of the policy's row,
    from 1. `declared` says that it rests also on what the holder has declared, `product` and `exemption` what of
    it decided which test applies: no product where the policy asks for none. `batch_digest` is that of `addresses.batch_digest`.
    """

    policy: PolicyId
    version: Version
    policy_digest: Digest
    as_of: date
    size: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    log: Annotated[str, Meta(pattern=r"^[!-*,-~]{1,256}$(?!\n)")]
    batch_digest: Digest
    declared: bool
    row: Annotated[int, Meta(ge=1, le=128)]
    product: Slug | None = None
    exemption: Slug | None = None
    figures: Annotated[tuple[CertifiedFigure, ...], Meta(max_length=1024)]


class Assessment(Form, frozen=True, kw_only=True):
    """One policy's assessment of one product on one day. `specified_condition` is what it does not say."""

    type: tuple[Literal["ConformityAssessment"]]
    id: Uri
    name: Text
    assessment_criteria: Annotated[tuple[Criterion, ...], Meta(min_length=1, max_length=1024)]
    assessment_date: date
    assessed_performance: Annotated[tuple[Performance, ...], Meta(max_length=1024)]
    assessed_product: tuple[Assessed]
    reference_standard: Annotated[tuple[Standard, ...], Meta(max_length=16)] = ()
    reference_regulation: Annotated[tuple[Regulation, ...], Meta(max_length=16)] = ()
    specified_condition: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=64)]
    evidence: tuple[Link]
    conformity_topic: tuple[Topic]
    conformance: Literal[True]
    provenance: Provenance


class Attestation(Form, frozen=True, kw_only=True):
    """What is attested: the ledger computes, and nobody accredits or endorses it."""

    type: tuple[Literal["ConformityAttestation"]]
    id: Uri
    name: Text
    assessor_level: Literal["unspecified"]
    assessment_level: Literal["no-endorsement"]
    attestation_type: Literal["verification"]
    issued_to_party: Party
    reference_scheme: Scheme
    reference_profile: Profile
    conformity_certificate: Link
    conformity_assessment: tuple[Assessment]


class StatusEntry(Form, frozen=True, kw_only=True):
    """Which bit of which status list tells whether it is suspended (Bitstring Status List 1.0, section 2.1)."""

    id: Uri
    type: Literal["BitstringStatusListEntry"]
    status_purpose: Literal["suspension"]
    status_list_index: Annotated[int, Meta(ge=0, lt=BITS)]
    status_list_credential: Uri

    @property
    def list_number(self) -> int:
        """The number of the status list, with which its address ends (section 18.1)."""
        return int(self.status_list_credential.rpartition("/")[2])


class Credential(Form, frozen=True, kw_only=True):
    """A certificate's content."""

    context: tuple[
        Literal["https://www.w3.org/ns/credentials/v2"],
        Literal["https://vocabulary.uncefact.org/untp/0.7.0/context/"],
        Uri,
    ] = field(name="@context")
    type: tuple[Literal["DigitalConformityCredential"], Literal["VerifiableCredential"]]
    id: Uri
    issuer: Issuer
    valid_from: Time
    valid_until: Time
    name: Text
    credential_status: StatusEntry
    credential_subject: Attestation

    @property
    def assessment(self) -> Assessment:
        """The one assessment."""
        return self.credential_subject.conformity_assessment[0]

    @property
    def provenance(self) -> Provenance:
        """What was computed, exactly."""
        return self.assessment.provenance
