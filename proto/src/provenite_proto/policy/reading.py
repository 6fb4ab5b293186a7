"""Reading a policy file strictly: what is not well formed is refused with its line and the reason."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import msgspec

from ..content import LENSES, Lens
from ..countries import GROUPS
from ..matter.element import ELEMENTS
from ..matter.material import MATERIALS
from ..matter.quantity import Fraction
from ..problem import Problem
from ..record import Source, Stage
from ..record.country import COUNTRIES
from ..strict_toml import Malformed, Words, line_of, read
from .definition import MAX_DEFINITION, definition
from .labels import never
from .lenses import GROUP, lens_on
from .model import Dated, Exemption, OwnLens, Parameter, Policy, Row, Share, Test, Value
from .refusing import in_plain_words, of_syntax

MAX_BYTES = 65_536
MAX_DOTS = 4_096
"""Full stops in the file: reading a dotted key takes time that grows with the square of its length."""
_PARAMETER = re.compile(r"\$([a-z0-9-]+)")
_KINDS: Mapping[str, Any] = {"share": Fraction, "stage": Stage, "source": Source}
_ALLOWED: Mapping[str, str] = {
    "share": "a part of 1, such as 0.24 for 24 %",
    "stage": f"one of {', '.join(Stage)}",
    "source": f"one of {', '.join(Source)}",
}
_WORDS = Words(in_plain_words, of_syntax)
Place = tuple[str | int, ...]


class NotOffered(ValueError):
    """A policy that there is not, or that cannot be set so: one sentence."""


class Unfit(Exception):
    """Parts of a policy that do not fit together: the place and the reason."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


def read_policy(text: str, name: str, given: Mapping[str, str] | None = None) -> Policy:
    """The policy of a TOML text, its parameters set; `Malformed` with line and reason when it is none.

    `name` is what messages call the file. `given` are parameters by name, the others have their defaults;
    `NotOffered` for one that the policy does not have, or that is not of its kind.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Malformed(name, 1, f"The file is larger than {MAX_BYTES} bytes.")
    if text.count(".") > MAX_DOTS:
        raise Malformed(name, 1, f"The file has more than {MAX_DOTS} full stops.")
    try:
        text, values = _set(text, name, given or {})
        policy = _told(read(text, Policy, name, _WORDS), values)
        _check(policy)
        _check_labels(policy)
    except RecursionError:
        raise Malformed(name, 1, "The file is nested too deeply.") from None
    except Unfit as error:
        raise Malformed(name, line_of(text, error.place), error.reason) from None
    if len(definition(policy)) > MAX_DEFINITION:
        raise Malformed(name, 1, f"With its parameters it is larger than {MAX_DEFINITION} bytes.")
    return policy


def read_definition(data: bytes) -> Policy:
    """The policy of a definition; `ValueError` says why it is none: it is not the one text, or its parts do not fit."""
    if len(data) > MAX_DEFINITION:
        raise ValueError(f"The definition is larger than {MAX_DEFINITION} bytes.")
    try:
        policy = _definitions.decode(data)
        _check(policy)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{error}.") from None
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    except Unfit as error:
        raise ValueError(f"{'.'.join(map(str, error.place))}: {error.reason}") from None
    if definition(policy) != data:
        raise ValueError("It is not compact JSON with sorted members and without defaults.")
    return policy


def _set(text: str, name: str, given: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The text with its parameters filled in, and their values, which hold no character that means something in TOML."""
    try:
        table = tomllib.loads(text).get("parameter", {})
    except tomllib.TOMLDecodeError:
        # What is wrong is said when the whole is read.
        return text, {}
    if not isinstance(table, dict):
        return text, {}
    parameters = {key: _parameter(key, value) for key, value in table.items()}
    if unknown := sorted(given.keys() - parameters.keys()):
        takes = f"it takes {' and '.join(parameters)}" if parameters else "it takes none"
        raise NotOffered(f"There is no parameter {unknown[0][:64]!r}: {takes}.")
    values = {}
    for key, parameter in parameters.items():
        if parameter.value is not None:
            raise Unfit(("parameter", key, "value"), "It is who asks that sets it.")
        if not _is(parameter, parameter.default):
            raise Unfit(
                ("parameter", key, "default"), _not_allowed("default", parameter, parameter.default)
            )
        values[key] = given.get(key, parameter.default)
        if not _is(parameter, values[key]):
            raise NotOffered(_not_allowed(key, parameter, values[key]))
    for found in _PARAMETER.finditer(text):
        if found[1] not in values:
            line = text.count("\n", 0, found.start()) + 1
            raise Malformed(name, line, f"There is no parameter {found[1]!r}.")
    return _PARAMETER.sub(lambda found: values[found[1]], text), values


