"""Shares: parts of a whole as decimal text."""

from provenite_proto.matter.quantity import FRACTION_ONE, fraction_text


def share(part: int, whole: int) -> str:
    """`part` of `whole`, rounded half up to nine decimals."""
    return fraction_text((2 * part * FRACTION_ONE + whole) // (2 * whole))
