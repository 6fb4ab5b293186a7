"""The cases of `proto/vectors/statement/invalid/`, named by what is wrong."""

from collections.abc import Iterator

from provenite_proto.statement import MAX_BYTES, base64url, redact
from provenite_proto.statement import parse as read

from .keys import P256_ORDER, START, compact, digest_of, encoded, signed
from .parts import (
    ED,
    EXTRACTION,
    HEADER,
    KEY,
    OTHER,
    QUANTITIES,
    SALT,
    at_most,
    disclosure,
    payload,
    statement,
    with_disclosures,
    with_quantities,
    with_record,
)

Defect = tuple[str, str, str, str]
"""Name, statement, slug, pointer."""
DEEP = 20_000
OUTPUT = {"mass": "1", "composition": {"Cu": "0.3"}}


def statements() -> Iterator[Defect]:
    """Every defect; only the first problem of a statement counts."""
    yield from _envelopes()
    yield from _headers()
    yield from _payloads()
    yield from _records()
    yield from _disclosures()
    yield from _signatures()


def _envelopes() -> Iterator[Defect]:
    good = statement(payload())
    core = good.removesuffix("~")
    form = "malformed-statement"
    yield "oversize-by-one-byte", at_most(MAX_BYTES + 1), "statement-too-large", ""
    yield "missing-last-tilde", core, form, ""
    yield "key-binding-jwt", good + core, form, ""
    yield "trailing-line-feed", good + "\n", form, ""
    yield "trailing-bytes", good + "x", form, ""
    yield "leading-space", " " + good, "header-not-allowed", ""
    yield "not-ascii", good[:-1] + "é~", form, ""
    yield "empty", "", form, ""
    yield "two-parts", core.rpartition(".")[0] + "~", form, ""
    yield "four-parts", core + ".AA~", form, ""
    header, body, signature = core.split(".")
    yield "padded-payload", f"{header}.{body}=.{signature}~", form, ""
    yield "padded-signature", f"{header}.{body}.{signature}==~", form, ""
    yield "standard-base64-alphabet", f"{header}.{body}+/.{signature}~", form, ""
    spare = signature[:-1] + chr(ord(signature[-1]) + 1)
    yield "spare-bits-in-signature", f"{header}.{body}.{spare}~", form, ""
    yield "line-feed-inside", f"{header}.{body[:8]}\n{body[8:]}.{signature}~", form, ""
    yield "json-serialization", compact({"payload": body}).decode() + "~", form, ""


def _headers() -> Iterator[Defect]:
    def under(header: object) -> str:
        return statement(payload(), header=header)

    slug = "header-not-allowed"
    yield "missing-kid", under({"alg": "ES256", "typ": HEADER["typ"]}), slug, ""
    yield "missing-typ", under({"alg": "ES256", "kid": KEY.key_id}), slug, ""
    yield "extra-header-member", under(HEADER | {"jwk": KEY.jwk}), slug, ""
    yield "crit-header-member", under(HEADER | {"crit": ["exp"]}), slug, ""
    yield "wrong-typ", under(HEADER | {"typ": "dc+sd-jwt"}), slug, ""
    yield "typ-in-capitals", under(HEADER | {"typ": "Provenite+SD-JWT"}), slug, ""
    yield "kid-is-no-thumbprint", under(HEADER | {"kid": "key-1"}), slug, ""
    yield "alg-is-a-number", under(HEADER | {"alg": 256}), slug, ""
    yield "header-is-an-array", under([HEADER]), slug, ""
    yield "header-nested-deeply", under(b'{"alg":' + b"[" * DEEP + b"]" * DEEP + b"}"), slug, ""
    plain = compact(HEADER)
    yield "duplicate-header-member", under(b'{"alg":"none",' + plain[1:]), "not-compact-json", ""
    yield "white-space-in-header", under(plain.replace(b",", b", ")), "not-compact-json", ""


