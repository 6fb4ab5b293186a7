"""Statements and findings as the tables keep them: small, and giving back the very same text.

A statement's text is canonical base64url between dots and tildes, so the bytes that it spells give the text
back. These are deflated (RFC 1951) with a dictionary of what statements have in common, which halves them.
"""

import zlib
from collections.abc import Callable, Sequence

import msgspec

from provenite_proto.problem import Finding
from provenite_proto.statement import MAX_BYTES, base64url

_LENGTH_BYTES = 3
_MAX_INFLATED = 64 * MAX_BYTES
"""Bytes of what is inflated, at the most: findings can be more than their statement."""

# What stands nearest to the end costs least. Rows that were written with it can be read with nothing else.
_DICTIONARY = (
    b'"detail":" element that differs by more than both uncertainties allow","figures":{"sent":"","received":"","limit":""'
    b'[{"slug":"receipt-differs"{"slug":"assay-unusual","detail":"is outside the usual range"{"slug":"balance-excess"'
    b'[{"slug":"moisture-missing","detail":" is traded wet, and its moisture is not given.",'
    b'"pointer":"/record/quantities/outputs/0/moisture","figures":{"material":"copper-concentrate"}}]'
    b'{"type":"collection","source":"post_consumer","stream":"hard-disk-drives","pre_consumer"'
    b'{"type":"attestation","subject":{"kind":"statement","id":""},"scheme":"","outcome":"conforms","validFrom":""'
    b'["","documents",{"documents":[{"kind":"assay","digest":""}]}]'
    b'["","parties",{"to":""}]["","identities",{"site":"","outputs":[{"lot":""}]}]'
    b'["","quantities",{"inputs":[{"mass":"1000"}],"outputs":[{"mass":"1000","composition":{"Nd":"0.06","Pr":"0.02"},'
    b'"uncertainty":"0.005","moisture":"0.08"}],"losses":{"Nd":"0.5"}}]'
    b'{"type":"receipt","transfer":"","accepted":true,"receivedAt":""'
    b'{"type":"transfer","inputs":[".0"],"fromCountry":"US","toCountry":"GB","departedAt":"","mode":"sea"'
    b'{"type":"transformation","country":"US","occurredAt":"","stage":"concentration","custodyModel":"segregated","inputs":[".0"],'
    b'{"alg":"Ed25519","kid":"","typ":"provenite+sd-jwt"}{"alg":"ES256","kid":"'
    b'","typ":"provenite+sd-jwt"}{"iat":17,"aud":"https://","record":{"_sd":["",""],"type":"extraction","country":"US",'
    b'"occurredAt":"2026-01-01T00:00:00Z","outputs":[{"material":"","elements":["Nd","Pr"]}]},"_sd_alg":"sha-256"}'
)
# A window that holds the dictionary and most statements; little memory, which each statement costs anew.
_WINDOW, _MEMORY = -12, 4
_deflate = zlib.compressobj(
    1, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY
)
_inflate = zlib.decompressobj(_WINDOW, _DICTIONARY)
_encode_findings = msgspec.json.Encoder().encode
_decode_findings: Callable[[bytes], tuple[Finding, ...]] = msgspec.json.Decoder(
    tuple[Finding, ...]
).decode


def packed(compact: str) -> bytes:
    """The parts of a statement that has been parsed, each behind its length: header, payload, signature, disclosures."""
    token, *disclosures, _ = compact.split("~")
    parts = map(base64url.read, (*token.split("."), *disclosures))
    return _deflated(b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts))


def unpacked(raw: bytes) -> str:
    """The statement's text, with every disclosure; `ValueError` for bytes that are none."""
    header, payload, signature, *disclosures = map(base64url.encode, _parts(raw))
    return "~".join((f"{header}.{payload}.{signature}", *disclosures, ""))


def opened(raw: bytes) -> str:
    """The statement's text without its disclosures."""
    header, payload, signature, *_ = _parts(raw)
    return f"{'.'.join(map(base64url.encode, (header, payload, signature)))}~"


def packed_findings(findings: Sequence[Finding]) -> bytes | None:
    """A statement's findings; nothing when there are none."""
    return _deflated(_encode_findings(findings)) if findings else None


def unpacked_findings(raw: bytes | None) -> tuple[Finding, ...]:
    """A statement's findings; `ValueError` for bytes that are none."""
    return _decode_findings(_inflated(raw)) if raw is not None else ()


def _deflated(raw: bytes) -> bytes:
    stream = _deflate.copy()
    return stream.compress(raw) + stream.flush()


def _inflated(raw: bytes) -> bytes:
    stream = _inflate.copy()
    try:
        found = stream.decompress(raw, _MAX_INFLATED)
    except zlib.error as error:
        raise ValueError(f"cannot be inflated: {error}") from error
    if not stream.eof or stream.unused_data:
        raise ValueError("what was deflated is cut off, or has something behind it")
    return found


def _parts(raw: bytes) -> list[bytes]:
    framed = _inflated(raw)
    parts = []
    at = 0
    while at < len(framed):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(framed[at:begin], "big")
        if at > len(framed):
            raise ValueError("a part of the statement is cut off")
        parts.append(framed[begin:at])
    return parts
