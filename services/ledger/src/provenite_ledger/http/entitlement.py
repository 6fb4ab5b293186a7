"""What a reader is entitled to, as the tables say: grants that stand, and parties that it knows."""

from collections.abc import Collection
from datetime import UTC, datetime

from ..access import Concerned, Reader, sees_name
from ..answering.batch import concerned
from ..store import reading
from ..store.rows import OUTPUTS, Row
from .parts import Parts


async def opened(
    ledger: Parts, who: Reader, statements: Collection[int], *, holding: bool = False
) -> dict[int, frozenset[str]]:
    """The sections of statements (by index) that grants open to the reader now.

    `holding` says that it holds matter made from all of them.
    """
    now = datetime.now(UTC)
    return await reading.opened(ledger.pool, statements, who.index, now, holding=holding)


async def concerning(ledger: Parts, who: Reader, row: Row) -> Concerned:
    """Whom the statement of a row concerns, the row being that of the statement or of a batch that it made."""
    if who.index in (row["issuer"], row["counterparty"]):
        return concerned(row)
    index = row["index"] if "index" in row else row["key"] // OUTPUTS
    granted = await opened(ledger, who, [index])
    return concerned(row, granted.get(index, frozenset()))


async def knows(ledger: Parts, who: Reader, party: int) -> bool:
    """Whether the reader sees a party's name."""
    known = await reading.is_known_to(ledger.pool, who.index, party)
    return sees_name(who, party, {party} if known else ())
