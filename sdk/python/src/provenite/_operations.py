"""The ledger's operations, each described once: what is sent, and as what the answer is read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType
from typing import Generic, Literal, TypeVar

import msgspec

from provenite_proto import paths
from provenite_proto.answers import (
    BatchAnswer,
    Consequences,
    ConsistencyAnswer,
    ContentAnswer,
    ContributionsAnswer,
    EnrolmentAnswer,
    EnrolmentRequest,
    InvitationAnswer,
    InvitationRequest,
    KeyAnswer,
    LedgerAnswer,
    LensAnswer,
    Lines,
    LogAnswer,
    LogStatements,
    Page,
    PartyAnswer,
    ShipmentAnswer,
    SiteAnswer,
    StatementAnswer,
    Submitted,
    Trace,
)
from provenite_proto.certificate import Cascade
from provenite_proto.certificate.answers import (
    CertificateAnswer,
    CertificateEntry,
    CertificateRequest,
    NoticeAnswer,
)
from provenite_proto.certificate.jwt import MEDIA_TYPE
from provenite_proto.policy import Facts
from provenite_proto.policy.answers import AssessmentAnswer, PolicyAnswer
from provenite_proto.portfolio.answers import PortfolioAnswer, PortfolioFlow

from ._building import aware

T = TypeVar("T")
Query = Sequence[tuple[str, str]]
PageForm = Literal["html", "pdf"]


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request: `answer` is the type that the body is read as; `bytes` are the body itself, of the type `accept`.

    `repeatable`: sending it twice does no more than sending it once.
    """

    method: str
    path: str
    answer: type[T]
    query: Query = ()
    body: bytes = b""
    content_type: str = "application/json"
    authenticated: bool = True
    repeatable: bool = True
    accept: str = "application/json"


def given(**values: str | None) -> Query:
    """The query of those values that are given."""
    return tuple((name, value) for name, value in values.items() if value is not None)


def ledger() -> Call[LedgerAnswer]:
    """The ledger itself."""
    return Call("GET", paths.LEDGER, LedgerAnswer, authenticated=False)


def log() -> Call[LogAnswer]:
    """The ledger's log."""
    return Call("GET", paths.LOG_STATE, LogAnswer, authenticated=False)


def log_statements(first: int, limit: int) -> Call[LogStatements]:
    """Statements of the log from an index on."""
    query = (("from", str(first)), ("limit", str(limit)))
    return Call("GET", paths.LOG_STATEMENTS, LogStatements, query=query)


def consistency(old: int, new: int | None) -> Call[ConsistencyAnswer]:
    """Prove that the log has only grown."""
    query = given(**{"from": str(old), "to": None if new is None else str(new)})
    return Call("GET", paths.LOG_CONSISTENCY, ConsistencyAnswer, query=query, authenticated=False)


def receipt(digest: str) -> Call[bytes]:
    """Prove that a statement is in the log (C2SP tlog-proof)."""
    return Call("GET", paths.statement_receipt(digest), bytes, accept="text/plain")


def cose_receipt(digest: str) -> Call[bytes]:
    """The same as a COSE receipt (RFC 9942)."""
    path = paths.statement_receipt(digest)
    return Call("GET", path, bytes, accept="application/scitt-receipt+cose")


def submit(statement: str) -> Call[Submitted]:
    """Submit a signed statement."""
    return Call(
        "POST",
        paths.STATEMENTS,
        Submitted,
        body=statement.encode(),
        content_type="application/sd-jwt",
        authenticated=False,
    )


def submit_lines(statements: Iterable[str], atomic: bool, receipts: bool) -> Call[Lines]:
    """Submit signed statements, one a line."""
    asked = {"atomic": atomic, "receipts": receipts}
    return Call(
        "POST",
        paths.STATEMENTS_BATCH,
        Lines,
        query=tuple((name, "true") for name, wanted in asked.items() if wanted),
        body="\n".join(statements).encode(),
        content_type="application/sd-jwt+lines",
        authenticated=False,
    )


