"""The catalogue: the policies that ship, and what asking for one looks like.

`claim.recycled?share=0.24&class=post_consumer` is a policy with its parameters set.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from .model import Policy
from .reading import NotOffered, read_policy

_ASKED = re.compile(
    r"(?P<id>[a-z0-9.-]{1,64})(\?(?P<given>[a-z0-9-]+=[A-Za-z0-9._-]+(&[a-z0-9-]+=[A-Za-z0-9._-]+)*))?"
)
MAX_ASKED = 256
"""Characters of an id with its parameters."""


def _shipped() -> Mapping[str, str]:
    folder = files(__package__) / "catalogue"
    texts = {
        file.name.removesuffix(".toml"): file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    return MappingProxyType(dict(sorted(texts.items())))


CATALOGUE: Mapping[str, str] = _shipped()
"""The texts of the policies that ship, by id."""


@lru_cache(128)
def policy_named(asked: str) -> Policy:
    """The policy of the catalogue with this id, its parameters set.

    `NotOffered` when there is none, or when it does not take what is given.
    """
    found = _ASKED.fullmatch(asked) if len(asked) <= MAX_ASKED else None
    if found is None or found["id"] not in CATALOGUE:
        raise NotOffered(f"There is no policy {asked[:MAX_ASKED]!r}.")
    pairs = [part.partition("=") for part in (found["given"] or "").split("&") if part]
    given = {name: value for name, _, value in pairs}
    if len(given) < len(pairs):
        raise NotOffered("A parameter is given twice.")
    return read_policy(CATALOGUE[found["id"]], f"{found['id']}.toml", given)
