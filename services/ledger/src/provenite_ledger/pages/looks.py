"""How the printed page looks: its colours, of which each is told from its paper (WCAG 2.2, AA), and its signs."""

from msgspec import Struct

from .sheet import State
from .typesetting import Colour

LEFT, RIGHT = 15.0, 195.0
"""Where the print begins and ends."""

INK: Colour = (21, 33, 43)
QUIET: Colour = (68, 82, 93)
LINE: Colour = (185, 196, 203)
ACCENT: Colour = (15, 76, 92)
CERTAIN: Colour = (15, 95, 115)
POSSIBLE: Colour = (63, 142, 163)
TRACK: Colour = (228, 234, 238)
MARK: Colour = (163, 51, 11)
WHITE: Colour = (255, 255, 255)


class Look(Struct, frozen=True):
    """How a standing looks: its colour, the paper under it, the word behind the page, and its sign of lines."""

    colour: Colour
    paper: Colour
    behind: Colour
    icon: tuple[tuple[tuple[float, float], ...], ...]


_TICK = ((0.3, 0.52), (0.45, 0.68), (0.72, 0.38))
_SHIELD = (
    (0.5, 0.04),
    (0.88, 0.18),
    (0.88, 0.5),
    (0.72, 0.8),
    (0.5, 0.97),
    (0.28, 0.8),
    (0.12, 0.5),
    (0.12, 0.18),
)
_TRIANGLE = ((0.5, 0.06), (0.98, 0.92), (0.02, 0.92), (0.5, 0.06))
_OCTAGON = (
    (0.3, 0.03),
    (0.7, 0.03),
    (0.97, 0.3),
    (0.97, 0.7),
    (0.7, 0.97),
    (0.3, 0.97),
    (0.03, 0.7),
    (0.03, 0.3),
)
_CROSS = (((0.33, 0.33), (0.67, 0.67)), ((0.67, 0.33), (0.33, 0.67)))
_GLASS = ((0.2, 0.05), (0.8, 0.05), (0.2, 0.95), (0.8, 0.95), (0.2, 0.05))
LOOKS: dict[State, Look] = {
    "valid": Look((10, 92, 51), (230, 244, 236), WHITE, (_SHIELD, _TICK)),
    "suspended": Look(
        (122, 61, 0),
        (255, 240, 217),
        (252, 243, 230),
        (_TRIANGLE, ((0.5, 0.38), (0.5, 0.64)), ((0.5, 0.76), (0.5, 0.79))),
    ),
    "revoked": Look((143, 22, 22), (253, 234, 234), (252, 238, 238), (_OCTAGON, *_CROSS)),
    "expired": Look((59, 66, 76), (236, 239, 242), (241, 243, 245), (_GLASS,)),
}
