"""Which roles may sign which records."""

from collections.abc import Mapping

from ..record import (
    Collection,
    Extraction,
    Key,
    Party,
    Receipt,
    Record,
    Role,
    Site,
    Transfer,
    Transformation,
)

_TRADING = frozenset(
    {Role.MINER, Role.COLLECTOR, Role.RECYCLER, Role.REFINER, Role.MANUFACTURER, Role.TRADER}
)

MAY_SIGN: Mapping[type[Record], frozenset[Role]] = {
    Extraction: frozenset({Role.MINER}),
    Collection: frozenset({Role.COLLECTOR, Role.RECYCLER}),
    Transformation: _TRADING,
    Transfer: _TRADING,
    Receipt: _TRADING,
    Party: frozenset({Role.REGISTRAR}),
    Key: frozenset(Role),
    Site: _TRADING,
}
