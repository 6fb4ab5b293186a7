"""The tables that ship beside the code: TOML, read strictly into structs."""

import tomllib
from importlib.resources import files
from typing import TypeVar

import msgspec

Row = TypeVar("Row", bound=msgspec.Struct)


def read(name: str, row: type[Row]) -> dict[str, Row]:
    """The rows of `data/<name>` by key; `ValueError` names the one that is no `row`."""
    return parse((files(__package__) / "data" / name).read_text("utf-8"), row, name)


def parse(text: str, row: type[Row], name: str) -> dict[str, Row]:
    """The rows of a TOML text by key; `name` is what messages call it."""
    rows: dict[str, Row] = {}
    for key, value in tomllib.loads(text).items():
        try:
            rows[key] = msgspec.convert(value, row, strict=True)
        except msgspec.ValidationError as error:
            raise ValueError(f"{name}, {key}: {error}") from error
    return rows
