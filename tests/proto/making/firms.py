"""A small ledger of test firms: statements in order, as the vectors of admission and content have them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from provenite_proto.matter.material import MATERIALS
from provenite_proto.record import (
    AnyRecord,
    Collection,
    Counterparty,
    CustodyModel,
    Extraction,
    InputQuantity,
    Key,
    Mode,
    Output,
    OutputQuantity,
    Party,
    PartyIdentities,
    Receipt,
    Role,
    Source,
    SourceQuantities,
    Stage,
    Transfer,
    TransferQuantities,
    Transformation,
    TransformationQuantities,
)
from provenite_proto.statement import base64url, parse, possession

from ..replay import Replay
from .keys import AUDIENCE, START, TestKey, signed

ROLES = {
    "registrar": ("CH", Role.REGISTRAR),
    "miner": ("CL", Role.MINER),
    "refiner": ("DE", Role.REFINER),
    "trader": ("SG", Role.TRADER),
    "recycler": ("BE", Role.RECYCLER),
    "auditor": ("GB", Role.AUDITOR),
}
Assay = tuple[str, str, Mapping[str, str]]
"""Material, mass in kilograms, composition."""


class Firms:
    """Enrols the firms and keeps the statements made so far, each recorded a minute after the last."""

    def __init__(self, *names: str, founded: bool = True) -> None:
        self.replay = Replay(AUDIENCE)
        self.earlier: list[dict[str, Any]] = []
        self.ids: dict[str, str] = {}
        self.keys = {name: TestKey(name) for name in ROLES}
        self.idle = 0
        """Seconds in which nothing was recorded, before the next statement."""
        for name in ("registrar", *names) if founded else ():
            self.enrol(name)

    @property
    def now(self) -> int:
        """When the next statement is issued and recorded."""
        return START + 60 * len(self.earlier) + self.idle

    def time(self, minutes: int = 0) -> datetime:
        """The next statement's time, or so many minutes from it."""
        return datetime.fromtimestamp(self.now + 60 * minutes, UTC)

    def sign(self, name: str, record: AnyRecord) -> str:
        """The statement of a firm, not yet recorded."""
        return signed(record, self.keys[name], self.now)

    def add(self, name: str, record: AnyRecord) -> str:
        """Record a statement; its digest."""
        text = self.sign(name, record)
        self.replay.add(text, self.now)
        self.earlier.append({"recordedAt": self.now, "statement": text})
        return parse(text).digest

    def say(self, name: str, record: AnyRecord | str) -> str:
        """A statement that an operator logs without admitting it; its digest."""
        text = record if isinstance(record, str) else self.sign(name, record)
        self.earlier.append({"recordedAt": self.now, "statement": text})
        return parse(text).digest

    def at(self, digest: str) -> int:
        """The place of a statement in the log."""
        texts = (step["statement"] for step in self.earlier)
        return next(at for at, text in enumerate(texts) if parse(text).digest == digest)

    def enrol(self, name: str, identities: PartyIdentities | None = None) -> None:
        """The firm takes part from now on."""
        country, role = ROLES[name]
        party = Party(
            country=country, roles=(role,), key=self.keys[name].jwk, identities=identities
        )
        self.ids[name] = self.add("registrar", party)

    def copy(self) -> "Firms":
        """The same firms and statements, so that cases can go on differently."""
        other = Firms(founded=False)
        other.ids = dict(self.ids)
        other.keys = dict(self.keys)
        other.idle = self.idle
        for step in self.earlier:
            other.replay.add(step["statement"], step["recordedAt"])
        other.earlier = list(self.earlier)
        return other

    def key(self, party: str, key: TestKey, proof_of: TestKey | None = None) -> Key:
        """A further key of a party, which has signed its proof, or another key has."""
        message = possession(party, key.key_id)
        return Key(
            party=party, key=key.jwk, proof=base64url.encode((proof_of or key).sign(message))
        )

    def extracted(self, *assays: Assay, country: str = "CL", **members: Any) -> Extraction:
        """An extraction of the outputs; `members` replace others."""
        record = Extraction(
            country=country,
            occurred_at=self.time(),
            outputs=opened(assays),
            quantities=SourceQuantities(outputs=sealed(assays)),
        )
        return msgspec.structs.replace(record, **members)

    def collected(
        self,
        *assays: Assay,
        country: str = "BE",
        source: Source = Source.POST_CONSUMER,
        **members: Any,
    ) -> Collection:
        """A collection of the outputs; `members` replace others."""
        record = Collection(
            country=country,
            occurred_at=self.time(),
            source=source,
            stream="hard-disk-drives",
            outputs=opened(assays),
            quantities=SourceQuantities(outputs=sealed(assays)),
        )
        return msgspec.structs.replace(record, **members)

    def transformed(
        self,
        inputs: Mapping[str, str],
        /,
        *assays: Assay,
        stage: Stage = Stage.REFINING,
        country: str = "DE",
        losses: Mapping[str, str] | None = None,
        untraced: Mapping[str, str] | None = None,
        **members: Any,
    ) -> Transformation:
        """A transformation of batch ids with their masses."""
        record = Transformation(
            country=country,
            occurred_at=self.time(),
            stage=stage,
            custody_model=CustodyModel.SEGREGATED,
            inputs=tuple(inputs),
            outputs=opened(assays),
            untraced=tuple(untraced or ()),
            quantities=TransformationQuantities(
                inputs=masses(inputs),
                outputs=sealed(assays),
                losses=dict(losses or {}),
                untraced=dict(untraced or {}),
            ),
        )
        return msgspec.structs.replace(record, **members)

    def shipped(self, to: str, inputs: Mapping[str, str], **members: Any) -> Transfer:
        """A transfer of batch ids with their masses to a firm."""
        record = Transfer(
            inputs=tuple(inputs),
            from_country="CL",
            to_country="DE",
            departed_at=self.time(),
            mode=Mode.SEA,
            quantities=TransferQuantities(inputs=masses(inputs)),
            parties=Counterparty(to=self.ids[to]),
        )
        return msgspec.structs.replace(record, **members)

    def received(self, transfer: str, accepted: bool = True, **members: Any) -> Receipt:
        """A receipt of a transfer."""
        record = Receipt(transfer=transfer, accepted=accepted, received_at=self.time())
        return msgspec.structs.replace(record, **members)

    def delivered(self, sender: str, receiver: str, inputs: Mapping[str, str]) -> str:
        """Transfer and receipt recorded; the transfer's digest."""
        transfer = self.add(sender, self.shipped(receiver, inputs))
        self.add(receiver, self.received(transfer))
        return transfer


def opened(assays: Sequence[Assay]) -> tuple[Output, ...]:
    return tuple(Output(material=name, elements=tuple(assay)) for name, _, assay in assays)


def sealed(assays: Sequence[Assay]) -> tuple[OutputQuantity, ...]:
    """The quantities; what is always wet has the usual moisture of a concentrate."""
    return tuple(
        OutputQuantity(
            mass=mass,
            composition=dict(assay),
            moisture="0.08" if name in MATERIALS and MATERIALS[name].wet else None,
        )
        for name, mass, assay in assays
    )


def masses(inputs: Mapping[str, str]) -> tuple[InputQuantity, ...]:
    return tuple(InputQuantity(mass=mass) for mass in inputs.values())
