"""What a policy is: data that says what to measure in a batch, by which lens, and against which dated thresholds.

The form of the files in `catalogue/`. All members are checked on their own here; what has to fit together is
checked by `reading`.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ..content import Rule
from ..matter.quantity import Fraction, Mass
from ..record import CustodyModel
from ..record.form import LINE, Slug, Symbol, Text

Prose = Annotated[str, Meta(min_length=1, max_length=1200, pattern=LINE)]
"""One or a few sentences for people, without line breaks."""
PolicyId = Annotated[str, Meta(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$(?!\n)", max_length=64)]
"""Lower-case names joined by full stops, from the jurisdiction down: `us.uflpa`."""
Version = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$(?!\n)", max_length=32)]
Phrase = Annotated[str, Meta(pattern=r"^[a-z][A-Za-z0-9_ ,-]*$(?!\n)", max_length=120)]
"""A verb and what follows it, which together with what was measured make a sentence: `came from mines`."""
LensName = Annotated[str, Meta(pattern=r"^[a-z0-9_]+([-/][a-z0-9_]+)*$(?!\n)", max_length=64)]
LabelOrGroup = Annotated[str, Meta(pattern=r"^@?[A-Za-z0-9_+./-]{1,64}$(?!\n)")]
"""A label of a lens, or `@` and a group of countries that stands for its members' codes."""
Confidence = Literal["high", "medium", "low"]
"""`high`: read in the source named; `medium`: known, not read there; `low`: sources disagree."""

Status = Literal[
    "in_force", "scheduled", "terminated", "proposed", "voluntary", "benchmark", "claim"
]
DateBasis = Literal[
    "delivery",
    "placed_in_service",
    "placed_on_market",
    "sale",
    "construction_begin",
    "import_entry",
    "treatment",
    "claim",
]
Measure = Literal["element_mass", "any_stage", "value", "cost", "recovery", "disclosure", "flag"]