def _told(policy: Policy, values: Mapping[str, str]) -> Policy:
    """The policy that says which of its parameters are set otherwise than by default."""
    return msgspec.structs.replace(
        policy,
        parameter={
            key: each
            if values[key] == each.default
            else msgspec.structs.replace(each, value=values[key])
            for key, each in policy.parameter.items()
        },
    )


def _not_allowed(key: str, parameter: Parameter, value: str) -> str:
    return f"{key} is {_ALLOWED[parameter.kind]}, not {value[:64]!r}."


def _parameter(key: str, value: Any) -> Parameter:
    try:
        return msgspec.convert(value, Parameter, strict=True)
    except msgspec.ValidationError as error:
        sentence, _, place = str(error).partition(" - at `$.")
        member = place.removesuffix("`")
        raise Unfit(
            ("parameter", key, member) if member else ("parameter", key),
            in_plain_words(sentence, f"parameter.{key}{f'.{member}' if member else ''}"),
        ) from None


def _is(parameter: Parameter, value: str) -> bool:
    try:
        msgspec.convert(value, _KINDS[parameter.kind], strict=True)
    except msgspec.ValidationError:
        return False
    return True


def _check(policy: Policy) -> None:
    if policy.verify_by < policy.as_of:
        raise Unfit(("verify_by",), "verify_by lies before as_of.")
    _known(("scope", "elements"), "element", policy.scope.elements, ELEMENTS)
    _known(("scope", "materials"), "material", policy.scope.materials, MATERIALS)
    _check_lenses(policy)
    for key, parameter in policy.parameter.items():
        if parameter.value is not None and (
            parameter.value == parameter.default or not _is(parameter, parameter.value)
        ):
            raise Unfit(
                ("parameter", key, "value"),
                f"{parameter.value!r} is no {parameter.kind}, or the default.",
            )
    used = set()
    for number, row in enumerate(policy.row):
        _check_row(policy, row, ("row", number))
        used |= {test.lens for test in row.test if isinstance(test, Share)}
    for number, lens in enumerate(policy.lens):
        if lens.name not in used:
            raise Unfit(("lens", number, "name"), f"No test looks through {lens.name!r}.")
    _check_periods(policy)
    for number, exemption in enumerate(policy.exemption):
        place: Place = ("exemption", number)
        _check_days(exemption, place)
        if any(_overlap(exemption, other) for other in policy.exemption[:number]):
            raise Unfit((*place, "id"), f"{exemption.id!r} is there twice for the same days.")
        if bool(exemption.of) != (exemption.below is not None):
            raise Unfit(place, "of and below come together.")


def _check_days(dated: Dated, place: Place) -> None:
    if dated.since and dated.until and dated.until < dated.since:
        raise Unfit((*place, "until"), "It ends before it begins.")


def _overlap(one: Exemption, other: Exemption) -> bool:
    return (
        one.id == other.id
        and (one.since or date.min) <= (other.until or date.max)
        and (other.since or date.min) <= (one.until or date.max)
    )


def _check_lenses(policy: Policy) -> None:
    names: set[str] = set()
    for number, lens in enumerate(policy.lens):
        place: Place = ("lens", number)
        if lens.name in names or lens.name in LENSES:
            raise Unfit((*place, "name"), f"There is a lens {lens.name!r} already.")
        names.add(lens.name)
        for side in ("start", "step"):
            for at, rule in enumerate(getattr(lens, side)):
                for member in ("country", "controllers"):
                    _check_groups((*place, side, at, member), getattr(rule, member) or ())
        try:
            lens_on(lens, policy.as_of)
        except Problem as problem:
            found = tuple(
                int(part) if part.isdigit() else part for part in problem.pointer.split("/")[1:]
            )
            raise Unfit((*place, *found), problem.detail) from None


