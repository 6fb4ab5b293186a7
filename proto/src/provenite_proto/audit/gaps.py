"""What was not carried, and whether it matters to the batch that is audited."""

from collections.abc import Mapping, MutableSet
from typing import Final, Self

import msgspec

from ..ledger import State
from ..record import MATTER
from ..tables import Tables

_SENTENCES: Final[Mapping[str, str]] = {
    "key": "The statement that registers its key {name} is not carried.",
    "spare-key": "No other key of the registrar's is carried, of which one has to remain.",
    "batch": "The statement that made its input {name} is not carried.",
    "receipt": "The receipt of the transfer {name}, of which something is used, is not carried.",
    "site": "The statement that registers the site {name} is not carried.",
    "party": "The statement that enrols the party {name} is not carried.",
    "transfer": "The transfer {name} is not carried.",
    "status": "What had changed the status of the certificate {name} before is not carried.",
    "consumer": "{batch}: {name} kg were taken before by statements that are not carried.",
}


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something to which the statement refers, and that is not there: it matters to what the `batch` went into.

    Without a batch it matters to what the statement made. `what` is the kind of thing, `name` its id; of what
    earlier consumers took, kilograms. Each statement that refers to it has a gap of its own, since one may
    matter and another not.
    """

    what: str
    name: str
    statement: str
    index: int
    batch: str | None = None

    @property
    def detail(self) -> str:
        """What is not there, in one sentence."""
        return _SENTENCES[self.what].format(name=self.name, batch=self.batch)


class Upstream(msgspec.Struct, frozen=True):
    """Batches, and what they were made of: batches, their `makers`, and with these the statements that moved and gave them back."""

    batches: MutableSet[str]
    makers: MutableSet[str]
    statements: MutableSet[str]

    @classmethod
    def none(cls, tables: Tables, name: str) -> Self:
        """Nothing yet."""
        return cls(*(tables.names(f"{name}-{each}") for each in cls.__struct_fields__))

    def concerns(self, gap: Gap, state: State) -> bool:
        """Whether what is not there is a part of the batch's history, or of the register."""
        if gap.batch is not None:
            return gap.batch in self.batches
        said = state.statements.get(gap.statement)
        return said is None or said.kind not in MATTER or gap.statement in self.statements
