"""What a ledger knows, and what admitting a statement changes of it.

`State` is the whole of it when statements are replayed, and the part that a group of statements touches
when a ledger admits them. Both change it only by applying an `Admission`.
"""

from collections.abc import MutableMapping
from typing import Any

import msgspec

from ..problem import Finding
from ..tables import IN_MEMORY, Tables
from .batch import Batch, Draw, Shipment
from .certified import Certified, Declared, Reserved
from .register import Accredited, Attested, Enrolled, Granted, Owned, RegisteredKey, RegisteredSite
from .remembered import Averaging, PerfectRun, Place, Recorded, SiteYear, UsedAssay

Effect = (
    Batch
    | Shipment
    | Enrolled
    | RegisteredKey
    | RegisteredSite
    | Accredited
    | Attested
    | Owned
    | Granted
    | Recorded
    | SiteYear
    | PerfectRun
    | UsedAssay
    | Place
    | Averaging
    | Declared
    | Certified
    | Reserved
)
"""An entry of the state in its new form, new or changed; each has an `id`."""


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """What admitting a statement changes, and the doubts about it.

    `created` are the batches that it makes, by their index; `draws` what it takes, in the order of the
    record's inputs. `effects` are all other entries of the state in their new form. `averaged` are the
    earlier statements on which its rolling average looks back, in the order of the log. `counterparty` is the other party
    that the statement concerns, if there is one.
    """

    digest: str
    issuer: str
    counterparty: str | None = None
    findings: tuple[Finding, ...] = ()
    created: tuple[Batch, ...] = ()
    draws: tuple[Draw, ...] = ()
    effects: tuple[Effect, ...] = ()
    averaged: tuple[str, ...] = ()


class State:
    """The register, the batches and what is remembered, by id; `size` counts the statements admitted so far.

    Not thread-safe: owned by the one sequencer or replay that applies admissions to it.
    """

    def __init__(self, size: int = 0, tables: Tables = IN_MEMORY) -> None:
        """An empty ledger, or the frame of one with `size` statements, to be filled by its owner, kept in `tables`."""
        self.size = size
        table = tables.table
        self.keys = table("keys", RegisteredKey, whole=True)
        self.parties = table("parties", Enrolled, whole=True)
        self.sites = table("sites", RegisteredSite)
        self.batches = table("batches", Batch)
        self.shipments = table("shipments", Shipment)
        self.accreditations = table("accreditations", Accredited, whole=True)
        self.attestations = table("attestations", Attested)
        self.ownerships = table("ownerships", Owned)
        self.grants = table("grants", Granted)
        self.statements = table("statements", Recorded)
        self.site_years = table("site_years", SiteYear)
        self.perfect_runs = table("perfect_runs", PerfectRun, whole=True)
        self.assays = table("assays", UsedAssay)
        self.places = table("places", Place)
        self.averagings = table("averagings", Averaging)
        self.declarations = table("declarations", Declared)
        self.certificates = table("certificates", Certified)
        self.reserved = table("reserved", Reserved)
        self._tables: dict[type, MutableMapping[str, Any]] = {
            RegisteredKey: self.keys,
            Enrolled: self.parties,
            RegisteredSite: self.sites,
            Batch: self.batches,
            Shipment: self.shipments,
            Accredited: self.accreditations,
            Attested: self.attestations,
            Owned: self.ownerships,
            Granted: self.grants,
            Recorded: self.statements,
            SiteYear: self.site_years,
            PerfectRun: self.perfect_runs,
            UsedAssay: self.assays,
            Place: self.places,
            Averaging: self.averagings,
            Declared: self.declarations,
            Certified: self.certificates,
            Reserved: self.reserved,
        }
        self._undo: list[tuple[MutableMapping[str, Any], str, Any]] | None = None
        self._size_before = size

    def apply(self, admission: Admission) -> None:
        """Make the changes of an admission."""
        for entry in (*admission.created, *admission.effects):
            self.put(entry)
        self.size += 1

    def put(self, entry: Effect) -> None:
        """Set one entry: what an admission changes, or what the owner of the frame has loaded."""
        table = self._tables[type(entry)]
        if self._undo is not None:
            self._undo.append((table, entry.id, table.get(entry.id)))
        table[entry.id] = entry

    def has(self, entry: Effect) -> bool:
        """Whether an entry of this id is there."""
        return entry.id in self._tables[type(entry)]

    def on_demand(self) -> tuple[MutableMapping[str, Any], ...]:
        """The tables that the owner of a frame fills as they are touched: all but those that are always whole."""
        whole = (self.keys, self.parties, self.accreditations, self.perfect_runs)
        return tuple(
            table for table in self._tables.values() if not any(table is each for each in whole)
        )

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
