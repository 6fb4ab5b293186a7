"""What the benchmark is to reach, as the README says, and whether it did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

STORAGE = "bytes stored to a statement’s own"
START = "start to ready, seconds"
PROOF = "a proof of 10⁶ entries to one of 10⁴"
TREE = "the tree’s part of recording a line"
OFFLINE = "offline verification to a signature"
OFFLINE_PEER = "offline verification to scitt-cose"
PROCESSES = "verification, two processes to one"
FLAT_LEDGER = "memory of an audit, a ledger of 10⁵ to 10⁴"
FLAT_PACK = "memory of an audit, a pack of 10⁵ to 10⁴"


@dataclass(frozen=True)
class Goal:
    """The median of a figure is to be at least, or at most, `bound`."""

    kind: str
    bound: float

    def __str__(self) -> str:
        return f"{self.kind} {self.bound:g}"

    def met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.kind == "at least" else ratio <= self.bound


GOALS = {
    "single POST, rate": Goal("at least", 4),
    "100 a POST, rate": Goal("at least", 10),
    "p99 at 1,000/s to peer's at 500/s": Goal("at most", 0.33),
    STORAGE: Goal("at most", 1.6),
    START: Goal("at most", 2),
    PROOF: Goal("at most", 4),
    TREE: Goal("at most", 0.1),
    OFFLINE: Goal("at least", 0.7),
    OFFLINE_PEER: Goal("at least", 1.2),
    PROCESSES: Goal("at least", 1.8),
    FLAT_LEDGER: Goal("at most", 1.1),
    FLAT_PACK: Goal("at most", 1.1),
}


def missed(medians: Mapping[str, float]) -> Iterator[str]:
    """A sentence for each goal that was not reached."""
    for name, goal in GOALS.items():
        if not goal.met(medians[name]):
            yield f"{name}: {medians[name]:.2f}, {goal} is the goal"
