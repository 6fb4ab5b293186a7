"""Measuring: a test's figures, from the content and from what a firm says, in exact integers.

Of every figure the lower bound is what is certain and the upper one what would be if all that is unknown, or
to be reviewed, counted. Unknown counts against the claim: what decides is the lower bound.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from ..content import UNKNOWN
from ..content.lens import MANY
from ..content.ranges import Labels
from ..matter.quantity import FRACTION_ONE, milligrams, parts
from ..record import CustodyModel
from .facts import Facts, Mineral, Part
from .lenses import filled, lens_named
from .model import Cost, Influence, Policy, Recovery, Share, Test, Value
from .own import is_own, quoted

Verdict = Literal["pass", "fail", "review"]
Counts = Literal["good", "bad", "review", "unknown", "refused"]
ATTESTED = "attested"
CUSTODY = "custody"


class Figure(msgspec.Struct, frozen=True):
    """A figure of a test: from `lower` to `upper` of `whole`, in milligrams where it is of an element's mass.

    Of values, costs and holdings only the proportion means something. `of` is the element, or what is
    measured. It passes when `lower` is `at_least` that part, or `below` it.
    """

    name: str
    of: str
    lower: int
    upper: int
    whole: int
    verdict: Verdict
    at_least: str | None = None
    below: str | None = None


class Deciding(msgspec.Struct, frozen=True):
    """How `mass` milligrams of an element count in a test, by name, which have this label in the lens."""

    test: str
    element: str
    lens: str
    label: str
    counts: Counts
    mass: int


class Missing(msgspec.Struct, frozen=True):
    """A figure that nobody has given and without which the policy cannot be decided."""

    what: str
    detail: str


class Measured(msgspec.Struct, frozen=True):
    """What one test has found; nothing at all when it does not apply."""

    figures: tuple[Figure, ...] = ()
    deciding: tuple[Deciding, ...] = ()
    missing: tuple[Missing, ...] = ()


def measured(
    test: Test, policy: Policy, batches: Sequence[Part], facts: Facts, day: date
) -> Measured:
    """The figures of a test on a day; `KeyError` when the content lacks one of the policy's lenses."""
    found = _measured(test, policy, batches, facts, day)
    if found.missing and is_own(policy.id):
        told = tuple(
            Missing(each.what, quoted(test.name) + each.detail.removeprefix(test.name))
            for each in found.missing
        )
        return msgspec.structs.replace(found, missing=told)
    return found


def _measured(
    test: Test, policy: Policy, batches: Sequence[Part], facts: Facts, day: date
) -> Measured:
    match test:
        case Share():
            return _shares(test, policy, batches, day)
        case Recovery():
            return _recovered(test, facts)
        case Value():
            return _valued(test, facts, day)
        case Cost():
            return _cost(test, facts)
        case Influence():
            return _influence(test, facts)


def elements_of(policy: Policy, batches: Iterable[Part]) -> list[str]:
    """The elements of the scope that the batches have."""
    found = {element for part in batches for element in part.shares}
    return sorted(found & set(policy.scope.elements) if policy.scope.elements else found)


def in_materials(batches: Iterable[Part], materials: tuple[str, ...]) -> list[Part]:
    """The batches of these materials; all when none is named."""
    return [part for part in batches if not materials or part.material in materials]


def _shares(test: Share, policy: Policy, batches: Sequence[Part], day: date) -> Measured:
    if not batches:
        sentence = f"{test.name}: no batch and its content are given."
        return Measured(missing=(Missing("content", sentence),))
    batches = in_materials(in_materials(batches, policy.scope.materials), test.materials)
    if not batches:
        return Measured()
    figures: list[Figure] = []
    deciding: list[Deciding] = []
    missing: list[Missing] = []
    for element in test.elements or elements_of(policy, batches):
        holding = [part for part in batches if part.shares.get(element)]
        found = _share(test, policy, element, holding, day)
        if found is not None:
            figures.append(found[0])
            deciding += found[1]
        elif test.required:
            missing.append(
                Missing(element, f"{test.name}: no assay says how much {element} there is.")
            )
    return Measured(tuple(figures), tuple(deciding), tuple(missing))


def _share(
    test: Share, policy: Policy, element: str, batches: list[Part], day: date
) -> tuple[Figure, list[Deciding]] | None:
    lens = lens_named(policy, test.lens, day).id
    labels = _together(batches, element, lens)
    whole = sum(labels.values())
    if whole == 0:
        return None
    counts = _counting(test, day)
    deciding = [
        Deciding(test.name, element, lens, label, counts.get(label, test.other), mass)
        for label, mass in sorted(labels.items())
    ]
    refused = [
        Deciding(test.name, element, by, label, "refused", mass)
        for by, accepted in _accepted(policy)
        for label, mass in sorted(_together(batches, element, by).items())
        if label not in accepted
    ]
    lost = sum(each.mass for each in refused)
    good, review, unknown = (
        sum(each.mass for each in deciding if each.counts == how)
        for how in ("good", "review", "unknown")
    )
    # Which of the matter it is that is refused no lens says: as far as is certain, the good.
    certain = max(0, good - lost)
    figure = Figure(
        test.name,
        element,
        certain,
        max(
            certain,
            min(good + review + unknown, whole - max((each.mass for each in refused), default=0)),
        ),
        whole,
        _verdict(certain, max(0, good + review - lost), whole, test.at_least, policy),
        test.at_least,
    )
    return figure, deciding + refused


