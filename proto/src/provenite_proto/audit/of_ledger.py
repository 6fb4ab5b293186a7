"""The audit of a whole ledger: all its statements in order, and the tree that they make.

Here nothing can be left out unseen: there are as many statements as the signed tree has leaves, and they make its
root. So whatever is used twice anywhere is found, as far as masses are shown.
"""

from collections.abc import Iterable, Iterator

from ..answers import LogStatements
from ..counting import counted
from ..log import Edge
from ..tables import IN_MEMORY, Tables
from .auditing import Auditing
from .trust import Evidence, Trust, opened
from .verdict import Tally, Verdict
from .verifying import Keyring, Verified, Work


class LedgerAudit:
    """Takes the statements of a ledger from the first on, up to the size of a checkpoint.

    `auditing`, `edge` and what is in the `tables` are what it has come to: it can go on from them later, against a
    newer checkpoint. `unbroken` says that all statements so far were there and could be read.
    """

    def __init__(
        self,
        evidence: Evidence,
        trust: Trust,
        tables: Tables = IN_MEMORY,
    ) -> None:
        self._judged = Tally()
        self._opened = opened(evidence, trust, self._judged)
        self.auditing = Auditing(evidence.ledger, Tally(), tables, whole=True)
        self.auditing.witnessed(self._opened)
        self.edge = Edge()
        self.keyring = Keyring(tables)
        self.unbroken = True

    @property
    def size(self) -> int:
        """How many statements there are, as the checkpoint says; none when it cannot be believed."""
        return self._opened.checkpoint.size if self._opened else 0

    @property
    def next(self) -> int:
        """The index of the statement that comes next."""
        return self.edge.size

    def works(self, answers: Iterable[LogStatements]) -> Iterator[Work]:
        """The ledger's answers, in order, to be verified; each with the keys that it needs."""
        for answer in answers:
            yield self.keyring.page(answer)

    def add(self, verified: Verified) -> None:
        """The next statements; those beyond the checkpoint are left out."""
        leaves: list[bytes] = []
        for checked in verified.statements[: max(self.size - self.next, 0)]:
            index = self.next + len(leaves)
            if checked.index != index:
                self.unbroken = False
                self.auditing.tally.fail(
                    "index-missing",
                    f"After statement {index - 1} the ledger shows statement {checked.index}.",
                    index=checked.index,
                )
            self.unbroken &= checked.statement is not None
            self.auditing.take(checked)
            leaves.append(checked.leaf)
        self.edge = self.edge.grown(leaves)

    def verdict(self) -> Verdict:
        """What has been found."""
        tally = self._judged.with_all_of(self.auditing.tally)
        if self._opened is not None:
            self._compare(tally)
        if tally.counts["withheld"]:
            tally.claim(
                "masses",
                "That no batch is used twice where masses are withheld from you is the operator's word.",
            )
        tally.claim(
            "times",
            "When each statement was recorded is the operator's word; no witness saw it earlier than it says.",
        )
        return self.auditing.verdict(tally, self._opened)

    def _compare(self, tally: Tally) -> None:
        assert self._opened is not None  # noqa: S101 # the caller has looked
        checkpoint = self._opened.checkpoint
        if self.next < checkpoint.size:
            tally.fail(
                "index-missing",
                f"The ledger shows {counted(self.next, 'statement')}; its checkpoint is of {checkpoint.size}.",
            )
        elif self.next > checkpoint.size:
            tally.fail(
                "size-mismatch",
                f"The checkpoint is of {counted(checkpoint.size, 'statement')}; shown before: {self.next:,}.",
            )
        elif self.unbroken and self.edge.root() != checkpoint.root:
            tally.fail(
                "tree-false",
                f"The tree of the {counted(self.next, 'statement')} has another root than the checkpoint.",
            )
        elif self.unbroken:
            tally.verified["tree"] += 1
            tally.verified["size"] += checkpoint.size
            # A batch is over-spent only where a rule is broken, or where a mass that is withheld hides it.
            tally.verified["spending"] += not (tally.counts["failures"] or tally.counts["withheld"])
