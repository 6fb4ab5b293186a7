"""A ledger's worker that is killed on purpose: it submits the lines it is given, and dies around the commit.

    python -m tests.ledger.dying DSN before|after < statements

It says "recorded" only if it survives, which it does not.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from provenite_ledger.store.loaded import Entry, Loaded
from provenite_ledger.store.locked import LockedStore
from provenite_proto.statement import parse
from tests.ledger.inside import ordering, submit


class Deadly(LockedStore):
    """The real store, in a process that ends at once before or after the commit."""

    when = "after"

    async def write(self, entries: Sequence[Entry], loaded: Loaded) -> None:
        if self.when == "after":
            await super().write(entries, loaded)
        os.kill(os.getpid(), signal.SIGKILL)


async def main(dsn: str, when: str, lines: list[str]) -> None:
    async with Deadly(dsn) as store, ordering(store) as sequencer:
        store.when = when
        await submit(sequencer, *(parse(line) for line in lines))
        print("recorded")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.stdin.read().split()))
