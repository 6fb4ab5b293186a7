"""Packs of small ledgers of test firms, with a log and a key of their own."""

import io
from collections.abc import Callable, Collection, Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.content import Shares
from provenite_proto.log import (
    Checkpoint,
    NoteSigner,
    entry,
    inclusion,
    leaf_hash,
    log_name,
    node_hash,
    root,
)
from provenite_proto.matter.quantity import kilograms
from provenite_proto.pack import Content, ElementClaim, Head, Line, write
from provenite_proto.pack.members import FORMAT
from provenite_proto.statement import parse, redact
from tests.proto.making.firms import Firms
from tests.proto.making.keys import AUDIENCE

LOG = NoteSigner(log_name(AUDIENCE), Ed25519PrivateKey.from_private_bytes(bytes(32)))
"""The log's key, the same in every run."""
Show = Callable[[int, str], bool]
"""Whether the reader is shown a section of the statement with an index."""


class Log:
    """The log of a ledger's statements: their digests and times."""

    def __init__(self, firms: Firms) -> None:
        self._leaves = [
            leaf_hash(entry(parse(step["statement"]).digest, step["recordedAt"]))
            for step in firms.earlier
        ]
        self.size = len(self._leaves)
        self.checkpoint = Checkpoint(LOG.key.name, self.size, root(self.size, self.read)).signed(
            LOG
        )

    def read(self, level: int, index: int) -> bytes:
        if level == 0:
            return self._leaves[index]
        return node_hash(self.read(level - 1, 2 * index), self.read(level - 1, 2 * index + 1))

    def proof(self, index: int) -> tuple[bytes, ...]:
        return inclusion(index, self.size, self.read)


def packed(
    firms: Firms,
    batch: str,
    *,
    indices: Collection[int] | None = None,
    show: Show = lambda index, section: True,
    policy: str | None = None,
    content: bool = True,
) -> bytes:
    """A pack of the firms' statements, all by default, whether the batch needs them or not."""
    log = Log(firms)
    head = Head(format=FORMAT, ledger=AUDIENCE, batch=batch, size=log.size, created=firms.now)
    wanted = range(log.size) if indices is None else sorted(indices)
    claims = claimed(firms.replay.content(batch)) if content else None
    return b"".join(
        write(head, log.checkpoint, f"{LOG.key}\n", policy, lines(firms, log, wanted, show), claims)
    )


def lines(firms: Firms, log: Log, indices: Iterable[int], show: Show) -> Iterable[Line]:
    for index in indices:
        step = firms.earlier[index]
        statement = parse(step["statement"])
        kept = [name for name in statement.record.sections if show(index, name)]
        recorded = firms.replay.state.statements[statement.digest]
        yield Line(
            index=index,
            recorded_at=step["recordedAt"],
            statement=redact(statement, kept),
            proof=log.proof(index),
            before=tuple(kilograms(each.before) for each in recorded.draws) or None,
        )


def claimed(shares: Shares) -> Content:
    """The content as a pack has it."""
    return Content(
        elements={
            element: ElementClaim(
                mass=kilograms(sum(lenses["origin"].values())),
                lenses={
                    lens: {label: kilograms(mass) for label, mass in labels.items() if mass}
                    for lens, labels in lenses.items()
                },
            )
            for element, lenses in shares.items()
        }
    )


def opened(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)
