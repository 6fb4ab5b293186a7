"""The demo's findings for a person to read: shares as tables, the trace as a tree, refusals with their figures."""

from collections import defaultdict
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from provenite import RefusedError
from provenite_proto.answers import BatchAnswer, ContentAnswer, ElementContent, Trace, TraceNode

LENSES = (
    ("origin", "entered in"),
    ("source", "source"),
    ("stage/extraction", "mined in"),
    ("stage/separation", "separated in"),
    ("stage/leaching", "recycled in"),
    ("stage/metal_making", "metal made in"),
    ("stage/alloying", "alloyed in"),
    ("stage/forming", "formed in"),
)
_MEANING = {"none": "no such step", "unknown": "unknown"}


def content(console: Console, batch: BatchAnswer, answer: ContentAnswer) -> None:
    """For Nd and Pr a table: for each lens its labels with masses and shares."""
    for element in answer.elements:
        if element.element in ("Nd", "Pr"):
            console.print(_element(batch, element))


def trace(console: Console, answer: Trace) -> None:
    """The upstream statements as a tree, the batch asked for at the root."""
    nodes = {node.statement: node for node in answer.nodes}
    inputs = defaultdict(list)
    for edge in answer.edges:
        inputs[edge.consumer].append((edge.batch.partition(".")[0], edge.mass))
    root = nodes[answer.batch.partition(".")[0]]
    tree = Tree(_node(root, None))
    waiting = [(root.statement, tree)]
    while waiting:
        statement, branch = waiting.pop()
        for maker, mass in inputs[statement]:
            waiting.append((maker, branch.add(_node(nodes[maker], mass))))
    console.print(tree)


def refusals(console: Console, found: Mapping[str, tuple[str, RefusedError]]) -> None:
    """What was tried, and why the ledger refused it."""
    for tried, refusal in found.values():
        console.print(f"[bold]{tried}[/]")
        console.print(f"  refused: [red]{refusal.slug}[/] at {refusal.pointer or 'the statement'}")
        console.print(f"  {refusal.detail}", highlight=False)


def _element(batch: BatchAnswer, element: ElementContent) -> Table:
    title = f"{element.element}: {element.mass} kg in {batch.mass} kg of {batch.material}"
    table = Table(title=title, title_justify="left")
    table.add_column("lens")
    table.add_column("label")
    table.add_column("kg", justify="right")
    table.add_column("share", justify="right")
    shares = {lens.lens: lens.labels for lens in element.lenses}
    for lens, meaning in LENSES:
        for number, label in enumerate(shares[lens]):
            table.add_row(
                "" if number else meaning,
                _MEANING.get(label.label, label.label),
                label.mass,
                f"{float(label.share):.2%}",
                style="yellow" if label.label == "unknown" else None,
            )
        table.add_section()
    return table


def _node(node: TraceNode, mass: str | None) -> str:
    what = node.stage or node.type
    where = f"{node.country} → {node.to_country}" if node.to_country else node.country or ""
    matter = ", ".join(node.materials)
    source = f" ({node.source.replace('_', '-')})" if node.source else ""
    amount = f"{mass} kg of " if mass else ""
    return f"[bold]{what}[/] {where}{source} {node.occurred_at:%Y-%m-%d}  {amount}{matter}"
