"""Assessing a batch: its content through the lenses that a policy asks for, and what the policy says of it."""

from datetime import date

import asyncpg
import msgspec

from provenite_proto.content import LENSES, Shares
from provenite_proto.policy import Assessment, Facts, Part, Policy, assess, lenses_needed
from provenite_proto.policy.answers import AssessmentAnswer, answer

from . import contents
from .contents import Lensed
from .store import lensing, rows
from .store.rows import Row


class Question(msgspec.Struct, frozen=True):
    """What a policy says, with what a firm says of the product, on a day; `looks` are the lenses to look through."""

    policy: Policy
    facts: Facts
    day: date
    looks: tuple[Lensed, ...]


async def question(pool: asyncpg.Pool, policy: Policy, facts: Facts, day: date) -> Question:
    """The question with its lenses: those of the protocol, and the policy's own, each under its number."""
    own = [lens for lens in lenses_needed(policy, facts, day) if lens.id not in LENSES]
    numbered = [Lensed(await lensing.of_policy(pool, lens), (lens,)) for lens in own]
    return Question(policy, facts, day, (contents.SHIPPED, *numbered))


async def assessed(
    connection: asyncpg.Connection,
    batch: Row,
    size: int,
    asked: Question,
    *,
    in_transit: bool = False,
) -> Assessment:
    """What is said of a batch (its row) as the log's first `size` statements have it.

    Those that revise content must have done so: `settling.as_of` sees to it. Raises what `contents.content` does.
    That it is `in_transit` is known as of now alone: it is said of no other time, and certified by nobody.
    """
    seen: Shares = {}
    for lensed in asked.looks:
        _, shares = await contents.content(connection, batch["key"], size, lensed)
        for element, lenses in shares.items():
            seen.setdefault(element, {}).update(lenses)
    part = Part(batch["material"], batch["mass"], seen, in_transit)
    return assess(asked.policy, [part], asked.facts, asked.day)


async def answered(
    connection: asyncpg.Connection, batch: Row, size: int, asked: Question
) -> AssessmentAnswer:
    """The same as it is certified: without gaps."""
    found = await assessed(connection, batch, size, asked)
    return answer(rows.batch_id(batch), size, found, ())
