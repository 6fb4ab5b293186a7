"""What a batch is made of: shares by lens, what brings them, and what has changed them since."""

from typing import Literal

from .answer import Answer


class LabelShare(Answer, frozen=True, kw_only=True):
    """A label's part of the element: exact `mass` in kilograms and its rounded share."""

    label: str
    mass: str
    share: str


class LensShares(Answer, frozen=True, kw_only=True):
    """The labels of a lens, largest first; their masses sum to the element's."""

    lens: str
    labels: tuple[LabelShare, ...]


class ElementContent(Answer, frozen=True, kw_only=True):
    """An element's mass in the batch, in kilograms, seen through lenses.

    `physically_contained` is false when some of it came by mass-balance credit: then origins are claims by
    book-keeping, and the matter itself may be of others.
    """

    element: str
    mass: str
    physically_contained: bool = True
    lenses: tuple[LensShares, ...]


class ContentAnswer(Answer, frozen=True, kw_only=True):
    """The content of a batch, as the first `size` statements of the log have it."""

    batch: str
    size: int
    elements: tuple[ElementContent, ...]


class LensAnswer(Answer, frozen=True, kw_only=True):
    """A lens: one that ships with the protocol, or one of the reader's own, whose rules are `definition` (TOML)."""

    id: str
    title: str
    definition: str | None = None


class ContributionAnswer(Answer, frozen=True, kw_only=True):
    """`mass` kilograms of what was asked for come from here; `share` is its rounded part of them.

    `kind` says what `id` names: the batch of an extraction or collection (`source`), the batch of a statement
    that does not stand (`void`), the transformation into which it came without a statement (`untraced`), or
    the one whose rolling average does not cover it (`average`).
    """

    kind: Literal["source", "untraced", "void", "average"]
    id: str
    mass: str
    share: str


class ContributionsAnswer(Answer, frozen=True, kw_only=True):
    """What brings a label to a batch's element, the largest first, as the first `size` statements have it."""

    batch: str
    size: int
    element: str
    lens: str
    label: str
    mass: str
    contributions: tuple[ContributionAnswer, ...]


class LensChange(Answer, frozen=True, kw_only=True):
    """The labels of an element through a lens, before and after."""

    element: str
    lens: str
    before: tuple[LabelShare, ...]
    after: tuple[LabelShare, ...]


class ChangedBatch(Answer, frozen=True, kw_only=True):
    """A batch whose content a later statement has changed."""

    batch: str
    changes: tuple[LensChange, ...]


class Consequences(Answer, frozen=True, kw_only=True):
    """What a statement has changed of the content of earlier batches, as far as the reader sees their quantities.

    `settled` once it is worked out; until then `revised` of `total` statements are, as its issuer and the party
    that it concerns see. `next` is the cursor of the following page.
    """

    statement: str
    settled: bool
    revised: int | None = None
    total: int | None = None
    items: tuple[ChangedBatch, ...] = ()
    next: str | None = None
