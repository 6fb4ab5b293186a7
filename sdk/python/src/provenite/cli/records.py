"""What `submit` reads: a record, an array or lines of them, or signed statements."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import msgspec

_STATEMENT = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]+~(?:[\w-]+~)*", re.ASCII)
"""The shape of a signed statement; what does not have it is not sent to anybody."""
_NEITHER = "neither a record in JSON nor a signed statement. Nothing was sent"
_PEM = b"-----BEGIN "


@dataclass(frozen=True)
class Entry:
    """A record, or a statement that is signed already, as it stands in the input.

    `number` counts from 1. `name` identifies it in a journal: by its bytes and how often they stood before,
    so that moving other records about does not change it.
    """

    number: int
    raw: bytes
    name: str

    @property
    def signed(self) -> str | None:
        """The statement's text, if it is signed."""
        return None if self.raw.startswith(b"{") else self.raw.decode("utf-8", "replace")


def entries(data: bytes) -> list[Entry]:
    """The entries of the input; `ValueError` says where it holds anything else, without repeating it."""
    _refuse_foreign(data)
    seen: Counter[bytes] = Counter()
    found = []
    for number, raw in enumerate(_parts(data.removeprefix(b"\xef\xbb\xbf")), 1):
        seen[raw] += 1
        found.append(Entry(number, raw, f"{sha256(raw).hexdigest()}.{seen[raw]}"))
    return found


def _refuse_foreign(data: bytes) -> None:
    """Say of files that are often taken by mistake what they are."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip().startswith(_PEM):
            raise ValueError(
                f"line {number}: a private key. It must never leave you; nothing was sent"
                if b"PRIVATE KEY" in line
                else f"line {number}: a PEM file, not a record. Nothing was sent"
            )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line_number = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line_number}: not text in UTF-8. Nothing was sent") from None


def _parts(data: bytes) -> Iterator[bytes]:
    text = data.strip()
    if text.startswith(b"["):
        yield from _of_array(text)
    elif text.startswith(b"{") and _is_json(text):
        yield text
    else:
        yield from _of_lines(data)


def _of_array(text: bytes) -> Iterator[bytes]:
    try:
        parts = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise ValueError(f"not a JSON array: {error}. Nothing was sent") from None
    for number, part in enumerate(parts, 1):
        raw = bytes(part).strip()
        if raw.startswith(b'"'):
            raw = msgspec.json.decode(raw, type=str).encode()
        if not raw.startswith(b"{") and not _STATEMENT.fullmatch(raw):
            raise ValueError(f"element {number} of the array: {_NEITHER}")
        yield raw


def _of_lines(data: bytes) -> Iterator[bytes]:
    """A record or a statement a line."""
    for number, line in enumerate(data.split(b"\n"), 1):
        raw = line.strip()
        if raw.startswith(b"{"):
            if error := _json_error(raw):
                raise ValueError(f"line {number}: not JSON: {error}. Nothing was sent")
        elif raw and not _STATEMENT.fullmatch(raw):
            raise ValueError(f"line {number}: {_NEITHER}")
        if raw:
            yield raw


def _is_json(text: bytes) -> bool:
    return not _json_error(text)


def _json_error(text: bytes) -> str:
    """What keeps a text from being JSON; empty when nothing does."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        return str(error)
    return ""
