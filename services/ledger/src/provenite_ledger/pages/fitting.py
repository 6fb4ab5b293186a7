"""How much a page tells: as much as one sheet of paper holds. What does not fit is in the signed credential."""

from .composing import LIMITS, sheet
from .laying_out import Laid, laid_out
from .sheet import Sheet
from .shown import Shown

FEWEST_NOTES = (4, 3, 1)
"""How many notes are told at the least before all texts are told more shortly."""


def fitted(shown: Shown) -> tuple[Sheet, Laid]:
    """What the page says, and how it is laid out on one page.

    The HTML is printed in the sizes that are found here: it has no fonts of its own to measure.
    """
    for limits, fewest in zip(LIMITS, FEWEST_NOTES, strict=True):
        said = sheet(shown, limits)
        if laid := laid_out(said, fewest):
            return said, laid
    raise AssertionError("the least that is told fits on a page, whatever the texts are")
