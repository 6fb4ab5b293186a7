"""What can be said of the magnets: their content by country, source and stage, and the trace behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from firms import Firm
from rich.console import Console

from provenite import BatchAnswer, ContentAnswer, ElementContent, Trace
from provenite.cli.showing import content_tables, share_text
from provenite.cli.tracing import trace_tree


@dataclass(frozen=True)
class Found:
    """The magnets, what is in them, and where it came from, as the firm that made them sees it."""

    maker: str
    batch: BatchAnswer
    content: ContentAnswer
    trace: Trace


def ask(firms: Mapping[str, Firm], batches: Mapping[str, str]) -> Found:
    """The maker asks."""
    maker, magnets = firms["magnet_maker"], batches["magnets"]
    return Found(
        maker.name,
        maker.client.batch(magnets),
        maker.client.content(magnets, elements=["Nd", "Pr"]),
        maker.client.trace(magnets),
    )


def show(console: Console, found: Found) -> None:
    """The scene for people."""
    batch = found.batch
    console.print(
        f"\nWhat {found.maker} can say of {batch.mass} kg of {batch.material} {batch.lot}\n"
    )
    # One element is enough for people; the file has the others too.
    (shown, *_) = found.content.elements
    content_tables(
        console, msgspec.structs.replace(found.content, elements=(shown,)), everything=False
    )
    console.print()
    for element in found.content.elements:
        console.print(f"[bold]{element.element}[/]: {_summary(element)}")
    console.print(
        "\nWhere it came from: the open parts, without names; tonnages of its own steps\n"
    )
    console.print(trace_tree(found.trace))


def _summary(element: ElementContent) -> str:
    """The shares that a customer asks for, in a sentence."""
    shares = {
        (lens.lens, label.label): label.share for lens in element.lenses for label in lens.labels
    }
    return "; ".join(
        f"{share_text(shares[lens, label])} {meaning}"
        for lens, label, meaning in (
            ("source", "post_consumer", "recycled after use"),
            ("stage/extraction", "US", "mined in the US"),
            ("stage/extraction", "CN", "mined in China"),
            ("stage/separation", "CN", "separated in China"),
            ("origin", "unknown", "unknown"),
        )
    )
