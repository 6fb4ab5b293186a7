"""A chain in which every sealed section of every kind of record holds something that nothing else holds.

Each secret is a text or a figure that can be looked for in whatever the ledger gives away. The firms: a miner
and the supplier of whom it speaks, a refiner, a maker and a trader downstream, an auditor, a stranger, and one
whose key has been revoked.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provenite_proto.record import (
    AnyRecord,
    Document,
    Documents,
)
from provenite_proto.statement import base64url, parse
from tests.ledger.running import Firm, Ledger

FIRMS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "miner": ("Quillabamba Copper", "CL", ("miner", "collector")),
    "refiner": ("Dunkelwald Hütte", "DE", ("refiner",)),
    "maker": ("Ostrava Foils", "CZ", ("manufacturer",)),
    "trader": ("Lagoon Metals", "SG", ("trader",)),
    "auditor": ("Verity Assayers", "GB", ("auditor",)),
    "stranger": ("Peeping Trading", "NL", ("trader", "refiner")),
    "revoked": ("Lapsed Brothers", "NL", ("trader",)),
}


@dataclass
class Secretive:
    """The chain: its firms, its statements by name, and what each of their sections holds."""

    ledger: Ledger
    firms: dict[str, Firm] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    records: dict[str, tuple[str, AnyRecord]] = field(default_factory=dict)
    batches: dict[str, str] = field(default_factory=dict)
    certificates: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name what the ledger has answered to whoever asked for them."""
    texts: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By statement and section: what to look for."""

    def add(self, name: str, firm: str, record: AnyRecord, **hidden: tuple[str, ...]) -> str:
        """Record a statement; `hidden` are the secrets by section. Its digest."""
        statement = self.firms[firm].sign(record)
        answer = self.ledger.send(statement)
        assert answer.status_code == 201, (name, answer.text)
        self.digests[name] = parse(statement).digest
        self.records[name] = (firm, record)
        for number, batch in enumerate(answer.json().get("batches", ())):
            self.batches[f"{name}.{number}"] = batch
        for section, texts in hidden.items():
            self.texts[name, section] = texts
        assert set(hidden) == {
            each for each in record.sections if getattr(record, each) is not None
        }, name
        return self.digests[name]

    def thumbprints(self) -> Iterator[str]:
        """The thumbprints of all keys."""
        return (firm.key.public.key_id for firm in self.firms.values())


def papers(name: str, kind: str = "memo") -> tuple[Documents, tuple[str, ...]]:
    """A document for a statement: the section, and its title and digest."""
    title = f"Paper-of-{name}-{secrets.token_hex(4)}"
    digest = base64url.encode(hashlib.sha256(title.encode()).digest())
    return Documents(documents=(Document(kind=kind, digest=digest, title=title),)), (
        title,
        digest,
    )
