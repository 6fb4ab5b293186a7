"""What is assessed: batches with their content, and what a firm says that no statement records."""

import msgspec

from ..content.ranges import Shares
from ..record.declaration import Cost, Facts, Holding, Mineral, Recovered

__all__ = ["Cost", "Facts", "Holding", "Mineral", "Part", "Recovered"]


class Part(msgspec.Struct, frozen=True):
    """A batch, or a part of one: `mass` in milligrams of dry matter, and its content by element and lens id.

    `in_transit`: it has been shipped, and no receipt confirms that it has come.
    """

    material: str
    mass: int
    shares: Shares
    in_transit: bool = False