def _check_row(policy: Policy, row: Row, place: Place) -> None:
    _check_days(row, place)
    _known((*place, "products"), "product of the scope", row.products, policy.scope.products)
    for number, test in enumerate(row.test):
        at: Place = (*place, "test", number)
        _check_claim(row, number, at)
        if isinstance(test, Share):
            _check_share(policy, test, at)
        elif isinstance(test, Value):
            _check_countries((*at, "primary"), test.primary)
            _check_countries((*at, "recycled"), test.recycled)


def _check_claim(row: Row, number: int, at: Place) -> None:
    test = row.test[number]
    if isinstance(test, Share) and test.none is not None and test.claim is None:
        raise Unfit((*at, "none"), "none goes with claim, which is missing.")
    for other in row.test[:number]:
        if other.name == test.name and _claimed(other) != _claimed(test):
            raise Unfit(
                (*at, "name"), f"Another test has the name {test.name!r}, and another claim."
            )


def _claimed(test: Test) -> tuple[type[Test], str | None, str | None]:
    return type(test), test.claim, test.none if isinstance(test, Share) else None


def _check_share(policy: Policy, test: Share, at: Place) -> None:
    if test.lens not in LENSES and test.lens not in {lens.name for lens in policy.lens}:
        raise Unfit((*at, "lens"), f"There is no lens {test.lens!r}.")
    _known((*at, "elements"), "element", test.elements, policy.scope.elements or ELEMENTS)
    _known((*at, "materials"), "material", test.materials, policy.scope.materials or MATERIALS)
    if test.required and not test.elements:
        raise Unfit((*at, "required"), "required says of which elements: elements is missing.")
    if not test.good and test.other != "good":
        raise Unfit(at, "No label is good.")
    seen: set[str] = set()
    for member in ("good", "bad", "review", "unknown"):
        labels = getattr(test, member)
        _check_groups((*at, member), labels)
        if twice := seen.intersection(labels):
            raise Unfit((*at, member), f"{min(twice)!r} is in two lists.")
        seen.update(labels)


def _check_labels(policy: Policy) -> None:
    """Each label is one that its lens can give. Of a definition it is not asked: what it says it says for good."""
    lenses: Mapping[str, Lens | OwnLens] = {**LENSES, **{each.name: each for each in policy.lens}}
    for number, row in enumerate(policy.row):
        for at, test in enumerate(row.test):
            if not isinstance(test, Share):
                continue
            for member in ("good", "bad", "review", "unknown"):
                for label in getattr(test, member):
                    if reason := never(test.lens, lenses[test.lens], label):
                        raise Unfit(("row", number, "test", at, member), reason)


def _check_periods(policy: Policy) -> None:
    """Rows of the same products follow each other without gap and overlap."""
    products: set[str | None] = {each for row in policy.row for each in row.products}
    for product in products or {None}:
        rows = [
            (number, row)
            for number, row in enumerate(policy.row)
            if not row.products or product in row.products
        ]
        for (_, before), (number, after) in pairwise(rows):
            if before.until is None or after.since != before.until + timedelta(days=1):
                whose = "" if product is None else f" of {product}"
                raise Unfit(
                    ("row", number),
                    f"The row does not begin on the day after the one before{whose}.",
                )


def _check_groups(place: Place, labels: tuple[str, ...]) -> None:
    for group in _groups(labels):
        if group not in GROUPS:
            raise Unfit(
                place,
                f"There is no group of countries {group!r}: there are {', '.join(sorted(GROUPS))}.",
            )


def _check_countries(place: Place, labels: tuple[str, ...]) -> None:
    _check_groups(place, labels)
    _known(place, "country", tuple(each for each in labels if each[0] != GROUP), COUNTRIES)


def _groups(labels: tuple[str, ...]) -> Iterator[str]:
    return (each.removeprefix(GROUP) for each in labels if each.startswith(GROUP))


def _known(place: Place, what: str, values: tuple[str, ...], among: Any) -> None:
    for value in values:
        if value not in among:
            raise Unfit(place, f"There is no {what} {value!r}.")


_definitions = msgspec.json.Decoder(Policy)
