"""The tree on top of the errors is the tree of the errors."""

import inspect
import re

import pytest

import provenite
from provenite import _errors as errors
from provenite_proto.answers import ProblemAnswer


def drawn() -> dict[str, str | None]:
    """Each error of the drawn tree with its parent, by indentation."""
    found: dict[str, str | None] = {}
    path: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"( +)([A-Z]\w+)(  |$)", line):
            depth, name = len(match[1]), match[2]
            path = [step for step in path if step[0] < depth]
            found[name] = path[-1][1] if path else None
            path.append((depth, name))
    return found


def test_the_drawn_tree_is_complete() -> None:
    defined = {
        name: None if name == "ProveniteError" else kind.__bases__[0].__name__
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == errors.__name__
    }
    assert drawn() == defined
    assert set(defined) <= set(provenite.__all__)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, provenite.Invalid),
        (401, provenite.NotAuthenticated),
        (403, provenite.NotEntitled),
        (404, provenite.NotFound),
        (409, provenite.Conflict),
        (413, provenite.TooLarge),
        (415, provenite.Invalid),
        (422, provenite.Invalid),
        (429, provenite.Unavailable),
        (503, provenite.Unavailable),
        (500, provenite.RefusedError),
    ],
)
def test_a_refusal_says_all_that_the_ledger_says(
    status: int, kind: type[provenite.RefusedError]
) -> None:
    problem = ProblemAnswer(
        type="urn:provenite:problem:insufficient-mass",
        title="More is taken from the batch than is left",
        status=status,
        detail="Available 120.5 kg, asked 130 kg.",
        remedy="Take at most the mass that is left.",
        pointer="/record/inputs/0",
        figures={"available": "120.5"},
        request_id="r-1",
    )
    error = errors.refused(problem)
    assert type(error) is kind
    assert str(error) == "insufficient-mass: Available 120.5 kg, asked 130 kg."
    assert (error.slug, error.detail, error.status) == (
        "insufficient-mass",
        problem.detail,
        status,
    )
    assert (error.pointer, error.figures, error.remedy, error.request_id) == (
        "/record/inputs/0",
        {"available": "120.5"},
        problem.remedy,
        "r-1",
    )
