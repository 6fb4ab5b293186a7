"""What later statements have made of one that makes batches: whether it stands, and what is known of it."""

from typing import Literal

import msgspec

Attested = Literal["attested", "not_attested", "proxy"]
"""Whether somebody whose word counts has vouched; `proxy` is what a firm has recorded for its supplier."""


class Standing(msgspec.Struct, frozen=True):
    """The facts about a statement that the statement itself does not say.

    `void` when it was retracted, or signed with a key that had been compromised by the time it was
    recorded: then the origin of what it made is unknown. `controllers` are the countries (alpha-2) that
    controlled its issuer when it happened, sorted; `unknown` among them when that is not known.
    """

    void: bool
    attested: Attested
    controllers: tuple[str, ...]