def _payloads() -> Iterator[Defect]:
    record = "malformed-record"
    spelled = "not-compact-json"
    plain = compact(payload())
    for name, value in {
        "iat-is-a-float": 1.5,
        "iat-is-a-string": str(START),
        "iat-is-negative": -1,
        "iat-is-true": True,
        "iat-beyond-year-9999": 253_402_300_800,
    }.items():
        yield name, statement(payload(iat=value)), record, "/iat"
    for name, text in {
        "iat-with-zero-decimals": b"1767600000.0",
        "iat-with-exponent": b"1e9",
    }.items():
        yield name, statement(plain.replace(b"1767600000", text)), record, "/iat"
    yield "iat-with-leading-zero", statement(plain.replace(b"1767", b"01767")), record, ""
    yield "iat-is-minus-zero", statement(plain.replace(b"1767600000", b"-0")), spelled, ""
    deep = plain.replace(b"1767600000", b"[" * DEEP + b"]" * DEEP)
    yield "payload-nested-deeply", statement(deep), record, "/iat"
    yield "aud-is-an-array", statement(payload(aud=["https://ledger.example"])), record, "/aud"
    yield "aud-is-empty", statement(payload(aud="")), record, "/aud"
    yield "missing-aud", statement(payload(aud=None)), record, ""
    yield "missing-sd-alg", statement(payload(_sd_alg=None)), record, ""
    yield "wrong-sd-alg", statement(payload(_sd_alg="sha-512")), record, "/_sd_alg"
    yield "unknown-member", statement(payload(exp=START)), record, ""
    yield "payload-is-an-array", statement([payload()]), record, ""
    yield "payload-is-empty", statement(b""), record, ""
    yield "bytes-after-payload", statement(plain + b"{}"), record, ""
    yield "byte-order-mark", statement(b"\xef\xbb\xbf" + plain), record, ""
    invalid = plain.replace(b"ledger.example", b"ledger.\xff")
    yield "payload-is-not-utf-8", statement(invalid), record, ""
    surrogate = plain.replace(b"ledger.example", b"ledger.\xed\xa0\x80")
    yield "lone-surrogate-in-utf-8", statement(surrogate), record, ""
    lone = plain.replace(b"ledger.example", b"ledger.\\ud800")
    yield "lone-surrogate-escaped", statement(lone), record, ""
    yield "white-space-in-payload", statement(plain.replace(b",", b", ")), spelled, ""
    yield "line-feed-after-payload", statement(plain + b"\n"), spelled, ""
    yield "duplicate-member", statement(b'{"iat":1,' + plain[1:]), spelled, ""
    country = plain.replace(b'"country":"CL"', b'"country":"PE","country":"CL"')
    yield "duplicate-member-in-record", statement(country), spelled, ""
    yield "unnecessary-escape", statement(plain.replace(b"//", b"\\/\\/")), spelled, ""
    yield "escaped-letter", statement(plain.replace(b'"CL"', b'"\\u0043L"')), spelled, ""
    null = plain.replace(b'"country"', b'"documents":null,"country"')
    yield "null-for-an-absent-member", statement(null), spelled, ""


