"""Content on random chains, against a slow reference that knows nothing of lenses but what they ask."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_proto.content import (
    LENSES,
    Shares,
    Taken,
    of_source,
    of_transformation,
    scaled,
)
from provenite_proto.ledger import drawn
from provenite_proto.matter.quantity import kilograms
from provenite_proto.record import (
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
QUANTITIES = TransformationQuantities(inputs=(), outputs=())


class Made(msgspec.Struct):
    """A batch with its shares as we and as the reference compute them."""

    elements: dict[str, int]
    mass: int
    remaining: int
    ours: Shares
    slow: Shares

    def take(self, mass: int) -> dict[str, int]:
        taken = drawn(self.elements, self.mass, self.remaining, mass)
        self.remaining -= mass
        return taken


def deal(total: int, weights: dict[str, int]) -> dict[str, int]:
    """Whole parts of exact quotas, then one unit each to whoever is furthest below its quota."""
    if total == 0:
        return {}
    quotas = {
        key: Fraction(total * weight, sum(weights.values())) for key, weight in weights.items()
    }
    shares = {key: int(quota) for key, quota in quotas.items()}
    for key in sorted(quotas, key=lambda key: (shares[key] - quotas[key], key))[
        : total - sum(shares.values())
    ]:
        shares[key] += 1
    return {key: share for key, share in shares.items() if share}


def label_of_source(lens: str, record: Extraction | Collection) -> str:
    country = record.country[:2]
    primary = isinstance(record, Extraction)
    if lens == "origin":
        return country
    if lens == "source":
        return "primary" if isinstance(record, Extraction) else record.source
    return country if lens == "stage/extraction" and primary else "none"


def step(
    parts: list[tuple[dict[str, int], Shares]],
    outputs: list[dict[str, int]],
    record: Transformation,
    untraced: dict[str, int],
    losses: dict[str, int],
) -> list[Shares]:
    """What the outputs of a transformation hold, one element and lens after the other."""
    found: list[Shares] = [{element: {} for element in output} for output in outputs]
    for element in {element for output in outputs for element in output}:
        left = sum(output.get(element, 0) for output in outputs) + losses.get(element, 0)
        came = sum(masses.get(element, 0) for masses, _ in parts)
        for lens in LENSES:
            pool: dict[str, int] = {}
            for masses, shares in parts:
                if masses.get(element):
                    for label, mass in deal(masses[element], shares[element][lens]).items():
                        pool[label] = pool.get(label, 0) + mass
            pool["unknown"] = pool.get("unknown", 0) + max(untraced.get(element, 0), left - came)
            if lens == f"stage/{record.stage}":
                pool = {record.country[:2]: sum(pool.values())}
            for output, shares in zip(outputs, found, strict=True):
                if element in output:
                    share = deal(output[element], pool)
                    pool = {label: mass - share.get(label, 0) for label, mass in pool.items()}
                    shares[element][lens] = share
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
    (ours,) = of_source(record, [elements], LENSES.values())
    slow = {
        element: {lens: {label_of_source(lens, record): mass} if mass else {} for lens in LENSES}
        for element, mass in elements.items()
    }
    mass = sum(elements.values()) + draw(st.integers(1, 9))
    return [Made(elements, mass, mass, ours, slow)]


def _stepped(draw: st.DrawFn, made: list[Made]) -> list[Made]:
    left = [batch for batch in made if batch.remaining]
    if not left:
        return []
    chosen = draw(st.lists(st.sampled_from(left), min_size=1, max_size=3, unique_by=id))
    taken = [(batch.take(draw(st.integers(1, batch.remaining))), batch) for batch in chosen]
    outputs = [_elements(draw) for _ in range(draw(st.integers(1, 3)))]
    untraced, losses = _elements(draw), _elements(draw)
    record = Transformation(
        country=draw(REGIONS),
        occurred_at=TIME,
        stage=draw(st.sampled_from(Stage)),
        custody_model=CustodyModel.SEGREGATED,
        inputs=(),
        outputs=(),
        quantities=msgspec.structs.replace(
            QUANTITIES,
            untraced={element: kilograms(mass) for element, mass in untraced.items()},
            losses={element: kilograms(mass) for element, mass in losses.items()},
        ),
    )
    parts = [Taken(elements, batch.ours) for elements, batch in taken]
    ours = of_transformation(record, parts, outputs, LENSES.values())
    slow = step(
        [(elements, batch.slow) for elements, batch in taken], outputs, record, untraced, losses
    )
    masses = [sum(output.values()) + 1 for output in outputs]
    return [Made(*batch) for batch in zip(outputs, masses, masses, ours, slow, strict=True)]


@given(chains())
def test_content_is_that_of_the_reference(made: list[Made]) -> None:
    for batch in made:
        assert batch.ours == batch.slow


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
    inputs = [Taken(batch.elements, batch.ours) for batch in made]
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
        quantities=QUANTITIES,
    )
    outputs = of_transformation(record, inputs, [first, second], LENSES.values())
    for element in SYMBOLS:
        for lens in ("origin", "source", "stage/forming"):
            before = [batch.ours[element][lens] for batch in made if element in batch.ours]
            after = [output[element][lens] for output in outputs]
            assert summed(after) == summed(before)


def summed(shares: list[dict[str, int]]) -> dict[str, int]:
    labels = {label for share in shares for label in share}
    return {label: sum(share.get(label, 0) for share in shares) for label in labels}


@settings(max_examples=40)
@given(chains())
def test_the_whole_of_a_batch_has_its_content(made: list[Made]) -> None:
    for batch in made:
        assert scaled(batch.elements, batch.ours) == batch.ours
