"""Policies applied to the audited batch: what they say of it follows from the statements, as of any size of the log."""

from collections.abc import Sequence
from datetime import date

import msgspec

from ..content import LENSES, Contribution, Lens, Shares
from ..counting import counted
from ..policy import Assessment, Facts, Part, Policy, assess, gaps, lenses_needed
from ..policy.answers import AssessmentAnswer, answer
from .frame import Frame
from .gaps import Upstream
from .history import History
from .recomputing import Recomputing

_CUSTODY = {"custody": LENSES["custody"]}
"""What every assessment looks through, whatever its policy asks."""
_NAMED = 3
"""Statements that a reason names."""


class Question(msgspec.Struct, frozen=True):
    """What a policy says, with what a firm says of the product, on a day: by the log's first `size` statements."""

    policy: Policy
    facts: Facts
    day: date
    size: int

    @property
    def lenses(self) -> tuple[Lens, ...]:
        """Through which the content has to be known."""
        return lenses_needed(self.policy, self.facts, self.day)


class Unanswered(msgspec.Struct, frozen=True):
    """Why a question cannot be answered from what is carried and shown: one sentence.

    It may be `false` to ask it at all.
    """

    reason: str
    false: bool = False


class Assessing:
    """Answers questions about the batch: `ways` are all upstream of it, and of what is averaged over."""

    def __init__(
        self, recomputing: Recomputing, frame: Frame, ways: tuple[Upstream, Upstream], batch_id: str
    ) -> None:
        self._recomputing = recomputing
        self._frame = frame
        self._ways = ways
        self._batch = batch_id

    def answers(self, questions: Sequence[Question]) -> list[Assessment | Unanswered]:
        """The assessments, in the order of the questions: for each size one pass over what is upstream."""
        obstacle = self._obstacle() if questions else None
        if obstacle is not None:
            return [obstacle for _ in questions]
        sizes = dict.fromkeys(each.size for each in questions)
        seen = {
            size: self._seen([each for each in questions if each.size == size], size)
            for size in sizes
        }
        return [self._answer(each, seen[each.size]) for each in questions]

    def with_gaps(self, question: Question) -> AssessmentAnswer | Unanswered:
        """The assessment with its gaps, as a ledger answers it: one pass over what is upstream."""
        obstacle = self._obstacle()
        if obstacle is not None:
            return obstacle
        seen = self._seen([question], question.size)
        found = self._answer(question, seen)
        if isinstance(found, Unanswered):
            return found
        lenses = {**_CUSTODY, **{each.id: each for each in question.lenses}}

        def contributing(element: str, lens: str, label: str) -> Sequence[Contribution]:
            return seen.history.contributions(element, lenses[lens], label)

        return answer(self._batch, question.size, found, gaps(found, contributing))

    def _answer(self, question: Question, seen: "_Seen") -> Assessment | Unanswered:
        needed = question.lenses
        for lens in needed:
            if lens.id in seen.unknown:
                return Unanswered(seen.unknown[lens.id])
        batch = self._frame.state.batches[self._batch]
        part = Part(batch.material, batch.mass, seen.shares)
        return assess(question.policy, [part], question.facts, question.day)

    def _seen(self, questions: Sequence[Question], size: int) -> "_Seen":
        # Without a lens an element is there all the same.
        lenses = dict(_CUSTODY)
        for question in questions:
            lenses |= {each.id: each for each in question.lenses}
        unknown = {
            lens: _unknown(each.section, each.statement)
            for each in self._recomputing.unknown(tuple(lenses.values()), *self._ways, size)
            for lens in each.lenses
        }
        known = tuple(lens for lens in lenses.values() if lens.id not in unknown)
        history = self._recomputing.history(self._batch, self._ways, known, size)
        return _Seen(history.content, history, unknown)

    def _obstacle(self) -> Unanswered | None:
        """Why nothing can be said of the batch at all."""
        if self._batch not in self._frame.state.batches:
            return Unanswered("No statement that is carried makes the batch.")
        if self._frame.untold:
            count, first = len(self._frame.untold), min(self._frame.untold)
            return Unanswered(
                f"{counted(count, 'statement')} that may say something of it could not be admitted, such as {first}."
            )
        lacking = [
            (each.statement, "is not carried" if each.index is None else "is not shown whole")
            for each in self._recomputing.opaque(self._ways[0])
            if each.why != "upstream"
        ]
        if not lacking:
            return None
        named = "; ".join(f"{statement} {why}" for statement, why in lacking[:_NAMED])
        more = f"; and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        return Unanswered(f"What the batch consists of cannot be computed: {named}{more}.")


class _Seen(msgspec.Struct, frozen=True):
    """The content of the batch with its history, and the lenses through which it is not known, each with the reason."""

    shares: Shares
    history: History
    unknown: dict[str, str]


def _unknown(section: str | None, statement: str) -> str:
    if section is None:
        return f"Not all that the rolling average of {statement} looks back on is carried."
    return f"It depends on the {section} of {statement}, which are withheld."
