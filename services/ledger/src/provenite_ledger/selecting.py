"""Which statements belong into the pack of a batch, and what of each its reader sees (SPEC.md section 14.3)."""

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import asyncpg
import msgspec

from provenite_proto.pack import limits
from provenite_proto.problem import Problem
from provenite_proto.record import CertificateStatus, Receipt
from provenite_proto.statement import parse

from .access import REGISTRAR, Concerned, Reader, sees
from .store import packs, reading, rows
from .store.packing import unpacked
from .store.rows import OUTPUTS, Row
from .turns import Turns

_MAKING = frozenset({"extraction", "collection", "transformation"})
_DRAWING = frozenset({"transformation", "transfer", "receipt"})
_CHUNK = 1_000
"""Statements of which it is found out at a time what grants open of them."""
_TEXTS = 25
"""Statements read at a time (some 6 MB at the most)."""


class Selection(msgspec.Struct, frozen=True):
    """What a pack holds: by index whom each statement concerns, with what is opened to the reader.

    `averaged` has, of statements that may have a rolling average, those on which it looks back, where all of them
    are there. `computable` says of batches, by key, before which statement it can be computed what was left when
    something was drawn. `shows_content` says that the reader sees the content. `certificates` are rows of those that
    he is told of.
    """

    statements: dict[int, Concerned]
    averaged: dict[int, tuple[int, ...]]
    computable: dict[int, int]
    shows_content: bool
    certificates: tuple[Row, ...]


async def select(
    pool: asyncpg.Pool, who: Reader, batch: Row, size: int, limit: int, now: datetime
) -> Selection:
    """What the pack of a batch (its row) holds of the log's first `size` statements.

    `Problem` `too-far` when these are more than `limit`.
    """
    return await _Selecting(pool, who, batch, size, limit, now).select()


