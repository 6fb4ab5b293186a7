"""The history of the audited batch: each statement upstream with what was computed of it, for contributions to be read."""

from collections.abc import Mapping, Sequence

from ..content import Contribution, Lens, Shares, Standing, Step, contributions, part_of
from ..ledger import Batch, State
from ..replay import making_of, standing
from .said import Said


class History:
    """Of a `batch`, its content and what brings it, as `said` has what is said of the statements upstream.

    `steps` are those statements by digest, `shares` their outputs' content by root, as the last pass left it.
    """

    def __init__(
        self,
        batch: Batch,
        steps: Mapping[str, Step],
        shares: Mapping[str, Shares],
        state: State,
        said: Said,
    ) -> None:
        self._batch = batch
        self._steps = steps
        self._shares = shares
        self._state = state
        self._said = said

    @property
    def content(self) -> Shares:
        """The content of the batch."""
        return part_of(
            self._shares[self._batch.root], {each: self._span(each) for each in self._batch.offsets}
        )

    def contributions(self, element: str, lens: Lens, label: str) -> Sequence[Contribution]:
        """What brings the label to the batch, the largest first."""
        return contributions(self._batch.root, self._span(element), element, lens, label, self)

    def step(self, statement: str) -> Step:
        """A statement that made batches."""
        return self._steps[statement]

    def standing(self, statement: str) -> Standing:
        """Its standing."""
        making = making_of(self._steps[statement].record, self._state.statements[statement])
        return standing(making, self._said.about(making))

    def shares(self, root: str) -> Shares:
        """The content of a batch that was first made."""
        return self._shares[root]

    def _span(self, element: str) -> tuple[int, int]:
        low = self._batch.offsets[element]
        return low, low + self._batch.elements[element]
