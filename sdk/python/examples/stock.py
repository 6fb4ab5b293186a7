"""What the magnets' maker has in stock: how much of its neodymium depends on one country, and what is recycled."""

from collections.abc import Mapping

from firms import Firm
from rich.console import Console

from provenite import ExposureAnswer, PortfolioAnswer, StepAnswer
from provenite.cli.showing import share_text
from provenite.cli.terminal import WIDTH, wrapped

_BENCHMARK = {"within": "not above", "above": "above", "undecided": "may be above"}
_STAGES = {"extraction": "mined", "separation": "separated", "metal_making": "made metal"}


def ask(firms: Mapping[str, Firm]) -> PortfolioAnswer:
    """The maker asks for what it holds."""
    return firms["magnet_maker"].client.portfolio(elements=["Nd"])


def show(console: Console, found: PortfolioAnswer) -> None:
    """The scene for people."""
    (neodymium,) = found.elements
    source, benchmark = neodymium.source, share_text(found.benchmark)
    console.print("\nWhat the firm that made the magnets depends on\n")
    console.print(
        f"[bold]{neodymium.mass} kg of {neodymium.element} in {found.batches} batches that it holds[/]"
    )
    lines = [
        f"recycled after use {share_text(source.post_consumer.share)}; unknown "
        f"{share_text(source.unknown.share)}",
        *(_step(step, benchmark) for step in neodymium.stages if step.stage in _STAGES),
        f"primary matter avoided: {_avoided(neodymium)}",
    ]
    for line in lines:
        console.print(wrapped(line, WIDTH, "  "))
    console.print(
        wrapped(
            f"Why: the European Union wants no more than {benchmark} of its own consumption from one "
            "third country by 2030. A board asks the same of a stock, and what is unknown is told.",
            WIDTH,
            "  ",
        )
    )


def _step(step: StepAnswer, benchmark: str) -> str:
    countries = ", ".join(f"{each.country} {share_text(each.share)}" for each in step.countries)
    largest = step.largest
    side = "" if largest.benchmark is None else f", {_BENCHMARK[largest.benchmark]} {benchmark}"
    return (
        f"{_STAGES[step.stage]}: {countries}, unknown {share_text(step.unknown.share)}; "
        f"largest {largest.country} {_between(largest.lower, largest.upper)}{side}; "
        f"Herfindahl index {float(step.herfindahl.lower):.2f} to {float(step.herfindahl.upper):.2f}"
    )


def _avoided(element: ExposureAnswer) -> str:
    avoided = element.avoided
    return f"{avoided.mass} kg or more, {_between(avoided.lower, avoided.upper)}"


def _between(lower: str, upper: str) -> str:
    return share_text(lower) if lower == upper else f"{share_text(lower)} to {share_text(upper)}"
