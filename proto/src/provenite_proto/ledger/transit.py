"""How fast a shipment was, beside how fast its mode can be."""

from collections.abc import Mapping
from datetime import timedelta

from ..problem import Finding
from ..record import Mode, Receipt
from .batch import Shipment
from .place import kilometres
from .register import RegisteredSite
from .state import State

FASTEST: Mapping[Mode, int] = {
    Mode.ROAD: 120,
    Mode.RAIL: 160,
    Mode.SEA: 55,
    Mode.AIR: 1050,
    Mode.INLAND_WATERWAY: 30,
}
"""Kilometres an hour from site to site beyond which a shipment is doubted: bounds of this protocol.

They lie above what is known of goods traffic. Road: 90 km/h where speed is limited (Directive 92/6/EEC) and no
driver without rest. Rail: the fastest freight wagons. Sea: 29.2 knots (54 km/h), the fastest service speed of a
container ship in the Clarkson register of 2008. Air: 1,020 km/h of the Boeing 747-8F. Inland waterway: 20 to 24
km/h allowed on the Rhine, and the current.
"""
_HOUR = timedelta(hours=1)


def too_fast(
    record: Receipt, shipment: Shipment, site: RegisteredSite | None, state: State
) -> tuple[Finding, ...]:
    """A finding when the great circle between the two sites cannot be travelled in the time.

    It does not say how far they are from each other: where a site lies is sealed.
    """
    start = state.sites.get(shipment.site) if shipment.site else None
    distance = kilometres(start, site) if start and site else None
    if distance is None:
        return ()
    taken = record.received_at - shipment.departed_at
    bound = FASTEST[shipment.mode]
    if distance * _HOUR <= bound * taken:
        return ()
    seconds = taken // timedelta(seconds=1)
    return (
        Finding(
            "transit-too-fast",
            f"By {shipment.mode} in {taken}: from site to site that is more than {bound} km in an hour.",
            pointer="/record/identities/site",
            figures={
                "seconds": str(seconds),
                "limitKilometresPerHour": str(bound),
                "mode": shipment.mode,
            },
        ),
    )
