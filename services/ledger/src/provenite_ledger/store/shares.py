"""Content as the tables keep it: shares as bytes, and which milligrams of its root a batch or a draw is."""

import json
from datetime import datetime

import msgspec

from provenite_proto.content import Range, Run, Shares
from provenite_proto.ledger import Draw, spans

from .rows import Row

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Shares).decode


def encode_run(run: Run) -> bytes:
    """A rolling average's run: JSON, for its sums over up to 1,024 batches pass 64 bits, where other encoders end."""
    sums = {"at": run.occurred_at.isoformat(), "pooled": run.pooled, "given": run.given}
    return json.dumps(sums, separators=(",", ":")).encode()


def decode_run(raw: bytes) -> Run:
    """What `encode_run` has made."""
    found = json.loads(raw)
    return Run(datetime.fromisoformat(found["at"]), found["pooled"], found["given"])


def elements_of(row: Row) -> dict[str, int]:
    """The element masses of a batch's row, in milligrams."""
    return dict(zip(row["elements"], row["element_masses"], strict=True))


def ranges(row: Row) -> dict[str, Range]:
    """Of each element which milligrams of its root a batch is."""
    return {
        element: (low, low + mass)
        for element, mass, low in zip(
            row["elements"], row["element_masses"], row["offsets"], strict=True
        )
    }


def drawn(row: Row) -> dict[str, Range]:
    """Of each element which milligrams of the root a draw took; the row is that of the draw and its batch."""
    offsets = dict(zip(row["elements"], row["offsets"], strict=True))
    return spans(elements_of(row), offsets, row["mass"], Draw("", row["taken"], row["before"]))
