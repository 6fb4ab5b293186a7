"""What a pack claims that its batch consists of, compared figure by figure with what follows from the statements."""

from collections.abc import Mapping

from ..content import LENSES
from ..matter.quantity import kilograms, milligrams
from ..pack import Content
from .frame import Frame
from .gaps import Upstream
from .recomputing import Recomputing
from .verdict import Tally, Withheld


class Comparing:
    """Compares as of the log's first `size` statements: `up` is all upstream of the batch, `over` what is averaged over."""

    def __init__(
        self,
        recomputing: Recomputing,
        frame: Frame,
        tally: Tally,
        ways: tuple[Upstream, Upstream],
        size: int,
    ) -> None:
        self._recomputing = recomputing
        self._frame = frame
        self._tally = tally
        self._ways = ways
        self._size = size

    def compare(self, batch_id: str, claims: Content) -> None:
        """Compare all that is claimed of the batch; what cannot be computed is noted as that."""
        if not self._computable():
            return
        unknown = self._unknown()
        lenses = [lens for lens in LENSES.values() if lens.id not in unknown]
        found = self._recomputing.content(batch_id, self._ways, lenses, self._size)
        batch = self._frame.state.batches[batch_id]
        if claims.elements.keys() != batch.elements.keys():
            self._tally.fail(
                "content-false",
                f"The pack claims {', '.join(claims.elements)}; in the batch are {', '.join(batch.elements)}.",
            )
            return
        for element, claim in claims.elements.items():
            self._figure(f"{element}", milligrams(claim.mass), batch.elements[element])
            for lens in LENSES:
                if lens not in claim.lenses:
                    self._tally.miss(
                        "lens", f"The pack does not say what {element} is through {lens}."
                    )
                elif lens not in unknown:
                    said = {name: milligrams(mass) for name, mass in claim.lenses[lens].items()}
                    self._labels(f"{element} through {lens}", said, found[element][lens])
            for lens in claim.lenses.keys() - LENSES.keys():
                self._tally.miss("lens", f"The lens {lens} is not one of the protocol's.")

    def _computable(self) -> bool:
        """Whether everything upstream is known; what is not is noted."""
        known = True
        for each in self._recomputing.opaque(self._ways[0]):
            known = False
            if each.index is None:
                self._tally.miss(
                    "content",
                    f"What the batch consists of follows from {each.statement} too, which is not carried.",
                )
            elif each.why != "upstream":
                self._tally.withhold(
                    Withheld(
                        check="content" if each.why == "withheld" else "content, by earlier draws",
                        section="quantities",
                        statement=each.statement,
                        index=each.index,
                    )
                )
        return known

    def _unknown(self) -> frozenset[str]:
        """The lenses of the protocol that ask for a fact that is not known; each is noted."""
        found: set[str] = set()
        lenses = tuple(LENSES.values())
        for each in self._recomputing.unknown(lenses, *self._ways, self._size):
            found.update(each.lenses)
            named = ", ".join(each.lenses)
            if each.section is None:
                self._tally.miss(
                    "average",
                    f"Not all transformations are carried over which it averages: {named}.",
                    statement=each.statement,
                    index=each.index,
                )
            else:
                self._tally.withhold(
                    Withheld(
                        check=f"content through {named}",
                        section=each.section,
                        statement=each.statement,
                        index=each.index,
                    )
                )
        return frozenset(found)

    def _labels(self, what: str, said: Mapping[str, int], found: Mapping[str, int]) -> None:
        for label in sorted(said.keys() | found.keys()):
            self._figure(f"{what}, {label}", said.get(label, 0), found.get(label, 0))

    def _figure(self, what: str, said: int, found: int) -> None:
        if said == found:
            self._tally.verified["figures"] += 1
        else:
            self._tally.fail(
                "content-false",
                f"{what}: {kilograms(said)} kg are claimed, {kilograms(found)} kg follow.",
            )
