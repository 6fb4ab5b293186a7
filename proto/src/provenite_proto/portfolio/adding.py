"""Adding up the content of parts of batches, to the milligram: whatever the order, whatever the portions."""

from collections.abc import Iterable, Mapping

from ..content import Range, Shares


def add(totals: Shares, part: Shares) -> None:
    """Add the content of a part to `totals`: element, lens, label, milligrams."""
    for element, lenses in part.items():
        seen = totals.setdefault(element, {})
        for lens, labels in lenses.items():
            sums = seen.setdefault(lens, {})
            for label, mass in labels.items():
                sums[label] = sums.get(label, 0) + mass


def left(
    elements: Mapping[str, int], offsets: Mapping[str, int], mass: int, kept: int
) -> dict[str, Range]:
    """Of each element the milligrams of the root that are left of a batch, or were at a time.

    The batch had `mass` as it was made, the milligrams `elements` of its root from `offsets` on, and `kept` when
    so much is left: what is drawn is drawn from the end. `ValueError` when more is left than there was.
    """
    if not 0 <= kept <= mass:
        raise ValueError(f"{kept} of {mass} milligrams are left")
    return {
        element: (low, low + elements[element] * kept // mass) for element, low in offsets.items()
    }


def without(
    spans: Mapping[str, Range], taken: Iterable[Mapping[str, Range]]
) -> list[dict[str, Range]]:
    """What is left of the ranges of a root when other ranges of it are taken out, as disjoint parts.

    Ranges taken that overlap count once, and so far as they lie within `spans`.
    """
    parts: list[dict[str, Range]] = []
    taken = tuple(taken)
    for element, (low, high) in spans.items():
        cuts = sorted(each[element] for each in taken if element in each)
        at = low
        for begin, end in (*cuts, (high, high)):
            if at < min(begin, high):
                parts.append({element: (at, min(begin, high))})
            at = max(at, end)
    return parts
