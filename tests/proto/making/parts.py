"""Statements made by hand, so that anything can be wrong with them."""

from collections.abc import Callable
from datetime import UTC, datetime

from provenite_proto.record import (
    Document,
    Documents,
    Extraction,
    Output,
    OutputIdentity,
    OutputQuantity,
    SiteIdentities,
    SourceQuantities,
)
from provenite_proto.statement import TYP, base64url

from .keys import (
    AUDIENCE,
    START,
    TestKey,
    compact,
    digest_of,
    encoded,
    salts,
)

KEY = TestKey("miner")
ED = TestKey("miner ed25519", "Ed25519")
OTHER = TestKey("other")
SALT = base64url.encode(salts()())
HEADER = {"alg": "ES256", "kid": KEY.key_id, "typ": TYP}
QUANTITIES = {"outputs": [{"mass": "30000", "composition": {"Cu": "0.3"}, "uncertainty": "0.002"}]}
RECORD = {
    "type": "extraction",
    "country": "CL",
    "occurredAt": "2026-01-05T07:00:00Z",
    "outputs": [{"material": "copper-concentrate", "elements": ["Cu"]}],
}
EXTRACTION = Extraction(
    country="CL",
    occurred_at=datetime(2026, 1, 5, 7, tzinfo=UTC),
    outputs=(Output(material="copper-concentrate", elements=("Cu",)),),
    quantities=SourceQuantities(
        outputs=(OutputQuantity(mass="30000", composition={"Cu": "0.3"}, uncertainty="0.002"),)
    ),
    identities=SiteIdentities(outputs=(OutputIdentity(lot="Lote 7 ½", product="Cu 30"),)),
    documents=Documents(
        documents=(Document(kind="assay", digest=digest_of("assay"), title="Assay"),)
    ),
)


def disclosure(name: object, value: object, salt: object = SALT) -> str:
    return encoded([salt, name, value])


def payload(disclosures: list[str] | None = None, **members: object) -> dict[str, object]:
    """The payload of a good statement, with some members replaced or, for None, left out."""
    record = RECORD | {"_sd": sorted(map(digest_of, disclosures or []))}
    value = {"iat": START, "aud": AUDIENCE, "record": record, "_sd_alg": "sha-256"} | members
    return {name: member for name, member in value.items() if member is not None}


def statement(
    body: object,
    disclosures: list[str] | None = None,
    header: object = HEADER,
    key: TestKey = KEY,
    sign: Callable[[bytes], bytes] | None = None,
) -> str:
    """Header and body, which may be bytes as they are, signed whatever they say."""
    parts = [part if isinstance(part, bytes) else compact(part) for part in (header, body)]
    core = ".".join(map(base64url.encode, parts))
    signature = base64url.encode((sign or key.sign)(core.encode()))
    return "~".join([f"{core}.{signature}", *(disclosures or []), ""])


def with_record(**members: object) -> str:
    return statement(payload(record=RECORD | members))


def with_quantities(value: object) -> str:
    text = disclosure("quantities", value)
    return statement(payload([text]), [text])


def with_disclosures(*texts: str) -> str:
    return statement(payload(list(texts)), list(texts))


def at_most(size: int) -> str:
    """A statement of exactly `size` bytes: its lots are as long as it takes."""

    def text(characters: int, filler: str) -> str:
        each, more = divmod(characters, 1000)
        outputs = [{"lot": "L" * (each + (index < more))} for index in range(1000)]
        document = {"kind": "assay", "digest": digest_of("assay"), "title": "Assay" + filler}
        return with_disclosures(
            disclosure("quantities", QUANTITIES),
            disclosure("identities", {"outputs": outputs}),
            disclosure("documents", {"documents": [document]}),
        )

    least = (size - len(text(1000, ""))) * 3 // 4 + 1000
    for characters in range(least - 8, least + 8):
        for filler in ("", "x", "xx"):
            if len(fitted := text(characters, filler)) == size:
                return fitted
    raise AssertionError(f"no statement of {size} bytes")