def _verdict(
    certain: int, with_review: int, whole: int, at_least: str | None, policy: Policy
) -> Verdict:
    if at_least is None or _reaches(certain, whole, at_least):
        return "pass"
    return "review" if _reaches(with_review, whole, at_least) else policy.unmet


def _reaches(part: int, whole: int, at_least: str) -> bool:
    return part * FRACTION_ONE >= parts(at_least) * whole


def _counting(test: Share, day: date) -> Mapping[str, Counts]:
    """How each label counts that does not count like the others."""
    listed: list[tuple[Counts, tuple[str, ...]]] = [
        ("good", test.good),
        ("bad", test.bad),
        ("review", test.review),
        ("unknown", test.unknown),
        ("unknown", (UNKNOWN, MANY)),
    ]
    return {label: counts for counts, labels in listed for label in filled(labels, day)}


def _accepted(policy: Policy) -> Iterator[tuple[str, frozenset[str]]]:
    """The lenses that ask how matter was kept and vouched for, with the labels that are not refused."""
    refused = frozenset(CustodyModel) - frozenset(policy.custody)
    if refused:
        yield CUSTODY, frozenset({*policy.custody, UNKNOWN})
    if policy.attestation == "required":
        yield ATTESTED, frozenset({"attested"})


def _together(batches: Iterable[Part], element: str, lens: str) -> Labels:
    total: Labels = {}
    for part in batches:
        for label, mass in part.shares[element][lens].items():
            total[label] = total.get(label, 0) + mass
    return total


def _recovered(test: Recovery, facts: Facts) -> Measured:
    if facts.whole is None and not facts.recovered:
        missing = Missing("recovery", f"{test.name}: what went in and what came out is not given.")
        return Measured(missing=(missing,))
    if test.elements:
        found = {each: facts.recovered[each] for each in test.elements if each in facts.recovered}
    elif facts.whole is None:
        return Measured(missing=(Missing("whole", f"{test.name}: the whole mass is not given."),))
    else:
        found = {"mass": facts.whole}
    return Measured(
        tuple(
            _exact(test, of, milligrams(each.out), milligrams(each.out), milligrams(each.into))
            for of, each in found.items()
            if milligrams(each.into)
        )
    )


def _valued(test: Value, facts: Facts, day: date) -> Measured:
    whole = sum(milligrams(each.value) for each in facts.minerals) * FRACTION_ONE
    if not whole:
        missing = Missing(
            "minerals", f"{test.name}: the minerals' values, and where they were added."
        )
        return Measured(missing=(missing,))
    lower = upper = 0
    for mineral in facts.minerals:
        low, high = _qualifying(mineral, test, day)
        lower += milligrams(mineral.value) * low
        upper += milligrams(mineral.value) * high
    return Measured((_exact(test, "value", lower, upper, whole),))


def _qualifying(mineral: Mineral, test: Value, day: date) -> tuple[int, int]:
    """The bounds of the part of a mineral's value that qualifies, in parts per 10^9."""
    primary, recycled = filled(test.primary, day), filled(test.recycled, day)
    steps = (
        [(mineral.recycling, recycled)]
        if mineral.recycling
        else [(mineral.extraction, primary), (mineral.processing, primary)]
    )
    low = high = 0
    for step, countries in steps:
        certain = sum(parts(part) for country, part in step.items() if country in countries)
        unknown = FRACTION_ONE - sum(map(parts, step.values()))
        low, high = max(low, certain), max(high, certain + unknown)
    if test.method == "half":
        return _wholly(low), _wholly(high)
    return low, high


def _wholly(part: int) -> int:
    return FRACTION_ONE if 2 * part >= FRACTION_ONE else 0


def _cost(test: Cost, facts: Facts) -> Measured:
    if facts.cost is None or not milligrams(facts.cost.total):
        missing = Missing("cost", f"{test.name}: the direct costs, and whose they are.")
        return Measured(missing=(missing,))
    total = milligrams(facts.cost.total)
    upper = total - milligrams(facts.cost.prohibited)
    return Measured((_exact(test, "cost", upper - milligrams(facts.cost.unknown), upper, total),))


def _influence(test: Influence, facts: Facts) -> Measured:
    if facts.holdings is None:
        missing = Missing("holdings", f"{test.name}: what such entities hold of equity and debt.")
        return Measured(missing=(missing,))
    equity: dict[str, int] = {}
    debt = 0
    for each in facts.holdings:
        if each.of == "equity":
            equity[each.holder] = equity.get(each.holder, 0) + parts(each.fraction)
        else:
            debt += parts(each.fraction)
    held = (
        ("equity of one", max(equity.values(), default=0), test.single),
        ("equity together", sum(equity.values()), test.together),
        ("debt", debt, test.debt),
    )
    return Measured(
        tuple(
            Figure(
                test.name,
                of,
                part,
                part,
                FRACTION_ONE,
                "pass" if part < parts(below) else "fail",
                below=below,
            )
            for of, part, below in held
        )
    )


def _exact(test: Recovery | Value | Cost, of: str, lower: int, upper: int, whole: int) -> Figure:
    verdict: Verdict = "pass" if _reaches(lower, whole, test.at_least) else "fail"
    return Figure(test.name, of, lower, upper, whole, verdict, test.at_least)
