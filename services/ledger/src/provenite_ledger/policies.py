"""The policy that somebody asks for: of the catalogue, of a firm's own, or whichever has the digest.

A digest that the ledger has once answered with gives the same policy back for as long as the ledger lives: those
that ship are kept as it starts, those with parameters as somebody is answered by them.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import asyncpg
import msgspec

from provenite_proto.policy import (
    CATALOGUE,
    NotOffered,
    Policy,
    asked_as,
    policy_named,
    read_definition,
    read_own,
)
from provenite_proto.policy.answers import PolicyAnswer, policy_answer
from provenite_proto.problem import Problem
from provenite_proto.statement import base64url
from provenite_proto.strict_toml import Malformed, line_of

from .store import policies

_ID = re.compile(r"[a-z0-9.-]{1,64}")
_decode = msgspec.json.Decoder(Policy).decode
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


async def prepare(connection: asyncpg.Connection) -> None:
    """Keep the policies that ship: the next catalogue may have others."""
    await policies.keep(connection, map(policy_named, CATALOGUE))


async def asked_for(pool: asyncpg.Pool, party: int, asked: str) -> Policy:
    """The policy that a party means by a digest, by an id of the catalogue, its parameters set, or by one of its own.

    `Problem`: `bad-request` when there is none; `too-many` when the party has set as many parameters as it can.
    """
    if _DIGEST.fullmatch(asked):
        return await by_digest(pool, asked)
    if asked.partition("?")[0] in CATALOGUE:
        return await _of_catalogue(pool, party, asked)
    # What is no id may be what PostgreSQL cannot hold.
    own = await policies.own_named(pool, asked, party) if _ID.fullmatch(asked) else None
    if own is None:
        raise _missing(asked)
    # In a thread, which the event loop takes turns with: a firm's own may take long to read.
    return await asyncio.to_thread(read, own)


async def by_digest(pool: asyncpg.Pool, digest: str) -> Policy:
    """The policy with this digest; `Problem` `bad-request` when none is kept, or this version cannot read it."""
    found = await policies.defined(pool, base64url.decode(digest))
    if found is None:
        raise _missing(digest)
    return await asyncio.to_thread(read, found)


async def _of_catalogue(pool: asyncpg.Pool, party: int, asked: str) -> Policy:
    try:
        policy = policy_named(asked)
    except NotOffered as error:
        raise Problem("bad-request", f"policy: {error}") from None
    _, _, settings = asked_as(policy).partition("?")
    if settings:
        within(await policies.set_by(pool, policy, settings, party))
    return policy


async def register(pool: asyncpg.Pool, party: int, text: bytes) -> PolicyAnswer:
    """The policy of a party's own file, kept; as it stands when the party has it already.

    `Problem`: `policy-malformed` when it is none, or when another of the party's has its id and version; `too-many`.
    """
    # In a thread, which the event loop takes turns with.
    policy = await asyncio.to_thread(sent, text, read_own)
    try:
        within(await policies.register(pool, policy, party))
    except policies.VersionTaken as error:
        raise _malformed(
            line_of(text.decode("utf-8"), ("version",)),
            f"{policy.id} version {policy.version} says something else already, since "
            f"{error.registered_at:%Y-%m-%d}: give this one another version.",
        ) from None
    (kept,) = await policies.own(pool, party, policy)
    return own_answer(policy, kept)


def own_answer(policy: Policy, kept: policies.Own) -> PolicyAnswer:
    """A policy of a party's own in a list."""
    return msgspec.structs.replace(
        policy_answer(policy, own=True), registered_at=kept.registered_at, replaced=kept.replaced
    )


def within(limit: policies.Limit | None) -> None:
    """`Problem` `too-many` when a party would have more than a limit."""
    if limit is not None:
        raise Problem(
            "too-many", f"At most {limit.most} {limit.what}.", figures={"limit": str(limit.most)}
        )


@lru_cache(64)
def read(defined: bytes) -> Policy:
    """The policy of a definition that is kept; `Problem` `bad-request` when this version cannot read it."""
    try:
        return read_definition(defined)
    except ValueError as error:
        raise Problem(
            "bad-request", f"policy: this version of the ledger cannot assess by it: {error}"
        ) from None


def sent(text: bytes, read: Callable[[str, str], Policy]) -> Policy:
    """The policy of a file that somebody has sent, `read` from its text and what messages call it.

    `Problem` `policy-malformed` with the line and the reason when it is none.
    """
    try:
        return read(text.decode("utf-8"), "policy")
    except UnicodeDecodeError as error:
        line, reason = text.count(b"\n", 0, error.start) + 1, "This is no text in UTF-8."
    except Malformed as error:
        line, reason = error.line, error.reason
    raise _malformed(line, reason)


def listed(kept: Iterable[policies.Own]) -> Iterator[PolicyAnswer]:
    """A party's own policies in a list, without those that a later version of the ledger has kept in another form.

    That their parts fit together is not checked again.
    """
    for each in kept:
        with contextlib.suppress(msgspec.DecodeError):
            yield own_answer(_decode(each.definition), each)


def _malformed(line: int, reason: str) -> Problem:
    return Problem("policy-malformed", f"Line {line}: {reason}", figures={"line": str(line)})


def _missing(asked: str) -> Problem:
    return Problem("bad-request", f"policy: there is no policy {asked[:64]!r}.")
