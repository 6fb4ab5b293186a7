"""Content on random chains, against a slow reference with exact fractions that knows nothing of lenses but what they ask."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_proto.content import LENSES, Shares, Standing, Taken, of_source, of_transformation
from provenite_proto.content.standing import Attested
from provenite_proto.ledger.batch import Draw, spans
from provenite_proto.matter.quantity import kilograms
from provenite_proto.record import (
    Allocation,
    Collection,
    CustodyModel,
    Extraction,
    Output,
    Source,
    Stage,
    Transformation,
    TransformationQuantities,
)

TIME = datetime(2026, 1, 5, tzinfo=UTC)
OUTPUT = Output(material="copper-cathode", elements=("Cu",))
REGIONS = st.sampled_from(["AU", "CL", "CN-XJ", "CN-JX", "PE"])
SYMBOLS = ("Cu", "Ni")
MASSES = st.one_of(st.integers(0, 9), st.integers(0, 10**15))
STRENGTH = tuple(CustodyModel)
MODELS = st.sampled_from([each for each in CustodyModel if "rolling" not in each])
STANDINGS = st.builds(
    Standing,
    st.integers(0, 9).map(lambda number: number == 0),
    st.sampled_from(get_args(Attested)),
    st.sampled_from([(), ("CN",), ("CL", "US"), ("unknown",), tuple("ABCDEFGHI")]),
)
Exact = dict[str, dict[str, Fraction]]
"""Lens, then label: milligrams."""


class Made(msgspec.Struct):
    """A batch with its content as we and as the reference compute it, by element.

    `slack` is how many milligrams of a set of labels may lie between the two.
    """

    elements: dict[str, int]
    mass: int
    remaining: int
    ours: Shares
    exact: dict[str, Exact]
    slack: dict[str, dict[str, int]]

    def take(self, mass: int) -> dict[str, tuple[int, int]]:
        draw = Draw("", mass, self.remaining)
        self.remaining -= mass
        return spans(self.elements, dict.fromkeys(self.elements, 0), self.mass, draw)


def deal(mass: Fraction | int, pool: dict[str, Fraction]) -> dict[str, Fraction]:
    whole = sum(pool.values())
    return {label: mass * part / whole for label, part in pool.items()} if mass else {}


def added(*parts: dict[str, Fraction]) -> dict[str, Fraction]:
    labels = {label for part in parts for label in part}
    return {
        label: sum((part.get(label, Fraction(0)) for part in parts), Fraction(0))
        for label in labels
    }


def without(pool: dict[str, Fraction], part: dict[str, Fraction]) -> dict[str, Fraction]:
    return {label: mass - part.get(label, 0) for label, mass in pool.items()}


def members(controllers: tuple[str, ...]) -> str:
    return "many" if len(controllers) > 8 else "+".join(sorted(controllers)) or "none"


def label_of_source(lens: str, record: Extraction | Collection, standing: Standing) -> str:
    country = record.country[:2]
    if standing.void:
        return "unknown"
    answers = {
        "origin": country,
        "source": "primary" if isinstance(record, Extraction) else record.source,
        "custody": "identity_preserved",
        "attested": standing.attested,
        "controllers": members(standing.controllers),
    }
    mined = isinstance(record, Extraction) and lens == "stage/extraction"
    return answers.get(lens, country if mined else "none")


def label_of_step(lens: str, label: str, record: Transformation, standing: Standing) -> str:
    if lens == f"stage/{record.stage}":
        return record.country[:2]
    if lens == "controllers":
        if "many" in (label, members(standing.controllers)):
            return "many"
        return members(tuple({*label.split("+"), *standing.controllers} - {"none"}))
    if lens == "custody" and label != "unknown":
        return max(CustodyModel(label), record.custody_model, key=STRENGTH.index)
    if lens == "attested" and label != "unknown":
        order = ["attested", "not_attested", "proxy"]
        return max(label, standing.attested, key=order.index)
    return label


def step(
    lens: str,
    inputs: list[dict[str, Fraction]],
    claims: list[tuple[int, int, int]],
    untraced: int,
    outputs: list[int],
    moved: tuple[Transformation, Standing],
) -> list[dict[str, Fraction]]:
    """What the outputs of a transformation hold of an element: input, output and mass of each credit."""

    def relabelled(pool: dict[str, Fraction]) -> dict[str, Fraction]:
        return added(*({label_of_step(lens, label, *moved): mass} for label, mass in pool.items()))

    if moved[1].void:
        return [{"unknown": Fraction(mass)} if mass else {} for mass in outputs]
    found: list[dict[str, Fraction]] = [{} for _ in outputs]
    left = list(inputs)
    for source, target, mass in claims:
        part = deal(mass, left[source])
        left[source] = without(left[source], part)
        found[target] = added(found[target], relabelled(part))
    pool = relabelled(added(*left, {"unknown": Fraction(untraced)} if untraced else {}))
    for number, mass in enumerate(outputs):
        part = deal(mass - sum(found[number].values()), pool)
        pool = without(pool, part)
        found[number] = added(found[number], part)
    return found


@st.composite
def chains(draw: st.DrawFn) -> list[Made]:
    """Batches of a chain: some that enter, and steps that use what is left of earlier ones."""
    made: list[Made] = []
    for _ in range(draw(st.integers(1, 4))):
        made += _entered(draw)
    for _ in range(draw(st.integers(0, 5))):
        made += _stepped(draw, made)
    return made


def _elements(draw: st.DrawFn) -> dict[str, int]:
    some = draw(st.sets(st.sampled_from(SYMBOLS), min_size=1))
    return {element: draw(MASSES) for element in sorted(some)}


def _entered(draw: st.DrawFn) -> list[Made]:
    elements = _elements(draw)
    common: dict[str, Any] = {
        "country": draw(REGIONS),
        "occurred_at": TIME,
        "outputs": (OUTPUT,),
    }
    record = draw(
        st.one_of(
            st.builds(lambda: Extraction(**common)),
            st.sampled_from(Source).map(
                lambda source: Collection(**common, source=source, stream="cables")
            ),
        )
    )
    standing = draw(STANDINGS)
    (ours,) = of_source(record, [elements], LENSES.values(), standing)
    exact = {
        element: {
            lens: {label_of_source(lens, record, standing): Fraction(mass)} if mass else {}
            for lens in LENSES
        }
        for element, mass in elements.items()
    }
    mass = sum(elements.values()) + draw(st.integers(1, 9))
    slack = {element: dict.fromkeys(LENSES, 0) for element in elements}
    return [Made(elements, mass, mass, ours, exact, slack)]


def _claims(
    draw: st.DrawFn, taken: list[dict[str, tuple[int, int]]], outputs: list[dict[str, int]]
) -> list[Allocation]:
    """Some credits of no more than there is."""
    given: list[Allocation] = []
    inputs = [{element: high - low for element, (low, high) in each.items()} for each in taken]
    wanted = [dict(output) for output in outputs]
    for _ in range(draw(st.integers(0, 3))):
        source = draw(st.integers(0, len(inputs) - 1))
        target = draw(st.integers(0, len(outputs) - 1))
        for element in sorted(inputs[source].keys() & wanted[target].keys()):
            most = min(inputs[source][element], wanted[target][element])
            if most:
                mass = draw(st.integers(1, most))
                inputs[source][element] -= mass
                wanted[target][element] -= mass
                given.append(
                    Allocation(input=source, output=target, element=element, mass=kilograms(mass))
                )
    return given


def _milligrams(credit: Allocation) -> int:
    return int(Fraction(credit.mass) * 10**6)


def _stepped(draw: st.DrawFn, made: list[Made]) -> list[Made]:
    left = [batch for batch in made if batch.remaining]
    if not left:
        return []
    chosen = draw(st.lists(st.sampled_from(left), min_size=1, max_size=3, unique_by=id))
    taken = [batch.take(draw(st.integers(1, batch.remaining))) for batch in chosen]
    outputs = [_elements(draw) for _ in range(draw(st.integers(1, 3)))]
    untraced, losses = _elements(draw), _elements(draw)
    model = draw(MODELS)
    claims = _claims(draw, taken, outputs) if model is CustodyModel.MASS_BALANCE_CREDIT else []
    record = Transformation(
        country=draw(REGIONS),
        occurred_at=TIME,
        stage=draw(st.sampled_from(Stage)),
        custody_model=model,
        inputs=(),
        outputs=(),
        quantities=TransformationQuantities(
            inputs=(),
            outputs=(),
            untraced={element: kilograms(mass) for element, mass in untraced.items()},
            losses={element: kilograms(mass) for element, mass in losses.items()},
            allocation=tuple(claims),
        ),
    )
    standing = draw(STANDINGS)
    parts = [Taken(batch.ours, ranges) for batch, ranges in zip(chosen, taken, strict=True)]
    ours = of_transformation(record, parts, outputs, LENSES.values(), standing).outputs
    masses = [sum(output.values()) + 1 for output in outputs]
    result = [
        Made(output, mass, mass, content, {}, {})
        for output, mass, content in zip(outputs, masses, ours, strict=True)
    ]
    for element in {element for output in outputs for element in output}:
        wanted = [output.get(element, 0) for output in outputs]
        came = [part.mass(element) for part in parts]
        new = max(untraced.get(element, 0), sum(wanted) + losses.get(element, 0) - sum(came))
        moves = [
            (each.input, each.output, _milligrams(each))
            for each in claims
            if each.element == element
        ]
        for lens in LENSES:
            sources = [
                deal(mass, batch.exact[element][lens]) if mass else {}
                for batch, mass in zip(chosen, came, strict=True)
            ]
            exact = step(lens, sources, moves, new, wanted, (record, standing))
            slack = sum(
                batch.slack[element][lens] + 2 * len(batch.exact[element][lens])
                for batch, mass in zip(chosen, came, strict=True)
                if mass
            )
            # Every credit, and every output, is dealt from what the ones before it have left.
            slack += (len(moves) + len(outputs)) * len(
                {label for each in sources for label in each} | {""}
            )
            for batch, content in zip(result, exact, strict=True):
                if element in batch.elements:
                    batch.exact.setdefault(element, {})[lens] = content
                    batch.slack.setdefault(element, {})[lens] = slack
    return result


@given(chains())
def test_content_is_that_of_the_reference_within_the_rounding(made: list[Made]) -> None:
    for batch in made:
        for element, lenses in batch.ours.items():
            for lens, labels in lenses.items():
                exact = {label: mass for label, mass in batch.exact[element][lens].items() if mass}
                off = [
                    labels.get(label, 0) - exact.get(label, 0)
                    for label in labels.keys() | exact.keys()
                ]
                assert sum(off) == 0
                assert sum(each for each in off if each > 0) <= batch.slack[element][lens]


@settings(max_examples=40)
@given(chains())
def test_the_labels_of_every_lens_sum_to_the_elements_mass(made: list[Made]) -> None:
    for batch in made:
        assert batch.ours.keys() == batch.elements.keys()
        for element, lenses in batch.ours.items():
            assert lenses.keys() == LENSES.keys()
            for labels in lenses.values():
                assert sum(labels.values()) == batch.elements[element]
                assert all(mass > 0 for mass in labels.values())


@settings(max_examples=40)
@given(chains(), st.data())
def test_what_goes_through_without_loss_keeps_every_label(
    made: list[Made], data: st.DataObject
) -> None:
    """Blending all of some batches into one, which is split again: origin and class are as before."""
    inputs = [
        Taken(batch.ours, {element: (0, mass) for element, mass in batch.elements.items()})
        for batch in made
    ]
    total = {element: sum(batch.elements.get(element, 0) for batch in made) for element in SYMBOLS}
    first = {element: data.draw(st.integers(0, mass)) for element, mass in total.items()}
    second = {element: mass - first[element] for element, mass in total.items()}
    record = Transformation(
        country="JP",
        occurred_at=TIME,
        stage=Stage.BLENDING,
        custody_model=CustodyModel.SEGREGATED,
        inputs=(),
        outputs=(),
        quantities=TransformationQuantities(inputs=(), outputs=()),
    )
    outputs = of_transformation(
        record, inputs, [first, second], LENSES.values(), Standing(False, "attested", ())
    ).outputs
    for element in SYMBOLS:
        for lens in ("origin", "source", "stage/forming"):
            before = [batch.ours[element][lens] for batch in made if element in batch.ours]
            after = [output[element][lens] for output in outputs]
            assert summed(after) == summed(before)


def summed(shares: list[dict[str, int]]) -> dict[str, int]:
    labels = {label for share in shares for label in share}
    return {label: sum(share.get(label, 0) for share in shares) for label in labels}
