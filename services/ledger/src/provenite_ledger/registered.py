"""The registry as committed: the parties and keys by which requests are judged and answers name firms."""

from collections.abc import Iterable

from provenite_proto.ledger import Enrolled, RegisteredKey
from provenite_proto.log import Edge

from .store.loaded import Entry, Loaded


class Registered:
    """Every committed party and key, by their ids.

    The state in which a group is admitted is ahead of this until the group is committed. Owned by the
    sequencer, read by everybody.
    """

    def __init__(self, loaded: Loaded) -> None:
        """What was loaded from the database, before anything more was admitted."""
        self.keys: dict[str, RegisteredKey] = dict(loaded.state.keys)
        self.parties: dict[str, Enrolled] = dict(loaded.state.parties)
        self.by_index: dict[int, str] = dict(loaded.parties_by_index)
        """Party id by the index of its statement."""
        self.index: dict[str, int] = {party: index for index, party in self.by_index.items()}
        """Its inverse."""

    def frame(self, size: int) -> Loaded:
        """The state after so many statements, as far as it is known here: what else a statement touches is to be loaded.

        Its accreditations and runs of perfect balances are left out: these raise doubts, and refuse nothing.
        """
        loaded = Loaded(Edge())
        loaded.state.size = size
        loaded.state.keys.update(self.keys)
        loaded.state.parties.update(self.parties)
        loaded.parties_by_index.update(self.by_index)
        loaded.index.update(self.index)
        return loaded

    def publish(self, entries: Iterable[Entry]) -> None:
        """Add the parties and keys of entries that are committed now."""
        for entry in entries:
            for effect in entry.admission.effects:
                if isinstance(effect, Enrolled):
                    self.parties[effect.id] = effect
                    self.by_index[entry.index] = effect.id
                    self.index[effect.id] = entry.index
                elif isinstance(effect, RegisteredKey):
                    self.keys[effect.id] = effect
