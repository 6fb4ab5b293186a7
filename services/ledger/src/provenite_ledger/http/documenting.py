"""What the handlers' declarations share, so that the OpenAPI document says the same everywhere."""

from dataclasses import dataclass
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import PathParameter, QueryParameter

from provenite_proto.answers import ProblemAnswer
from provenite_proto.policy import EXAMPLE

from .problems import EDGE, MEDIA_TYPE, STATUSES

WITH_TOKEN: list[dict[str, list[str]]] = [{"token": []}]
OPEN: list[dict[str, list[str]]] = [{}]
"""No token is needed."""

STATEMENT_TYPE = "application/sd-jwt"
"""Media type of one statement (RFC 9901 section 11.5.1)."""
STATEMENTS_TYPE = "application/sd-jwt+lines"
"""Media type of many: one statement a line, the lines separated by a line feed."""

TEXT_TYPE = "text/plain"
"""Media type of signed notes and proofs as C2SP has them; in UTF-8."""
COSE_TYPE = "application/scitt-receipt+cose"
"""Media type of COSE receipts (RFC 9942)."""

TOML_TYPE = "application/toml"
"""Media type of lenses and policies."""
_LENS = """title = "Mined in China and refined elsewhere"

[[start]]
on = ["extraction"]
country = ["CN"]
label = "mined-in-CN"

[[start]]
label = "other"

[[step]]
from = ["mined-in-CN"]
stage = ["refining"]
label = "mined-in-CN-refined-in-{country}"
"""

_END = r"$(?!\n)"
"""The end of the text, which `$` alone is not: it matches before a last line feed too."""
_DIGEST = r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_EXAMPLE = (
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IuKApiIsInR5cCI6InByb3Zlbml0ZStzZC1qd3QifQ"
    ".eyJpYXQiOjE3NjcyMjU2MDAsImF1ZCI6Imh0dHBzOi8vbGVkZ2VyLmV4YW1wbGUiLCJyZWNvcmQiOnt9LCJfc2RfYWxnIjoic2hhLTI1NiJ9"
    ".c2lnbmF0dXJl~WyJzYWx0IiwicXVhbnRpdGllcyIse31d~"
)


def identifier(what: str) -> Any:
    """A path parameter: the digest that is the id of `what`."""
    return PathParameter(
        pattern=_DIGEST + _END, description=f"{what}: SHA-256 in base64url, 43 characters."
    )


BATCH_ID = PathParameter(
    pattern=_DIGEST + r"\.(0|[1-9][0-9]{0,2}|10[01][0-9]|102[0-3])" + _END,
    description="A batch: the digest of the statement that made it, a dot, and the output's index.",
)
_CERTIFICATE = r"^[A-Za-z0-9_-]{21}[AQgw]"
CERTIFICATE_ID = PathParameter(
    pattern=_CERTIFICATE + _END, description="A certificate's id: 22 characters of base64url."
)
CERTIFICATE_FILE = PathParameter(
    pattern=_CERTIFICATE + r"(\.pdf)?" + _END,
    description="A certificate's id; with `.pdf` behind it, its page to be printed.",
)
MATERIAL = QueryParameter(
    pattern=r"^[a-z0-9-]{1,64}" + _END, description="Only batches of this material."
)
SITE_ID = QueryParameter(
    pattern=_DIGEST + _END,
    description="Only batches that the reader itself made at this site, by the id that their statements name.",
)
CURSOR = QueryParameter(
    pattern=r"^[0-9]{1,18}" + _END,
    description="`next` of the page before; absent for the first page.",
)
LIMIT = QueryParameter(ge=1, le=1000, description="Items on a page, at the most.")


BY_TOKEN = ("token-missing", "token-invalid", "token-replayed", "ledger-busy")
"""The problems of a request that needs an access token."""
OF_STATEMENTS = tuple(
    sorted(STATUSES.keys() - {"token-invalid", "invitation-invalid", "lens-malformed"})
)
"""The problems of a statement."""


def refusals(*slugs: str) -> dict[int, ResponseSpec]:
    """The problem responses of a route, which may have these slugs besides those that every route has."""
    statuses: dict[int, list[str]] = {}
    for slug in ("bad-request", *slugs, "internal-error", "ledger-unavailable"):
        statuses.setdefault(STATUSES.get(slug) or EDGE[slug][0], []).append(slug)
    return {
        status: ResponseSpec(
            ProblemAnswer,
            media_type=MEDIA_TYPE,
            generate_examples=False,
            description=f"A problem: {', '.join(f'`{slug}`' for slug in found)}.",
        )
        for status, found in sorted(statuses.items())
    }


@dataclass
class SubmitsOne(Operation):
    """The body is one statement."""

    def __post_init__(self) -> None:
        self.request_body = _body(
            STATEMENT_TYPE,
            "One statement: an SD-JWT in compact form with all its disclosures.",
            _EXAMPLE,
        )


@dataclass
class SubmitsMany(Operation):
    """The body is one statement a line."""

    def __post_init__(self) -> None:
        self.request_body = _body(
            STATEMENTS_TYPE,
            "Up to 1,000 statements and 32 MiB, one a line, separated by a line feed.",
            f"{_EXAMPLE}\n{_EXAMPLE}\n",
        )


@dataclass
class SubmitsLens(Operation):
    """The body is a lens."""

    def __post_init__(self) -> None:
        self.request_body = _body(
            TOML_TYPE, "A lens: its title, its start rules and its step rules, in TOML.", _LENS
        )


@dataclass
class MaySubmitPolicy(Operation):
    """The body is a policy, unless one is named."""

    def __post_init__(self) -> None:
        self.request_body = _body(
            TOML_TYPE,
            "Another version of a policy, in TOML; nothing when the parameter `policy` names one.",
            EXAMPLE,
            required=False,
        )


@dataclass
class SubmitsPolicy(Operation):
    """The body is a policy."""

    def __post_init__(self) -> None:
        self.request_body = _body(
            TOML_TYPE, "A policy, in the form of section 16 of the specification, in TOML.", EXAMPLE
        )


def _body(media_type: str, description: str, example: str, *, required: bool = True) -> RequestBody:
    return RequestBody(
        required=required,
        description=description,
        content={
            media_type: OpenAPIMediaType(
                schema=Schema(type=OpenAPIType.STRING, description=description),
                examples={"form": Example(summary="The form; shortened", value=example)},
            )
        },
    )
