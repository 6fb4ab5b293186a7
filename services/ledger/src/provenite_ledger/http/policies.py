"""/v1/policies: the policies that ship, a firm's own, and what each says, for good, by its digest."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated

from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import Page
from provenite_proto.policy import CATALOGUE, Policy, explained, policy_named
from provenite_proto.policy.answers import PolicyAnswer, policy_answer
from provenite_proto.policy.reading import MAX_BYTES
from provenite_proto.statement import base64url
from provenite_proto.visible import in_line

from .. import policies as asked
from ..store import policies as kept
from ..turns import Turns
from .accepting import accepted
from .documenting import (
    BY_TOKEN,
    OPEN,
    TEXT_TYPE,
    TOML_TYPE,
    WITH_TOKEN,
    SubmitsPolicy,
    identifier,
    refusals,
)
from .fast import body, sent_as
from .parts import AnyRequest, found, parts, reader

JSON_TYPE = "application/json"


@get(
    paths.POLICIES,
    operation_id="listPolicies",
    summary="List policies",
    tags=["Policies"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN),
)
async def list_policies(request: AnyRequest) -> Page[PolicyAnswer]:
    """The policies that ship, then the reader's own in the order in which it has registered them."""
    who, ledger = reader(request), parts(request)
    items = [policy_answer(policy_named(each)) for each in CATALOGUE]
    turns = Turns()
    for own in asked.listed(await kept.own(ledger.pool, who.index)):
        await turns.next()
        items.append(own)
    return Page(items=tuple(items))


@post(
    paths.POLICIES,
    operation_class=SubmitsPolicy,
    operation_id="registerPolicy",
    summary="Register a policy",
    tags=["Policies"],
    security=WITH_TOKEN,
    responses={
        201: ResponseSpec(
            PolicyAnswer, generate_examples=False, description="It can be assessed by."
        ),
        **refusals(
            *BY_TOKEN, "policy-malformed", "body-too-large", "unsupported-media-type", "too-many"
        ),
    },
)
async def register_policy(request: AnyRequest) -> Response[PolicyAnswer]:
    """A policy of the reader's own, in TOML: its id means the version that was registered last.

    What is registered already stays as it is; other content needs another version.
    """
    who, ledger = reader(request), parts(request)
    sent_as(request, TOML_TYPE.encode())
    text = await body(request, MAX_BYTES)
    return Response(await asked.register(ledger.pool, who.index, text), status_code=201)


@get(
    f"{paths.POLICIES}/{{policy:str}}",
    operation_id="getPolicy",
    summary="Read a policy",
    tags=["Policies"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            Policy,
            generate_examples=False,
            description=f"The definition, byte for byte; as `{TEXT_TYPE}` the policy in plain words.",
        ),
        304: ResponseSpec(None, description="It is what the reader has."),
        **refusals("not-found", "not-acceptable"),
    },
)
async def policy(
    request: AnyRequest,
    policy: Annotated[str, identifier("A policy's digest")],
    on: Annotated[
        date | None,
        QueryParameter(description="In plain words, groups of countries are those of this day."),
    ] = None,
) -> Response[bytes | str | None]:
    """The policy with this digest, which is the SHA-256 of the answer: it never changes."""
    defined = found(
        await kept.defined(parts(request).pool, base64url.decode(policy)), "policy", policy
    )
    headers = {"Vary": "Accept"}
    if accepted(request, JSON_TYPE, TEXT_TYPE) == TEXT_TYPE:
        day = on or datetime.now(UTC).date()
        words = await asyncio.to_thread(_words, asked.read(defined), day)
        return Response(words, media_type=TEXT_TYPE, headers=headers)
    tag = f'"{policy}"'
    headers |= {"ETag": tag, "Cache-Control": "public, max-age=31536000, immutable"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    return Response(defined, media_type=JSON_TYPE, headers=headers)


def _words(policy: Policy, day: date) -> str:
    lines = [
        "\n" * (line.heading and number > 0) + "  " * line.depth + in_line(line.text)
        for number, line in enumerate(explained(policy, day))
    ]
    return "\n".join(lines) + "\n"
