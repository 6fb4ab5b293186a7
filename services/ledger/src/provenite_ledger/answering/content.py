"""Content as an answer: exact masses, rounded shares, the largest labels first."""

from collections.abc import Collection, Mapping

from provenite_proto.answers import ContentAnswer, ElementContent, LabelShare, LensShares
from provenite_proto.content import Shares
from provenite_proto.matter.quantity import kilograms, share
from provenite_proto.record import CustodyModel

_CREDIT = CustodyModel.MASS_BALANCE_CREDIT.value


def content(
    batch: str,
    size: int,
    elements: Mapping[str, int],
    shares: Shares,
    *,
    wanted: Collection[str] | None,
    lenses: Collection[str],
) -> ContentAnswer:
    """The content of a batch of these element masses (milligrams), whose labels stand to each other as in `shares`.

    `wanted` are the elements asked for, all by default, `lenses` the lenses. `shares` have the lens `custody` too,
    which says what is claimed rather than contained.
    """
    return ContentAnswer(
        batch=batch,
        size=size,
        elements=tuple(
            ElementContent(
                element=element,
                mass=kilograms(mass),
                physically_contained=not shares[element]["custody"].get(_CREDIT),
                lenses=tuple(_lens(lens, shares[element][lens]) for lens in lenses),
            )
            for element, mass in elements.items()
            if wanted is None or element in wanted
        ),
    )


def _lens(lens: str, masses: Mapping[str, int]) -> LensShares:
    return LensShares(lens=lens, labels=labels(masses))


def labels(masses: Mapping[str, int]) -> tuple[LabelShare, ...]:
    """Milligrams by label as an answer, the largest first."""
    whole = sum(masses.values())
    return tuple(
        LabelShare(label=label, mass=kilograms(mass), share=share(mass, whole))
        for label, mass in sorted(masses.items(), key=lambda item: (-item[1], item[0]))
        if mass
    )
