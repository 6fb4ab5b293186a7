"""Policies over HTTP: a firm's own, what each says by its digest for good, and assessments by them."""

import asyncio
import hashlib
import itertools
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from provenite_ledger import policies as asking
from provenite_ledger.store import policies as kept
from provenite_proto import paths
from provenite_proto.policy import (
    CATALOGUE,
    Policy,
    definition,
    digest,
    policy_named,
    read_own,
    read_policy,
)
from provenite_proto.policy.reading import MAX_BYTES
from provenite_proto.problem import Problem
from provenite_proto.record import Role
from provenite_proto.statement import base64url
from tests.ledger.inside import at_work, found
from tests.ledger.running import Firm, Ledger, extraction
from tests.proto.making.policies import POLICY
from tests.proto.own_rule import own_rule

SETTING = "claim.recycled?share=0.24&class=pre_consumer"
OWN = own_rule(
    "acme.chilean",
    """kind = "share"
name = "mined in Chile"
lens = "origin"
good = ["CL"]
other = "bad"
at_least = "0.5"
""",
)


def register(firm: Firm, text: str | bytes, media_type: str = "application/toml") -> httpx.Response:
    return firm.ledger.http.post(
        paths.POLICIES,
        content=text,
        headers={"Content-Type": media_type, **firm.authorized()},
    )


def registered(firm: Firm, text: str) -> str:
    answer = register(firm, text)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["digest"])


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


def own(firm: Firm) -> list[dict[str, Any]]:
    """What is listed beyond the catalogue."""
    items = firm.get(paths.POLICIES).json()["items"]
    assert [each["id"] for each in items[: len(CATALOGUE)]] == list(CATALOGUE)
    assert [each["digest"] for each in items[: len(CATALOGUE)]] == [
        digest(policy_named(each)) for each in CATALOGUE
    ]
    found: list[dict[str, Any]] = items[len(CATALOGUE) :]
    assert all(each["own"] for each in found)
    return found


def outcome(firm: Firm, batch: str, asked: str) -> str:
    found = firm.get(paths.assessment(batch), policy=asked, asOf="2026-11-24")
    assert found.status_code == 200, found.text
    return str(found.json()["outcome"])


def test_registered_listed_and_assessed_by(ledger: Ledger) -> None:
    firm, other = ledger.enrol("miner"), ledger.enrol("miner")
    (batch,) = firm.record(extraction("10"))
    answer = register(firm, OWN, "application/toml; charset=utf-8").json()
    assert (answer["id"], answer["digest"]) == ("own.acme.chilean", digest(read_own(OWN, "")))
    assert own(firm) == [answer]
    assert own(other) == []
    assert (
        outcome(firm, batch, "own.acme.chilean") == outcome(firm, batch, answer["digest"]) == "pass"
    )
    # Its owner may tell the digest: whoever knows it can ask by it, but not by the owner's id.
    (theirs,) = other.record(extraction("10", country="PE"))
    assert outcome(other, theirs, answer["digest"]) == "fail"
    refused = other.get(paths.assessment(theirs), policy="own.acme.chilean")
    assert (refused.status_code, slug(refused)) == (400, "bad-request")


def test_registering_again_adds_nothing_and_another_version_is_another(ledger: Ledger) -> None:
    firm = ledger.enrol("miner")
    (batch,) = firm.record(extraction("10", country="PE"))
    first = registered(firm, OWN)
    assert registered(firm, f"# as before\n{OWN}") == first
    newer = OWN.replace('version = "1"', 'version = "2"').replace('["CL"]', '["CL", "PE"]')
    second = registered(firm, newer)
    assert [each["digest"] for each in own(firm)] == [first, second]
    # The id means the last one; each digest means what it always did.
    assert outcome(firm, batch, "own.acme.chilean") == outcome(firm, batch, second) == "pass"
    assert outcome(firm, batch, first) == "fail"
    assert [each.get("replaced", False) for each in own(firm)] == [True, False]


