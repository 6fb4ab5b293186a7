"""Which labels a lens can give: a test that lists another one has a slip in it, which nothing would ever tell."""

import re
from collections.abc import Mapping

from ..content import UNKNOWN, Lens
from ..record import COUNTRIES, CustodyModel, Source, Stage, is_country
from .lenses import GROUP
from .model import OwnLens

_FILLED: Mapping[str, frozenset[str]] = {
    "{country}": COUNTRIES,
    "{source}": frozenset(Source),
    "{stage}": frozenset(Stage),
    "{custody}": frozenset(CustodyModel),
}
_REGION = "{region}"
_COUNTRY = re.compile(r"[A-Z]{2}")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def never(name: str, lens: Lens | OwnLens, label: str) -> str | None:
    """Why the lens of this name never gives the label, or none of the group's countries; nothing when it may.

    Of a lens that joins labels, or makes them of parts, it is not told.
    """
    texts = {rule.label for rule in (*lens.start, *lens.step)}
    joined = any(rule.join for rule in lens.step)
    if joined or any("{" in each and each not in {*_FILLED, _REGION} for each in texts):
        return None
    given = frozenset({UNKNOWN}).union(*(_FILLED.get(each, {each}) for each in texts - {_REGION}))
    somewhere = _REGION in texts
    if label.startswith(GROUP):
        occurs = somewhere or not given.isdisjoint(COUNTRIES)
    else:
        occurs = label in given or (somewhere and _is_place(label))
    if occurs:
        return None
    if "{country}" in texts and _COUNTRY.fullmatch(label):
        return f"There is no country {label!r}: the codes are those of ISO 3166-1 alpha-2."
    named = sorted(given - COUNTRIES if "{country}" in texts else given)
    codes = {"{country}": "the codes of countries", _REGION: "the codes of regions"}
    *most, last = [*(words for text, words in codes.items() if text in texts), *named]
    before = f"{', '.join(most)} and " if most else "only "
    return f"The lens {name} has {before}{last}, not {label!r}."


def _is_place(label: str) -> bool:
    return _PLACE.fullmatch(label) is not None and is_country(label)
