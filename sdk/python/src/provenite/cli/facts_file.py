"""The file of `--facts`: what is wrong in it is told with its line or its member, and with an example."""

import re
from pathlib import Path

import msgspec

from provenite_proto.policy.facts import Cost, Holding, Mineral, Recovered
from provenite_proto.statement.wording import in_words

from .. import Facts
from .failing import misused

EXAMPLE = '{"product": "45x-battery-component", "cost": {"total": "80", "prohibited": "30"}, "holdings": []}'
_PARTS: dict[str, type[msgspec.Struct]] = {
    "": Facts,
    "cost": Cost,
    "holdings": Holding,
    "minerals": Mineral,
    "recovered": Recovered,
    "whole": Recovered,
}
_AT = re.compile(r"^(?P<reason>.*) \(byte (?P<byte>\d+)\)$")
_EXPECTED = re.compile(r"Expected `(?P<kind>[a-z]+)(?: \| null)?`, got `[a-z]+`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[a-z_]+)`")
_KINDS = {
    "str": 'a text in quotation marks, numbers too, such as "80"',
    "date": 'a day in quotation marks, such as "2026-12-31"',
    "array": "a list in [ ]",
    "object": "members in { }",
}


def read_facts(file: Path) -> Facts:
    """The facts of a file, or an exit that says what is wrong with it."""
    try:
        data = file.read_bytes()
    except OSError as error:
        misused(f"{file} cannot be read: {error.strerror}")
    try:
        return msgspec.json.decode(data, type=Facts)
    except msgspec.ValidationError as error:
        misused(f"{file}: {_told(str(error))}. Facts are such as {EXAMPLE}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        misused(f"{file}{_line(str(error), data)}. Facts are such as {EXAMPLE}")


def _line(sentence: str, data: bytes) -> str:
    found = _AT.match(sentence)
    if found is None:
        line, reason = data.count(b"\n") + 1, sentence
    else:
        line, reason = data.count(b"\n", 0, int(found["byte"])) + 1, found["reason"]
    return f", line {line}: {reason.replace('JSON is malformed', 'no JSON')}"


def _told(sentence: str) -> str:
    reason, _, place = sentence.partition(" - at `")
    place = place.removesuffix("`").removeprefix("$").removeprefix(".")
    where = f"{place}: " if place else ""
    if found := _UNKNOWN.fullmatch(reason):
        part = _PARTS.get(re.split(r"[.\[]", place)[0], Facts)
        names = ", ".join(field.encode_name for field in msgspec.structs.fields(part))
        return f"{where}there is no {found['name'][:64]!r}: there are {names}"
    if found := _MISSING.fullmatch(reason):
        return f"{where}{found['name']} is missing"
    if found := _EXPECTED.fullmatch(reason):
        return f"{where}this has to be {_KINDS.get(found['kind'], found['kind'])}"
    if reason.startswith("Invalid RFC3339"):
        return f"{where}this has to be {_KINDS['date']}"
    return f"{where}{in_words(reason)}"
