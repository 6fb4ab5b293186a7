"""Pages: keyset cursors, and the Link header (RFC 8288) that names the next page."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from litestar import Response

from provenite_proto.answers import Page

from ..store.rows import Row
from .parts import AnyRequest

T = TypeVar("T")


def cut(found: Sequence[Row], limit: int, column: str) -> tuple[Sequence[Row], str | None]:
    """At most `limit` of the rows, and the cursor of the next page if there are more."""
    if len(found) <= limit:
        return found, None
    return found[:limit], str(found[limit - 1][column])


async def page(
    request: AnyRequest, found: Sequence[Row], following: str | None, answer: Callable[[Row], T]
) -> Response[Page[T]]:
    """The rows as a page, with a Link to the following one."""
    return linked(request, Page(items=await each(found, answer), next=following))


async def each(found: Sequence[Row], answer: Callable[[Row], T]) -> tuple[T, ...]:
    """What is made of each row."""
    items = []
    for row in found:
        # To read a statement may take milliseconds: others get their turn on the event loop.
        await asyncio.sleep(0)
        items.append(answer(row))
    return tuple(items)


def linked(request: AnyRequest, answer: Page[T]) -> Response[Page[T]]:
    """The page with a Link to the following one."""
    headers = {}
    if answer.next is not None:
        query = [pair for pair in parse_qsl(request.url.query) if pair[0] != "cursor"]
        query.append(("cursor", answer.next))
        headers["Link"] = f'<{request.url.path}?{urlencode(query)}>; rel="next"'
    return Response(answer, headers=headers)