def _records() -> Iterator[Defect]:
    slug = "malformed-record"
    yield "unknown-record-type", with_record(type="gift"), slug, "/record/type"
    yield "unknown-record-member", with_record(price="1"), slug, "/record"
    yield "country-in-lower-case", with_record(country="cl"), slug, "/record/country"
    yield "country-with-line-feed", with_record(country="CL\n"), slug, "/record/country"
    for name, time in {
        "time-without-offset": "2026-01-05T07:00:00",
        "time-with-space": "2026-01-05 07:00:00Z",
        "time-in-lower-case": "2026-01-05t07:00:00z",
        "time-with-seven-decimals": "2026-01-05T07:00:00.1234567Z",
        "time-with-offset-without-colon": "2026-01-05T07:00:00+0100",
        "time-without-seconds": "2026-01-05T07:00Z",
        "time-of-no-day": "2026-02-30T07:00:00Z",
        "time-in-a-leap-second": "2016-12-31T23:59:60Z",
        "time-before-year-1000": "0999-12-31T00:00:00Z",
    }.items():
        yield name, with_record(occurredAt=time), slug, "/record/occurredAt"
    said: dict[str, object] = {"type": "attestation"}
    said |= {"subject": {"kind": "party", "id": digest_of("x")}}
    said |= {"scheme": "rmap", "outcome": "conforms", "validFrom": "2026-01-05T07:00:00Z"}
    optional = statement(payload(record=said | {"validUntil": "2026-01-06 07:00:00Z"}))
    yield "optional-time-with-space", optional, slug, "/record/validUntil"
    yield "time-is-a-number", with_record(occurredAt=START), slug, "/record/occurredAt"
    output = {"material": "copper-concentrate", "elements": ["Cu"]}
    yield "no-outputs", with_record(outputs=[]), slug, "/record/outputs"
    yield "outputs-1025", with_record(outputs=[output] * 1025), slug, "/record/outputs"
    no_elements = with_record(outputs=[output | {"elements": []}])
    yield "no-elements", no_elements, slug, "/record/outputs/0/elements"
    sealed = with_record(quantities=QUANTITIES)
    yield "section-in-the-open-part", sealed, "section-not-sealed", "/record/quantities"
    unknown = with_record(costs={})
    yield "unknown-section-in-the-open-part", unknown, slug, "/record"
    six = [digest_of(str(number)) for number in range(6)]
    yield "six-digests", with_record(_sd=six), slug, "/record/_sd"
    short = with_record(_sd=[digest_of("x")[:-1]])
    yield "digest-too-short", short, slug, "/record/_sd/0"
    spare = with_record(_sd=["A" * 42 + "B"])
    yield "digest-with-spare-bits", spare, slug, "/record/_sd/0"
    twice = [digest_of("x")] * 2
    yield "digest-twice", with_record(_sd=twice), "disclosure-repeated", "/record/_sd"
    place = "/record/quantities/outputs/0"
    for name, member, value in (
        ("mass-is-a-number", "mass", 30000),
        ("mass-with-seven-decimals", "mass", "1.0000001"),
        ("mass-with-leading-zero", "mass", "01"),
        ("mass-with-exponent", "mass", "1e3"),
        ("mass-is-negative", "mass", "-1"),
        ("mass-of-13-digits", "mass", "1000000000000"),
        ("mass-with-line-feed", "mass", "1\n"),
        ("fraction-above-one", "composition", {"Cu": "1.1"}),
        ("fraction-with-ten-decimals", "composition", {"Cu": "0.0000000001"}),
        ("fraction-without-leading-zero", "composition", {"Cu": ".3"}),
        ("symbol-in-lower-case", "composition", {"cu": "0.3"}),
    ):
        text = with_quantities({"outputs": [OUTPUT | {member: value}]})
        yield name, text, slug, f"{place}/{member}"
    lot = with_disclosures(disclosure("identities", {"outputs": [{"lot": "a\u0000b"}]}))
    yield "control-character-in-text", lot, slug, "/record/identities/outputs/0/lot"
    for name, character in {
        "c1-control-in-text": "\x9b",
        "next-line-in-text": "\x85",
        "arabic-letter-mark-in-text": "\u061c",
        "right-to-left-mark-in-text": "\u200f",
        "right-to-left-override-in-text": "\u202e",
        "directional-isolate-in-text": "\u2066",
    }.items():
        lot = with_disclosures(disclosure("identities", {"outputs": [{"lot": f"L{character}7"}]}))
        yield name, lot, slug, "/record/identities/outputs/0/lot"
    extra = with_quantities(QUANTITIES | {"total": "1"})
    yield "unknown-member-in-section", extra, slug, "/record/quantities"
    yield "section-is-an-array", with_quantities([]), slug, "/record/quantities"


