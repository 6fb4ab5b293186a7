"""Assessment: whether batches, with what a firm says of the product, meet a policy as of a day."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from ..content import Lens
from ..matter.quantity import milligrams, parts
from ..record import CustodyModel
from .definition import digest
from .facts import Facts, Part
from .figures import (
    CUSTODY,
    Deciding,
    Figure,
    Measured,
    Missing,
    elements_of,
    in_materials,
    measured,
)
from .lenses import lenses_of
from .model import Exemption, Policy, Row


class Outcome(StrEnum):
    """What an assessment comes to."""

    PASS = "pass"  # noqa: S105 # an outcome, no password
    FAIL = "fail"
    INDETERMINATE = "indeterminate"
    NOT_IN_SCOPE = "not_in_scope"
    NOT_YET_IN_FORCE = "not_yet_in_force"
    REVIEW = "review"


class Assessment(msgspec.Struct, frozen=True):
    """The outcome, and all that it follows from.

    `row` is the number of the policy's row that applied, from 0; `missing` what nobody has given and would
    decide it; `exemption` the claim by which no test applies; `notes` what to say along with it.
    """

    policy: str
    version: str
    digest: str
    as_of: date
    outcome: Outcome
    row: int | None = None
    figures: tuple[Figure, ...] = ()
    deciding: tuple[Deciding, ...] = ()
    missing: tuple[Missing, ...] = ()
    exemption: str | None = None
    notes: tuple[str, ...] = ()


class _Applied(msgspec.Struct, frozen=True):
    """The row that applies, or the outcome without one."""

    number: int | None
    outcome: Outcome | None = None
    note: str | None = None
    missing: Missing | None = None


CREDIT = (
    "Some of it came by mass-balance credit: it is claimed, and not physically contained "
    "(ISO 22095-2:2026, credit method)."
)
ON_ITS_WAY = (
    "It is on its way: no receipt says that it has come, and whole. That changes no share, since what does not "
    "come is missing of everything alike."
)


def assess(policy: Policy, batches: Sequence[Part], facts: Facts, day: date) -> Assessment:
    """Assess batches together, as one; the content has the lenses of `lenses_needed`.

    What fails is outweighed by nothing but an exemption; then come figures that are missing, then what is to
    be reviewed.
    """
    applied = _row(policy, facts, day)
    if applied.number is None:
        return _without_row(policy, applied, day)
    if reason := _out_of_scope(policy, batches):
        outside = _Applied(applied.number, Outcome.NOT_IN_SCOPE, reason)
        return _without_row(policy, outside, day)
    row = policy.row[applied.number]
    found = [measured(test, policy, batches, facts, day) for test in row.test]
    figures = tuple(each for test in found for each in test.figures)
    missing = tuple(each for test in found for each in test.missing)
    exemption, unshown = _exemption(policy, facts, day)
    if exemption is not None:
        outcome = Outcome.PASS
    else:
        outcome = _outcome(figures, missing)
        if unshown and outcome is not Outcome.PASS:
            outcome = Outcome.INDETERMINATE
            missing += unshown
    return Assessment(
        policy=policy.id,
        version=policy.version,
        digest=digest(policy),
        as_of=day,
        outcome=outcome,
        row=applied.number,
        figures=figures,
        deciding=tuple(each for test in found for each in test.deciding),
        missing=() if exemption else missing,
        exemption=exemption.id if exemption else None,
        notes=_notes(policy, row, batches, facts, day, found),
    )


def lenses_needed(policy: Policy, facts: Facts, day: date) -> tuple[Lens, ...]:
    """The lenses through which the content has to be known for an assessment; none when no row applies."""
    applied = _row(policy, facts, day)
    return () if applied.number is None else lenses_of(policy, policy.row[applied.number], day)


def _row(policy: Policy, facts: Facts, day: date) -> _Applied:
    """Which row applies to the product on the day."""
    products = policy.scope.products
    if products and facts.product is None:
        missing = Missing("product", f"Which product it is: {', '.join(products)}.")
        return _Applied(None, Outcome.INDETERMINATE, missing=missing)
    if products and facts.product not in products:
        return _Applied(
            None,
            Outcome.NOT_IN_SCOPE,
            f"{facts.product} is none of its products: {', '.join(products)}.",
        )
    if policy.ended and facts.acquired and facts.acquired > policy.ended:
        return _Applied(None, Outcome.NOT_IN_SCOPE, f"It ended on {policy.ended}.")
    rows = [
        (number, row)
        for number, row in enumerate(policy.row)
        if not row.products or facts.product in row.products
    ]
    for number, row in rows:
        if row.covers(day):
            return _Applied(number)
    if not rows:
        return _Applied(None, Outcome.NOT_IN_SCOPE, f"No rule is for {facts.product}.")
    first = rows[0][1].since
    if first is not None and day < first:
        return _Applied(None, Outcome.NOT_YET_IN_FORCE, f"It applies from {first} on.")
    return _Applied(None, Outcome.NOT_IN_SCOPE, f"It applied until {rows[-1][1].until}.")


def _without_row(policy: Policy, applied: _Applied, day: date) -> Assessment:
    return Assessment(
        policy=policy.id,
        version=policy.version,
        digest=digest(policy),
        as_of=day,
        outcome=applied.outcome or Outcome.NOT_IN_SCOPE,
        row=applied.number,
        missing=(applied.missing,) if applied.missing else (),
        notes=(applied.note,) if applied.note else (),
    )


def _out_of_scope(policy: Policy, batches: Sequence[Part]) -> str | None:
    """Why the batches are not what the policy is about; nothing when they are, or when there are none."""
    scope = policy.scope
    if not batches:
        return None
    of_scope = in_materials(batches, scope.materials)
    if not of_scope:
        return f"Its materials are {', '.join(scope.materials)}."
    if not elements_of(policy, of_scope):
        return f"Its elements are {', '.join(scope.elements)}."
    mass = sum(part.mass for part in of_scope)
    if scope.mass_above is not None and mass <= milligrams(scope.mass_above):
        return f"It is for more than {scope.mass_above} kg."
    if scope.mass_at_least is not None and mass < milligrams(scope.mass_at_least):
        return f"It is for {scope.mass_at_least} kg and more."
    return None


def _outcome(figures: tuple[Figure, ...], missing: tuple[Missing, ...]) -> Outcome:
    verdicts = {each.verdict for each in figures}
    if "fail" in verdicts:
        return Outcome.FAIL
    if missing:
        return Outcome.INDETERMINATE
    if not figures:
        return Outcome.NOT_IN_SCOPE
    return Outcome.REVIEW if "review" in verdicts else Outcome.PASS


def _exemption(
    policy: Policy, facts: Facts, day: date
) -> tuple[Exemption | None, tuple[Missing, ...]]:
    """The exemption that is claimed and holds, or what is missing to show one that is claimed."""
    unshown: tuple[Missing, ...] = ()
    for each in policy.exemption:
        if each.id not in facts.claims or not each.covers(day):
            continue
        if not set(each.unless).isdisjoint(facts.claims):
            continue
        if each.below is None:
            return each, ()
        lacking = [name for name in each.of if name not in facts.weights]
        if lacking:
            sentence = f"Which part of the weight is {', '.join(lacking)}: {each.id} needs it."
            unshown = (*unshown, Missing("weights", sentence))
        elif sum(parts(facts.weights[name]) for name in each.of) < parts(each.below):
            return each, ()
    return None, unshown


def _notes(
    policy: Policy,
    row: Row,
    batches: Sequence[Part],
    facts: Facts,
    day: date,
    found: list[Measured],
) -> tuple[str, ...]:
    notes = []
    if row.status and row.status != policy.status:
        verify = f": look it up by {row.verify_by}" if row.verify_by else ""
        notes.append(f"The rule is {row.status.replace('_', ' ')}{verify}.")
    if policy.verify_by < day:
        notes.append(f"The policy was to be looked up again by {policy.verify_by}.")
    if policy.ended and facts.acquired is None:
        notes.append(f"It ended: nothing after {policy.ended} is in its scope.")
    counted = {each.element for test in found for each in test.deciding}
    credit = CustodyModel.MASS_BALANCE_CREDIT
    if any(
        credit in part.shares[element][CUSTODY]
        for part in batches
        for element in counted & part.shares.keys()
    ):
        notes.append(CREDIT)
    if any(part.in_transit for part in batches):
        notes.append(ON_ITS_WAY)
    return tuple(notes)
