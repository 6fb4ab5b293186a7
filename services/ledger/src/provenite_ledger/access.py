"""Who sees what. Every answer asks here; nothing else decides. SPEC.md section 10 has this module as one table.

Any enrolled party may read the open part of a statement, batch, party or site whose id it knows: ids are
digests, which cannot be guessed. The sealed sections of a statement are for its issuer and for the other party
that it concerns: the counterparty of a transfer or receipt, the party that a record of the register or a grant
names, the one whose matter or site is attested. Those of the register are for the registrar too. Beyond that a
section is open to whom its issuer grants it. A batch's masses and content are `quantities` of the statement
that made it; a batch is held by that statement's issuer or counterparty, so its holder sees them. Lists show a
party what is its own. Parties are known here by the index of their statement, as the tables know them.

A party's name is for the registrar and for those who know the party: a sender addresses whom it likes, so the
receiver learns the sender's name at once, and the sender the receiver's when a transfer of his is accepted.

Findings that tell of another party's sealed sections are for the registrar alone; those that weigh a statement
against others are for the two parties, and not for whom a section is granted.
"""

from collections.abc import Collection

from msgspec import Struct

from provenite_proto.ledger import SECTIONS
from provenite_proto.problem import CONFIDENTIAL, UNSHARED
from provenite_proto.record import Role

REGISTRAR = 0
"""The index of the registrar: the first statement of a ledger is its own."""

REGISTER = frozenset({"party", "key", "revocation", "site", "accreditation"})
"""The record types whose sections the registrar sees: it has to know whom it lets take part."""


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
    """Whom a statement of type `kind` concerns, and the sections that grants open to the reader."""

    kind: str
    issuer: int
    counterparty: int | None = None
    opened: frozenset[str] = frozenset()


def sees(reader: Reader, concerned: Concerned, section: str) -> bool:
    """Whether the reader sees a sealed section of the statement."""
    return (
        reader.index in (concerned.issuer, concerned.counterparty)
        or (reader.is_registrar and concerned.kind in REGISTER)
        or section in concerned.opened
    )


def sees_finding(reader: Reader, concerned: Concerned, slug: str, pointer: str) -> bool:
    """Whether the reader sees a finding: who sees the section that it speaks of, with the exceptions above."""
    if slug in CONFIDENTIAL:
        return reader.is_registrar
    if slug in UNSHARED:
        return reader.index in (concerned.issuer, concerned.counterparty)
    section = pointer.removeprefix("/record/").partition("/")[0]
    return section not in SECTIONS or sees(reader, concerned, section)


def sees_progress(reader: Reader, concerned: Concerned) -> bool:
    """Whether the reader sees how many statements a late one reaches.

    Of a site's attestation they are those made at the site, and where a statement was made is sealed.
    """
    return reader.index in (concerned.issuer, concerned.counterparty)


def sees_shipment(reader: Reader, sender: int, receiver: int) -> bool:
    """Whether the reader sees a shipment with both sides' figures: its two sides do."""
    return reader.index in (sender, receiver)


def sees_remaining(reader: Reader, holder: int) -> bool:
    """Whether the reader sees what is left of a batch: its holder does, or the receiver while it is in transit."""
    return reader.index == holder


def sees_name(reader: Reader, party: int, known: Collection[int]) -> bool:
    """Whether the reader sees a party's name; `known` are who shipped to it or accepted what it shipped."""
    return reader.is_registrar or party in (reader.index, REGISTRAR) or party in known


def may_certify(reader: Reader, holder: int, maker: int) -> bool:
    """Whether the reader may have a batch certified: who holds it may, and who made or shipped it."""
    return reader.index in (holder, maker)


def listed(reader: Reader) -> int | None:
    """Whose certificates, and notices of them, a list has: the reader's own; none says the registrar's, all."""
    return None if reader.is_registrar else reader.index


def may_read_log(reader: Reader, granted: Collection[Collection[str]]) -> bool:
    """Whether the reader may read the log statement by statement, and so learn of every one that there is.

    `granted` has the sections that each of the registrar's standing grants to it opens of all its statements.
    """
    return reader.is_registrar or any(set(each) >= SECTIONS for each in granted)


def may_invite(reader: Reader) -> bool:
    """Whether the reader may let others join."""
    return reader.is_registrar
