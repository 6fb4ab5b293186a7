"""Dealing a whole out in proportion, exactly: the largest-remainder method (Hamilton's)."""

from collections.abc import Mapping


def apportion(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Integer shares of `total` in proportion to `weights`, which sum to `total`.

    Each share is its exact quota rounded down or up; what is over goes to the largest remainders, a tie to
    the key that comes first in code-point order. Zero shares are left out. While `total` is at most the sum
    of the weights, no share exceeds its weight. `ValueError` when there is something to deal and no weight.
    """
    if total == 0:
        return {}
    whole = sum(weights.values())
    if whole == 0:
        raise ValueError(f"cannot deal out {total}: the weights are all zero")
    if len(weights) == 1:
        return dict.fromkeys(weights, total)
    shares: dict[str, int] = {}
    remainders: list[tuple[int, str]] = []
    left = total
    for key, weight in weights.items():
        share, remainder = divmod(total * weight, whole)
        left -= share
        if share:
            shares[key] = share
        if remainder:
            remainders.append((-remainder, key))
    if left:
        remainders.sort()
        for _, key in remainders[:left]:
            shares[key] = shares.get(key, 0) + 1
    return shares
