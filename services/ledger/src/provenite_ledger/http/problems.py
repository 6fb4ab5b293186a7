"""Every error as RFC 9457 problem details: one table of statuses, one converter.

`STATUSES` maps the protocol's problem slugs to HTTP, `EDGE` has those that only the HTTP service knows. All
are raised as `Problem`; nothing of an unexpected error reaches the client but the request id under which it
was logged.
"""

import logging
import re
import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException

from provenite_proto.answers import ProblemAnswer
from provenite_proto.problem import KINDS, Kind, Problem
from provenite_proto.statement.wording import in_words

from ..store.outage import is_outage
from ..unavailable import LedgerBusy, LedgerUnavailable

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1
"""What `Retry-After` says of a ledger that is busy or away."""

_log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def _statuses(rows: dict[int, tuple[str, ...]]) -> Mapping[str, int]:
    return MappingProxyType({slug: status for status, slugs in rows.items() for slug in slugs})


STATUSES: Mapping[str, int] = _statuses(
    {
        # What was sent is not of the form.
        400: (
            "malformed-statement",
            "header-not-allowed",
            "not-compact-json",
            "malformed-record",
            "section-not-sealed",
            "section-missing",
            "disclosure-malformed",
            "disclosure-missing",
            "disclosure-unexpected",
            "disclosure-repeated",
            "key-malformed",
        ),
        401: ("token-invalid",),
        # Who signed may not say this.
        403: (
            "signature-invalid",
            "algorithm-mismatch",
            "key-unknown",
            "key-not-yet-valid",
            "audience-mismatch",
            "role-not-allowed",
            "party-not-own",
            "site-not-own",
            "not-holder",
            "not-counterparty",
            "key-revoked",
            "possession-unproven",
            "statement-not-own",
            "attestation-of-own",
            "not-the-supplier",
            "invitation-invalid",
        ),
        # What others did before stands against it.
        409: (
            "insufficient-mass",
            "transfer-not-received",
            "transfer-closed",
            "batch-retracted",
            "already-retracted",
            "retraction-too-late",
            "registrar-keyless",
            "key-taken",
            "status-taken",
            "certificate-taken",
            "already-revoked",
            "status-unchanged",
        ),
        413: ("statement-too-large",),
        # What it says cannot be so.
        422: (
            "issued-ahead",
            "time-ahead",
            "time-reversed",
            "party-unknown",
            "site-unknown",
            "site-country-mismatch",
            "batch-unknown",
            "input-repeated",
            "transfer-unknown",
            "transfer-to-self",
            "material-unknown",
            "element-unknown",
            "country-unknown",
            "composition-mismatch",
            "impossible-assay",
            "element-created",
            "uncertainty-too-large",
            "mass-missing",
            "compromise-undated",
            "statement-unknown",
            "retraction-not-allowed",
            "replacement-mismatch",
            "subject-unknown",
            "not-a-proxy",
            "proxy-not-marked",
            "validity-reversed",
            "ownership-impossible",
            "grant-mismatch",
            "section-unknown",
            "refused-too-much",
            "allocation-not-allowed",
            "lens-malformed",
            "allocation-exceeded",
            "site-missing",
            "declaration-mismatch",
            "size-impossible",
            "certificate-unknown",
        ),
        # Another line of the same submission was refused.
        424: ("not-submitted",),
    }
)
"""HTTP status of each slug in `provenite_proto.problem.KINDS`."""

