"""Places: where sites lie, how far they are from each other, and which of them are the same."""

import math

from ..record import Site
from .register import RegisteredSite

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (IUGG: 2a/3 + b/3 of WGS 84)."""
_CELL = 1000
"""Millionths of a degree in a cell: 0.001°, some 110 m from north to south."""


def microdegrees(text: str) -> int:
    """Millionths of a degree of a coordinate."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, decimals = digits.partition(".")
    return sign * (int(whole) * 10**6 + int(decimals.ljust(6, "0")))


def coordinates(record: Site) -> tuple[int, int] | None:
    """Latitude and longitude in millionths of a degree, when the record has both."""
    details = record.identities
    if details is None or details.latitude is None or details.longitude is None:
        return None
    return microdegrees(details.latitude), microdegrees(details.longitude)


def cell(record: Site) -> str | None:
    """The cell of 0.001° by 0.001° in which the site lies, by its south-western corner."""
    at = coordinates(record)
    return None if at is None else f"{at[0] // _CELL}/{at[1] // _CELL}"


def kilometres(one: RegisteredSite, other: RegisteredSite) -> int | None:
    """The great-circle distance in whole kilometres, rounded down; `None` when a site has no coordinates.

    On a sphere (haversine): within 0.5 % of the ellipsoid's.
    """
    if one.latitude is None or one.longitude is None:
        return None
    if other.latitude is None or other.longitude is None:
        return None
    here, there = math.radians(one.latitude / 1e6), math.radians(other.latitude / 1e6)
    across = math.radians((other.longitude - one.longitude) / 1e6)
    half = (
        math.sin((there - here) / 2) ** 2
        + math.cos(here) * math.cos(there) * math.sin(across / 2) ** 2
    )
    return int(2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half))))
