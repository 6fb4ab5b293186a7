"""The cases of `proto/vectors/statement/valid/`."""

from collections.abc import Iterator

from provenite_proto.statement import MAX_BYTES, TYP, base64url, parse, redact

from .keys import P256_ORDER, TestKey, signed
from .parts import (
    ED,
    EXTRACTION,
    HEADER,
    KEY,
    QUANTITIES,
    RECORD,
    at_most,
    disclosure,
    payload,
    statement,
    with_disclosures,
    with_record,
)


def statements() -> Iterator[tuple[str, str, str, TestKey]]:
    """Name, description, statement and key; one whose name begins with `redacted` is not complete."""
    whole = signed(EXTRACTION, KEY)
    yield "es256", "All three sections of an extraction, ES256.", whole, KEY
    yield "ed25519", "The same record signed with Ed25519.", signed(EXTRACTION, ED), ED
    header = {"alg": "EdDSA", "kid": ED.key_id, "typ": TYP}
    yield (
        "eddsa-is-the-old-name-of-ed25519",
        "RFC 8037's name for what RFC 9864 calls Ed25519.",
        statement(payload(), header=header, key=ED),
        ED,
    )
    core, tail = whole.split("~", 1)
    high = f"{core.rpartition('.')[0]}.{base64url.encode(_mirrored(core))}~{tail}"
    yield (
        "high-s-keeps-the-digest",
        "The signature of es256 with s replaced by n - s: it verifies, and the digest is the same.",
        high,
        KEY,
    )
    yield "no-sections", "A record without sections: form alone.", statement(payload()), KEY
    yield (
        "an-empty-sd-may-be-spelled",
        "_sd may be an empty array as well as absent.",
        with_record(_sd=[]),
        KEY,
    )
    yield (
        "members-in-another-order",
        "The order of members is free; the digest is over the bytes.",
        statement(dict(reversed(payload().items())), header=dict(reversed(HEADER.items()))),
        KEY,
    )
    read = parse(whole)
    yield "redacted-to-nothing", "No section is disclosed.", redact(read, ()), KEY
    yield (
        "redacted-to-quantities",
        "Two sections are withheld, the digest is the same.",
        redact(read, ("quantities",)),
        KEY,
    )
    yield "issued-in-1970", "The least iat.", statement(payload(iat=0)), KEY
    yield (
        "time-with-offset-and-decimals",
        "An offset and six decimals.",
        with_record(occurredAt="2026-01-05T12:45:00.000001+05:45"),
        KEY,
    )
    yield (
        "necessary-escapes",
        "A quotation mark and a reverse solidus are escaped, other characters stand as they are.",
        with_disclosures(disclosure("identities", {"outputs": [{"lot": 'a"b\\c/d\u2028é😀'}]})),
        KEY,
    )
    yield (
        "text-in-any-script",
        "A text may be in any script, joined by U+200C and U+200D; only what turns its direction is refused.",
        with_disclosures(
            disclosure(
                "identities", {"outputs": [{"lot": "\u0634\u200c\u05d0\u200d\u7a00\xa0\u200b"}]}
            )
        ),
        KEY,
    )
    many = RECORD | {"outputs": RECORD["outputs"] * 1024}  # type: ignore[operator]  # a list
    yield "outputs-1024", "The largest number of outputs.", statement(payload(record=many)), KEY
    yield "as-large-as-allowed", "262,144 bytes.", at_most(MAX_BYTES), KEY
    yield (
        "longer-salt",
        "A salt may have more than 128 bits.",
        with_disclosures(disclosure("quantities", QUANTITIES, base64url.encode(bytes(32)))),
        KEY,
    )


def _mirrored(core: str) -> bytes:
    signature = base64url.decode(core.rpartition(".")[2])
    s = P256_ORDER - int.from_bytes(signature[32:], "big")
    return signature[:32] + s.to_bytes(32, "big")
