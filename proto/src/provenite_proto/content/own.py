"""A user's own lens: the TOML form of those that ship, within limits."""

import hashlib
import re
import tomllib
from collections.abc import Iterator

import msgspec

from ..problem import Problem
from ..record import CustodyModel, Source, Stage, is_country
from ..record.form import Text
from ..statement import base64url
from ..statement.compact_json import pointer
from .lens import UNKNOWN, Lens, Rule

OWN = "own/"
"""What the ids of own lenses begin with."""
MAX_BYTES = 65_536
MAX_DOTS = 1024
"""Full stops in the file: reading a dotted key takes time that grows with the square of its length."""
MAX_RULES = 64
MAX_LABEL = 64
MAX_LISTED = 256
"""Values that a condition may list."""
PLACEHOLDERS = ("country", "region", "source", "stage", "custody", "controllers")

_LABEL = re.compile(rf"[A-Za-z0-9_+{{}}./-]{{1,{MAX_LABEL}}}")
_PLACEHOLDER = re.compile(rf"\{{(?:{'|'.join(PLACEHOLDERS)})\}}")
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_KNOWN: dict[str, frozenset[str]] = {
    "stage": frozenset(Stage),
    "source": frozenset(Source),
    "custody": frozenset(CustodyModel),
    "attested": frozenset({"attested", "not_attested", "proxy"}),
}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Text
    start: tuple[Rule, ...]
    step: tuple[Rule, ...] = ()
    id: str | None = None


def read_own(text: str) -> Lens:
    """The lens of a TOML file; `Problem` `lens-malformed` with the place when it is not one.

    Its id is `own/` and the digest of its rules, so that the same question has the same id whoever asks it;
    an `id` in the file is not used.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _malformed(f"The file is larger than {MAX_BYTES} bytes.", limit=str(MAX_BYTES))
    if text.count(".") > MAX_DOTS:
        raise _malformed(f"The file has more than {MAX_DOTS} full stops.", limit=str(MAX_DOTS))
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except msgspec.ValidationError as error:
        place, sentence = pointer(error)
        raise _malformed(f"{sentence}.", place) from None
    except (ValueError, RecursionError) as error:
        raise _malformed(f"This is not TOML: {error}.") from None
    return own_lens(file.title, file.start, file.step)


def own_lens(title: str, start: tuple[Rule, ...], step: tuple[Rule, ...]) -> Lens:
    """The lens of these rules, with its id; `Problem` `lens-malformed` with the place when they are not allowed."""
    _check(start, step)
    rules = msgspec.json.encode({"start": start, "step": step}, order="sorted")
    digest = base64url.encode(hashlib.sha256(rules).digest())
    return Lens(f"{OWN}{digest}", title, start, step)


def written(lens: Lens) -> str:
    """A TOML text that reads as the lens; its id is an own lens's."""
    lines = [f"title = {_value(lens.title)}"]
    for name, rules in (("start", lens.start), ("step", lens.step)):
        for rule in rules:
            members = msgspec.to_builtins(rule)
            lines += [f"[[{name}]]", *(f"{key} = {_value(each)}" for key, each in members.items())]
    return "\n".join(lines) + "\n"


def digest_of(lens: Lens) -> bytes:
    """The digest of an own lens's rules, which is in its id."""
    return base64url.decode(lens.id.removeprefix(OWN))


def _value(value: object) -> str:
    """A text, a list of them or a truth value: JSON's spelling of those is TOML's too."""
    return msgspec.json.encode(value).decode()


def _check(start: tuple[Rule, ...], step: tuple[Rule, ...]) -> None:
    if not start:
        raise _malformed("A lens has at least one start rule.", "/start")
    count = len(start) + len(step)
    if count > MAX_RULES:
        raise _malformed(
            f"{count} rules; at most {MAX_RULES} are allowed.",
            "/step" if step else "/start",
            rules=str(count),
            limit=str(MAX_RULES),
        )
    for number, rule in enumerate(start):
        place = f"/start/{number}"
        if rule.coming_from is not None or rule.join:
            name = "from" if rule.coming_from is not None else "join"
            raise _malformed(
                "Matter that enters has no label yet: from and join are for step rules.",
                f"{place}/{name}",
            )
        _check_rule(rule, place)
    for number, rule in enumerate(step):
        place = f"/step/{number}"
        if rule.on is not None:
            raise _malformed("Nothing enters at a step: on is for start rules.", f"{place}/on")
        _check_rule(rule, place)


def _check_rule(rule: Rule, place: str) -> None:
    _check_label(rule.label, f"{place}/label")
    if set("{}") & set(_PLACEHOLDER.sub("", rule.label)):
        raise _malformed(
            f"{rule.label}: the placeholders are {', '.join(f'{{{each}}}' for each in PLACEHOLDERS)}.",
            f"{place}/label",
        )
    for name, values in _conditions(rule):
        if not 1 <= len(values) <= MAX_LISTED:
            raise _malformed(
                f"A condition lists 1 to {MAX_LISTED} values.",
                f"{place}/{name}",
                limit=str(MAX_LISTED),
            )
        for number, value in enumerate(values):
            at = f"{place}/{name}/{number}"
            if name == "from":
                _check_label(value, at)
            elif not _is_known(name, value):
                raise _malformed(f"There is no {name} {value!r}.", at)


def _conditions(rule: Rule) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, values in (
        ("on", rule.on),
        ("from", rule.coming_from),
        ("stage", rule.stage),
        ("country", rule.country),
        ("region", rule.region),
        ("source", rule.source),
        ("custody", rule.custody),
        ("attested", rule.attested),
        ("controllers", rule.controllers),
    ):
        if values is not None:
            yield name, values


def _is_known(name: str, value: str) -> bool:
    if name in _KNOWN:
        return value in _KNOWN[name]
    if name == "on":
        return True
    if name == "region":
        return _REGION.fullmatch(value) is not None and is_country(value)
    unknown = name == "controllers" and value == UNKNOWN
    return unknown or (len(value) == 2 and is_country(value))


def _check_label(label: str, place: str) -> None:
    if not _LABEL.fullmatch(label):
        raise _malformed(
            f"A label has 1 to {MAX_LABEL} characters of A-Z a-z 0-9 _ + {{ }} . / -.",
            place,
            limit=str(MAX_LABEL),
        )


def _malformed(sentence: str, place: str = "", **figures: str) -> Problem:
    return Problem("lens-malformed", sentence, pointer=place, figures=figures)
