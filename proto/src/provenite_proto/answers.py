"""What a ledger answers over HTTP: the types that service and SDK share.

JSON, camelCase. Masses are decimal strings in kilograms of dry matter, shares decimal strings of the
element's mass rounded to nine decimals, times RFC 3339. A section that the reader may not see is named in
`withheld`, and what depends on it is absent.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct

from .problem import Finding
from .record import Jwk, Role, Stage
from .shipment import Verdict

T = TypeVar("T")


class Answer(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of the answers. Readers ignore members that they do not know."""


class LedgerAnswer(Answer, frozen=True, kw_only=True):
    """The ledger itself: its origin (the `aud` of statements), its registrar and its number of statements."""

    origin: str
    registrar: str
    size: int
    version: str


class WitnessAnswer(Answer, frozen=True, kw_only=True):
    """A witness that the ledger asks: how many statements of the log it holds, and when it last cosigned.

    `failure` says since when (`since`) and why it does not cosign, `detail` in a sentence; absent, it does.
    """

    name: str
    key: str
    since: datetime
    url: str | None = None
    size: int | None = None
    cosigned_at: datetime | None = None
    failure: str | None = None
    detail: str | None = None


class LogAnswer(Answer, frozen=True, kw_only=True):
    """The log: its name, the public keys of its checkpoints (C2SP verifier key) and of its COSE receipts.

    `size` is that of `checkpoint`, the newest that is signed. `witnessed` is the newest that enough of the
    `witnesses` have cosigned, under `policy` (C2SP tlog-policy); absent when no witnesses are asked.
    """

    name: str
    key: str
    receipt_key: Jwk
    size: int
    checkpoint: str
    witnessed: str | None = None
    policy: str | None = None
    witnesses: tuple[WitnessAnswer, ...] = ()


class LoggedAnswer(Answer, frozen=True, kw_only=True):
    """A statement of the log: its place, when it was recorded (seconds since 1970), itself as its reader may see it."""

    index: Annotated[int, Meta(ge=0, lt=(1 << 63) - 1)]
    recorded_at: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    statement: str


MAX_LOGGED = 500
"""Statements of the log in an answer."""


class LogStatements(Answer, frozen=True, kw_only=True):
    """Statements in the order of the log, without a gap; `size` is the number of those that are recorded."""

    size: int
    statements: tuple[LoggedAnswer, ...]


class ConsistencyAnswer(Answer, frozen=True, kw_only=True):
    """The proof that the log's first `new` statements begin with its first `old` ones (RFC 9162 section 2.1.4).

    `hashes` are base64. `checkpoint` is the newest that is signed; it is of `new` statements or more.
    """

    old: int
    new: int
    hashes: tuple[str, ...]
    checkpoint: str


class FindingAnswer(Answer, frozen=True, kw_only=True):
    """A doubt about an admitted statement; `remedy` says what to do, the other members are those of a problem."""

    slug: str
    title: str
    detail: str
    remedy: str
    pointer: str = ""
    figures: dict[str, str] = {}


def answered(findings: Iterable[Finding]) -> tuple[FindingAnswer, ...]:
    """Findings as they are recorded, with what their slugs mean."""
    return tuple(
        FindingAnswer(
            slug=each.slug,
            title=each.kind.title,
            detail=each.detail,
            remedy=each.kind.remedy,
            pointer=each.pointer,
            figures=each.figures,
        )
        for each in findings
    )


class Submitted(Answer, frozen=True, kw_only=True):
    """An admitted statement: its digest, its place in the log, and the ids of the batches that it made.

    `receipt` is the proof that it is in the log (C2SP tlog-proof); of many together, when it was asked for.
    """

    digest: str
    index: int
    recorded_at: datetime
    batches: tuple[str, ...] = ()
    findings: tuple[FindingAnswer, ...] = ()
    receipt: str | None = None


class ProblemAnswer(Answer, frozen=True, kw_only=True):
    """RFC 9457 problem details; `type` is `urn:provenite:problem:<slug>`.

    `pointer` (RFC 6901) names the offending member, `figures` the numbers, ids and codes, `remedy` what to do.
    """

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    pointer: str = ""
    figures: dict[str, str] = {}
    request_id: str = ""

    @property
    def slug(self) -> str:
        """The last part of `type`."""
        return self.type.rpartition(":")[2]


class Line(Answer, frozen=True, kw_only=True):
    """The result of one line of a bulk submission: the HTTP status it would have had alone."""

    status: int
    submitted: Submitted | None = None
    problem: ProblemAnswer | None = None


