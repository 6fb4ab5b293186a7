"""What would become of certificates under another version of their policy, or has after a late statement.

Each is assessed twice, with its declaration and for its day: by two policies, or by one as of two views of the
log. Nothing is written.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import asyncpg
import msgspec

from provenite_proto.certificate import (
    ChangedCertificate,
    Reassessed,
    differs,
    overstates,
    read_certificate,
    reassessed,
)
from provenite_proto.ledger.resting import SUPPOSED, UNREADABLE, Said, against
from provenite_proto.policy import Assessment, Facts, NotOffered, Outcome, Policy
from provenite_proto.policy.answers import answer
from provenite_proto.problem import Problem
from provenite_proto.record import Declaration, Validity
from provenite_proto.statement import parse
from provenite_proto.strict_toml import Malformed

from . import hindsight, policies
from .hindsight import View
from .store import cascading, certifying, rows
from .store.packing import unpacked
from .store.rows import Row

Replacing = Callable[[str], Policy]
"""The policy instead of one that was set with these parameters; `NotOffered` when it does not take them."""


class _Named(msgspec.Struct, frozen=True):
    """What every version of the ledger can read of a policy."""

    id: str
    version: str


_named = msgspec.json.Decoder(_Named).decode


class _Case(msgspec.Struct, frozen=True):
    """A certificate with its batch (both as rows), which policy it is under, and what it rests on."""

    certificate: Row
    batch: Row
    under: _Named
    declaration: Row | None

    @property
    def facts(self) -> Facts:
        """What its holder has declared."""
        if self.declaration is None:
            return Facts()
        record = parse(unpacked(self.declaration["compact"])).record
        if not isinstance(record, Declaration):
            raise TypeError(f"statement {self.declaration['index']} is no declaration")
        return record.costs or Facts()

    @property
    def resting(self) -> tuple[int, int, int | None]:
        """The statements on which it rests."""
        return certifying.resting(self.batch, self.certificate["declaration"])

    def against(self, said: Mapping[int, Said]) -> str | None:
        """What stands against it whatever its figures are: a sentence. `said` has the statements on which it rests."""
        return against(*(None if each is None else said[each] for each in self.resting))

    def overstates(self, now: Reassessed) -> bool:
        """Whether a pass is by less than it says. One that was recorded by hand may have no text here."""
        if now.outcome is not Outcome.PASS or self.certificate["jwt"] is None:
            return False
        return overstates(read_certificate(self.certificate["jwt"]).credential.provenance, now)


class Looked:
    """What has been found, and how far: certificates are looked at until as many statements are gone through as may be."""

    def __init__(self, limit: int) -> None:
        """For `limit` statements upstream of all of them together, and of each."""
        self.changed: list[ChangedCertificate] = []
        self.checked = 0
        """Certificates that were looked at."""
        self.last: int | None = None
        """The index of the last one."""
        self._limit = limit
        self._left = limit

    def next(self, case: _Case) -> bool:
        """Whether a certificate is to be looked at too."""
        if self._left <= 0:
            return False
        self.checked += 1
        self.last = case.certificate["index"]
        return True

    async def policy(self, case: _Case) -> Policy | None:
        """The policy that it is under; nothing, and it is said, when this version cannot read it."""
        try:
            return await asyncio.to_thread(policies.read, case.certificate["definition"])
        except Problem:
            self.changed.append(_changed(case, reason=UNREADABLE))
            return None

    async def upstream(self, connection: asyncpg.Connection, case: _Case) -> list[int] | None:
        """The statements upstream of its batch; nothing, and it is said, when there are too many."""
        statements = await hindsight.makers(connection, case.batch, self._limit)
        self._left -= self._limit if statements is None else len(statements)
        if statements is None:
            reason = f"More than {self._limit} statements are upstream of its batch."
            self.changed.append(_changed(case, reason=reason))
        return statements


async def by_policy(
    connection: asyncpg.Connection,
    certificates: Sequence[Row],
    replacing: Replacing,
    size: int,
    limit: int,
) -> Looked:
    """Those of the certificates that would change if another policy took the place of theirs.

    As the log's first `size` statements have it. `limit` are the statements upstream that are gone through.
    """
    view = View(size)
    looked = Looked(limit)
    others: dict[str, Policy | str] = {}
    cases = await _cases(connection, certificates)
    said = await _said(connection, cases, view)
    for case in cases:
        if not looked.next(case):
            break
        if case.against(said) or (policy := await looked.policy(case)) is None:
            continue
        settings = case.certificate["settings"]
        if settings not in others:
            others[settings] = await asyncio.to_thread(_instead, replacing, settings)
        other = others[settings]
        if isinstance(other, str):
            looked.changed.append(_changed(case, reason=other))
            continue
        statements = await looked.upstream(connection, case)
        if statements is None:
            continue
        facts, day = case.facts, case.certificate["as_of"]
        lenses = hindsight.needed((policy, other), facts, day)
        shares = await hindsight.content(connection, case.batch, statements, lenses, view)
        before, after = (
            _so(case, size, hindsight.assessed(case.batch, shares, each, facts, day))
            for each in (policy, other)
        )
        if differs(before, after):
            looked.changed.append(_changed(case, before, after))
    return looked


def _instead(replacing: Replacing, settings: str) -> Policy | str:
    """The other policy with these parameters, or in a sentence why there is none."""
    try:
        return replacing(settings)
    except (NotOffered, Malformed) as error:
        return str(error)
    except Problem as problem:
        # What was sent is a policy with its defaults, and may be none with these.
        return problem.detail


async def by_view(
    connection: asyncpg.Connection,
    certificates: Sequence[Row],
    one: View,
    other: View,
    limit: int,
) -> Looked:
    """Those of the certificates that stand in one view of the log and say something else in the other.

    `limit` are the statements upstream that are gone through.
    """
    looked = Looked(limit)
    cases = await _cases(connection, certificates)
    earlier, later = [await _said(connection, cases, view) for view in (one, other)]
    for case in cases:
        if not looked.next(case):
            break
        if case.against(earlier) or (policy := await looked.policy(case)) is None:
            continue
        statements = await looked.upstream(connection, case)
        if statements is None:
            continue
        fallen = case.against(later)
        if not fallen and not await hindsight.differ(connection, statements, one, other):
            continue
        before = await _seen(connection, case, policy, statements, one)
        after = None if fallen else await _seen(connection, case, policy, statements, other)
        if after is None or differs(before, after):
            reason = SUPPOSED[fallen] if fallen and other.supposed else fallen
            short = after is not None and case.overstates(after)
            looked.changed.append(_changed(case, before, after, short=short, reason=reason))
    return looked


async def _seen(
    connection: asyncpg.Connection,
    case: _Case,
    policy: Policy,
    statements: Sequence[int],
    view: View,
) -> Reassessed:
    facts, day = case.facts, case.certificate["as_of"]
    lenses = hindsight.needed((policy,), facts, day)
    shares = await hindsight.content(connection, case.batch, statements, lenses, view)
    return _so(case, view.before, hindsight.assessed(case.batch, shares, policy, facts, day))


async def _cases(connection: asyncpg.Connection, certificates: Sequence[Row]) -> list[_Case]:
    batches = await cascading.batches(connection, {row["batch"] for row in certificates})
    declared = await cascading.declared(
        connection, {row["declaration"] for row in certificates if row["declaration"] is not None}
    )
    return [
        _Case(
            row,
            batches[row["batch"]],
            _named(row["definition"]),
            declared.get(row["declaration"]),
        )
        for row in certificates
    ]


async def _said(
    connection: asyncpg.Connection, cases: Sequence[_Case], view: View
) -> dict[int, Said]:
    on = {each for case in cases for each in case.resting if each is not None}
    return await certifying.said(connection, on, view.before, view.supposed)


def _so(case: _Case, size: int, found: Assessment) -> Reassessed:
    return reassessed(answer(rows.batch_id(case.batch), size, found, ()))


def _changed(
    case: _Case,
    before: Reassessed | None = None,
    after: Reassessed | None = None,
    *,
    short: bool = False,
    reason: str | None = None,
) -> ChangedCertificate:
    row = case.certificate
    return ChangedCertificate(
        certificate=row["id"],
        statement=rows.text(row["digest"]),
        batch=rows.batch_id(case.batch),
        policy=case.under.id,
        version=case.under.version,
        as_of=row["as_of"],
        status=Validity(row["status"]),
        before=before,
        after=after,
        short=short,
        reason=reason,
    )