def _disclosures() -> Iterator[Defect]:
    slug = "disclosure-malformed"
    good = disclosure("quantities", QUANTITIES)
    places = "/record/_sd"
    missing = statement(payload([good]))
    yield "digest-without-disclosure", missing, "disclosure-missing", places
    unexpected = statement(payload(), [good])
    yield "disclosure-without-digest", unexpected, "disclosure-unexpected", ""
    twice = statement(payload([good]), [good, good])
    yield "disclosure-twice", twice, "disclosure-repeated", places
    other = disclosure("quantities", QUANTITIES, base64url.encode(bytes(16)))
    yield "two-sections-of-one-name", with_disclosures(good, other), "disclosure-repeated", ""
    yield "unknown-section", with_disclosures(disclosure("costs", {})), slug, ""
    retraction = {
        "type": "retraction",
        "statement": digest_of("statement"),
        "reason": "fraud",
        "_sd": [digest_of(good)],
    }
    other = statement(payload(record=retraction), [good])
    yield "section-of-another-record", other, slug, ""
    yield "open-member-as-disclosure", with_disclosures(disclosure("country", {})), slug, ""
    short = disclosure("quantities", QUANTITIES, base64url.encode(bytes(15)))
    yield "short-salt", with_disclosures(short), slug, ""
    padded = disclosure("quantities", QUANTITIES, SALT + "==")
    yield "padded-salt", with_disclosures(padded), slug, ""
    number = disclosure("quantities", QUANTITIES, 7)
    yield "salt-is-a-number", with_disclosures(number), slug, ""
    yield "disclosure-is-an-object", with_disclosures(encoded({"name": "quantities"})), slug, ""
    yield "disclosure-of-two", with_disclosures(encoded([SALT, QUANTITIES])), slug, ""
    four = encoded([SALT, "quantities", QUANTITIES, 1])
    yield "disclosure-of-four", with_disclosures(four), slug, ""
    yield "empty-disclosure", with_disclosures(""), slug, ""
    yield "padded-disclosure", with_disclosures(good + "="), slug, ""
    deep = b'["' + SALT.encode() + b'",' + b"[" * DEEP + b"]" * DEEP + b",{}]"
    yield "disclosure-nested-deeply", with_disclosures(base64url.encode(deep)), slug, ""
    spelled = "not-compact-json"
    triple = compact([SALT, "quantities", QUANTITIES])
    for name, raw in {
        "white-space-in-disclosure": triple.replace(b",", b", "),
        "duplicate-member-in-disclosure": triple.replace(b'"Cu":', b'"Cu":"0.2","Cu":'),
        "disclosure-is-not-utf-8": triple.replace(b"Cu", b"C\xff"),
        "section-is-null": compact([SALT, "quantities", None]),
        "null-in-section": triple.replace(b'"0.002"', b"null"),
    }.items():
        yield name, with_disclosures(base64url.encode(raw)), spelled, ""


def _signatures() -> Iterator[Defect]:
    algorithm, signature = "algorithm-mismatch", "signature-invalid"
    for name, alg in {
        "alg-none": "none",
        "alg-hs256": "HS256",
        "alg-es384": "ES384",
        "alg-of-another-key-type": "Ed25519",
        "alg-in-lower-case": "es256",
    }.items():
        yield name, statement(payload(), header=HEADER | {"alg": alg}), algorithm, ""
    good = signed(EXTRACTION, KEY)
    core, tail = good.split("~", 1)
    body, _, mark = core.rpartition(".")
    raw = base64url.decode(mark)

    def resigned(value: bytes) -> str:
        return f"{body}.{base64url.encode(value)}~{tail}"

    yield "signature-tampered", resigned(raw[:-1] + bytes([raw[-1] ^ 1])), signature, ""
    tampered = redact(read(resigned(raw[:-1] + bytes([raw[-1] ^ 1]))), ())
    yield "signature-of-redacted-tampered", tampered, signature, ""
    yield "signature-of-zeros", resigned(bytes(64)), signature, ""
    yield "r-is-zero", resigned(bytes(32) + raw[32:]), signature, ""
    yield "s-is-zero", resigned(raw[:32] + bytes(32)), signature, ""
    s = int.from_bytes(raw[32:], "big") + P256_ORDER
    if s < 2**256:
        yield "s-above-the-order", resigned(raw[:32] + s.to_bytes(32, "big")), signature, ""
    yield "r-is-the-order", resigned(P256_ORDER.to_bytes(32, "big") + raw[32:]), signature, ""
    yield "signature-one-byte-short", resigned(raw[:-1]), signature, ""
    yield "signature-one-byte-long", resigned(raw + b"\0"), signature, ""
    yield "signature-empty", resigned(b""), signature, ""
    yield "signature-in-der", statement(payload(), sign=_der), signature, ""
    other = statement(payload(iat=START + 1)).split(".")[1]
    header, _, mine = statement(payload()).split(".")
    yield "payload-tampered", f"{header}.{other}.{mine}", signature, ""
    yield "signed-by-another-key", statement(payload(), key=OTHER), signature, ""
    kid = statement(payload(), header=HEADER | {"kid": OTHER.key_id})
    yield "kid-of-another-key", kid, "key-unknown", ""
    yield (
        "signed-with-ed25519-under-es256",
        statement(payload(), sign=ED.sign),
        signature,
        "",
    )


def _der(message: bytes) -> bytes:
    raw = KEY.sign(message)
    r, s = (b"\0" * (half[0] >> 7) + half for half in (raw[:32], raw[32:]))
    body = b"\x02" + bytes([len(r)]) + r + b"\x02" + bytes([len(s)]) + s
    return b"\x30" + bytes([len(body)]) + body
