"""The digest of a replayed ledger: two who have replayed the same log compare one line."""

from collections.abc import MutableMapping
from hashlib import sha256
from typing import Any

import msgspec

from ..ledger import State
from ..statement import base64url
from ..tables import plain
from .replaying import Replay


def digest(replay: Replay) -> str:
    """SHA-256 in base64url of every entry of the state and the content of every batch that was first made.

    Over one line of JSON for each, `[table, id, entry]` with sorted members, in the order of tables and ids.
    """
    hashed = sha256()
    tables: dict[str, MutableMapping[str, Any]] = {
        **tables_of(replay.state),
        "contents": replay.contents,
    }
    for name, table in sorted(tables.items()):
        for key in sorted(table):
            hashed.update(_encode((name, key, table[key])) + b"\n")
    return base64url.encode(hashed.digest())


def tables_of(state: State) -> dict[str, MutableMapping[str, Any]]:
    """The tables of a state by name."""
    return {
        name: table
        for name, table in vars(state).items()
        if isinstance(table, MutableMapping) and not name.startswith("_")
    }


_encode = msgspec.json.Encoder(enc_hook=plain, order="sorted").encode
