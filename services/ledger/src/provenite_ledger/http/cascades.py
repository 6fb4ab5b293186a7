"""The routes that tell which certificates something changes: another version of a policy, or a statement.

Of a policy what it would change; of a statement that is recorded what it has changed, or its retraction would; of
one that is not recorded what it would change if it were.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from litestar import get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.certificate import Cascade
from provenite_proto.policy import CATALOGUE, Policy, policy_named, read_policy
from provenite_proto.policy.catalogue import MAX_ASKED
from provenite_proto.policy.reading import MAX_BYTES
from provenite_proto.replay.reach import reach
from provenite_proto.statement import MAX_BYTES as MAX_STATEMENT
from provenite_proto.statement import parse

from .. import policies, supposing
from ..access import Reader
from ..cascading import Looked, Replacing, by_policy, by_view
from ..hindsight import View
from ..store import cascading, facts, loading, revisions
from ..store.cascading import Window
from ..store.rows import Row
from .documenting import (
    BY_TOKEN,
    CURSOR,
    OF_STATEMENTS,
    STATEMENT_TYPE,
    TOML_TYPE,
    WITH_TOKEN,
    MaySubmitPolicy,
    SubmitsOne,
    identifier,
    refusals,
)
from .fast import body, sent_as
from .parts import AnyRequest, Parts, found, parts, reader
from .signed import Signers

LIMIT = QueryParameter(ge=1, le=50, description="Certificates that are assessed anew, at the most.")


@post(
    paths.IMPACT,
    operation_class=MaySubmitPolicy,
    operation_id="getImpact",
    summary="Which certificates another version of a policy would change",
    tags=["Policies"],
    security=WITH_TOKEN,
    status_code=200,
    responses={
        200: ResponseSpec(Cascade, generate_examples=False, description="A page of them."),
        **refusals(
            *BY_TOKEN, "policy-malformed", "body-too-large", "unsupported-media-type", "too-many"
        ),
    },
)
async def impact(
    request: AnyRequest,
    policy: Annotated[
        str | None,
        QueryParameter(
            description="A policy by its digest or its id, instead of a file.", max_length=MAX_ASKED
        ),
    ] = None,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 20,
) -> Cascade:
    """The certificates under the same id that would say something else: outcome and figures before and after.

    Both as of the log at present, with what was declared, for the day of the certificate. The parameters of each
    certificate stay, unless the policy is asked for with some. Those of the reader; the registrar sees all.
    """
    who, ledger = reader(request), parts(request)
    if policy is None:
        sent_as(request, TOML_TYPE.encode())
        text = await body(request, MAX_BYTES)
        name, replacing = await asyncio.to_thread(_of_file, text)
    else:
        name, replacing = await _of_asked(ledger, who, policy)
    window = _window(who, cursor, limit)
    async with ledger.computing.connection(who.index) as connection:
        rows = await cascading.under(connection, name, window)
        # Read after them, so that whatever they rest on is before it.
        size = await loading.size(connection)
        nodes = ledger.settings.trace_nodes
        looked = await by_policy(connection, rows[:limit], replacing, size, nodes)
    return _answer(looked, size, rows)


@get(
    f"{paths.STATEMENTS}/{{digest:str}}/consequences/certificates",
    operation_id="getCertificateConsequences",
    summary="Read which certificates a statement has changed, or would if it were retracted",
    tags=["Statements"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-found"),
)
async def certificate_consequences(
    request: AnyRequest,
    digest: Annotated[str, identifier("Statement digest")],
    if_retracted: Annotated[
        bool,
        QueryParameter(
            name="ifRetracted",
            description="true: what its retraction would change, though it has not happened.",
        ),
    ] = False,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 20,
) -> Cascade:
    """Outcome and figures before and after, of the reader's certificates; the registrar sees all.

    Also of those that stay valid. Of a late statement the content before and after it is compared; which
    certificates it may change is worked out in the background, and `settled` says whether that is done.
    """
    who, ledger = reader(request), parts(request)
    late = found(await revisions.late(ledger.pool, digest), "statement", digest)
    window = _window(who, cursor, limit)
    async with ledger.computing.connection(who.index) as connection:
        if if_retracted:
            every = await cascading.standing(connection, window)
            size = await loading.size(connection)
            supposed = await facts.retracted(connection, late["index"], size)
            one, other = View(size), View(size, supposed)
        else:
            every = await cascading.touched(connection, late["index"], window)
            size = await loading.size(connection)
            one, other = View(late["index"]), View(late["index"] + 1)
        looked = await by_view(connection, every[:limit], one, other, ledger.settings.trace_nodes)
    settled = if_retracted or late["done"] is not False
    return _answer(looked, size, every, settled=settled)


@post(
    paths.SUPPOSED,
    operation_class=SubmitsOne,
    operation_id="getSupposedConsequences",
    summary="Which certificates a statement would change if it were submitted",
    tags=["Statements"],
    security=WITH_TOKEN,
    status_code=200,
    responses={
        200: ResponseSpec(Cascade, generate_examples=False, description="A page of them."),
        **refusals(*OF_STATEMENTS, *BY_TOKEN, "unsupported-media-type"),
    },
)
async def supposed_consequences(
    request: AnyRequest,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 20,
) -> Cascade:
    """Outcome and figures before and after, of the reader's certificates, as if the signed statement were recorded now.

    It is checked as when it is submitted, and refused with the same problem; it is not recorded. One that
    changes nothing of earlier statements, or is recorded already, changes no certificate, and none is looked at.
    """
    who, ledger = reader(request), parts(request)
    sent_as(request, STATEMENT_TYPE.encode())
    statement = parse(await body(request, MAX_STATEMENT + 1))
    key = Signers(ledger.sequencer, ledger.origin).verified(statement)
    window = _window(who, cursor, limit)
    async with ledger.computing.connection(who.index) as connection:
        async with supposing.frame(connection, ledger.sequencer) as loaded:
            size = loaded.state.size
            supposed = await supposing.effects(
                connection,
                loaded,
                statement,
                origin=ledger.origin,
                verified=key,
                not_before=int(ledger.sequencer.recorded_at.timestamp()),
            )
            every = await cascading.standing(connection, window) if reach(supposed) else ()
        one, other = View(size), View(size, supposed)
        looked = await by_view(connection, every[:limit], one, other, ledger.settings.trace_nodes)
    return _answer(looked, size, every)


def _answer(looked: Looked, size: int, rows: Sequence[Row], *, settled: bool = True) -> Cascade:
    """The page; `rows` are those that were to be looked at, and one more if there are more."""
    return Cascade(
        size=size,
        checked=looked.checked,
        items=tuple(looked.changed),
        settled=settled,
        next=str(looked.last) if looked.checked < len(rows) else None,
    )


def _window(who: Reader, cursor: str | None, limit: int) -> Window:
    return Window(
        party=None if who.is_registrar else who.index,
        now=datetime.now(UTC),
        after=-1 if cursor is None else int(cursor),
        limit=limit + 1,
    )


def _of_file(text: bytes) -> tuple[str, Replacing]:
    """The id of a file's policy, and the policy with parameters set; it need not be a firm's own."""

    def replacing(settings: str) -> Policy:
        given = {
            name: value
            for name, _, value in (each.partition("=") for each in settings.split("&") if each)
        }
        return policies.sent(text, lambda read, name: read_policy(read, name, given))

    return policies.sent(text, read_policy).id, replacing


async def _of_asked(ledger: Parts, who: Reader, asked: str) -> tuple[str, Replacing]:
    policy = await policies.asked_for(ledger.pool, who.index, asked)
    if asked in CATALOGUE:
        return asked, lambda settings: policy_named(f"{asked}?{settings}" if settings else asked)
    return policy.id, lambda _: policy
