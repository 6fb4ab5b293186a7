"""Content, rolling averages and revisions as they are kept, beside the replay's."""

from collections.abc import Collection, Mapping, Sequence

import asyncpg
import msgspec

from provenite_proto.content import LENSES, Lens, Shares, read_own
from provenite_proto.replay import Replay

from ..store.rows import OUTPUTS
from ..store.shares import decode, decode_run
from .differing import Differs, same, same_entry, same_members
from .log import CHUNK, SQL


class Seen(msgspec.Struct, frozen=True):
    """The lenses by the number under which content through them is kept."""

    lenses: Mapping[int, tuple[Lens, ...]]

    @property
    def all(self) -> tuple[Lens, ...]:
        """Every lens once."""
        return tuple({lens.id: lens for group in self.lenses.values() for lens in group}.values())

    def ids(self, number: int) -> frozenset[str]:
        """The ids of the lenses that are kept under a number."""
        return frozenset(lens.id for lens in self.lenses.get(number, ()))


async def lenses(connection: asyncpg.Connection) -> Seen:
    """The lenses of the protocol and firms' own."""
    own = await connection.fetch(SQL["lenses"])
    return Seen(
        {
            0: tuple(LENSES.values()),
            **{row["number"]: (read_own(row["definition"]),) for row in own},
        }
    )


async def compare(
    connection: asyncpg.Connection, replay: Replay, seen: Seen, digests: Sequence[str]
) -> int:
    """Raise `Differs` for the first kept content that is another one; the number of batches compared.

    What is not kept is computed when it is asked for, and that is no difference; but the batches of a statement
    are kept together.
    """
    cursor = await connection.cursor(SQL["contents"])
    found: dict[tuple[int, int], set[str]] = {}
    count = 0
    while rows := await cursor.fetch(CHUNK):
        for row in rows:
            index = row["batch"] // OUTPUTS
            statement = _named(digests, index, "content")
            batch = f"{statement}.{row['batch'] % OUTPUTS}"
            expected = replay.contents.get(batch)
            if expected is None:
                raise Differs("content", f"batch {batch}", None, "kept")
            wanted = looked_through(expected, seen.ids(row["lens"]))
            same_members("content", f"batch {batch}", wanted, _decoded(row["shares"], batch))
            found.setdefault((row["lens"], index), set()).add(batch)
            count += 1
    for (number, index), batches in found.items():
        made = replay.steps[digests[index]].batches
        same("batches with content kept", f"statement {digests[index]}", len(made), len(batches))
        same("lens", str(number), True, number in seen.lenses)
    await _runs(connection, replay, seen, digests)
    return count


async def compare_changes(
    connection: asyncpg.Connection,
    replay: Replay,
    seen: Seen,
    digests: Sequence[str],
    late: int,
) -> None:
    """Raise `Differs` unless what the statement at the index `late`, the replay's last, has changed is kept so."""
    shipped = seen.ids(0)
    expected = {}
    for change in replay.changes:
        before, after = (looked_through(each, shipped) for each in (change.before, change.after))
        if before != after:
            expected[change.batch] = (before, after)
    rows = await connection.fetch(SQL["revisions"], late)
    found = {}
    for row in rows:
        batch = f"{_named(digests, row['batch'] // OUTPUTS, 'revision')}.{row['batch'] % OUTPUTS}"
        found[batch] = (_decoded(row["before"], batch), _decoded(row["after"], batch))
    for batch in dict.fromkeys((*expected, *found)):
        where = f"batch {batch}, revised by statement {late}"
        one, other = expected.get(batch), found.get(batch)
        if one is None or other is None:
            raise Differs("revision", where, one and "there", other and "there")
        for name, wanted, is_there in zip(("before", "after"), one, other, strict=True):
            same_members(name, where, wanted, is_there)


def looked_through(shares: Shares, lenses: Collection[str]) -> Shares:
    """The part of the content that is seen through the lenses."""
    return {
        element: {lens: labels for lens, labels in by_lens.items() if lens in lenses}
        for element, by_lens in shares.items()
    }


async def _runs(
    connection: asyncpg.Connection, replay: Replay, seen: Seen, digests: Sequence[str]
) -> None:
    cursor = await connection.cursor(SQL["runs"])
    while rows := await cursor.fetch(CHUNK):
        for row in rows:
            statement = _named(digests, row["statement"], "rolling average")
            run = replay.run(statement) if statement in replay.steps else None
            if run is not None:
                ids = seen.ids(row["lens"])
                run = msgspec.structs.replace(
                    run,
                    pooled=looked_through(run.pooled, ids),
                    given=looked_through(run.given, ids),
                )
            try:
                found = decode_run(row["run"])
            except (ValueError, KeyError, TypeError) as error:
                raise Differs("rolling average", statement, "readable", str(error)) from error
            same_entry("rolling average", statement, run, found)


def _named(digests: Sequence[str], index: int, what: str) -> str:
    if not 0 <= index < len(digests):
        raise Differs(what, f"statement {index}", None, "kept")
    return digests[index]


def _decoded(raw: bytes, batch: str) -> Shares:
    try:
        return decode(raw)
    except msgspec.DecodeError as error:
        raise Differs("content", f"batch {batch}", "readable", str(error)) from error
