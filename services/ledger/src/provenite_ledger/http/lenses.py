"""/v1/lenses: the questions that content answers, and those of a firm's own."""

import contextlib

from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec

from provenite_proto import paths
from provenite_proto.answers import LensAnswer, Page
from provenite_proto.content import LENSES, Lens
from provenite_proto.content.own import MAX_BYTES, OWN, digest_of, read_own
from provenite_proto.problem import Problem
from provenite_proto.statement import base64url

from ..access import Reader
from ..contents import Lensed
from ..store import lensing
from ..turns import Turns
from .documenting import BY_TOKEN, TOML_TYPE, WITH_TOKEN, SubmitsLens, refusals
from .fast import body, sent_as
from .parts import AnyRequest, Parts, parts, reader


@get(
    paths.LENSES,
    operation_id="listLenses",
    summary="List lenses",
    tags=["Lenses"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN),
)
async def list_lenses(request: AnyRequest) -> Page[LensAnswer]:
    """The lenses that ship with the protocol, then the reader's own."""
    who, ledger = reader(request), parts(request)
    items = [LensAnswer(id=lens.id, title=lens.title) for lens in LENSES.values()]
    turns = Turns()
    for row in await lensing.own(ledger.pool, who.index):
        await turns.next()
        items.append(_answer(read_own(row["definition"]), row["definition"]))
    return Page(items=tuple(items))


@post(
    paths.LENSES,
    operation_class=SubmitsLens,
    operation_id="registerLens",
    summary="Register a lens",
    tags=["Lenses"],
    security=WITH_TOKEN,
    responses={
        201: ResponseSpec(LensAnswer, generate_examples=False, description="It can be asked for."),
        **refusals(
            *BY_TOKEN, "lens-malformed", "body-too-large", "unsupported-media-type", "too-many"
        ),
    },
)
async def register_lens(request: AnyRequest) -> Response[LensAnswer]:
    """A lens of the reader's own, in TOML. Its id is made of its rules; content is computed when it is asked for."""
    who, ledger = reader(request), parts(request)
    sent_as(request, TOML_TYPE.encode())
    text = (await body(request, MAX_BYTES)).decode("utf-8", "replace")
    lens = read_own(text)
    if not await lensing.register(ledger.pool, digest_of(lens), text, who.index):
        raise Problem(
            "too-many",
            f"At most {lensing.MAX_LENSES} lenses can be registered.",
            figures={"limit": str(lensing.MAX_LENSES)},
        )
    return Response(_answer(lens, text), status_code=201)


async def looked_through(ledger: Parts, who: Reader, name: str) -> Lensed:
    """A lens of the reader's own by its id; `Problem` `bad-request` when it has none of that id."""
    digest = None
    if name.startswith(OWN):
        with contextlib.suppress(ValueError):
            digest = base64url.decode(name.removeprefix(OWN))
    row = digest and await lensing.own_by_digest(ledger.pool, digest, who.index)
    if not row:
        raise Problem("bad-request", f"lens: there is no lens {name[:64]!r}.")
    return Lensed(row["number"], (read_own(row["definition"]),))


def _answer(lens: Lens, text: str) -> LensAnswer:
    return LensAnswer(id=lens.id, title=lens.title, definition=text)