def statement(digest: str) -> Call[StatementAnswer]:
    """Read a statement."""
    return Call("GET", paths.statement(digest), StatementAnswer)


def batch(batch_id: str) -> Call[BatchAnswer]:
    """Read a batch."""
    return Call("GET", paths.batch(batch_id), BatchAnswer)


def batches(query: Query) -> Call[Page[BatchAnswer]]:
    """A page of one's batches."""
    return Call("GET", paths.BATCHES, Page[BatchAnswer], query=query)


def trace(
    batch_id: str, direction: Literal["upstream", "downstream"], depth: int, limit: int
) -> Call[Trace]:
    """Where a batch came from or went to."""
    query = (("direction", direction), ("depth", str(depth)), ("limit", str(limit)))
    return Call("GET", paths.trace(batch_id), Trace, query=query)


def content(batch_id: str, lenses: Sequence[str], elements: Sequence[str]) -> Call[ContentAnswer]:
    """The content of a batch."""
    query = [("lens", lens) for lens in lenses] + [("element", name) for name in elements]
    return Call("GET", paths.content(batch_id), ContentAnswer, query=query)


def pack(batch_id: str) -> Call[None]:
    """The pack of a batch; it is fetched, not read."""
    return Call("GET", paths.pack(batch_id), NoneType, accept="application/zip")


def contributions(batch_id: str, element: str, lens: str, label: str) -> Call[ContributionsAnswer]:
    """What brings a label to a batch."""
    query = (("element", element), ("lens", lens), ("label", label))
    return Call("GET", paths.contributions(batch_id), ContributionsAnswer, query=query)


def assessment(
    batch_id: str, policy: str, as_of: date | None, facts: Facts | None, gaps: bool
) -> Call[AssessmentAnswer]:
    """What a policy says of a batch."""
    given = {
        "asOf": as_of and as_of.isoformat(),
        "facts": facts and msgspec.json.encode(facts).decode(),
        "gaps": None if gaps else "false",
    }
    query = [("policy", policy), *((name, value) for name, value in given.items() if value)]
    return Call("GET", paths.assessment(batch_id), AssessmentAnswer, query=query)


def portfolio(
    flow: PortfolioFlow,
    since: date | None,
    until: date | None,
    elements: Sequence[str],
    material: str | None,
    as_of: date | None,
) -> Call[PortfolioAnswer]:
    """One's matter, added up."""
    days = {"from": since, "to": until, "asOf": as_of}
    query = [("flow", flow), *(("element", name) for name in elements)]
    query += [(name, day.isoformat()) for name, day in days.items() if day]
    query += given(material=material)
    return Call("GET", paths.PORTFOLIO, PortfolioAnswer, query=query)


def consequences(digest: str, query: Query) -> Call[Consequences]:
    """What a statement has changed of the content of earlier batches."""
    return Call("GET", paths.consequences(digest), Consequences, query=query)


def shipments(query: Query) -> Call[Page[ShipmentAnswer]]:
    """A page of one's shipments."""
    return Call("GET", paths.SHIPMENTS, Page[ShipmentAnswer], query=query)


def shipment(transfer: str) -> Call[ShipmentAnswer]:
    """Read a shipment."""
    return Call("GET", paths.shipment(transfer), ShipmentAnswer)


def lenses() -> Call[Page[LensAnswer]]:
    """The lenses that there are."""
    return Call("GET", paths.LENSES, Page[LensAnswer])


def register_lens(definition: str) -> Call[LensAnswer]:
    """Register a lens of one's own."""
    return Call(
        "POST",
        paths.LENSES,
        LensAnswer,
        body=definition.encode(),
        content_type="application/toml",
    )


def policies() -> Call[Page[PolicyAnswer]]:
    """The policies that there are."""
    return Call("GET", paths.POLICIES, Page[PolicyAnswer])


def register_policy(file: str) -> Call[PolicyAnswer]:
    """Register a policy of one's own."""
    return Call(
        "POST",
        paths.POLICIES,
        PolicyAnswer,
        body=file.encode(),
        content_type="application/toml",
    )