class Form(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Base of what stands in a policy file: no unknown members."""


class Citation(Form, frozen=True, kw_only=True):
    """Where a rule is written, and how sure it is that it says so."""

    title: Prose
    confidence: Confidence


class Scope(Form, frozen=True, kw_only=True):
    """To what a policy applies; what is left out does not narrow it.

    `products` are what a firm says its product is; `mass_above` and `mass_at_least` are kilograms of what is
    assessed, in the materials of the scope.
    """

    materials: tuple[Slug, ...] = ()
    elements: tuple[Symbol, ...] = ()
    products: tuple[Slug, ...] = ()
    mass_above: Mass | None = None
    mass_at_least: Mass | None = None


class OwnLens(Form, frozen=True, kw_only=True):
    """The policy's automaton: rules as in a lens, in which `@group` stands for the countries of a group."""

    name: LensName
    title: Text
    start: Annotated[tuple[Rule, ...], Meta(min_length=1)]
    step: tuple[Rule, ...] = ()


class Named(Form, frozen=True, kw_only=True):
    """What every test has: its name, and what a certificate by a policy that ships says of what it has found.

    `claim` says of so much of what is measured what it did: a verb that is the same for one and many.
    """

    name: Text
    claim: Phrase | None = None


class Share(Named, frozen=True, kw_only=True, tag_field="kind", tag="share"):
    """How much of an element's mass has one of the labels `good`, each element by itself.

    `lens` is one of the policy's own or one that ships. Labels in none of the lists count as `other`; the
    labels `unknown` and `many`, and those listed as `unknown`, always count against. Without `at_least` the share is published and has no threshold.
    `elements` and `materials` narrow those of the scope; elements that are `required` are missing when the
    batch does not tell of them. `none` says what nothing of it did, where all of it is as in `claim`.
    """

    none: Phrase | None = None
    lens: LensName
    elements: tuple[Symbol, ...] = ()
    materials: tuple[Slug, ...] = ()
    required: bool = False
    good: tuple[LabelOrGroup, ...] = ()
    bad: tuple[LabelOrGroup, ...] = ()
    review: tuple[LabelOrGroup, ...] = ()
    unknown: tuple[LabelOrGroup, ...] = ()
    other: Literal["good", "bad", "unknown"] = "unknown"
    at_least: Fraction | None = None


class Recovery(Named, frozen=True, kw_only=True, tag_field="kind", tag="recovery"):
    """How much of what went into a process came out recovered: of elements, or of the whole mass."""

    elements: tuple[Symbol, ...] = ()
    at_least: Fraction


class Value(Named, frozen=True, kw_only=True, tag_field="kind", tag="value"):
    """How much of the minerals' value qualifies by where value was added (26 CFR 1.30D-3).

    `traced`: a mineral counts with the larger of its shares of value added by extraction and by processing in
    the countries `primary`, or by recycling in `recycled`. `half`: it counts wholly when that share is at
    least 0.5, and not at all otherwise.
    """

    method: Literal["traced", "half"]
    primary: tuple[LabelOrGroup, ...]
    recycled: tuple[LabelOrGroup, ...]
    at_least: Fraction


class Cost(Named, frozen=True, kw_only=True, tag_field="kind", tag="cost"):
    """How much of the direct cost is not attributable to prohibited foreign entities."""

    at_least: Fraction


class Influence(Named, frozen=True, kw_only=True, tag_field="kind", tag="influence"):
    """Whether specified foreign entities own so much of the maker that it is influenced by them.

    `single`: what one of them may not reach of equity; `together`: what all of them may not; `debt`: what
    they may not reach of the debt issued.
    """

    single: Fraction
    together: Fraction
    debt: Fraction


Test = Share | Recovery | Value | Cost | Influence


class Dated(Form, frozen=True, kw_only=True, rename={"since": "from"}):
    """What holds from the day `since` up to and with the day `until`; without them, always."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on the day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


class Row(Dated, frozen=True, kw_only=True):
    """Which tests hold when, for these products."""

    products: tuple[Slug, ...] = ()
    status: Status | None = None
    verify_by: date | None = None
    note: Prose | None = None
    test: Annotated[tuple[Test, ...], Meta(min_length=1, max_length=64)]


class Exemption(Dated, frozen=True, kw_only=True):
    """What a firm can claim so that the rows do not apply to its product.

    With `below` the parts of the product's weight that are named in `of` have to be less, together. `unless`
    are claims with which it does not hold.
    """

    id: Slug
    title: Prose
    of: tuple[Slug, ...] = ()
    below: Fraction | None = None
    unless: tuple[Slug, ...] = ()


class Parameter(Form, frozen=True, kw_only=True):
    """What who asks can set: `$name` in a text of the file stands for it.

    `value` is what it was set to, where that is not the default; no file has it.
    """

    kind: Literal["share", "stage", "source"]
    title: Text
    default: Text
    value: Text | None = None


class Policy(Form, frozen=True, kw_only=True):
    """A rule as data. The module's text says how the file is read, the specification what each member means."""

    id: PolicyId
    version: Version
    title: Text
    summary: Prose
    jurisdiction: Text
    status: Status
    as_of: date
    verify_by: date
    date_basis: DateBasis
    measure: Measure
    granularity: Text = "batch"
    source: Annotated[tuple[Citation, ...], Meta(min_length=1, max_length=16)]
    caveat: Annotated[tuple[Prose, ...], Meta(max_length=16)] = ()
    scope: Scope = Scope()
    custody: Annotated[tuple[CustodyModel, ...], Meta(min_length=1)] = tuple(CustodyModel)
    attestation: Literal["none", "required"] = "none"
    unmet: Literal["fail", "review"] = "fail"
    ended: date | None = None
    parameter: dict[Slug, Parameter] = {}
    lens: Annotated[tuple[OwnLens, ...], Meta(max_length=16)] = ()
    row: Annotated[tuple[Row, ...], Meta(min_length=1, max_length=128)]
    exemption: Annotated[tuple[Exemption, ...], Meta(max_length=16)] = ()

    @property
    def confidence(self) -> Confidence:
        """That of the source that is the least sure."""
        found = {each.confidence for each in self.source}
        return next(each for each in ("low", "medium", "high") if each in found)
