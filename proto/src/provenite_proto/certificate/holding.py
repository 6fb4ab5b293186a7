"""Whether a certificate still says no more than follows, now that its policy has been applied anew.

A pass alone is not enough: what is signed are figures, and they may have become false though the threshold is met.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from ..matter.quantity import parts
from .changing import Reassessed
from .model import CertifiedFigure, Provenance


class Shortfall(msgspec.Struct, frozen=True):
    """A figure that is less than was certified; without `now` it is no longer there."""

    said: CertifiedFigure
    now: CertifiedFigure | None


def says_the_same(said: Provenance, now: Reassessed) -> bool:
    """Whether a certificate issued now would say the same: row, exemption and each figure."""
    return (said.row, said.exemption, said.figures) == (now.row, now.exemption, now.figures)


def overstates(said: Provenance, now: Reassessed) -> bool:
    """Whether a pass is by another row or exemption than was certified, or a figure is less."""
    return (said.row, said.exemption) != (now.row, now.exemption) or bool(shortfalls(said, now))


def shortfalls(said: Provenance, now: Reassessed) -> tuple[Shortfall, ...]:
    """The figures that are less: the lower bound is lower, or the upper one higher where it has to be `below`."""
    newer = numbered(now.figures)
    pairs = ((each, newer.get(name)) for name, each in numbered(said.figures).items())
    return tuple(Shortfall(each, other) for each, other in pairs if _is_less(each, other))


def numbered(
    figures: Iterable[CertifiedFigure],
) -> dict[tuple[str, str, int], CertifiedFigure]:
    """Figures by test, by what they are of, and by the how-manieth of these it is: two tests may have one name."""
    found: dict[tuple[str, str, int], CertifiedFigure] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for each in figures:
        found[each.test, each.of, counts[each.test, each.of]] = each
        counts[each.test, each.of] += 1
    return found


def _is_less(said: CertifiedFigure, now: CertifiedFigure | None) -> bool:
    if now is None or parts(now.lower) < parts(said.lower):
        return True
    return said.below is not None and parts(now.upper) > parts(said.upper)
