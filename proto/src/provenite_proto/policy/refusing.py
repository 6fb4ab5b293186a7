"""Why a policy file is refused, in words: a decoder names types and patterns, and a parser what it would have read."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ..statement.wording import in_words, patterns
from .model import LabelOrGroup, LensName, Parameter, Phrase, Policy, PolicyId, Prose, Version

_TYPES = {
    "str": "a text in quotation marks",
    "date": "a day without quotation marks, such as 2026-12-31",
    "array": 'a list, such as ["Nd", "Pr"]',
    "object": "a table",
    "bool": "true or false",
}
_EXPECTED = re.compile(r"Expected `(?P<kinds>[a-z]+)(?: \| null)?`, got `(?P<got>[a-z]+)`")
_LENGTH = re.compile(r"Expected `(?P<kind>str|array)` of length (?P<how>>=|<=) (?P<limit>[0-9]+)")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[a-z_]+)`")
_INVALID = re.compile(r"Invalid (?:enum )?value (?P<value>.*)", re.DOTALL)
_WORDS: tuple[tuple[Any, str], ...] = (
    (PolicyId, "an id is lower-case names joined by full stops, such as own.acme.recycled"),
    (Version, 'a version is digits and letters, such as "1" or "2026-11"'),
    (LensName, "a lens has a name of lower-case letters, such as origin or stage/separation"),
    (LabelOrGroup, "a label is letters and digits without spaces, or @ and a group of countries"),
    (Phrase, "a claim is a verb and what follows it on one line, without a full stop"),
    (Prose, "a text has 1 to 1,200 characters and no line breaks"),
)
_SENTENCES = {
    f"Expected `str` matching regex {pattern!r}": words
    for kind, words in _WORDS
    for pattern in patterns(Annotated[kind, Meta()])
}
_SYNTAX: tuple[tuple[str, str], ...] = (
    ("Illegal character", "the text does not end on its line: a quotation mark is missing"),
    ("Invalid value", "what follows = is no value: texts stand in quotation marks, days do not"),
    (
        "Expected newline or end of document",
        "there is more behind the value: texts stand in quotation marks, days are such as 2026-12-31",
    ),
    ("Expected '='", "a line is name = value, a comment behind #, or a name in brackets"),
    ("Invalid statement", "a line is name = value, a comment behind #, or a name in brackets"),
    ("Cannot overwrite a value", "it stands there twice"),
    ("Cannot declare", "the table stands there twice"),
    ("Unclosed array", "the list is not closed: ] is missing"),
    ("Unterminated string", "the text is not closed: a quotation mark is missing"),
)
"""How a sentence of the parser begins, and what it means."""


def in_plain_words(sentence: str, place: str) -> str:
    """The decoder's sentence about the member at a place (`row.test.at_least`), for who wrote the file."""
    name = place.rpartition(".")[2]
    if found := _UNKNOWN.fullmatch(sentence):
        near = difflib.get_close_matches(found["name"], sorted(_MEMBERS), 1, 0.75)
        meant = f": {near[0]} may be meant" if near and near[0] != found["name"] else ""
        where = f" in {place}" if place else ""
        return f"There is no {found['name'][:64]!r}{where}{meant}."
    if found := _MISSING.fullmatch(sentence):
        return f"{f'{place}: ' if place else ''}{found['name']} is missing."
    if found := _EXPECTED.fullmatch(sentence):
        return f"{place}: this has to be {_TYPES.get(found['kinds'], found['kinds'])}."
    if found := _LENGTH.fullmatch(sentence):
        least = "at least" if found["how"] == ">=" else "at most"
        what = "characters" if found["kind"] == "str" else "of them"
        return f"{place}: {least} {found['limit']} {what}."
    listed = _KINDS if place.startswith("parameter.") else _MEMBERS.get(name)
    if (found := _INVALID.fullmatch(sentence)) and listed:
        return f"{place}: {found['value']} is none of {', '.join(sorted(listed))}."
    told = _SENTENCES.get(sentence, in_words(sentence))
    return f"{place}: {told}." if place else f"{told}."


def of_syntax(sentence: str, line: str) -> str:
    """The parser's sentence about a line, with the member that the line seems to be about."""
    told = next((words for begin, words in _SYNTAX if sentence.startswith(begin)), sentence)
    name = re.match(r"\s*([A-Za-z0-9_-]{1,64})\s*=", line)
    return f"{name[1]}: {told}." if name else f"{told[:1].upper()}{told[1:]}."


def _members() -> Mapping[str, frozenset[str]]:
    """The members that there are in a policy, with their values where these are listed."""
    found: dict[str, set[str]] = {}
    for kind in _structs(msgspec.inspect.type_info(Policy), set()):
        if kind.tag_field is not None:
            found.setdefault(kind.tag_field, set()).add(str(kind.tag))
        for field in kind.fields:
            values = () if kind.cls is Parameter else _values(field.type)
            found.setdefault(field.encode_name, set()).update(values)
    return {name: frozenset(values) for name, values in found.items()}


def _structs(kind: Any, seen: set[type]) -> Iterator[msgspec.inspect.StructType]:
    if isinstance(kind, msgspec.inspect.StructType):
        if kind.cls in seen:
            return
        seen.add(kind.cls)
        yield kind
        for field in kind.fields:
            yield from _structs(field.type, seen)
    for part in _parts(kind):
        yield from _structs(part, seen)


def _parts(kind: Any) -> Iterator[Any]:
    """What a type is made of."""
    for name in ("item_type", "value_type", "type"):
        if isinstance(part := getattr(kind, name, None), msgspec.inspect.Type):
            yield part
    yield from getattr(kind, "types", ())
    yield from (each for each in getattr(kind, "item_types", ()))


def _values(kind: Any) -> Iterator[str]:
    match kind:
        case msgspec.inspect.LiteralType():
            yield from map(str, kind.values)
        case msgspec.inspect.EnumType():
            yield from (str(each.value) for each in kind.cls)
        case msgspec.inspect.StructType():
            return
        case _:
            for part in _parts(kind):
                yield from _values(part)


_MEMBERS = _members()
_KINDS = frozenset(_values(msgspec.inspect.type_info(Parameter.__annotations__["kind"])))
