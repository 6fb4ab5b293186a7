"""What a certificate's page says, in the words and numbers that are shown: the same for every form of it."""

from typing import Literal

from msgspec import Struct

from .qr import Code

State = Literal["valid", "suspended", "revoked", "expired"]


class Standing(Struct, frozen=True):
    """How a certificate stands: its state in a word, what that means, and as of when that was looked up."""

    state: State
    word: str
    detail: str
    looked_up: str


class Entry(Struct, frozen=True):
    """A labelled value; `code` is text to be copied, such as a digest, `url` where more of it is found."""

    label: str
    value: str
    code: bool = False
    url: str | None = None


class Bar(Struct, frozen=True):
    """A figure from 0 to 1 in parts per 10^9: from 0 to `lower` is certain, from there to `upper` is possible.

    `mark` is the threshold. `shown` says the figure, `required` the threshold, `spoken` all of it in a sentence.
    """

    of: str
    name: str
    lower: int
    upper: int
    mark: int | None
    met: bool
    shown: str
    required: str
    spoken: str


class Group(Struct, frozen=True):
    """The figures of a test."""

    test: str
    bars: tuple[Bar, ...]


class Sheet(Struct, frozen=True, kw_only=True):
    """The whole page.

    `name` is that of the whole document. `warning` is what has to be known first of a firm's own rule, empty otherwise.
    `notes` are what it does not say. `possible` and `marked` say whether a figure has a part that is not
    certain, and a threshold. `sources` and the figures of `groups` are what there is room for, beside
    `further_sources` and `unshown` figures more. `url` leads to the certificate, `printable` to its PDF, `qr` pins it too, `command`
    checks it.
    """

    name: str
    kind: str
    title: str
    warning: str
    rule_heading: str
    source_heading: str
    claim: str
    standing: Standing
    entries: tuple[Entry, ...]
    as_of: str
    groups: tuple[Group, ...]
    unshown: int
    possible: bool
    marked: bool
    rule: str
    conditions: tuple[str, ...]
    sources: tuple[str, ...]
    further_sources: tuple[str, ...]
    notes: tuple[str, ...]
    url: str
    printable: str
    qr: Code
    command: str
    proofs: tuple[Entry, ...]
    issuer: str
