"""The cases of `proto/vectors/portfolio/`: the content of parts of batches, and what they are together.

The figures are worked out by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .outcomes import Case

Masses = Mapping[str, int]
PRIMARY = {"primary": 100}


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `portfolio/` and the case."""
    yield from _added()
    yield from _benchmark()
    yield from _sources()


def _added() -> Iterator[tuple[str, Case]]:
    one = {"source": {"primary": 60}, "stage/extraction": {"CN": 60}}
    other = {
        "source": {"primary": 40, "post_consumer": 40},
        "stage/extraction": {"FR": 25, "unknown": 15, "none": 40},
    }
    # 60² + 25² = 4,225 and 75² + 25² = 6,250, of 100².
    step = _step("extraction", 100, 40, ("CN", "3/5", "3/4"), ("169/400", "5/8"), "undecided")
    yield (
        "batches-added-up",
        _case(
            "Of 100 mg that were mined 60 are Chinese, 25 French and 15 unknown; 40 more were not mined.",
            [{"Cu": one}, {"Cu": other}],
            _element("Cu", 140, ("2/7", "2/7"), step),
        ),
    )
    not_mined = {"source": {"post_consumer": 10}, "stage/extraction": {"none": 10}}
    yield (
        "strategic-elements-come-first",
        _case(
            "More iron than copper, of which none was mined: no stage is listed.",
            [{"Fe": _ten_times(not_mined), "Cu": not_mined}],
            _element("Cu", 10, ("1", "1")),
            _element("Fe", 100, ("1", "1")),
        ),
    )


def _ten_times(lenses: Mapping[str, Masses]) -> dict[str, dict[str, int]]:
    return {
        lens: {label: 10 * mass for label, mass in labels.items()}
        for lens, labels in lenses.items()
    }


def _benchmark() -> Iterator[tuple[str, Case]]:
    def one(
        labels: Masses,
        largest: tuple[str | None, str, str],
        herfindahl: tuple[str, str],
        verdict: str | None,
        **members: Any,
    ) -> Case:
        stage, element = members.pop("stage", "refining"), members.pop("element", "Cu")
        mass = sum(labels.values())
        lenses = {"source": {"primary": mass}, "stage/extraction": {"none": mass}}
        step = _step(stage, mass, 0, largest, herfindahl, verdict)
        return _case(
            "The largest third country against 65 %, and the sum of the squares.",
            [{element: {**lenses, f"stage/{stage}": labels}}],
            _element(element, mass, ("0", "0"), step),
            **members,
        )

    # 65² + 35² = 5,450 of 10,000.
    at_it = ("CN", "13/20", "13/20"), ("109/200", "109/200")
    yield "at-the-benchmark", one({"CN": 65, "US": 35}, *at_it, "within")
    # 651² + 349² = 545,602 of 1,000,000.
    beyond = ("CN", "651/1000", "651/1000"), ("272801/500000", "272801/500000")
    yield "above-the-benchmark", one({"CN": 651, "US": 349}, *beyond, "above")
    # 60² + 35² = 4,825 and 65² + 35² = 5,450.
    unknown = ("CN", "3/5", "13/20"), ("193/400", "109/200")
    yield "unknown-up-to-the-benchmark", one({"CN": 60, "unknown": 5, "US": 35}, *unknown, "within")
    # 60² + 34² = 4,756 and 66² + 34² = 5,512.
    more = ("CN", "3/5", "33/50"), ("1189/2500", "689/1250")
    yield (
        "unknown-beyond-the-benchmark",
        one({"CN": 60, "unknown": 6, "US": 34}, *more, "undecided"),
    )
    # 90² + 10² = 8,200: the largest is a member, the largest third country is not it.
    member = ("US", "1/10", "1/10"), ("41/50", "41/50")
    yield "largest-in-the-union", one({"FR": 90, "US": 10}, *member, "within")
    # 80² + 20² = 6,800.
    spread = ("17/25", "17/25")
    labels = {"GB": 80, "CN": 20}
    yield (
        "united-kingdom-on-its-last-day-in-the-union",
        one(labels, ("CN", "1/5", "1/5"), spread, "within", day="2020-01-31"),
    )
    yield (
        "united-kingdom-a-day-later",
        one(labels, ("GB", "4/5", "4/5"), spread, "above", day="2020-02-01"),
    )
    only = ("CN", "1", "1"), ("1", "1")
    yield "forming-is-no-processing", one({"CN": 100}, *only, None, stage="forming")
    yield "iron-is-not-strategic", one({"CN": 100}, *only, None, element="Fe")


def _sources() -> Iterator[tuple[str, Case]]:
    source = {
        "primary": 40,
        "post_consumer": 20,
        "pre_consumer": 10,
        "same_process_rework": 25,
        "unknown": 5,
    }
    not_mined = {"stage/extraction": {"none": 100}}
    yield (
        "rework-avoids-nothing",
        _case(
            "Post-consumer and pre-consumer matter stand for primary matter; what is unknown may.",
            [{"Ni": {"source": source, **not_mined}}],
            _element("Ni", 100, ("3/10", "7/20")),
        ),
    )
    custody = {"segregated": 99, "mass_balance_credit": 1}
    yield (
        "one-milligram-by-credit",
        _case(
            "A milligram by credit: not all of it is physically contained.",
            [{"Ni": {"source": PRIMARY, "custody": custody, **not_mined}}],
            _element("Ni", 100, ("0", "0"), contained=False),
        ),
    )
    yield "nothing", _case("An element of which there is nothing is left out.", [{"Ni": {}}])


def _case(
    description: str,
    parts: Sequence[Mapping[str, Mapping[str, Masses]]],
    *elements: Case,
    day: str = "2026-11-24",
) -> Case:
    return {
        "description": description,
        "asOf": day,
        "parts": parts,
        "expected": {"elements": elements},
    }


def _element(
    symbol: str, mass: int, avoided: tuple[str, str], *stages: Case, contained: bool = True
) -> Case:
    return {
        "element": symbol,
        "mass": mass,
        "physicallyContained": contained,
        "avoided": avoided,
        "stages": stages,
    }


def _step(
    stage: str,
    whole: int,
    apart: int,
    largest: tuple[str | None, str, str],
    herfindahl: tuple[str, str],
    benchmark: str | None,
) -> Case:
    country, *bounds = largest
    return {
        "stage": stage,
        "mass": whole,
        "apart": apart,
        "country": country,
        "largest": bounds,
        "herfindahl": herfindahl,
        "benchmark": benchmark,
    }