EDGE: Mapping[str, tuple[int, Kind]] = MappingProxyType(
    {
        slug: (status, Kind(title, remedy))
        for slug, status, title, remedy in (
            (
                "bad-request",
                400,
                "The request is not of the form",
                "Correct the parameter that the detail names; the OpenAPI document describes them all.",
            ),
            (
                "token-missing",
                401,
                "An access token is needed",
                "Send `Authorization: Bearer <token>` with a token signed by an enrolled key.",
            ),
            (
                "token-replayed",
                401,
                "The access token has been used before",
                "Sign a fresh token, with a new jti, for each request.",
            ),
            (
                "not-entitled",
                403,
                "The reader may not see or do this",
                "Ask the party that it concerns; the registrar invites firms.",
            ),
            (
                "not-found",
                404,
                "There is no such thing here",
                "Check the address; ids are case-sensitive.",
            ),
            (
                "method-not-allowed",
                405,
                "The address does not have this method",
                "Use a method that the Allow header names.",
            ),
            (
                "not-acceptable",
                406,
                "The answer has no such media type",
                "Accept one of the media types that the detail names.",
            ),
            (
                "request-too-slow",
                408,
                "The request did not arrive in time",
                "Send the headers within 10 seconds and the body within 120, without pauses of 30 seconds.",
            ),
            (
                "body-too-large",
                413,
                "The request's body is larger than allowed",
                "Send at most 1,000 statements and 32 MiB in one request.",
            ),
            (
                "unsupported-media-type",
                415,
                "The body's media type is not the expected one",
                "Set Content-Type to the media type that the detail names.",
            ),
            (
                "policy-malformed",
                422,
                "The policy cannot be read",
                "Correct the line that the detail names; `provenite policy explain FILE` reads it without a ledger.",
            ),
            (
                "too-many",
                409,
                "There are as many as there can be",
                "Use one of those that are registered.",
            ),
            (
                "too-far",
                422,
                "More is upstream than one answer goes through",
                "Ask of a batch further upstream.",
            ),
            (
                "not-passed",
                409,
                "The batch does not pass the policy",
                "Ask for the assessment: its gaps say which facts are missing, and where.",
            ),
            (
                "policy-ended",
                409,
                "The policy can no longer be relied on",
                "Certify by a version of the policy, or on a day, that holds on.",
            ),
            (
                "too-much",
                422,
                "More batches than one answer adds up",
                "Ask of a shorter period, of a material, or of elements.",
            ),
            (
                "content-pending",
                503,
                "A later statement is being worked into the content",
                "Ask again after the seconds that Retry-After says.",
            ),
            (
                "head-too-large",
                431,
                "The address and the headers are larger than allowed",
                "Send at most 64 KiB of them.",
            ),
            (
                "internal-error",
                500,
                "The ledger failed",
                "Try again; if it stays, give the operator the request id.",
            ),
            (
                "ledger-busy",
                503,
                "The ledger has too much to do",
                "Try again after the seconds that Retry-After says.",
            ),
            (
                "ledger-unavailable",
                503,
                "The ledger cannot record or read at present",
                "Submit again after the seconds that Retry-After says: a statement is never recorded twice.",
            ),
        )
    }
)
"""Status, title and remedy of the slugs that only the HTTP service has."""

_BY_STATUS = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
}
_PATTERN = "matching regex"
_LEFT = "client disconnected prematurely"
"""What Litestar says of a client that left."""


def answer(problem: Problem, request_id: str = "") -> ProblemAnswer:
    """The problem as it goes over HTTP."""
    status, kind = EDGE.get(problem.slug) or (STATUSES[problem.slug], KINDS[problem.slug])
    return ProblemAnswer(
        type=f"urn:provenite:problem:{problem.slug}",
        title=kind.title,
        status=status,
        detail=problem.detail,
        remedy=kind.remedy,
        pointer=problem.pointer,
        figures=problem.figures,
        request_id=request_id,
    )


def request_id(request: Request[Any, Any, Any]) -> str:
    """The caller's `X-Request-Id` if it is fit to be repeated, otherwise a new one."""
    given = request.headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def respond(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The response to any error that a handler, or the framework, raises."""
    name = request_id(request)
    problem = _problem(request, error)
    if problem.slug == "internal-error":
        _log.error(
            "request failed",
            exc_info=error,
            extra={"requestId": name, "method": request.method, "path": request.url.path},
        )
    elif problem.slug == "ledger-unavailable" and error is not problem:
        _log.warning("database away", extra={"requestId": name, "error": type(error).__name__})
    body = answer(problem, name)
    headers = {"X-Request-Id": name}
    if isinstance(error, HTTPException):
        headers |= error.headers or {}
    if body.status == 401:
        # RFC 6750 section 3: no error code when no token was sent.
        headers["WWW-Authenticate"] = (
            "Bearer" if problem.slug == "token-missing" else 'Bearer error="invalid_token"'
        )
    if body.status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return Response(
        msgspec.json.encode(body), status_code=body.status, media_type=MEDIA_TYPE, headers=headers
    )


def _problem(request: Request[Any, Any, Any], error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, LedgerBusy):
        return Problem("ledger-busy", "The queue of submissions is full.")
    if isinstance(error, LedgerUnavailable) or is_outage(error):
        return Problem(
            "ledger-unavailable", "The database does not answer, or the log cannot be published."
        )
    if isinstance(error, ValidationException):
        return _validation(error)
    if isinstance(error, RecursionError):
        # JSON in JSON in JSON: msgspec's decoder stops, and Litestar lets that pass.
        return Problem("bad-request", "The body is nested too deeply.")
    if isinstance(error, InternalServerException) and error.detail == _LEFT:
        return Problem("bad-request", "The connection was closed before the body had arrived.")
    if isinstance(error, HTTPException) and error.status_code < 500:
        slug = _BY_STATUS.get(error.status_code, "bad-request")
        return Problem(slug, f"{request.method} {request.url.path}: {error.detail or slug}.")
    return Problem("internal-error", "The cause has been logged under the request id.")


def _validation(error: ValidationException) -> Problem:
    rows = error.extra if isinstance(error.extra, list) else []
    said = "; ".join(f"{row.get('key')}: {_in_words(str(row.get('message')))}" for row in rows)
    return Problem("bad-request", f"{said or error.detail}.")


def _in_words(sentence: str) -> str:
    """The framework's sentence about a parameter, without the pattern that it may quote."""
    told = in_words(sentence)
    return "it has not the form that the API's description says" if _PATTERN in told else told
