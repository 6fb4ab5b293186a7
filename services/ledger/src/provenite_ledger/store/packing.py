"""Statements as the tables keep them: the bytes that their base64url spells, a quarter smaller than the text.

A statement's text is canonical base64url between dots and tildes, so the bytes give back the very same text.
"""

from provenite_proto.statement import base64url

_LENGTH_BYTES = 3


def packed(compact: str) -> bytes:
    """The parts of a statement that has been parsed, each behind its length: header, payload, signature, disclosures."""
    token, *disclosures, _ = compact.split("~")
    parts = map(base64url.read, (*token.split("."), *disclosures))
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def unpacked(raw: bytes) -> str:
    """The statement's text, with every disclosure; `ValueError` for bytes that are none."""
    header, payload, signature, *disclosures = map(base64url.encode, _parts(raw))
    return "~".join((f"{header}.{payload}.{signature}", *disclosures, ""))


def opened(raw: bytes) -> str:
    """The statement's text without its disclosures."""
    header, payload, signature, *_ = _parts(raw)
    return f"{'.'.join(map(base64url.encode, (header, payload, signature)))}~"


def _parts(raw: bytes) -> list[bytes]:
    parts = []
    at = 0
    while at < len(raw):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(raw[at:begin], "big")
        if at > len(raw):
            raise ValueError("a part of the statement is cut off")
        parts.append(raw[begin:at])
    return parts
