"""What `submit` reads: a record, an array or lines of them, or signed statements."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import msgspec


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
    """The entries of the input; `ValueError` when it is in none of the forms."""
    seen: Counter[bytes] = Counter()
    found = []
    for number, raw in enumerate(_parts(data.removeprefix(b"\xef\xbb\xbf").strip()), 1):
        seen[raw] += 1
        found.append(Entry(number, raw, f"{sha256(raw).hexdigest()}.{seen[raw]}"))
    return found


def _parts(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"["):
        try:
            parts = msgspec.json.decode(data, type=list[msgspec.Raw])
        except msgspec.DecodeError as error:
            raise ValueError(f"not a JSON array: {error}") from error
        for part in parts:
            raw = bytes(part).strip()
            yield msgspec.json.decode(raw, type=str).encode() if raw.startswith(b'"') else raw
    elif data.startswith(b"{") and _is_one_document(data):
        yield data
    else:
        yield from (line.strip() for line in data.split(b"\n") if line.strip())


def _is_one_document(data: bytes) -> bool:
    """Whether it is one record, rather than a record a line; what is neither is said a line at a time."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError:
        first = data.partition(b"\n")[0]
        try:
            msgspec.json.decode(first, type=msgspec.Raw)
        except msgspec.DecodeError as error:
            raise ValueError(f"neither a JSON record nor one a line: {error}") from error
        return False
    return True