def impact(file: str | None, query: Query) -> Call[Cascade]:
    """Which certificates another version of a policy would change."""
    return Call(
        "POST",
        paths.IMPACT,
        Cascade,
        query=query,
        body=(file or "").encode(),
        content_type="application/toml",
    )


def certificate_consequences(digest: str, query: Query) -> Call[Cascade]:
    """Which certificates a statement has changed, or would if it were retracted."""
    return Call("GET", paths.certificate_consequences(digest), Cascade, query=query)


def supposed_consequences(statement: str, query: Query) -> Call[Cascade]:
    """Which certificates a statement would change if it were submitted."""
    return Call(
        "POST",
        paths.SUPPOSED,
        Cascade,
        query=query,
        body=statement.encode(),
        content_type="application/sd-jwt",
    )


def policy(digest: str) -> Call[bytes]:
    """Read a policy's definition."""
    return Call("GET", paths.policy(digest), bytes, authenticated=False)


def certify(request: CertificateRequest) -> Call[CertificateAnswer]:
    """Certify a batch. Asked again, the ledger answers with the certificate that it has issued."""
    return Call("POST", paths.CERTIFICATES, CertificateAnswer, body=msgspec.json.encode(request))


def certificate(certificate_id: str) -> Call[CertificateAnswer]:
    """Read a certificate."""
    path = paths.certificate(certificate_id)
    return Call("GET", path, CertificateAnswer, authenticated=False)


def certificate_page(certificate_id: str, form: PageForm) -> Call[bytes]:
    """A certificate's page for people."""
    path, accept = paths.certificate_page(certificate_id), "text/html"
    if form == "pdf":
        path, accept = f"{path}.pdf", "application/pdf"
    return Call("GET", path, bytes, authenticated=False, accept=accept)


def issuer() -> Call[bytes]:
    """The DID document of who issues the ledger's certificates."""
    return Call("GET", paths.DID, bytes, authenticated=False, accept="application/did+json")


def status_list(path: str) -> Call[bytes]:
    """A status list, by its path."""
    return Call("GET", path, bytes, authenticated=False, accept=MEDIA_TYPE)


def certificates() -> Call[Page[CertificateEntry]]:
    """A page of one's certificates."""
    return Call("GET", paths.CERTIFICATES, Page[CertificateEntry])


def notices() -> Call[Page[NoticeAnswer]]:
    """A page of what has become of one's certificates."""
    return Call("GET", paths.NOTICES, Page[NoticeAnswer])


def party(party_id: str, as_of: datetime | None = None) -> Call[PartyAnswer]:
    """Read a party as the register has it at a time."""
    query = () if as_of is None else (("asOf", aware(as_of).isoformat()),)
    return Call("GET", paths.party(party_id), PartyAnswer, query=query)


def parties(query: Query) -> Call[Page[PartyAnswer]]:
    """A page of the parties that one knows."""
    return Call("GET", paths.PARTIES, Page[PartyAnswer], query=query)


def site(site_id: str) -> Call[SiteAnswer]:
    """Read a site."""
    return Call("GET", paths.site(site_id), SiteAnswer)


def sites(query: Query) -> Call[Page[SiteAnswer]]:
    """A page of one's sites."""
    return Call("GET", paths.SITES, Page[SiteAnswer], query=query)


def key(key_id: str) -> Call[KeyAnswer]:
    """Read a registered key."""
    return Call("GET", paths.key(key_id), KeyAnswer)


def invite(request: InvitationRequest) -> Call[InvitationAnswer]:
    """Invite a firm."""
    return Call(
        "POST",
        paths.INVITATIONS,
        InvitationAnswer,
        body=msgspec.json.encode(request),
        repeatable=False,
    )


def enrol(request: EnrolmentRequest) -> Call[EnrolmentAnswer]:
    """Join."""
    return Call(
        "POST",
        paths.ENROLMENTS,
        EnrolmentAnswer,
        body=msgspec.json.encode(request),
        authenticated=False,
    )
