"""A trace as a tree of short lines: a chain of single steps stays in one column, only branches indent.

So thirty steps fit in 80 columns. A statement that several steps drew on is drawn once and named again by
its mark.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from rich.text import Text
from rich.tree import Tree

from .. import Trace, TraceEdge, TraceNode
from .showing import day


def trace_tree(trace: Trace) -> Tree:
    """The batch's own statement at the root, what it came from (or went to) below."""
    return _Drawing(trace).tree()


class _Drawing:
    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._nodes = {node.statement: node for node in trace.nodes}
        # By statement, the statements next to it, each with the edges in between.
        self._next: dict[str, dict[str, list[TraceEdge]]] = defaultdict(dict)
        upstream = trace.direction == "upstream"
        root = trace.batch.partition(".")[0]
        for edge in trace.edges:
            maker = edge.batch.partition(".")[0]
            if not upstream and maker == root and edge.batch != trace.batch:
                continue
            here, there = (edge.consumer, maker) if upstream else (maker, edge.consumer)
            if there in self._nodes:
                self._next[here].setdefault(there, []).append(edge)
        reached = Counter(there for steps in self._next.values() for there in steps)
        repeated = (statement for statement, times in reached.items() if times > 1)
        self._marks = {statement: f"[{number}]" for number, statement in enumerate(repeated, 1)}
        self._drawn: set[str] = set()

    def tree(self) -> Tree:
        root = Text()
        tree = Tree(root, guide_style="dim")
        waiting = [(tree, root, self._trace.batch.partition(".")[0], "")]
        while waiting:
            branch, label, statement, mass = waiting.pop()
            steps = self._chain(label, statement, mass)
            below = []
            for there, edges in steps.items():
                text = Text()
                below.append((branch.add(text), text, there, _mass(edges)))
            waiting.extend(reversed(below))
        return tree

    def _chain(self, label: Text, statement: str, mass: str) -> dict[str, list[TraceEdge]]:
        """Write steps into `label` as long as there is one next; where it branches, the branches."""
        while True:
            if label:
                label.append("\n")
            mark = self._marks.get(statement, "")
            again = statement in self._drawn
            label.append_text(_line(self._nodes[statement], mass, mark, again=again))
            if again:
                return {}
            self._drawn.add(statement)
            steps = self._next[statement]
            if len(steps) != 1:
                return steps
            ((statement, edges),) = steps.items()
            mass = _mass(edges)


def _mass(edges: Sequence[TraceEdge]) -> str:
    masses = [edge.mass for edge in edges if edge.mass is not None]
    return f"{sum(map(Decimal, masses))} kg" if len(masses) == len(edges) else ""


def _line(node: TraceNode, mass: str, mark: str, *, again: bool) -> Text:
    what = (node.stage or node.type).replace("_", " ")
    where = " → ".join(country for country in (node.country, node.to_country) if country)
    matter = " of ".join(part for part in (mass, ", ".join(node.materials)) if part)
    source = ", ".join(
        part.replace("_", " ") for part in (node.source, node.stream) if part is not None
    )
    when = day(node.occurred_at) if node.occurred_at is not None else ""
    parts = " ".join(part for part in (where, when) if part)
    line = Text.assemble((what, "bold"), f" {parts}  {matter}")
    if node.retracted:
        line.append(" RETRACTED", "bold red")
    if node.proxy:
        line.append(" (on a supplier's behalf)")
    if source:
        line.append(f" ({source})")
    if mark:
        line.append(f" {mark}", "dim")
    if again:
        line.append(" as above", "dim")
    return line
