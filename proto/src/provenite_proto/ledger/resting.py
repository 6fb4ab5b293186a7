"""What stands against a certificate whatever its figures are: that a statement on which it rests does not stand.

A batch is retracted only with the statement that brought it or the one that made what is in it, so that these say
all that its status would.
"""

from collections.abc import Mapping

import msgspec

from .batch import Batch
from .register import RegisteredKey
from .remembered import Recorded
from .vouching import disowned

WITHDRAWN = "The statement that made or brought the batch has been retracted."
VOID = "The statement that brought the batch, or that made what is in it, stands no more."
UNDECLARED = "The declaration on which it rests stands no more."
UNREADABLE = "This version of the ledger cannot assess by its policy."
SUPPOSED = {
    WITHDRAWN: "The statement that made or brought the batch would be retracted.",
    VOID: "The statement that brought the batch, or that made what is in it, would stand no more.",
    UNDECLARED: "The declaration on which it rests would stand no more.",
}
"""The same of what has not happened."""


class Said(msgspec.Struct, frozen=True):
    """Of a statement: whether it is withdrawn, when it was recorded, and from when on its key counts as compromised.

    Both times are in seconds since 1970, as the log that is looked at has them.
    """

    withdrawn: bool
    recorded_at: int
    compromised_from: int | None = None

    @property
    def stands(self) -> bool:
        """Whether it is neither withdrawn nor disowned with its key."""
        return not (self.withdrawn or disowned(self.recorded_at, self.compromised_from))


def against(brought: Said | None, made: Said | None, declaration: Said | None) -> str | None:
    """The sentence that says what stands against the certificate; nothing when nothing does.

    `brought` is the statement that brought the batch, `made` the one that made what is in it, `declaration` what
    it rests on besides; what is not known does not stand against it.
    """
    if brought is not None and brought.withdrawn:
        return WITHDRAWN
    if not all(each is None or each.stands for each in (brought, made)):
        return VOID
    if declaration is not None and not declaration.stands:
        return UNDECLARED
    return None


def against_batch(
    batch_id: str,
    batch: Batch | None,
    declaration: str | None,
    statements: Mapping[str, Recorded],
    keys: Mapping[str, RegisteredKey],
) -> str | None:
    """What stands against a certificate of the batch that rests on this declaration (its digest), as `statements` and `keys` are."""

    def said(name: str | None) -> Said | None:
        found = None if name is None else statements.get(name.partition(".")[0])
        if found is None:
            return None
        since = keys[found.key_id].compromised_from
        return Said(found.retracted_by is not None, found.recorded_at, since)

    return against(said(batch_id), said(batch.root if batch else None), said(declaration))
