"""Statements by their properties: what is issued is read back, and nothing but a `Problem` comes of the rest."""

from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto import token
from provenite_proto.problem import Problem
from provenite_proto.record import OutputIdentity, SiteIdentities
from provenite_proto.statement import (
    PublicKey,
    SigningKey,
    base64url,
    issue,
    parse,
    read_record,
    redact,
)
from provenite_proto.statement.compact_json import is_compact
from tests.proto.making.keys import AUDIENCE, START, TestKey, salts, signed
from tests.proto.making.parts import (
    EXTRACTION,
    KEY,
    disclosure,
    payload,
    statement,
    with_disclosures,
)

SECTIONS = ("quantities", "identities", "documents")
GOOD = signed(EXTRACTION, KEY)
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Unicode's property Bidi_Control (UAX 9 section 2)."""
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=BIDI_CONTROLS),
    min_size=1,
    max_size=256,
)
times = st.datetimes(
    datetime(1000, 1, 2),
    datetime(2999, 12, 30),
    timezones=st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
        lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    ),
)


@given(texts, times)
def test_what_is_issued_is_read_back(lot: str, time: datetime) -> None:
    record = msgspec.structs.replace(
        EXTRACTION,
        occurred_at=time,
        identities=SiteIdentities(outputs=(OutputIdentity(lot=lot),)),
    )
    read = parse(issue(record, key=KEY, audience=AUDIENCE, issued_at=START, salt=salts()))
    read.verify(PublicKey(KEY.jwk))
    assert msgspec.structs.replace(read.record, sd=()) == record
    assert (read.withheld, read.issued_at, read.audience) == (0, START, AUDIENCE)


@given(st.sets(st.sampled_from(SECTIONS)))
def test_redaction_keeps_digest_and_signature(keep: set[str]) -> None:
    whole = parse(GOOD)
    read = parse(redact(whole, keep), complete=False)
    read.verify(PublicKey(KEY.jwk))
    assert read.digest == whole.digest
    assert read.withheld == len(SECTIONS) - len(keep)
    for name in SECTIONS:
        expected = getattr(whole.record, name) if name in keep else None
        assert getattr(read.record, name) == expected


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="utf-8"))
def test_no_other_text_is_the_same_statement(at: int, character: str) -> None:
    """One exchanged character: refused when read or verified, or it is another signature of the same."""
    changed = GOOD[:at] + character + GOOD[at + 1 :]
    if changed == GOOD:
        return
    with pytest.raises(Problem):
        parse(changed).verify(PublicKey(KEY.jwk))


@given(st.one_of(st.text(), st.binary(), st.text("e.~", max_size=9)))
def test_any_text_is_a_statement_or_a_problem(text: str | bytes) -> None:
    with pytest.raises(Problem):
        parse(text)


@given(st.binary(max_size=300))
def test_any_payload_and_any_disclosure_is_read_or_a_problem(raw: bytes) -> None:
    with pytest.raises(Problem):
        parse(statement(raw))
    with pytest.raises(Problem):
        parse(statement(payload([base64url.encode(raw)]), [base64url.encode(raw)]))
    with pytest.raises(Problem):
        read_record(raw)
    with pytest.raises(Problem):
        token.parse(statement(raw).removesuffix("~"))


@pytest.mark.parametrize("depth", [10, 500, 990, 1500, 30_000])
def test_depth_is_a_problem_wherever_it_stands(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    salt = base64url.encode(bytes(16)).encode()
    triple = base64url.encode(b'["' + salt + b'","quantities",' + deep + b"]")
    for text in (statement(deep), statement(payload([triple]), [triple])):
        with pytest.raises(Problem):
            parse(text)
    with pytest.raises(Problem):
        read_record(deep)
    with pytest.raises(Problem):
        read_record(b'{"type":' + deep + b"}")


json_values = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.text(st.characters(codec="utf-8"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_json_is_compact_in_one_spelling(value: object) -> None:
    raw = msgspec.json.encode(value)
    assert is_compact(raw)
    assert not is_compact(raw + b" ")
    assert not is_compact(msgspec.json.encode([value, None]))
    if isinstance(value, dict | list) and value:
        assert not is_compact(msgspec.json.format(raw, indent=1))


@given(st.binary(max_size=64))
def test_base64url_has_one_spelling(raw: bytes) -> None:
    text = base64url.encode(raw)
    assert base64url.decode(text) == raw
    for other in (text + "=", text + "A", text + "\n", " " + text):
        try:
            assert base64url.decode(other) != raw
        except ValueError:
            continue


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519"])
def test_a_key_survives_being_written(algorithm: str) -> None:
    key = SigningKey.generate(algorithm)
    for passphrase in (None, b"correct horse"):
        again = SigningKey.from_pem(key.to_pem(passphrase), passphrase)
        assert again.public.jwk == key.public.jwk
    with pytest.raises(ValueError, match=r"(?i)password|decrypt|passphrase"):
        SigningKey.from_pem(key.to_pem(b"correct"), b"wrong")


@given(st.integers(0, 10**9), st.integers(1, 300))
def test_a_token_lets_in_whoever_issued_it(now: int, lifetime: int) -> None:
    key = TestKey("miner ed25519", "Ed25519")
    text = token.issue(key=key, audience=AUDIENCE, now=now, jti="A" * 22, lifetime=lifetime)
    token.parse(text).check(PublicKey(key.jwk), audience=AUDIENCE, now=now)
    with pytest.raises(Problem, match="token-invalid"):
        token.parse(text).check(
            PublicKey(key.jwk), audience=AUDIENCE, now=now + lifetime + token.CLOCK_TOLERANCE + 1
        )


@pytest.mark.parametrize("point", [*range(0x20), *range(0x7F, 0xA0), *map(ord, BIDI_CONTROLS)])
def test_no_text_holds_what_a_terminal_obeys(point: int) -> None:
    lot = disclosure("identities", {"outputs": [{"lot": f"a{chr(point)}b"}]})
    with pytest.raises(Problem) as refused:
        parse(with_disclosures(lot))
    assert refused.value.pointer == "/record/identities/outputs/0/lot"
