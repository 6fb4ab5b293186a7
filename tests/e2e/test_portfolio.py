"""The portfolios of the demo's firms, with figures computed by hand from the demo's own."""

from fractions import Fraction
from typing import Any

from provenite_proto import paths
from tests.e2e.demonstration import Demonstration

Step = dict[str, Any]


def neodymium(demonstration: Demonstration, firm: str, **query: str) -> dict[str, Any]:
    found = demonstration.firms[firm].get(paths.PORTFOLIO, element="Nd", asOf="2026-11-24", **query)
    assert found.status_code == 200, found.text
    (element,) = found.json()["elements"]
    assert element["strategic"] == "rare earths for permanent magnets"
    return {
        **element,
        "batches": found.json()["batches"],
        "stages": {each["stage"]: each for each in element["stages"]},
    }


def share(part: Fraction) -> str:
    digits = f"{round(part * 10**9):010}"
    return f"{digits[:-9]}.{digits[-9:]}".rstrip("0").rstrip(".")


def known(step: Step) -> dict[str, str]:
    return {each["country"]: each["mass"] for each in step["countries"]}


def test_what_the_magnet_maker_holds(demonstration: Demonstration) -> None:
    """2,000 kg of magnets: 471.594 kg Nd, of which 99.674709 were recycled and 33.011579 are bought and untraced."""
    held = neodymium(demonstration, "magnet_maker", material="ndfeb-magnet")
    assert (held["batches"], held["mass"]) == (1, "471.594")
    assert held["source"]["primary"]["mass"] == "338.907712"
    assert held["source"]["postConsumer"]["mass"] == "99.674709"
    assert held["source"]["unknown"]["mass"] == "33.011579"
    assert held["avoided"] == {
        "mass": "99.674709",
        "lower": share(Fraction("99.674709") / Fraction("471.594")),
        "upper": share(Fraction("132.686288") / Fraction("471.594")),
    }
    mining = held["stages"]["extraction"]
    # What was mined, and what may have been: 471.594 less 99.674709.
    us, cn, unknown = Fraction("210.135473"), Fraction("128.772239"), Fraction("33.011579")
    whole = us + cn + unknown
    assert (mining["mass"], mining["apart"]) == ("371.919291", "99.674709")
    assert known(mining) == {"US": "210.135473", "CN": "128.772239"}
    assert mining["largest"] == {
        "country": "US",
        "lower": share(us / whole),
        "upper": share((us + unknown) / whole),
        # 56.5 % are known to be American; with all that is unknown it would be 65.4 %.
        "benchmark": "undecided",
    }
    assert mining["herfindahl"] == {
        "lower": share((us**2 + cn**2) / whole**2),
        "upper": share(((us + unknown) ** 2 + cn**2) / whole**2),
    }
    assert (mining["largest"]["lower"], mining["herfindahl"]["lower"]) == (
        "0.565002887",
        "0.439108358",
    )
    metal = held["stages"]["metal_making"]
    assert (known(metal), metal["largest"]["benchmark"]) == ({"GB": "438.582421"}, "above")
    forming = held["stages"]["forming"]
    assert forming["union"] == {"mass": "471.594", "share": "1"}
    assert forming["largest"] == {"lower": "0", "upper": "0"}


def test_what_it_made_is_what_it_holds_for_it_shipped_nothing(demonstration: Demonstration) -> None:
    """The powder became magnets and swarf, 700 kg with 22.4007 % Nd, so that it does not count again."""
    period = {"from": "2026-01-01", "to": "2026-12-31"}
    made = neodymium(demonstration, "magnet_maker", flow="made", **period)
    assert made == neodymium(demonstration, "magnet_maker")
    assert (made["batches"], Fraction(made["mass"])) == (
        2,
        Fraction("471.594") + Fraction("156.8049"),
    )


def test_what_the_metal_maker_received(demonstration: Demonstration) -> None:
    """500 kg of American, 300 of Chinese and 200 of recycled oxide, with 62.5591, 63.8943 and 74.185 % Nd."""
    period = {"from": "2026-02-20", "to": "2026-02-28"}
    received = neodymium(demonstration, "metal_maker", flow="received", **period)
    us, cn, recycled = Fraction("312.7955"), Fraction("191.6829"), Fraction("148.37")
    separated = received["stages"]["separation"]
    masses = known(separated)
    # Of a batch that is shipped in part the milligrams are rounded down, so the rest has one more.
    for found, computed in (
        (masses["US"], us),
        (masses["CN"], cn),
        (separated["apart"], recycled),
        (received["avoided"]["mass"], recycled),
        (received["mass"], us + cn + recycled),
    ):
        assert abs(Fraction(found) - computed) <= Fraction(3, 10**6)
    index = (us**2 + cn**2) / (us + cn) ** 2
    assert separated["herfindahl"]["lower"] == separated["herfindahl"]["upper"]
    assert abs(Fraction(separated["herfindahl"]["lower"]) - index) < Fraction(1, 10**7)
    # 62.0 % of what was separated.
    assert (separated["largest"]["country"], separated["largest"]["benchmark"]) == ("US", "within")


def test_a_day_later_only_the_rest_arrived(demonstration: Demonstration) -> None:
    """The oxides came on the days 50, 52 and 58 after 1 January: 20, 22 and 28 February."""
    received = neodymium(
        demonstration, "metal_maker", flow="received", **{"from": "2026-02-21", "to": "2026-02-27"}
    )
    assert (received["batches"], list(known(received["stages"]["extraction"]))) == (1, ["US"])
    shipped = neodymium(
        demonstration, "recycler", flow="shipped", **{"from": "2026-01-31", "to": "2026-01-31"}
    )
    assert (shipped["avoided"]["lower"], shipped["avoided"]["upper"]) == ("1", "1")
    assert "extraction" not in shipped["stages"]
