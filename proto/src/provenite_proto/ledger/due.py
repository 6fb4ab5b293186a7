"""When a shipment should have arrived: as its sender says, or after the usual longest time of its mode."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from ..record import Mode

USUAL_DAYS: Mapping[Mode, int] = MappingProxyType(
    {Mode.AIR: 7, Mode.ROAD: 14, Mode.RAIL: 30, Mode.INLAND_WATERWAY: 45, Mode.SEA: 90}
)
"""Days after its departure from which a shipment without a date of its own counts as overdue.

The protocol's own: long enough for the longest ordinary way and the customs at its end.
"""


def due_at(mode: Mode, departed_at: datetime, expected_at: datetime | None) -> datetime:
    """The time after which the shipment is overdue."""
    return expected_at or departed_at + timedelta(days=USUAL_DAYS[mode])