class _Selecting:
    def __init__(
        self, pool: asyncpg.Pool, who: Reader, batch: Row, size: int, limit: int, now: datetime
    ) -> None:
        self._pool = pool
        self._who = who
        self._batch = batch
        self._size = size
        self._limit = limit
        self._now = now
        self._found: dict[int, Concerned] = {}
        self._retracted_by: dict[int, int] = {}
        # Firms make many statements that concern the same parties: each such case is held once.
        self._same: dict[Concerned, Concerned] = {}
        self._way: set[int] = set()
        self._averaged: dict[int, tuple[int, ...]] = {}

    async def select(self) -> Selection:
        batch, who = self._batch, self._who
        # Whoever holds the batch holds matter made from all that is upstream of it.
        holding = (
            batch["holder"] == who.index and batch["status"] == "held" and batch["remaining"] > 0
        )
        await self._go_back([batch["key"]], holding=holding)
        await self._averages()
        computable = await self._earlier()
        matter = list(self._found)
        shows_content = self._sees(batch["key"] // OUTPUTS, "quantities")
        made_at, others = await self._sites()
        await self._add(made_at | others)
        if shows_content:
            await self._evidence(matter, made_at)
        certificates = await self._certificates()
        retractions = {
            self._retracted_by[index] for index in self._found if index in self._retracted_by
        }
        await self._add(retractions)
        await self._register()
        return Selection(self._found, self._averaged, computable, shows_content, certificates)

    def _sees(self, index: int, section: str) -> bool:
        return sees(self._who, self._found[index], section)

    async def _go_back(self, batches: Collection[int], *, holding: bool) -> None:
        """Add what is on the way to batches."""
        found = await packs.way(self._pool, batches, self._limit + 1)
        self._bound(len(found))
        makers = {key // OUTPUTS for key in found}
        await self._add(makers, holding=holding)
        given_back = [index for index in makers if self._found[index].kind == "retraction"]
        await self._add(await packs.withdrawn(self._pool, given_back))
        # Who used what was shipped is told by the way itself; who holds the batch asked for is sealed.
        told = makers - {self._batch["key"] // OUTPUTS}
        transfers = [
            index
            for index in makers
            if self._found[index].kind == "transfer"
            and (index in told or self._sees(index, "parties"))
        ]
        shipped = await packs.shipments(self._pool, transfers, self._size)
        await self._add([row["receipt"] for row in shipped if row["receipt"] is not None])
        self._way.update(found)

    async def _averages(self) -> None:
        """Add what rolling averages look back on, and what is on the way there, where all of it is shown."""
        looked: set[int] = set()
        while True:
            consumers = [
                index
                for index, each in self._found.items()
                if each.kind == "transformation" and index not in looked
            ]
            if not consumers:
                return
            looked.update(consumers)
            found = await packs.averages(self._pool, consumers)
            self._averaged |= dict.fromkeys(consumers, ())
            members = {one for each in found.values() for one in each}
            self._bound(len(members))
            told = ChainMap(self._found, await self._concerned(members - self._found.keys()))
            shown = {
                one
                for one in members
                if all(sees(self._who, told[one], name) for name in ("quantities", "identities"))
            }
            wanted: set[int] = set()
            for consumer, looked_back in found.items():
                if shown.issuperset(looked_back):
                    self._averaged[consumer] = tuple(looked_back)
                    wanted.update(looked_back)
                else:
                    del self._averaged[consumer]
            if further := wanted - self._found.keys():
                await self._go_back([index * OUTPUTS for index in further], holding=False)

    async def _earlier(self) -> dict[int, int]:
        """Add earlier draws that the reader sees; `Selection.computable`."""
        consumers = [index for index, each in self._found.items() if each.kind in _DRAWING]
        drawn = await packs.last_draws(self._pool, consumers)
        last = {key: consumer for key, consumer in drawn.items() if key in self._way}
        computable = {
            key: consumer + 1 if self._sees_quantities(self._found, key // OUTPUTS) else 0
            for key, consumer in last.items()
        }
        async for draws in packs.earlier_draws(self._pool, last, self._limit + 1):
            self._bound(len(draws))
            others = {row["consumer"] for row in draws} - self._found.keys()
            told = ChainMap(self._found, await self._concerned(others))
            shown = {one: told[one] for one in others if self._sees_quantities(told, one)}
            self._bound(len(self._found) + len(shown))
            self._found |= shown
            for key, consumer in ((row["batch"], row["consumer"]) for row in draws):
                if not self._sees_quantities(told, consumer):
                    computable[key] = min(consumer, computable[key])
        return computable

    def _sees_quantities(self, told: Mapping[int, Concerned], index: int) -> bool:
        return index in told and sees(self._who, told[index], "quantities")

    async def _sites(self) -> tuple[set[int], set[int]]:
        """The sites that statements name, as far as the reader sees them: where matter was made, and others."""
        shown = [index for index in self._found if self._sees(index, "identities")]
        makers = [index for index in shown if self._found[index].kind in _MAKING]
        transfers = [index for index in shown if self._found[index].kind == "transfer"]
        receipts = [index for index in shown if self._found[index].kind == "receipt"]
        made_at = {row["site"] for row in await packs.made_at(self._pool, makers)}
        shipped = await packs.shipments(self._pool, transfers, self._size)
        others = {row["site"] for row in shipped if row["site"] is not None}
        for site in await self._arrivals(sorted(receipts)):
            row = await reading.site(self._pool, site)
            if row is not None:
                others.add(row["index"])
        return made_at, others

    async def _arrivals(self, receipts: list[int]) -> set[str]:
        """The sites, by id, that receipts name: the tables do not have them."""
        named: set[str] = set()
        turns = Turns()
        for first in range(0, len(receipts), _TEXTS):
            texts = await reading.texts(self._pool, receipts[first : first + _TEXTS])
            for text in texts.values():
                await turns.next()
                record = parse(text).record
                if isinstance(record, Receipt) and record.identities and record.identities.site:
                    named.add(record.identities.site)
        return named

    async def _evidence(self, matter: Collection[int], sites: set[int]) -> None:
        """Add what bears on how the statements that make matter stand; `sites` are where they do."""
        makers = [index for index in matter if self._found[index].kind in _MAKING]
        issuers = {self._found[index].issuer for index in makers}
        size, limit = self._size, self._limit + 1
        said = await packs.attestations(self._pool, {*makers, *issuers, *sites}, size, limit)
        attesters = {row["attester"] for row in said}
        await self._add({row["index"] for row in said})
        for query, parties in (("accreditations", attesters), ("ownerships", issuers)):
            await self._add(await packs.register(self._pool, query, parties, size, limit))

    async def _certificates(self) -> tuple[Row, ...]:
        """Add the batch's certificates that are the reader's to know, what they rest on, and how they stand."""
        newest = await packs.certificates(
            self._pool, self._batch["key"], self._size, limits.CERTIFICATES
        )
        told = await self._concerned([row["index"] for row in newest])
        known = [row for row in newest if sees(self._who, told[row["index"]], "identities")]
        if not known:
            return ()
        await self._add(row["index"] for row in known)
        await self._add(row["declaration"] for row in known if row["declaration"] is not None)
        await self._add(await self._standings(known))
        return tuple(known)

    async def _standings(self, certificates: Collection[Row]) -> list[int]:
        """The statements that say how these certificates stand: the tables have only the newest of each."""
        wanted = {rows.text(row["digest"]) for row in certificates}
        concerned = (self._found[row["index"]].counterparty for row in certificates)
        parties = {each for each in concerned if each is not None}
        after = min(row["index"] for row in certificates)
        found: list[int] = []
        turns = Turns()
        while some := await packs.standings(self._pool, parties, after, self._size, _TEXTS):
            for row in some:
                await turns.next()
                record = parse(unpacked(row["compact"])).record
                if isinstance(record, CertificateStatus) and record.certificate in wanted:
                    found.append(row["index"])
            self._bound(len(found) + len(self._found))
            after = some[-1]["index"]
        return found

    async def _register(self) -> None:
        """Add the parties, and all that is said of their keys."""
        parties = {REGISTRAR, *(each.issuer for each in self._found.values())}
        parties |= {
            each.counterparty
            for index, each in self._found.items()
            if each.counterparty is not None
            and (
                (each.kind == "transfer" and self._sees(index, "parties"))
                or each.kind == "certificate"
            )
        }
        await self._add(parties)
        await self._add(
            await packs.register(self._pool, "keys", parties, self._size, self._limit + 1)
        )

    async def _add(self, statements: Iterable[int], *, holding: bool = False) -> None:
        """Add statements of the first `size`; `holding` says that the reader holds matter made from all of them."""
        new = set(statements) - self._found.keys()
        self._bound(len(new) + len(self._found))
        self._found |= await self._concerned(new, holding=holding)

    async def _concerned(
        self, statements: Collection[int], *, holding: bool = False
    ) -> dict[int, Concerned]:
        """Whom statements of the first `size` concern, and what is opened to the reader."""
        told = await packs.concerned(self._pool, statements, self._size)
        found: dict[int, Concerned] = {}
        for first in range(0, len(told), _CHUNK):
            some = told[first : first + _CHUNK]
            granted = await reading.opened(
                self._pool,
                [row["index"] for row in some],
                self._who.index,
                self._now,
                holding=holding,
            )
            for row in some:
                index, retraction = row["index"], row["retracted_by"]
                opened = granted.get(index, frozenset())
                whom = Concerned(row["kind"], row["issuer"], row["counterparty"], opened)
                found[index] = self._same.setdefault(whom, whom)
                if retraction is not None and retraction < self._size:
                    self._retracted_by[index] = retraction
        return found

    def _bound(self, count: int) -> None:
        if count > self._limit:
            raise Problem(
                "too-far",
                f"More than {self._limit} statements belong into the pack.",
                figures={"limit": str(self._limit)},
            )
