"""The OpenAPI 3.1 document: paths from the handlers, schemas from the wire types and their docstrings."""

import re
from functools import cache
from typing import Any

import msgspec
from litestar import Request, Response, Router
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme, Tag

from provenite_proto import answers
from provenite_proto.certificate import Cascade
from provenite_proto.certificate.answers import (
    CertificateAnswer,
    CertificateEntry,
    CertificateRequest,
    NoticeAnswer,
)
from provenite_proto.certificate.did import DidDocument
from provenite_proto.policy import Policy
from provenite_proto.policy.answers import AssessmentAnswer, PolicyAnswer
from provenite_proto.portfolio.answers import PortfolioAnswer

from .. import __version__
from .ledger import Condition

TYPES: tuple[Any, ...] = (
    answers.LedgerAnswer,
    answers.LogAnswer,
    answers.LogStatements,
    answers.ConsistencyAnswer,
    answers.Submitted,
    answers.Lines,
    answers.ProblemAnswer,
    answers.StatementAnswer,
    answers.BatchAnswer,
    answers.Page[answers.BatchAnswer],
    answers.Trace,
    answers.ShipmentAnswer,
    answers.Page[answers.ShipmentAnswer],
    answers.ContentAnswer,
    answers.ContributionsAnswer,
    AssessmentAnswer,
    PolicyAnswer,
    answers.Page[PolicyAnswer],
    Policy,
    Cascade,
    CertificateRequest,
    CertificateAnswer,
    CertificateEntry,
    answers.Page[CertificateEntry],
    NoticeAnswer,
    answers.Page[NoticeAnswer],
    DidDocument,
    PortfolioAnswer,
    answers.Consequences,
    answers.LensAnswer,
    answers.Page[answers.LensAnswer],
    answers.KeyAnswer,
    answers.PartyAnswer,
    answers.Page[answers.PartyAnswer],
    answers.SiteAnswer,
    answers.Page[answers.SiteAnswer],
    answers.InvitationRequest,
    answers.InvitationAnswer,
    answers.EnrolmentRequest,
    answers.EnrolmentAnswer,
    Condition,
)
"""The types of requests and responses."""

_DESCRIPTION = """\
A ledger of signed statements about batches of minerals.

Writes are statements: SD-JWTs (RFC 9901) that a firm signs with its own key. Reads need an access token: a
JWT with the header `alg`, `kid`, `typ` = `provenite-token+jwt` and the claims `aud` (the ledger's origin),
`iat`, `exp` (at most 300 seconds later) and `jti` (128 random bits), signed with an enrolled key and used
once. Errors are problem details (RFC 9457) whose `type` is `urn:provenite:problem:<slug>`. Masses are decimal
strings in kilograms of dry matter. Lists have cursors: follow `next`, or the `Link` header.
"""
_PREFIX = "#/components/schemas/"
# Litestar writes the module into the name of a generic type, msgspec does not.
_MODULE = re.compile(r"Page_[a-z_.]+\.(\w+)_")


class _Document(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return msgspec.json.encode(
            {**_renamed(openapi_schema), "components": _components(openapi_schema)}
        )


def config() -> OpenAPIConfig:
    """The document at /schema/openapi.json."""
    return OpenAPIConfig(
        title="Provenite ledger",
        version=__version__,
        description=_DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    bearer_format="JWT",
                    description="An access token that the firm signs with its own key, for one request.",
                )
            }
        ),
        tags=[
            Tag("Statements", "What firms say: recorded in one order, for good."),
            Tag("Batches", "Matter: who holds it, where it came from, what it consists of."),
            Tag("Shipments", "Matter on its way: what was sent, what was found, what is overdue."),
            Tag("Lenses", "The questions that content answers."),
            Tag("Policies", "The rules by which batches are assessed."),
            Tag("Certificates", "That batches pass policies: issued, checked, suspended."),
            Tag("Registry", "Parties, their sites and their keys."),
            Tag("Joining", "From an invitation to an enrolled firm."),
            Tag("Log", "The verifiable log: checkpoints, tiles and proofs, which anyone may read."),
            Tag("Ledger", "The service itself."),
        ],
        # Litestar's own page for what is not below /schema is HTML.
        openapi_router=Router(
            "/schema", route_handlers=[], include_in_schema=False, after_request=_found
        ),
        render_plugins=[_Document(path="/openapi.json")],
    )


def _found(response: Response[Any]) -> Response[Any]:
    if response.status_code == 404:
        raise NotFoundException
    return response


def _components(document: dict[str, Any]) -> dict[str, Any]:
    return {**document["components"], "schemas": _schemas()}


@cache
def _schemas() -> dict[str, Any]:
    return msgspec.json.schema_components(TYPES, ref_template=_PREFIX + "{name}")[1]


def _renamed(part: Any) -> Any:
    match part:
        case {"$ref": str(reference)}:
            return {**part, "$ref": _MODULE.sub(r"Page_\1_", reference)}
        case dict():
            return {name: _renamed(value) for name, value in part.items()}
        case list():
            return [_renamed(value) for value in part]
    return part
