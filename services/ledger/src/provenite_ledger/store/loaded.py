"""The ledger's state in memory, with the statement index of each id in it, as the tables name things."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from provenite_proto.ledger import Admission, Effect, Enrolled, State
from provenite_proto.log import Edge
from provenite_proto.statement import Statement

from . import rows


class Entry(msgspec.Struct, frozen=True):
    """An admitted statement and its place in the log."""

    index: int
    recorded_at: datetime
    statement: Statement
    admission: Admission


class Loaded:
    """The state in memory with the statement index of each id in it.

    Parties, keys, accreditations and runs of perfect balances are all here; everything else as it is touched.
    `edge` is the log's tree.
    """

    def __init__(self, edge: Edge) -> None:
        """The frame of a ledger whose log has this edge."""
        self.edge = edge
        self.state = State(edge.size)
        self.index: dict[str, int] = {}
        self.parties_by_index: dict[int, str] = {}

    def batch_key(self, batch_id: str) -> int:
        """The key under which a batch is stored."""
        digest, output = rows.split(batch_id)
        return self.index[digest] * rows.OUTPUTS + output

    def bring(self, entry: Effect) -> None:
        """Keep what was loaded, unless it is in memory: there it is newer while a group is being admitted."""
        if not self.state.has(entry):
            self.state.put(entry)

    def apply(self, entry: Entry) -> None:
        """Make the changes of an admitted statement."""
        self.index[entry.statement.digest] = entry.index
        for effect in entry.admission.effects:
            if isinstance(effect, Enrolled):
                self.parties_by_index[entry.index] = effect.id
        self.state.apply(entry.admission)

    def withdraw(self, entries: Iterable[Entry]) -> None:
        """Take back the changes since `state.begin()`, which are those of `entries`."""
        self.state.rollback()
        for entry in entries:
            del self.index[entry.statement.digest]
            self.parties_by_index.pop(entry.index, None)

    @property
    def held(self) -> int:
        """How many entries `forget` would drop."""
        return len(self.index) + sum(map(len, self.state.on_demand()))

    def forget(self) -> None:
        """Drop what is loaded on demand, to bound memory."""
        for table in self.state.on_demand():
            table.clear()
        keep = (*self.state.parties, *self.state.accreditations)
        self.index = {digest: self.index[digest] for digest in keep}
