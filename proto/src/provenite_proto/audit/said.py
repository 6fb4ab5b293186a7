"""What is said of the statements that make matter, as an earlier size of the log had it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from ..ledger import Accredited, Attested, Owned, Recorded, RegisteredKey, State
from ..replay import Facts, Making

_Entry = TypeVar("_Entry", Accredited, Attested, Owned)


class Compromise(msgspec.Struct, frozen=True):
    """That the statement at `index` says of a key that it is compromised, from the seconds `since` 1970 on."""

    index: int
    key: str
    since: int


class Said:
    """What the log's first `size` statements say of others, by what it is about; `compromises` in the order of the log."""

    def __init__(self, state: State, compromises: Iterable[Compromise], size: int) -> None:
        self._size = size
        self._statements, self._keys = so_far(state, compromises, size)
        self._accreditations = tuple(self._so_far(state.accreditations))
        self._attestations: defaultdict[str, list[Attested]] = defaultdict(list)
        self._ownerships: defaultdict[str, list[Owned]] = defaultdict(list)
        for attested in self._so_far(state.attestations):
            self._attestations[attested.subject.partition(".")[0]].append(attested)
        for owned in self._so_far(state.ownerships):
            self._ownerships[owned.party].append(owned)

    def about(self, making: Making) -> Facts:
        """What is said of a statement that makes matter, of its site and of its issuer."""
        subjects = {making.statement, making.issuer, *((making.site,) if making.site else ())}
        return Facts(
            keys=self._keys,
            statements=self._statements,
            attestations=[one for each in subjects for one in self._attestations.get(each, ())],
            accreditations=self._accreditations,
            ownerships=self._ownerships.get(making.issuer, ()),
        )

    def _so_far(self, table: Mapping[str, _Entry]) -> Iterator[_Entry]:
        for entry in table.values():
            if self._statements[entry.id].index >= self._size:
                continue
            if entry.retracted and self._statements[entry.id].retracted_by is None:
                yield msgspec.structs.replace(entry, retracted_at=None)
            else:
                yield entry


def so_far(
    state: State, compromises: Iterable[Compromise], size: int
) -> tuple[Mapping[str, Recorded], Mapping[str, RegisteredKey]]:
    """All statements and keys, retracted and compromised as the log's first `size` statements say."""
    known = {each.key: each.since for each in compromises if each.index < size}
    return _Statements(state.statements, size), _Keys(state.keys, known)


class _Keys(Mapping[str, RegisteredKey]):
    """The keys, compromised as far as is known then."""

    def __init__(self, keys: Mapping[str, RegisteredKey], since: Mapping[str, int]) -> None:
        self._all = keys
        self._since = since

    def __getitem__(self, key_id: str) -> RegisteredKey:
        found = self._all[key_id]
        if found.compromised_from is None:
            return found
        return msgspec.structs.replace(found, compromised_from=self._since.get(key_id))

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class _Statements(Mapping[str, Recorded]):
    """The statements, retracted as far as they were then."""

    def __init__(self, statements: Mapping[str, Recorded], size: int) -> None:
        self._all = statements
        self._size = size

    def __getitem__(self, digest: str) -> Recorded:
        found = self._all[digest]
        if found.retracted_by is None or self._all[found.retracted_by].index < self._size:
            return found
        return msgspec.structs.replace(found, retracted_by=None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
