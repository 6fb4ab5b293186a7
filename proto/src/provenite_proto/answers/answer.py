"""What every answer is, and a page of them."""

from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Answer(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of the answers. Readers ignore members that they do not know."""


class Page(Answer, Generic[T], frozen=True, kw_only=True):
    """A page of a list; `next` is the cursor of the following page, absent on the last."""

    items: tuple[T, ...]
    next: str | None = None