class Lines(Answer, frozen=True, kw_only=True):
    """The results of a bulk submission, in the order of its lines."""

    lines: tuple[Line, ...]


class Page(Answer, Generic[T], frozen=True, kw_only=True):
    """A page of a list; `next` is the cursor of the following page, absent on the last."""

    items: tuple[T, ...]
    next: str | None = None


class StatementAnswer(Answer, frozen=True, kw_only=True):
    """A recorded statement as the reader may see it: `statement` is the SD-JWT with the withheld sections left out.

    `retracted_by` is the digest of the statement that withdraws it.
    """

    digest: str
    index: int
    recorded_at: datetime
    type: str
    issuer: str
    statement: str
    withheld: tuple[str, ...] = ()
    findings: tuple[FindingAnswer, ...] = ()
    retracted_by: str | None = None


class ElementMass(Answer, frozen=True, kw_only=True):
    """An element's mass in a batch, in kilograms, and its fraction of dry mass."""

    element: str
    mass: str
    fraction: str


class BatchAnswer(Answer, frozen=True, kw_only=True):
    """A batch. Its masses, holder and lot are absent when withheld."""

    id: str
    statement: str
    index: int
    material: str
    elements: tuple[str, ...]
    status: Literal["held", "in_transit", "retracted"]
    type: str
    stage: Stage | None = None
    country: str | None = None
    available_at: datetime
    holder: str | None = None
    mass: str | None = None
    remaining: str | None = None
    composition: tuple[ElementMass, ...] = ()
    lot: str | None = None
    product: str | None = None
    withheld: tuple[str, ...] = ()


class ShippedBatch(Answer, frozen=True, kw_only=True):
    """A batch of a shipment: `mass` as shipped, and what the receiver found, in kilograms.

    `received` is what it kept and `refused` what it sent back; `difference` is what was shipped and is neither
    (a loss in transit, or with a minus sign more than was shipped). `composition` is the sender's assay,
    `measured` the receiver's.
    """

    id: str
    material: str
    mass: str
    composition: tuple[ElementMass, ...] = ()
    received: str | None = None
    refused: str | None = None
    difference: str | None = None
    measured: dict[str, str] = {}


class ShipmentAnswer(Answer, frozen=True, kw_only=True):
    """A shipment, for its sender and its receiver; `overdue` when it is in transit after `due_at`.

    `receipt` is the digest of the statement that closed it. `verdict` is what the law of the day of its
    departure says of a shipment of waste; absent when it is none.
    """

    transfer: str
    index: int
    sender: str
    receiver: str
    status: Literal["in_transit", "accepted", "refused", "retracted"]
    mode: str
    departed_at: datetime
    due_at: datetime
    received_at: datetime | None = None
    overdue: bool = False
    batches: tuple[ShippedBatch, ...]
    reference: str | None = None
    receipt: str | None = None
    verdict: Verdict | None = None


class TraceNode(Answer, frozen=True, kw_only=True):
    """A statement on the path, by its open part; `depth` is the number of steps from the batch asked for.

    `proxy` marks what was recorded on a supplier's behalf, `retracted` what its issuer has withdrawn.
    """

    statement: str
    type: str
    depth: int
    issuer: str
    occurred_at: datetime | None = None
    retracted: bool = False
    proxy: bool = False
    country: str | None = None
    to_country: str | None = None
    stage: Stage | None = None
    source: str | None = None
    stream: str | None = None
    materials: tuple[str, ...] = ()


class TraceEdge(Answer, frozen=True, kw_only=True):
    """`batch`, made by one node, is an input of the node `consumer`; `mass` in kilograms unless withheld."""

    batch: str
    consumer: str
    mass: str | None = None


class Trace(Answer, frozen=True, kw_only=True):
    """Where a batch came from (`upstream`) or went to (`downstream`): nodes by depth, and the edges between them.

    `truncated` says that the limit of nodes or the depth asked for cut it off.
    """

    batch: str
    direction: Literal["upstream", "downstream"]
    nodes: tuple[TraceNode, ...]
    edges: tuple[TraceEdge, ...]
    truncated: bool = False


class LabelShare(Answer, frozen=True, kw_only=True):
    """A label's part of the element: exact `mass` in kilograms and its rounded share."""

    label: str
    mass: str
    share: str


class LensShares(Answer, frozen=True, kw_only=True):
    """The labels of a lens, largest first; their masses sum to the element's."""

    lens: str
    labels: tuple[LabelShare, ...]


