"""Statements: SD-JWTs in compact form (RFC 9901 section 4), read strictly, issued and redacted.

`<issuer-signed JWT>~<disclosure>~…~`, without key binding. Each sealed section of the record is one
disclosure `[salt, name, object]`, whose digest stands in `record._sd`.
"""

import re
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ..problem import Problem
from ..record import AnyRecord
from ..record.form import Form, Time
from . import base64url, jws
from .compact_json import is_compact, pointer
from .key import PublicKey, Signs

TYP = "provenite+sd-jwt"
MAX_BYTES = 256 * 1024
"""Size of a statement with all its disclosures, at the most."""


class Payload(Form, frozen=True, kw_only=True):
    """The JWT's claims: exactly these (RFC 7519 section 4.1 for `iat` and `aud`)."""

    iat: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    aud: Annotated[str, Meta(min_length=1, max_length=256)]
    record: AnyRecord
    sd_alg: Literal["sha-256"] = msgspec.field(name="_sd_alg")


class Statement(msgspec.Struct, frozen=True, gc=False):
    """A statement taken apart: its form is right, its signature not yet verified.

    `record` has the disclosed sections filled in; `withheld` is the number of sections that are not.
    `compact` is the text as received, `digest` its identity, `issued_at` seconds since 1970.
    """

    compact: str
    digest: str
    key_id: str
    audience: str
    issued_at: int
    record: AnyRecord
    withheld: int
    core: jws.Jws

    def verify(self, key: PublicKey) -> None:
        """Raise `Problem` unless `key` signed this statement."""
        self.core.verify(key)


def parse(text: str | bytes, *, complete: bool = True) -> Statement:
    """Read a statement strictly; raise `Problem` for anything that is not exactly of the form.

    With `complete`, as a ledger receives it, each digest must have its disclosure. Without, as a reader
    receives it, sections may be withheld.
    """
    if len(text) > MAX_BYTES:
        raise Problem(
            "statement-too-large",
            f"{len(text)} bytes; at most {MAX_BYTES} are allowed.",
            figures={"bytes": str(len(text)), "limit": str(MAX_BYTES)},
        )
    if isinstance(text, bytes):
        try:
            text = text.decode("ascii")
        except UnicodeDecodeError as error:
            raise Problem("malformed-statement", f"Byte {error.start} is not ASCII.") from error
    elif not text.isascii():
        raise Problem("malformed-statement", "The statement is not ASCII.")
    token, *disclosures = text.split("~")
    if not disclosures or disclosures.pop():
        raise Problem(
            "malformed-statement", "A statement ends with a tilde and has no key-binding JWT."
        )
    core = jws.parse(token, TYP)
    payload = _payload(core.payload)
    record, withheld = _resolve(payload.record, disclosures, complete)
    return Statement(
        text, core.digest, core.header.kid, payload.aud, payload.iat, record, withheld, core
    )


def issue(
    record: AnyRecord, *, key: Signs, audience: str, issued_at: int, salt: Callable[[], bytes]
) -> str:
    """Sign `record` for the ledger `audience`; `salt` yields 16 fresh random bytes a section."""
    sealed, disclosures = [], []
    for name in record.sections:
        section = getattr(record, name)
        if section is not None:
            value = [base64url.encode(salt()), name, section]
            disclosures.append(base64url.encode(msgspec.json.encode(value)))
            sealed.append(name)
    # Sorted, so that the order of the digests says nothing about the sections (RFC 9901 section 4.2.4.1).
    digests = tuple(sorted(_disclosure_digest(text) for text in disclosures))
    opened: AnyRecord = msgspec.structs.replace(record, sd=digests, **dict.fromkeys(sealed))
    payload = Payload(iat=issued_at, aud=audience, record=opened, sd_alg="sha-256")
    return "~".join([jws.compose(msgspec.json.encode(payload), TYP, key), *disclosures, ""])


def redact(statement: Statement, keep: Collection[str]) -> str:
    """The statement's text with only the disclosures of the sections named in `keep`."""
    token, *disclosures, _ = statement.compact.split("~")
    kept = [text for text in disclosures if _triple(base64url.read(text))[1] in keep]
    return "~".join([token, *kept, ""])


def read_record(raw: bytes) -> AnyRecord:
    """A record in plain JSON with its sections in place, as people and programs write it before signing.

    Raises `Problem` `malformed-record` with the pointer of the member that is wrong.
    """
    try:
        return _records.decode(raw)
    except msgspec.ValidationError as error:
        place, sentence = pointer(error)
        raise Problem("malformed-record", f"{sentence}.", pointer=place) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("malformed-record", f"Not JSON: {error}.") from error


_payloads = msgspec.json.Decoder(Payload)
_records: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)
_triples = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])


