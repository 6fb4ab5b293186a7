"""A replay of the whole log, and its comparison with the tables, as one snapshot of the database has both."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import asyncpg
import msgspec

from provenite_proto.ledger import Admission, Averaging, RegisteredKey
from provenite_proto.log import Edge, entry, leaf_hash
from provenite_proto.log.note import base64
from provenite_proto.problem import Problem
from provenite_proto.replay import Replay, digest, reach
from provenite_proto.statement import Statement, parse

from ..contents import catalogue
from ..store import rows
from ..store.packing import unpacked
from . import contents, entries, statements
from .differing import Differs, same
from .log import SQL, Noted, log


class Summary(msgspec.Struct, frozen=True):
    """What a replay came to.

    `root` is that of the log's tree, in base64. `digest` is that of its state and content (`provenite_proto.replay.digest`), `contents` the number of kept
    contents that were compared; it is 0 when those of the tables are of other lenses.
    """

    statements: int
    parties: int
    batches: int
    root: str
    digest: str
    contents: int = 0


async def replay(
    connection: asyncpg.Connection, *, compare: bool, told: Callable[[int], None] = lambda _: None
) -> Summary:
    """Replay what the database has now, and with `compare` raise `Differs` for the first difference.

    `told` hears of the statements replayed so far. Nothing is written, and nobody kept waiting.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        origin = await connection.fetchval(SQL["origin"])
        if origin is None:
            raise ValueError("there is no ledger in this database")
        seen = await contents.lenses(connection)
        running = _Replaying(connection, Replay(origin, seen.all), seen, compare)
        async for chunk in log(connection):
            for noted in chunk:
                await running.take(noted)
            told(len(running.digests))
        return await running.finish()


class _Replaying:
    def __init__(
        self, connection: asyncpg.Connection, replay: Replay, seen: contents.Seen, compare: bool
    ) -> None:
        self._connection = connection
        self._replay = replay
        self._seen = seen
        self._compare = compare
        self._counted: Counter[str] = Counter()
        self._recorded_at: datetime | None = None
        self._contents: int | None = None
        self._edge = Edge()
        self.digests: list[str] = []

    async def take(self, noted: Noted) -> None:
        """The next statement of the log."""
        index, row = len(self.digests), noted.row
        same("the next index", "the log", index, row["index"])
        if self._compare and self._contents is None and index == await self._settled_until():
            await self._compare_contents()
        if self._recorded_at is not None and row["recorded_at"] < self._recorded_at:
            raise Differs(
                "time of recording",
                f"statement {index}",
                f"not before {self._recorded_at.isoformat()}",
                row["recorded_at"],
            )
        self._recorded_at = row["recorded_at"]
        statement, admission = self._admitted(noted, index)
        self.digests.append(statement.digest)
        recorded_at = int(row["recorded_at"].timestamp())
        self._edge = self._edge.grown([leaf_hash(entry(statement.digest, recorded_at))])
        if not self._compare:
            return
        statements.compare(noted, statement, admission, index)
        self._count(noted, admission)
        kept = noted.late is not None and noted.late["done"] and await self._same_lenses()
        if kept and self._contents is None:
            await contents.compare_changes(
                self._connection, self._replay, self._seen, self.digests, index
            )

    async def finish(self) -> Summary:
        """The log has ended."""
        state = self._replay.state
        if self._compare:
            if self._contents is None:
                await self._compare_contents()
            await self._compare_tree()
            await entries.compare(self._connection, state, self.digests, self._counted)
        return Summary(
            statements=state.size,
            parties=len(state.parties),
            batches=len(state.batches),
            root=base64(self._edge.root()),
            digest=digest(self._replay),
            contents=self._contents or 0,
        )

    async def _compare_tree(self) -> None:
        row = await self._connection.fetchrow(SQL["tree"])
        size, edge = (0, b"") if row is None else (row["size"], row["edge"])
        same("the size", "the tree", self._edge.size, size)
        same("the edge", "the tree", self._edge.encode().hex(), edge.hex())

    def _admitted(self, noted: Noted, index: int) -> tuple[Statement, Admission]:
        where = f"statement {index} {rows.text(noted.row['digest'])}"
        recorded_at = int(noted.row["recorded_at"].timestamp())
        try:
            text = unpacked(noted.row["compact"])
        except ValueError as error:
            raise Differs("the statement", where, "readable", str(error)) from error
        try:
            statement = parse(text)
            # Before it is admitted: what another statement says would be found out by one that refers to it.
            same("digest", where, statement.digest, rows.text(noted.row["digest"]))
            return statement, self._replay.add(text, recorded_at)
        except Problem as problem:
            raise Differs("the statement", where, f"refused: {problem}", "recorded") from problem

    def _count(self, noted: Noted, admission: Admission) -> None:
        self._counted.update(
            makings=noted.making is not None,
            averagings=sum(isinstance(each, Averaging) for each in admission.effects),
            averaged=len(admission.averaged),
            late=bool(reach(admission.effects)),
            compromises=sum(
                isinstance(each, RegisteredKey) and each.compromised_from is not None
                for each in admission.effects
            ),
        )

    async def _settled_until(self) -> int | None:
        until: int | None = await self._connection.fetchval(SQL["pending"])
        return until

    async def _same_lenses(self) -> bool:
        return bytes(await self._connection.fetchval(SQL["catalogue"]) or b"") == catalogue()

    async def _compare_contents(self) -> None:
        self._contents = 0
        if await self._same_lenses():
            self._contents = await contents.compare(
                self._connection, self._replay, self._seen, self.digests
            )
