"""How answers are laid out."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from provenite import Stage, Trace, TraceEdge, TraceNode
from provenite.cli.showing import share_text
from provenite.cli.tracing import trace_tree

WHEN = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ("1", "100.00 %"),
        ("0", "0.00 %"),
        ("0.615384615", "61.54 %"),
        ("0.000001", "< 0.01 %"),
        ("0.999999", "> 99.99 %"),
    ],
)
def test_what_is_not_quite_all_or_nothing_does_not_look_so(share: str, text: str) -> None:
    assert share_text(share) == text


def drawn(trace: Trace) -> list[str]:
    out = StringIO()
    Console(file=out, width=120).print(trace_tree(trace))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def node(name: str, depth: int, stage: Stage | None = None) -> TraceNode:
    return TraceNode(
        statement=name,
        type="transformation" if stage else "extraction",
        depth=depth,
        issuer="f",
        occurred_at=WHEN,
        country="US",
        stage=stage,
        materials=("nd-oxide",),
    )


def test_chains_stay_in_one_column_and_branches_indent() -> None:
    trace = Trace(
        batch="d.0",
        direction="upstream",
        nodes=(
            node("d", 0, Stage.FORMING),
            node("c", 1, Stage.BLENDING),
            node("a", 2),
            node("b", 2),
        ),
        edges=(
            TraceEdge(batch="c.0", consumer="d", mass="5"),
            TraceEdge(batch="a.0", consumer="c"),
            TraceEdge(batch="b.0", consumer="c"),
        ),
    )
    assert drawn(trace) == [
        "forming US 2026-03-01  nd-oxide",
        "blending US 2026-03-01  5 kg of nd-oxide",
        "├── extraction US 2026-03-01  nd-oxide",
        "└── extraction US 2026-03-01  nd-oxide",
    ]


def test_a_statement_that_several_drew_on_is_drawn_once() -> None:
    layers = 16
    nodes = [node("0a", 0), *(node(f"{n}{side}", n) for n in range(1, layers) for side in "ab")]
    edges = [
        TraceEdge(batch=f"{n}{maker}.0", consumer=f"{n - 1}{consumer}")
        for n in range(1, layers)
        for maker in "ab"
        for consumer in ("a" if n == 1 else "ab")
    ]
    lines = drawn(Trace(batch="0a.0", direction="upstream", nodes=tuple(nodes), edges=tuple(edges)))
    assert len(lines) == 1 + len(edges)
    assert len(lines) - sum("as above" in line for line in lines) == len(nodes)


def test_several_batches_of_one_statement_are_one_step() -> None:
    trace = Trace(
        batch="b.0",
        direction="upstream",
        nodes=(node("b", 0, Stage.BLENDING), node("a", 1)),
        edges=(
            TraceEdge(batch="a.0", consumer="b", mass="5"),
            TraceEdge(batch="a.1", consumer="b", mass="0.000001"),
        ),
    )
    assert drawn(trace) == [
        "blending US 2026-03-01  nd-oxide",
        "extraction US 2026-03-01  5.000001 kg of nd-oxide",
    ]


def test_downstream_begins_with_the_batch_asked_for() -> None:
    trace = Trace(
        batch="a.1",
        direction="downstream",
        nodes=(node("a", 0), node("b", 1, Stage.SEPARATION)),
        edges=(TraceEdge(batch="a.1", consumer="b", mass="3"),),
    )
    assert drawn(trace) == [
        "extraction US 2026-03-01  nd-oxide",
        "separation US 2026-03-01  3 kg of nd-oxide",
    ]
