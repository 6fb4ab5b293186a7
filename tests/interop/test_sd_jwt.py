"""Our statements are SD-JWTs: two implementations that are not ours verify and resolve them."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from provenite_proto.statement import parse, redact
from tests.interop.reading import javascript, python
from tests.proto.making.keys import START, TestKey, signed
from tests.proto.making.parts import ED, EXTRACTION, KEY, OTHER

OPEN = {
    "type": "extraction",
    "country": "CL",
    "occurredAt": "2026-01-05T07:00:00Z",
    "outputs": [{"material": "copper-concentrate", "elements": ["Cu"]}],
}
SECTIONS = ("quantities", "identities", "documents")


READERS = pytest.mark.parametrize("read", [python, javascript])
Read = Callable[[dict[str, str], str], dict[str, Any]]


def jwk(key: TestKey) -> dict[str, str]:
    return dict(msgspec.to_builtins(key.jwk))


def tampered(part: int) -> str:
    """The statement with its payload (1) or signature (2) exchanged for that of one issued a second later."""
    core, tail = signed(EXTRACTION, KEY).split("~", 1)
    later = signed(EXTRACTION, KEY, START + 1).split("~")[0]
    parts = core.split(".")
    parts[part] = later.split(".")[part]
    return ".".join(parts) + "~" + tail


@READERS
@pytest.mark.parametrize("key", [KEY, ED], ids=["ES256", "Ed25519"])
def test_a_whole_statement_resolves_to_its_sections(read: Read, key: TestKey) -> None:
    claims = read(jwk(key), signed(EXTRACTION, key))
    sections = {name: getattr(EXTRACTION, name) for name in SECTIONS}
    assert claims["record"] == OPEN | json.loads(msgspec.json.encode(sections))
    assert claims["aud"] == "https://ledger.example"


@READERS
@pytest.mark.parametrize("keep", [(), ("quantities",), ("identities", "documents")])
def test_a_redacted_statement_resolves_to_what_is_left(read: Read, keep: tuple[str, ...]) -> None:
    text = redact(parse(signed(EXTRACTION, KEY)), keep)
    assert read(jwk(KEY), text)["record"].keys() == OPEN.keys() | set(keep)


@READERS
@pytest.mark.parametrize("part", [1, 2], ids=["payload", "signature"])
def test_a_tampered_statement_does_not_verify(read: Read, part: int) -> None:
    with pytest.raises(Exception, match=r"(?i)verif|signature"):
        read(jwk(KEY), tampered(part))


@READERS
def test_another_key_does_not_verify_it(read: Read) -> None:
    with pytest.raises(Exception, match=r"(?i)verif|signature"):
        read(jwk(OTHER), signed(EXTRACTION, KEY))


@READERS
def test_a_disclosure_that_was_not_signed_adds_nothing(read: Read) -> None:
    text = signed(EXTRACTION, KEY)
    other = signed(msgspec.structs.replace(EXTRACTION, documents=None), OTHER)
    foreign = text.split("~")[0] + "~" + other.split("~")[2] + "X~"
    try:
        record = read(jwk(KEY), foreign)["record"]
    except Exception:  # refusing it is as good as leaving it out
        return
    assert record == OPEN
