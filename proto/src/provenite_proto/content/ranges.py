"""Parts of a batch: of each element a half-open range of the milligrams of the batch first made.

A root's milligrams of an element are numbered, and each number belongs to one label of each lens for good.
So whatever is drawn of a root, in whatever portions, its parts together hold what the root holds.
"""

from collections.abc import Mapping

Labels = dict[str, int]
"""Milligrams by label, none of them zero."""
Shares = dict[str, dict[str, Labels]]
"""Element, then lens, then label: milligrams."""
Range = tuple[int, int]
"""The milligrams from the first number on, up to and without the second."""


def within(labels: Mapping[str, int], low: int, high: int) -> Labels:
    """The content of the range [low, high) of a root with these labels.

    It is that of the first `high` milligrams without that of the first `low`. The first *e* milligrams of a
    whole *E* are dealt in code-point order of the labels: each takes, of what is left of *e*, its part of
    what is left of *E*, rounded down. That never falls as *e* grows, and is exact at 0 and at *E*. It is off
    the exact proportion by less than the number of labels. `ValueError` for a range that is not in the whole.
    """
    whole = sum(labels.values())
    if not 0 <= low <= high <= whole:
        raise ValueError(f"no range {low} to {high} in {whole} milligrams")
    if len(labels) == 1:
        return dict.fromkeys(labels, high - low) if high > low else {}
    result: Labels = {}
    for label in sorted(labels):
        mass = labels[label]
        if low == high or not mass:
            continue
        below, above = low * mass // whole, high * mass // whole
        if above > below:
            result[label] = above - below
        low, high, whole = low - below, high - above, whole - mass
    return result


def part_of(shares: Shares, ranges: Mapping[str, Range]) -> Shares:
    """The content of a part of a root with `shares`: of each element the range of its milligrams."""
    return {
        element: {lens: within(labels, *span) for lens, labels in shares[element].items()}
        for element, span in ranges.items()
    }
