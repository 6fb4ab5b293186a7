"""A lens in plain words, for people who have never heard of automata, and then exactly."""

from collections.abc import Iterable, Iterator, Sequence

from ..content import UNKNOWN, Lens, Rule
from ..countries import GROUPS
from ..record import Stage
from .lenses import GROUP
from .model import OwnLens

_DONE = {
    Stage.EXTRACTION: "mined",
    Stage.CONCENTRATION: "concentrated",
    Stage.SEPARATION: "separated",
    Stage.REFINING: "refined",
    Stage.METAL_MAKING: "made into metal",
    Stage.ALLOYING: "alloyed",
    Stage.POWDER: "milled",
    Stage.FORMING: "formed",
    Stage.CATHODE_MAKING: "made into cathode material",
    Stage.CELL_MAKING: "built into a cell",
    Stage.ASSEMBLY: "assembled",
    Stage.DISMANTLING: "dismantled",
    Stage.SHREDDING: "shredded",
    Stage.LEACHING: "leached",
    Stage.BLENDING: "blended",
    Stage.REPACKING: "repacked",
}
"""What happens to matter at a stage, behind `is`."""
_ENTERED = {
    "extraction": "mined",
    "collection": "collected for recycling",
    "untraced": "of unknown origin",
}
_FILLED = {
    "{country}": "the code of its country",
    "{region}": "the code of its region",
    "{source}": "its class (post_consumer: from after use; pre_consumer: waste of making; "
    "same_process_rework: what the same process takes back)",
    "{stage}": "the name of the stage",
    "{custody}": "its chain-of-custody model",
    "{controllers}": "the codes of the countries that control whoever has it",
}
_CONDITIONS = ("on", "stage", "country", "region", "source", "custody", "attested", "controllers")


def in_words(lens: OwnLens | Lens) -> Iterator[str]:
    """What the lens does, in sentences; the last says which of them decides."""
    yield f"Every kilogram carries a mark. It starts as {_starts(lens.start)}."
    for rule in lens.step:
        yield f"{_step(rule)}."
    if lens.step:
        yield "The first of these that fits decides; when none does, the mark stays as it is."
    else:
        yield "No later step changes it."


def exactly(lens: OwnLens | Lens) -> Iterator[str]:
    """The rules, one a line, in their order: conditions and the mark that they give."""
    for name, rules in (("start", lens.start), ("step", lens.step)):
        for rule in rules:
            conditions = [
                f"{'from' if each == 'coming_from' else each}={' | '.join(values)}"
                for each in (*_CONDITIONS, "coming_from")
                if (values := getattr(rule, each)) is not None
            ]
            yield " ".join((name, *conditions, "adds" if rule.join else "->", rule.label))


def marks(labels: Iterable[str]) -> str:
    """Marks as a text has them; groups of countries by what their members are."""
    return _either([_place(each) if each.startswith(GROUP) else f'"{each}"' for each in labels])


def places(values: Iterable[str]) -> str:
    """Countries by their codes, or by what the members of a group are."""
    return _either([_place(each) for each in values])


def _either(values: Sequence[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else last


def _starts(rules: Sequence[Rule]) -> str:
    parts = []
    for rule in rules:
        when = _event(rule, "it enters the record")
        parts.append(f"{_mark(rule.label)}{f' when {when}' if when else ''}")
        if not when:
            break
    else:
        if rules[-1].label == UNKNOWN:
            parts.pop()
        parts.append(_mark(UNKNOWN))
    return "; otherwise as ".join(parts)


def _step(rule: Rule) -> str:
    event = _event(rule, "it goes through a step") or "it goes through any step"
    before = f" and its mark is {marks(rule.coming_from)}" if rule.coming_from is not None else ""
    become = f"takes in {_mark(rule.label)}" if rule.join else f"becomes {_mark(rule.label)}"
    return f"When {event}{before}, the mark {become}"


def _event(rule: Rule, otherwise: str) -> str:
    """What happens to the matter; nothing when the rule asks for nothing of it."""
    done = [_ENTERED[each] for each in rule.on or ()]
    done += [_DONE[Stage(each)] for each in rule.stage or () if _DONE[Stage(each)] not in done]
    text = ""
    for word, values in (
        (" in", rule.country),
        (" in", rule.region),
        (" of the class", rule.source),
        (" under the chain-of-custody model", rule.custody),
        (" by a statement that is", rule.attested),
        (" by a firm controlled from", rule.controllers),
    ):
        if values is not None:
            text += f"{word} {places(values)}"
    if not done:
        return f"{otherwise}{text}" if text else ""
    return f"it is {_either(done)}{text}"


def _place(value: str) -> str:
    if not value.startswith(GROUP):
        return value.replace("_", " ")
    name = value.removeprefix(GROUP)
    return GROUPS[name].one or f"a country of the group {name}"


def _mark(label: str) -> str:
    return _FILLED.get(label, f'"{label}"')