def test_what_is_registered_already_stays_as_it_is(ledger: Ledger) -> None:
    firm, other = ledger.enrol("miner"), ledger.enrol("miner")
    (batch,) = firm.record(extraction("10", country="PE"))
    first = registered(firm, OWN)
    newer = OWN.replace('version = "1"', 'version = "2"').replace('["CL"]', '["CL", "PE"]')
    second = registered(firm, newer)
    before = own(firm)
    again = register(firm, OWN)
    assert (again.status_code, again.json()) == (201, before[0])
    assert own(firm) == before
    assert outcome(firm, batch, "own.acme.chilean") == outcome(firm, batch, second) == "pass"
    # Other content under an id and version that are there is none of them.
    changed = OWN.replace('["CL"]', '["CL", "PE"]')
    refused = register(firm, changed)
    assert (refused.status_code, slug(refused)) == (422, "policy-malformed")
    assert refused.json()["figures"] == {"line": "4"}
    assert "own.acme.chilean version 1 says something else already, since 20" in refused.text
    assert own(firm) == before
    assert outcome(firm, batch, first) == "fail"
    # What another firm has says nothing of it.
    assert own(other) == []
    assert registered(other, changed) == registered(other, changed) != first


def test_a_digest_is_that_of_what_anyone_reads_by_it(ledger: Ledger) -> None:
    firm = ledger.enrol("miner")
    (batch,) = firm.record(extraction("10"))
    outcome(firm, batch, SETTING)
    for policy in (read_own(OWN, ""), policy_named(SETTING), *map(policy_named, CATALOGUE)):
        if policy.id == "own.acme.chilean":
            registered(firm, OWN)
        known_by = digest(policy)
        read = ledger.http.get(paths.policy(known_by))
        assert (read.status_code, read.headers["content-type"]) == (200, "application/json")
        assert base64url.encode(hashlib.sha256(read.content).digest()) == known_by
        assert msgspec.json.decode(read.content, type=Policy) == policy
        assert read.headers["etag"] == f'"{known_by}"'
        assert "immutable" in read.headers["cache-control"]
        again = ledger.http.get(
            paths.policy(known_by), headers={"If-None-Match": f'W/"x", "{known_by}"'}
        )
        assert (again.status_code, again.content) == (304, b"")
    nothing = ledger.http.get(paths.policy("A" * 43))
    assert (nothing.status_code, slug(nothing)) == (404, "not-found")


def test_a_policy_is_said_in_plain_words(ledger: Ledger) -> None:
    firm = ledger.enrol("miner")
    known_by = registered(firm, POLICY)
    plain = {"Accept": "text/plain"}
    said = ledger.http.get(paths.policy(known_by), params={"on": "2026-11-24"}, headers=plain)
    assert said.headers["content-type"].startswith("text/plain")
    assert "immutable" not in said.headers.get("cache-control", "")
    assert (
        "own.firm.rule  version 1  claim\n  It is by a rule that a firm wrote itself." in said.text
    )
    assert "\n“Rule”\n  “At least half.”\n" in said.text
    assert "\n\nCountries of groups on 2026-11-24\n  covered-nation: CN" in said.text
    other = ledger.http.get(paths.policy(known_by), headers={"Accept": "text/html"})
    assert (other.status_code, slug(other)) == (406, "not-acceptable")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (OWN.replace('id = "own.acme.chilean"', 'id = "us.chilean"'), 3),
        (OWN.replace('lens = "origin"', 'lens = "colour"'), 22),
        (OWN.replace('at_least = "0.5"', "at_least = 0.5"), 25),
        ("id = 1\n= 2", 2),
        (b"id = 1\n\n\xff", 3),
        ("", 1),
        ("x = " + "[" * 5_000, 1),
    ],
)
def test_what_is_none_is_refused_with_line_and_reason(
    ledger: Ledger, text: str | bytes, line: int
) -> None:
    firm = ledger.enrol("miner")
    answer = register(firm, text)
    assert (answer.status_code, slug(answer)) == (422, "policy-malformed"), answer.text
    assert answer.json()["figures"] == {"line": str(line)}
    assert answer.json()["detail"].startswith(f"Line {line}: ")
    assert own(firm) == []


