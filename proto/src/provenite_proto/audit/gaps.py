"""What was not carried, and whether it matters to the batch that is audited."""

import msgspec

from ..ledger import State
from ..record import MATTER


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something to which the statement refers, and that is not there: it matters to what the `batch` went into.

    Without a batch it matters to what the statement made.
    """

    what: str
    detail: str
    statement: str
    index: int
    batch: str | None = None


class Upstream(msgspec.Struct, frozen=True):
    """A batch, and what it was made of: batches, and the statements that made, moved and gave them back."""

    batches: frozenset[str]
    statements: frozenset[str]

    @property
    def makers(self) -> frozenset[str]:
        """The statements that made the batches."""
        return frozenset(each.partition(".")[0] for each in self.batches)

    def concerns(self, gap: Gap, state: State) -> bool:
        """Whether what is not there is a part of the batch's history, or of the register."""
        if gap.batch is not None:
            return gap.batch in self.batches
        said = state.statements.get(gap.statement)
        return said is None or said.kind not in MATTER or gap.statement in self.statements
