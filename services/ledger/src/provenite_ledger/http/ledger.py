"""GET /v1/ledger, /health and /ready: the ledger about itself."""

from litestar import get
from msgspec import Struct

from provenite_proto import paths
from provenite_proto.answers import LedgerAnswer
from provenite_proto.problem import Problem

from .. import __version__
from ..store import reading
from .documenting import OPEN, refusals
from .parts import AnyRequest, parts


class Condition(Struct, frozen=True):
    """`ok`, or `content-delayed` when content is computed only as it is asked for, since computing it ahead fails.

    A ledger in any other condition answers with a problem, or not at all.
    """

    status: str


@get(
    paths.LEDGER,
    operation_id="getLedger",
    summary="Read about the ledger",
    tags=["Ledger"],
    security=OPEN,
    responses=refusals(),
)
async def ledger(request: AnyRequest) -> LedgerAnswer:
    """The origin for which statements and tokens are signed, the registrar, and the number of statements."""
    serving = parts(request)
    return LedgerAnswer(
        origin=serving.origin,
        registrar=serving.sequencer.registrar,
        size=serving.sequencer.size,
        version=__version__,
    )


@get(
    paths.HEALTH,
    operation_id="getHealth",
    summary="Whether the process is up",
    tags=["Ledger"],
    security=OPEN,
)
async def health() -> Condition:
    """The process is up. If this fails, restart it."""
    return Condition("ok")


@get(
    paths.READY,
    operation_id="getReadiness",
    summary="Whether the ledger can serve",
    tags=["Ledger"],
    security=OPEN,
    responses=refusals(),
)
async def ready(request: AnyRequest) -> Condition:
    """The database answers and statements are taken. If this fails, send no requests for now."""
    serving = parts(request)
    await reading.alive(serving.pool)
    if not serving.sequencer.running:
        raise Problem("ledger-unavailable", "The sequencer does not run.")
    return Condition("ok" if serving.follower.running else "content-delayed")