def test_what_is_too_large_or_of_another_type_is_refused(ledger: Ledger) -> None:
    firm = ledger.enrol("miner")
    answer = register(firm, f"#{'x' * MAX_BYTES}\n{OWN}")
    assert (answer.status_code, slug(answer)) == (413, "body-too-large")
    answer = register(firm, OWN, "application/json")
    assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")
    answer = ledger.http.post(paths.POLICIES, content=OWN)
    assert (answer.status_code, slug(answer)) == (401, "token-missing")


def with_lenses(number: int) -> Policy:
    """A policy with so many lenses of its own, another one each time."""
    policy = read_policy(POLICY, "")
    (lens,) = policy.lens
    lenses = tuple(msgspec.structs.replace(lens, name=f"own{each}") for each in range(number))
    return msgspec.structs.replace(policy, lens=lenses, version=str(next(_VERSIONS)))


_VERSIONS = itertools.count(1)


async def test_a_firm_has_as_many_as_it_may(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_OWN", 3)
    monkeypatch.setattr(kept, "MAX_SETTINGS", 2)
    versions = [
        read_own(OWN.replace('version = "1"', f'version = "{number}"'), "") for number in range(6)
    ]
    async with at_work(dsn) as sequencer, asyncpg.create_pool(dsn) as pool:
        await found(sequencer, Role.MINER)
        # However many come at a time.
        taken = await asyncio.gather(*(kept.register(pool, each, 0) for each in versions))
        assert taken.count(None) == len(await kept.own(pool, 0)) == 3
        assert {each.most for each in taken if each is not None} == {3}
        assert await pool.fetchval("select count(*) from policy") == 3
        # Others are not held up, and neither is what is there already.
        assert await kept.register(pool, versions[0], 1) is None
        there = versions[taken.index(None)]
        assert await kept.register(pool, there, 0) is None
        for share, allowed in (("0.1", True), ("0.2", True), ("0.1", True), ("0.3", False)):
            policy = policy_named(f"claim.recycled?share={share}")
            reached = await kept.set_by(pool, policy, f"share={share}", 0)
            assert (reached is None) is allowed
        # Of the lenses in all of a firm's policies there may be so many, and not one more.
        monkeypatch.setattr(kept, "MAX_OWN_LENSES", 3)
        for number, most in ((2, None), (2, 3), (1, None), (1, 3)):
            reached = await kept.register(pool, with_lenses(number), 1)
            assert (reached and reached.most) == most
        assert await kept.register(pool, there, 0) is None


async def test_a_digest_outlives_the_catalogue(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = policy_named("us.uflpa")
    after = read_policy(CATALOGUE["us.uflpa"].replace('version = "', 'version = "9', 1), "p")
    async with asyncpg.create_pool(dsn) as pool:
        async with pool.acquire() as connection:
            await asking.prepare(connection)
            monkeypatch.setattr(asking, "policy_named", lambda _: after)
            await asking.prepare(connection)
        for policy in (before, after):
            assert await kept.defined(pool, key(policy)) == definition(policy)
            assert await asking.by_digest(pool, digest(policy)) == policy


async def test_what_this_version_cannot_read_is_kept_and_not_assessed_by(dsn: str) -> None:
    foreign = definition(policy_named("us.uflpa")).replace(b'"version":', b'"colour":1,"version":')
    known_by = hashlib.sha256(foreign).digest()
    async with asyncpg.create_pool(dsn) as pool:
        await pool.execute(
            "insert into policy values ($1, $2, 'us.uflpa', '', 0)", known_by, foreign
        )
        assert await kept.defined(pool, known_by) == foreign
        with pytest.raises(Problem, match="cannot assess by it"):
            await asking.by_digest(pool, base64url.encode(known_by))
        now = datetime.now(UTC)
        readable = definition(read_own(OWN, ""))
        kept_so = [kept.Own(each, now, replaced=False) for each in (foreign, readable)]
        (listed,) = asking.listed(kept_so)
        assert (listed.digest, listed.registered_at) == (digest(read_own(OWN, "")), now)


def key(policy: Policy) -> bytes:
    return base64url.decode(digest(policy))
