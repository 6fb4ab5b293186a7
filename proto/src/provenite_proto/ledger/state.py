"""What a ledger knows: the registry and, for each batch, its matter, its holder and what is left of it.

`State` is the whole of it when statements are replayed, and the part that a group of statements touches
when a ledger admits them. Both change it only by applying an `Admission`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from ..problem import Finding
from ..record import Role
from ..statement import PublicKey


class Enrolled(msgspec.Struct, frozen=True):
    """A party: `id` is the digest of its party statement."""

    id: str
    country: str
    roles: tuple[Role, ...]


class RegisteredKey(msgspec.Struct, frozen=True):
    """A party's key, valid for statements issued from `valid_from` (seconds since 1970) on."""

    key: PublicKey
    party: str
    valid_from: int


class RegisteredSite(msgspec.Struct, frozen=True):
    """A party's site: `id` is the digest of its site statement."""

    id: str
    party: str
    country: str


class BatchStatus(StrEnum):
    """Where a batch is: with its holder, or between two parties."""

    HELD = "held"
    IN_TRANSIT = "in_transit"


class Batch(msgspec.Struct, frozen=True):
    """A batch: masses in milligrams of dry matter.

    `mass` and `elements` are what it was made with, `remaining` what is left. `holder` is a party id; in
    transit it is the receiver. `shares_of` is the batch whose content shares it has: itself, or for what
    a transfer brought the batch that was first shipped. It cannot be used before `available_at`.
    """

    id: str
    material: str
    holder: str
    status: BatchStatus
    mass: int
    remaining: int
    elements: dict[str, int]
    uncertainty: int
    available_at: datetime
    shares_of: str

    def drawn(self, mass: int) -> dict[str, int]:
        """Element masses in the next `mass` milligrams that are taken."""
        return drawn(self.elements, self.mass, self.remaining, mass)


def drawn(elements: Mapping[str, int], whole: int, before: int, taken: int) -> dict[str, int]:
    """Element masses in `taken` milligrams out of `before` left of a batch of `whole` with `elements`.

    Differences of floors telescope: whatever the draws, they sum to `elements` when all is taken.
    """
    return {
        element: mass * before // whole - mass * (before - taken) // whole
        for element, mass in elements.items()
    }


class TransferStatus(StrEnum):
    """How far a transfer is."""

    IN_TRANSIT = "in_transit"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Shipment(msgspec.Struct, frozen=True):
    """A transfer: `id` is its statement's digest, `batches` what it brings."""

    id: str
    sender: str
    receiver: str
    batches: tuple[str, ...]
    departed_at: datetime
    status: TransferStatus


class Draw(msgspec.Struct, frozen=True):
    """`mass` milligrams taken from `batch` when `before` were left."""

    batch: str
    mass: int
    before: int


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """What admitting a statement changes, and the doubts about it.

    `created` and `changed` are batches in their new state; a party, key, site or shipment likewise.
    `draws` are in the order of the record's inputs.
    """

    digest: str
    issuer: str
    findings: tuple[Finding, ...] = ()
    created: tuple[Batch, ...] = ()
    changed: tuple[Batch, ...] = ()
    draws: tuple[Draw, ...] = ()
    shipment: Shipment | None = None
    party: Enrolled | None = None
    key: RegisteredKey | None = None
    site: RegisteredSite | None = None


class State:
    """The registry and the batches, by id; `size` counts the statements admitted so far.

    Not thread-safe: owned by the one sequencer or replay that applies admissions to it.
    """

    def __init__(self, size: int = 0) -> None:
        """An empty ledger, or the frame of one with `size` statements, to be filled by its owner."""
        self.size = size
        self.keys: dict[str, RegisteredKey] = {}
        self.parties: dict[str, Enrolled] = {}
        self.sites: dict[str, RegisteredSite] = {}
        self.batches: dict[str, Batch] = {}
        self.shipments: dict[str, Shipment] = {}
        self._undo: list[tuple[dict[str, Any], str, Any]] | None = None
        self._size_before = size

    def apply(self, admission: Admission) -> None:
        """Make the changes of an admission."""
        if admission.party is not None:
            self._put(self.parties, admission.party.id, admission.party)
        if admission.key is not None:
            self._put(self.keys, admission.key.key.key_id, admission.key)
        if admission.site is not None:
            self._put(self.sites, admission.site.id, admission.site)
        if admission.shipment is not None:
            self._put(self.shipments, admission.shipment.id, admission.shipment)
        for batch in (*admission.created, *admission.changed):
            self._put(self.batches, batch.id, batch)
        self.size += 1

    def begin(self) -> None:
        """Start to remember changes, so that `rollback` can take them back."""
        self._undo = []
        self._size_before = self.size

    def commit(self) -> None:
        """Keep the changes since `begin`."""
        self._undo = None

    def rollback(self) -> None:
        """Take back all changes since `begin`; nothing when they were committed."""
        if self._undo is None:
            return
        for table, name, before in reversed(self._undo):
            if before is None:
                del table[name]
            else:
                table[name] = before
        self.size = self._size_before
        self._undo = None

    def _put(self, table: dict[str, Any], name: str, value: Any) -> None:
        if self._undo is not None:
            self._undo.append((table, name, table.get(name)))
        table[name] = value
