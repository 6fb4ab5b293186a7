"""The catalogue: the policies that ship, and what asking for one looks like.

`claim.recycled?share=0.24&class=post_consumer` is a policy with its parameters set.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from .model import Policy
from .reading import NotOffered, read_policy

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


def asked_as(policy: Policy) -> str:
    """What a policy is asked for by: its id with the parameters that are not at their defaults."""
    said = "&".join(
        f"{name}={each.value}" for name, each in policy.parameter.items() if each.value is not None
    )
    return f"{policy.id}?{said}" if said else policy.id


@lru_cache(128)
def policy_named(asked: str) -> Policy:
    """The policy of the catalogue with this id, its parameters set.

    `NotOffered` when there is none, or when it does not take what is given.
    """
    which, mark, settings = asked.partition("?")
    if len(asked) > MAX_ASKED or which not in CATALOGUE:
        raise NotOffered(f"There is no policy {asked[:MAX_ASKED]!r}.")
    given: dict[str, str] = {}
    for part in settings.split("&") if mark else ():
        name, equals, value = part.partition("=")
        if not equals:
            raise NotOffered(
                f"Parameters are set as in ?name=value&name=value, not as in {part!r}."
            )
        if name in given:
            raise NotOffered(f"The parameter {name!r} is given twice.")
        given[name] = value
    return read_policy(CATALOGUE[which], f"{which}.toml", given)
