"""Policies that firms wrote themselves: nobody vouches for their words, so that these are told in quotation marks."""

from importlib.resources import files

import msgspec

from ..strict_toml import Malformed, line_of
from .catalogue import CATALOGUE, asked_as, policy_named
from .definition import digest
from .model import Policy, Status
from .reading import NotOffered, read_policy

PREFIX = "own."
"""What the ids of firms' own policies begin with, and none of the catalogue: the id tells whose rule it is."""
EXAMPLE = (files(__package__) / "example.toml").read_text("utf-8")
"""A policy of a firm's own, to begin with."""
STATUSES: tuple[Status, ...] = ("claim", "voluntary")
"""What a firm can say that its rule is: it makes no law."""
OWN = (
    "It is by a rule that a firm wrote itself. Neither a law nor the ledger vouches for what that rule is called, "
    "asks for or refers to."
)
"""What is said wherever something follows from such a rule."""
_MARKS = str.maketrans(dict.fromkeys('“”„‟"«»〝〞〟＂', "'"))
"""Quotation marks within a text would seem to end it."""


def read_own(text: str, name: str) -> Policy:
    """The policy of a firm's own file, parameters at their defaults; `Malformed` with line and reason otherwise.

    Its id begins with `own.`, and its status is not that of a law.
    """
    return _owned(read_policy(text, name), text, name)


def read_file(text: str, name: str) -> Policy:
    """The policy of a file that somebody names: a firm's own, or a version of one that ships; `Malformed` otherwise."""
    policy = read_policy(text, name)
    return policy if policy.id in CATALOGUE else _owned(policy, text, name)


def is_own(policy: str) -> bool:
    """Whether the policy with this id is a firm's own, and not the catalogue's."""
    return policy.startswith(PREFIX)


def is_shipped(policy: Policy) -> bool:
    """Whether the policy is exactly one that ships, its parameters set as it says."""
    try:
        shipped = policy_named(asked_as(policy))
    except (NotOffered, Malformed):
        return False
    return digest(shipped) == digest(policy)


def has_shipped_version(policy: Policy) -> bool:
    """Whether a policy of this id and version ships: then it is that one, or a false one."""
    return policy.id in CATALOGUE and policy_named(policy.id).version == policy.version


def draft(policy: Policy) -> str | None:
    """What is said first of a policy that has an id of the catalogue and is not what ships under it."""
    if is_own(policy.id) or is_shipped(policy):
        return None
    return f"A draft or another version: not the {policy.id} that ships here. Its digest is {digest(policy)}."


def quoted(text: str) -> str:
    """Somebody else's words, in quotation marks that they cannot close."""
    return f"“{text.translate(_MARKS)}”"


def as_told(policy: str, text: str) -> str:
    """Words of the policy with this id: quoted when it is a firm's own, so that nobody else seems to say them."""
    return quoted(text) if is_own(policy) else text


def called(policy: str) -> str:
    """A firm's own policy by its id."""
    return f"A firm's own rule: {policy}"


def in_quotation_marks(policy: Policy) -> Policy:
    """A firm's own policy with its title and the names of its tests in quotation marks; any other as it is."""
    if not is_own(policy.id):
        return policy
    replace = msgspec.structs.replace
    return replace(
        policy,
        title=quoted(policy.title),
        row=tuple(
            replace(row, test=tuple(replace(test, name=quoted(test.name)) for test in row.test))
            for row in policy.row
        ),
    )


def _owned(policy: Policy, text: str, name: str) -> Policy:
    if not is_own(policy.id):
        reason = f"The id of a firm's own policy begins with {PREFIX!r}: {PREFIX + policy.id!r}, for example."
        raise Malformed(name, line_of(text, ("id",)), reason)
    statuses: list[tuple[tuple[str | int, ...], Status]] = [(("status",), policy.status)]
    statuses += [
        (("row", at, "status"), row.status) for at, row in enumerate(policy.row) if row.status
    ]
    for place, status in statuses:
        if status not in STATUSES:
            reason = f"The status of a firm's own policy is {' or '.join(STATUSES)}, not {status}."
            raise Malformed(name, line_of(text, place), reason)
    for at, row in enumerate(policy.row):
        for number, test in enumerate(row.test):
            if test.claim is not None:
                reason = "Only policies that ship have a claim: by a firm's own, certificates quote the test's name."
                raise Malformed(name, line_of(text, ("row", at, "test", number, "claim")), reason)
    return policy
