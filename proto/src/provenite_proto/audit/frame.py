"""The part of a ledger's state that an auditor can see, and what it stands in for where he cannot.

The rules of admission run on it as on a ledger's. What is not known of a batch is so large that no rule refuses
it for being too little: `UNKNOWN_MASS` of matter, of which each milligram holds as much of every element.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec

from ..ledger import Batch, BatchStatus, Enrolled, RegisteredSite, State
from ..matter.element import ELEMENTS
from ..tables import Tables
from .filling import SOMEBODY
from .gaps import Gap

UNKNOWN_MASS = 10**24
"""Milligrams that stand for a mass that is not known: far beyond the largest that a statement can name (10^18)."""
_UNKNOWN_ELEMENT = UNKNOWN_MASS * UNKNOWN_MASS
# Nobody changes them: a pack of a few bytes an input can make as many batches as it likes.
_UNKNOWN_ELEMENTS: Final = dict.fromkeys(ELEMENTS, _UNKNOWN_ELEMENT)
_FROM_THE_FIRST: Final = dict.fromkeys(ELEMENTS, 0)
_ANY_MATERIAL = "mixed-electronics"
"""A material whose assay nothing bounds."""
_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Vague(msgspec.Struct, frozen=True):
    """What of a batch is not known, since a statement upstream is not shown whole (`of`), or not at all.

    Without `mass` the batch's own mass is known, and only what it holds is not.
    """

    of: str | None
    mass: bool


class Frame:
    """A state, and what is known to be unknown of it.

    `vague` are the batches of which something is not known, `loose` those of which more may have been taken
    than is shown. Of statements, by digest: `hidden` are not shown whole, and `blurred` not their quantities;
    `unadmitted` could not be admitted. `assumed`, and keys by their ids, are referred to by an earlier one (its
    digest), which they should have come before. `nameless` are parties whose names are withheld; `received` are transfers whose
    receipt is not carried, with the statement that uses what they brought. `withdrew` has
    of retractions that give something back the statement that they withdraw. `untold` are those
    that say something of others, and could not be admitted. `gaps` says what is not carried.
    """

    def __init__(self, tables: Tables) -> None:
        self.state = State(tables=tables)
        # The party that withheld sections name: it has no key, so it says nothing.
        if SOMEBODY not in self.state.parties:
            self.state.put(Enrolled(SOMEBODY, "", ()))
        self.vague = tables.table("vague", Vague)
        self.loose = tables.names("loose")
        self.hidden = tables.names("hidden")
        self.blurred = tables.names("blurred")
        self.nameless = tables.names("nameless")
        self.assumed = tables.table("assumed", str)
        self.received = tables.table("received", str)
        self.unadmitted = tables.names("unadmitted")
        self.withdrew = tables.table("withdrew", str)
        self.untold = tables.names("untold")
        self.gaps = tables.table("gaps", Gap)
        self._gaps = len(self.gaps)

    def miss(self, gap: Gap) -> None:
        """Note what is not carried."""
        self.gaps[f"{self._gaps}"] = gap
        self._gaps += 1

    def knows(self, digest: str) -> bool:
        """Whether the statement has come and been admitted."""
        return digest in self.state.statements

    def assume(self, name: str, by: str) -> None:
        """Note that a statement refers to another, or to a key, that is not here."""
        if name not in self.unadmitted:
            self.assumed.setdefault(name, by)

    def assume_batch(self, batch_id: str, holder: str, of: str | None) -> None:
        """Let there be a batch of which nothing is known but its holder."""
        self.state.put(
            Batch(
                id=batch_id,
                material=_ANY_MATERIAL,
                holder=holder,
                status=BatchStatus.HELD,
                mass=UNKNOWN_MASS,
                remaining=UNKNOWN_MASS,
                elements=_UNKNOWN_ELEMENTS,
                uncertainty=0,
                available_at=_ALWAYS,
                root=batch_id,
                offsets=_FROM_THE_FIRST,
            )
        )
        self.vague[batch_id] = Vague(of, mass=True)

    def assume_site(self, site_id: str, party: str, country: str | None) -> None:
        """Let there be a site of the party's, in the country when the statement says one."""
        self.state.put(RegisteredSite(site_id, party, country or ""))

    def blur(self, batch: Batch, of: str) -> Batch:
        """A batch without what a withheld section would say of it."""
        self.vague[batch.id] = Vague(of, mass=True)
        return msgspec.structs.replace(
            batch,
            mass=UNKNOWN_MASS,
            remaining=UNKNOWN_MASS,
            elements=dict.fromkeys(batch.elements, _UNKNOWN_ELEMENT),
            offsets=dict.fromkeys(batch.elements, 0),
        )
