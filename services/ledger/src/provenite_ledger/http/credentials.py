"""What certificates lead to, open to everyone: the credentials, status lists, the issuer's keys and the terms."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter

from provenite_proto import paths
from provenite_proto.certificate import CONTEXT, read_certificate
from provenite_proto.certificate.did import DidDocument
from provenite_proto.record import MAX_LISTS

from .. import issuer_keys, policies
from ..answering.certificate import standing
from ..pages import CONTENT_SECURITY_POLICY, Shown
from ..printing import as_of
from ..store import certifying, rows
from .accepting import accepted
from .documenting import CERTIFICATE_FILE, OPEN, refusals
from .parts import AnyRequest, Parts, found, parts

HTML_TYPE = "text/html"
PDF_TYPE = "application/pdf"
VC_TYPE = "application/vc+jwt"
"""Media type of secured credentials (VC-JOSE-COSE 1.0, section 6.1.1)."""
DID_TYPE = "application/did+json"
CONTEXT_TYPE = "application/ld+json"
_PDF = ".pdf"
_ANYWHERE = {"Access-Control-Allow-Origin": "*"}
"""For verifiers that run in a page from elsewhere."""


@get(
    f"{paths.PUBLIC_CERTIFICATES}/{{certificate:str}}",
    operation_id="showCertificate",
    summary="Show a certificate",
    tags=["Certificates"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            str,
            media_type=HTML_TYPE,
            generate_examples=False,
            description=f"The page; as `{VC_TYPE}` the credential, with `.pdf` the page as PDF.",
        ),
        **refusals("not-found", "not-acceptable", "ledger-busy"),
    },
)
async def show(
    request: AnyRequest, certificate: Annotated[str, CERTIFICATE_FILE]
) -> Response[str] | Response[bytes]:
    """A certificate for people, as it stands now; its address is that of the credential too."""
    ledger = parts(request)
    name = certificate.removesuffix(_PDF)
    # Asked for each time: it says as of which minute it is, and is another as soon as something falls.
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    if name == certificate:
        headers["Vary"] = "Accept"
        if accepted(request, HTML_TYPE, VC_TYPE) == VC_TYPE:
            row = found(await certifying.certificate(ledger.pool, name), "certificate", name)
            return Response(row["jwt"], media_type=VC_TYPE, headers={**headers, **_ANYWHERE})
    shown = await _shown(ledger, name)
    if name == certificate:
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        page = await ledger.printing.page("html", shown)
        return Response(page, media_type=HTML_TYPE, headers=headers)
    page = await ledger.printing.page("pdf", shown)
    return Response(page, media_type=PDF_TYPE, headers=headers)


@get(
    f"{paths.PUBLIC_CERTIFICATES}/status/{{number:int}}",
    operation_id="getStatusList",
    summary="Read a status list",
    tags=["Certificates"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            str,
            media_type=VC_TYPE,
            generate_examples=False,
            description="A Bitstring Status List credential as a JWT: a bit is set of what is suspended or revoked.",
        ),
        **refusals("not-found"),
    },
)
async def status_list(
    request: AnyRequest,
    number: Annotated[int, PathParameter(ge=0, lt=MAX_LISTS, description="Which list.")],
) -> Response[str]:
    """Which certificates are suspended or revoked. It is the same for everyone, and tells nothing else."""
    text = await parts(request).status_lists.text(number)
    headers = {"Cache-Control": "public, max-age=60", **_ANYWHERE}
    return Response(found(text, "status list", str(number)), media_type=VC_TYPE, headers=headers)


@get(
    paths.DID,
    operation_id="getIssuer",
    summary="Read the issuer's keys",
    tags=["Certificates"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            DidDocument,
            media_type=DID_TYPE,
            generate_examples=False,
            description="The DID document (did:web) of who issues certificates here: its keys, of which those that are retired are no assertion method.",
        ),
        **refusals(),
    },
)
async def issuer(request: AnyRequest) -> Response[bytes]:
    """The keys with which certificates and status lists are signed."""
    ledger = parts(request)
    document = await issuer_keys.document(ledger.pool, ledger.origin)
    return Response(
        msgspec.json.encode(document),
        media_type=DID_TYPE,
        headers={"Cache-Control": "public, max-age=300", **_ANYWHERE},
    )


@get(
    paths.CONTEXT,
    operation_id="getContext",
    summary="Read the terms of certificates",
    tags=["Certificates"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            dict[str, object],
            media_type=CONTEXT_TYPE,
            generate_examples=False,
            description="The JSON-LD context of the members that are ours.",
        ),
        **refusals(),
    },
)
async def context() -> Response[bytes]:
    """What our own members of a certificate mean. It never changes under this name."""
    return Response(
        CONTEXT.encode(),
        media_type=CONTEXT_TYPE,
        headers={"Cache-Control": "public, max-age=86400", **_ANYWHERE},
    )


async def _shown(ledger: Parts, name: str) -> Shown:
    row = found(await certifying.certificate(ledger.pool, name), "certificate", name)
    stands = standing(row)
    credential = read_certificate(row["jwt"]).credential
    return Shown(
        credential=credential,
        jwt=row["jwt"],
        policy=await policies.by_digest(ledger.pool, rows.text(row["policy"])),
        status=stands.status.value,
        since=stands.since,
        reason=stands.reason,
        index=row["index"],
        statement=rows.text(row["digest"]),
        at=as_of(datetime.now(UTC), credential.valid_until),
    )
