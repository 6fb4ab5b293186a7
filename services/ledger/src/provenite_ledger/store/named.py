"""Named SQL: each file holds queries headed by `-- name: …` and a comment that says what they are for."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_HEAD = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def load(filename: str) -> Mapping[str, str]:
    """The queries of a file of this package by name; `ValueError` when a name occurs twice."""
    text = (files(__package__) / filename).read_text("utf-8")
    _, *parts = _HEAD.split(text)
    names, bodies = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{filename}: a query's name occurs twice")
    return MappingProxyType(dict(zip(names, (body.strip() for body in bodies), strict=True)))
