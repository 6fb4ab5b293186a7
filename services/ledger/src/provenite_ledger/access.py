"""Who sees what. Every answer asks here; nothing else decides.

Any enrolled party may read the open part of a statement, batch, party or site whose id it knows: ids are
digests, which cannot be guessed. The sealed sections of a statement are for its issuer and for the
counterparty of a transfer or receipt; those of a registry statement for the registrar and for the party that
it is about. A batch is held by its issuer or, if it was shipped, by one of the two parties, so its holder
sees its masses and content by the same rule. Lists show a party what is its own. Parties are known here by
the index of their statement, as the tables know them.

A party's name is for the registrar and for those who know the party: a sender addresses whom it likes, so the
receiver learns the sender's name at once, and the sender the receiver's when a transfer of his is accepted.
"""

from collections.abc import Collection

from msgspec import Struct

from provenite_proto.record import Role

REGISTRAR = 0
"""The index of the registrar: the first statement of a ledger is its own."""

REGISTRY = frozenset({"party", "key", "site"})
"""The record types of the registry."""


class Reader(Struct, frozen=True):
    """The party that asks: its id, the index of its statement, and its roles."""

    party: str
    index: int
    roles: tuple[Role, ...]

    @property
    def is_registrar(self) -> bool:
        """Whether it keeps the registry."""
        return Role.REGISTRAR in self.roles


class Concerned(Struct, frozen=True):
    """Whom a statement of type `kind` concerns.

    `counterparty` is the other side of a transfer or receipt, or the party that a registry statement is about.
    """

    kind: str
    issuer: int
    counterparty: int | None = None


def sees_sections(reader: Reader, concerned: Concerned) -> bool:
    """Whether the reader sees the statement's sealed sections, and with them its batches' masses and content."""
    if reader.is_registrar and concerned.kind in REGISTRY:
        return True
    return reader.index in (concerned.issuer, concerned.counterparty)


def sees_remaining(reader: Reader, holder: int) -> bool:
    """Whether the reader sees what is left of a batch: its holder does, or the receiver while it is in transit."""
    return reader.index == holder


def sees_name(reader: Reader, party: int, known: Collection[int]) -> bool:
    """Whether the reader sees a party's name; `known` are who shipped to it or accepted what it shipped."""
    return reader.is_registrar or party in (reader.index, REGISTRAR) or party in known


def may_invite(reader: Reader) -> bool:
    """Whether the reader may let others join."""
    return reader.is_registrar