class ElementContent(Answer, frozen=True, kw_only=True):
    """An element's mass in the batch, in kilograms, seen through lenses.

    `physically_contained` is false when some of it came by mass-balance credit: then origins are claims by
    book-keeping, and the matter itself may be of others.
    """

    element: str
    mass: str
    physically_contained: bool = True
    lenses: tuple[LensShares, ...]


class ContentAnswer(Answer, frozen=True, kw_only=True):
    """The content of a batch, as the first `size` statements of the log have it."""

    batch: str
    size: int
    elements: tuple[ElementContent, ...]


class LensAnswer(Answer, frozen=True, kw_only=True):
    """A lens: one that ships with the protocol, or one of the reader's own, whose rules are `definition` (TOML)."""

    id: str
    title: str
    definition: str | None = None


class ContributionAnswer(Answer, frozen=True, kw_only=True):
    """`mass` kilograms of what was asked for come from here; `share` is its rounded part of them.

    `kind` says what `id` names: the batch of an extraction or collection (`source`), the batch of a statement
    that does not stand (`void`), the transformation into which it came without a statement (`untraced`), or
    the one whose rolling average does not cover it (`average`).
    """

    kind: Literal["source", "untraced", "void", "average"]
    id: str
    mass: str
    share: str


class ContributionsAnswer(Answer, frozen=True, kw_only=True):
    """What brings a label to a batch's element, the largest first, as the first `size` statements have it."""

    batch: str
    size: int
    element: str
    lens: str
    label: str
    mass: str
    contributions: tuple[ContributionAnswer, ...]


class LensChange(Answer, frozen=True, kw_only=True):
    """The labels of an element through a lens, before and after."""

    element: str
    lens: str
    before: tuple[LabelShare, ...]
    after: tuple[LabelShare, ...]


class ChangedBatch(Answer, frozen=True, kw_only=True):
    """A batch whose content a later statement has changed."""

    batch: str
    changes: tuple[LensChange, ...]


class Consequences(Answer, frozen=True, kw_only=True):
    """What a statement has changed of the content of earlier batches, as far as the reader sees their quantities.

    `settled` once it is worked out; until then `revised` of `total` statements are, as its issuer and the party
    that it concerns see. `next` is the cursor of the following page.
    """

    statement: str
    settled: bool
    revised: int | None = None
    total: int | None = None
    items: tuple[ChangedBatch, ...] = ()
    next: str | None = None


class KeyAnswer(Answer, frozen=True, kw_only=True):
    """A registered key: its thumbprint, its party, from when it may sign, and when it was revoked.

    What it signed is disowned if it was recorded at or after `compromised_from`.
    """

    key_id: str
    party: str
    key: Jwk
    valid_from: datetime
    revoked_at: datetime | None = None
    compromised_from: datetime | None = None


class AccreditationAnswer(Answer, frozen=True, kw_only=True):
    """That the registrar recognises a party for attestations under a scheme; `statement` says so."""

    statement: str
    scheme: str
    valid_from: datetime
    valid_until: datetime | None = None


class PartyAnswer(Answer, frozen=True, kw_only=True):
    """A party as the register has it at a time; its name and the countries that control it are absent when withheld.

    `keys` are the thumbprints of those that may sign then. `controllers` are absent too when nothing is recorded
    about them.
    """

    id: str
    country: str
    roles: tuple[Role, ...]
    keys: tuple[str, ...] = ()
    name: str | None = None
    accreditations: tuple[AccreditationAnswer, ...] = ()
    controllers: tuple[str, ...] | None = None


class SiteAnswer(Answer, frozen=True, kw_only=True):
    """A site; its name, its place and its capacity (kilograms of dry output a year) are absent when withheld."""

    id: str
    party: str
    country: str
    stages: tuple[Stage, ...]
    name: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    capacity: str | None = None


class InvitationRequest(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator says of a firm that may join, once, within `lifetime` seconds."""

    name: str
    country: str
    roles: tuple[Role, ...]
    lifetime: int = 7 * 24 * 3600


class InvitationAnswer(Answer, frozen=True, kw_only=True):
    """A one-time invitation: the `code` is shown once and not kept in the clear."""

    code: str
    expires_at: datetime


class EnrolmentRequest(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A firm joins: the invitation's code, its public key, and as `proof` a token of its own type, signed with it."""

    code: str
    key: Jwk
    proof: str


class EnrolmentAnswer(Answer, frozen=True, kw_only=True):
    """The new party: its id, its key's thumbprint and the party statement that the registrar logged."""

    party: str
    key_id: str
    submitted: Submitted