def _section_decoders() -> dict[tuple[type, str], "msgspec.json.Decoder[Any]"]:
    return {
        (kind, field.name): msgspec.json.Decoder(field.type)
        for kind in AnyRecord.__args__
        for field in msgspec.structs.fields(kind)
        if field.name in kind.sections
    }


_sections = _section_decoders()

# msgspec reads more spellings of a time than RFC 3339 section 5.6 has, rounds further decimals, and takes
# years that have no UTC equivalent.
_TIME = re.compile(
    rb'[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"'
)
# In compact JSON a quotation mark inside a string is escaped, so these can only be the members.
_times = {
    kind: tuple(
        (field.encode_name, f'"{field.encode_name}":"'.encode())
        for field in msgspec.structs.fields(kind)
        if field.type in (Time, Time | None)
    )
    for kind in AnyRecord.__args__
}


def _payload(raw: bytes) -> Payload:
    try:
        payload = _payloads.decode(raw)
    except msgspec.ValidationError as error:
        place, sentence = pointer(error)
        raise Problem("malformed-record", f"{sentence}.", pointer=place) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("malformed-record", f"The payload is not JSON: {error}.") from error
    if not is_compact(raw, payload):
        raise Problem("not-compact-json", "The payload is not compact JSON.")
    for name, marker in _times[type(payload.record)]:
        at = raw.find(marker)
        if at >= 0 and not _TIME.match(raw, at + len(marker)):
            raise Problem(
                "malformed-record",
                "A time is RFC 3339 with T, Z or ±hh:mm, and at most six decimals.",
                pointer=f"/record/{name}",
            )
    return payload


def _disclosure_digest(text: str) -> str:
    return base64url.encode(sha256(text.encode("ascii")).digest())


def _triple(raw: bytes) -> tuple[str, str, bytes]:
    """Salt, name and value of a disclosure, whose spelling is not yet checked."""
    try:
        salt, name, value = _triples.decode(raw)
        bits = len(base64url.decode(salt)) * 8
    except (ValueError, RecursionError) as error:
        raise Problem("disclosure-malformed", f"{error}.") from error
    if bits < 128:
        raise Problem(
            "disclosure-malformed",
            f"The salt of {name[:64]!r} has {bits} bits; at least 128 are needed.",
            figures={"bits": str(bits), "limit": "128"},
        )
    return salt, name, bytes(value)


def _resolve(record: AnyRecord, texts: list[str], complete: bool) -> tuple[AnyRecord, int]:
    """The record with its disclosed sections in place, and how many are withheld."""
    for name in record.sections:
        if getattr(record, name) is not None:
            raise Problem(
                "section-not-sealed",
                f"The section {name!r} stands in the open part.",
                pointer=f"/record/{name}",
            )
    promised = set(record.sd)
    if len(promised) != len(record.sd) or len(set(texts)) != len(texts):
        raise Problem(
            "disclosure-repeated", "A disclosure or digest occurs twice.", pointer="/record/_sd"
        )
    found: dict[str, Any] = {}
    for text in texts:
        if _disclosure_digest(text) not in promised:
            raise Problem("disclosure-unexpected", "A disclosure's digest is not in record._sd.")
        name, section = _disclosed(type(record), text)
        if name in found:
            raise Problem("disclosure-repeated", f"Two disclosures are named {name!r}.")
        found[name] = section
    withheld = len(promised) - len(found)
    if complete and withheld:
        raise Problem(
            "disclosure-missing",
            f"{withheld} of {len(promised)} digests have no disclosure.",
            pointer="/record/_sd",
            figures={"digests": str(len(promised)), "disclosures": str(len(found))},
        )
    return msgspec.structs.replace(record, **found), withheld


def _disclosed(kind: type, text: str) -> tuple[str, Any]:
    """Name and section of a disclosure of a record of this kind."""
    try:
        raw = base64url.decode(text)
    except ValueError as error:
        raise Problem("disclosure-malformed", f"{error}.") from error
    salt, name, value = _triple(raw)
    decoder = _sections.get((kind, name))
    section: Any = None
    wrong: msgspec.ValidationError | None = None
    try:
        section = decoder.decode(value) if decoder else None
    except msgspec.ValidationError as error:
        wrong = error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        section = None  # it is no JSON, so not compact JSON either
    if not is_compact(raw, (salt, name, section)):
        raise Problem("not-compact-json", f"The disclosure of {name[:64]!r} is not compact JSON.")
    if decoder is None:
        raise Problem("disclosure-malformed", f"This record has no section {name[:64]!r}.")
    if wrong is not None:
        place, sentence = pointer(wrong, f"/record/{name}")
        raise Problem("malformed-record", f"{sentence}.", pointer=place) from wrong
    return name, section
