"""Content as the tables keep it: shares as bytes, and which milligrams of its root a batch or a draw is."""

import msgspec

from provenite_proto.content import Range, Shares
from provenite_proto.ledger import Draw, spans

from .rows import Row

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Shares).decode


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
