"""A ledger's worker that is killed on purpose: it submits the lines it is given, and dies at a point.

    python -m tests.ledger.dying DSN FOLDER commit|tiles|guard|parts|checkpoint before|after < statements

It says "recorded" if it survives until it has answered, and then waits for its death.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from provenite_ledger.settings import Settings
from provenite_ledger.starting import disk
from provenite_ledger.store.loaded import Entry, Loaded
from provenite_ledger.store.locked import LockedStore
from provenite_proto.statement import parse
from tests.ledger.failing import Fault, failing
from tests.ledger.inside import ordering, submit


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(LockedStore):
    """The real store, in a process that ends at once before or after the commit."""

    when: str | None = None

    async def write(self, entries: Sequence[Entry], loaded: Loaded) -> None:
        if self.when != "before":
            await super().write(entries, loaded)
        if self.when is not None:
            die()


async def main(dsn: str, folder: Path, point: str, when: str, lines: list[str]) -> None:
    fault = Fault(die)
    fault.persisted = when == "after"
    places = failing(disk(Settings(data=folder)), fault)
    async with (
        Deadly(dsn) as store,
        ordering(store, folder=folder, places=places) as sequencer,
    ):
        if point == "commit":
            store.when = when
        else:
            fault.point = point
        await submit(sequencer, *(parse(line) for line in lines))
        print("recorded", flush=True)
        await asyncio.sleep(60)


if __name__ == "__main__":
    dsn, folder, point, when = sys.argv[1:]
    asyncio.run(main(dsn, Path(folder), point, when, sys.stdin.read().split()))
