"""What the handlers work with: the running parts of one ledger, joined in `app.py`."""

from typing import Any, TypeVar

import asyncpg
from litestar import Request
from msgspec import Struct

from provenite_proto.problem import Problem

from ..access import Reader
from ..computing import Computing, Room
from ..enrolment import Enrolment
from ..follower import Follower
from ..issuing import Issuing
from ..printing import Printing
from ..publishing.publisher import Publisher
from ..publishing.receipts import Receipts
from ..revising import Revising
from ..sequencer import Sequencer
from ..settings import Settings
from ..status_lists import StatusLists
from ..verifying import Verifying
from ..witnessing import Witnessing
from .authentication import Authentication

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")


class Parts(Struct, frozen=True):
    """The running parts; `origin` is the `aud` of statements and tokens."""

    settings: Settings
    origin: str
    pool: asyncpg.Pool
    sequencer: Sequencer
    publisher: Publisher
    witnessing: Witnessing | None
    receipts: Receipts
    verifying: Verifying
    follower: Follower
    revising: Revising
    computing: Computing
    pack_places: Room
    printing: Printing
    enrolment: Enrolment
    issuing: Issuing
    status_lists: StatusLists
    authentication: Authentication


def parts(request: AnyRequest) -> Parts:
    """The parts of the ledger that serves the request."""
    found: Parts = request.app.state.parts
    return found


def reader(request: AnyRequest) -> Reader:
    """Who asks; `Problem` when the request carries no valid access token."""
    return parts(request).authentication.reader(request.headers.get("authorization"))


def found(thing: T | None, what: str, name: str) -> T:
    """What was asked for; `Problem` `not-found` when there is none."""
    if thing is None:
        raise Problem("not-found", f"No {what} {name} is recorded.")
    return thing
