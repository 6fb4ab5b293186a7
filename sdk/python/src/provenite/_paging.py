"""Lists over pages: asked for as they are iterated, a page at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from provenite_proto.answers import Page

from ._errors import AnswerError
from ._operations import Call

T = TypeVar("T")


class Listing(Generic[T]):
    """Iterates over the items of all pages; `pages()` over the pages. Iterating again asks again."""

    def __init__(self, call: Call[Page[T]], ask: Callable[[Call[Page[T]]], Page[T]]) -> None:
        """Of the pages that begin with the answer to `call`."""
        self._call = call
        self._ask = ask

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[T]]:
        """The pages, each asked for when it is taken."""
        call: Call[Page[T]] | None = self._call
        while call is not None:
            page = self._ask(call)
            yield page
            call = following(call, page)


class AsyncListing(Generic[T]):
    """Iterates over the items of all pages; `pages()` over the pages. Iterating again asks again."""

    def __init__(
        self, call: Call[Page[T]], ask: Callable[[Call[Page[T]]], Awaitable[Page[T]]]
    ) -> None:
        """Of the pages that begin with the answer to `call`."""
        self._call = call
        self._ask = ask

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, each asked for when it is taken."""
        call: Call[Page[T]] | None = self._call
        while call is not None:
            page = await self._ask(call)
            yield page
            call = following(call, page)


def following(call: Call[Page[T]], page: Page[T]) -> Call[Page[T]] | None:
    """The call for the next page, if there is one."""
    if page.next is None:
        return None
    cursor = ("cursor", page.next)
    if cursor in call.query:
        raise AnswerError(f"{call.method} {call.path}: the page after {page.next!r} is itself")
    return replace(call, query=[*(pair for pair in call.query if pair[0] != "cursor"), cursor])
