"""Whole logs to audit: signed statements in bulk, as a ledger's answers and as a pack, on disk.

Rounds of five, as in `statements.mixed`, but each transformation takes of what the one before it made too: so what
the last batch consists of follows from all of the log.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite import BatchOf, CustodyModel, Mode, Stage, receipt, transfer, transformation
from provenite_proto.answers import MAX_LOGGED, LoggedAnswer, LogStatements
from provenite_proto.audit import Evidence
from provenite_proto.log import (
    Checkpoint,
    Edge,
    NoteSigner,
    entry,
    inclusion,
    leaf_hash,
    log_name,
    node_hash,
)
from provenite_proto.pack import Content, ElementClaim, Head, Line, Writer
from provenite_proto.pack.members import FORMAT
from provenite_proto.record import Party, Role, Transformation
from provenite_proto.statement import SigningKey, parse
from tests.bench.statements import Enrolled, batch_of, ore, sign

ORIGIN = "https://ledger.example"
_SIGNER = NoteSigner(log_name(ORIGIN), Ed25519PrivateKey.from_private_bytes(bytes(32)))
_MADE = {"Nd": ElementClaim(mass="60", lenses={}), "Pr": ElementClaim(mass="20", lenses={})}
"""What the last batch holds. No lenses are claimed: all are computed before that is found missing."""


def write(folder: Path, rounds: int) -> int:
    """A log of so many rounds: `answers`, one a line, `evidence`, and the `pack` of the last batch. How many statements."""
    now = int(time.time())
    said = list(_log(rounds))
    statements = [parse(text) for text, _ in said]
    leaves = [leaf_hash(entry(each.digest, now)) for each in statements]
    root = Edge().grown(leaves).root()
    checkpoint = Checkpoint(_SIGNER.key.name, len(said), root).signed(_SIGNER)
    evidence = Evidence(ORIGIN, checkpoint, str(_SIGNER.key), None)
    (folder / "evidence").write_bytes(msgspec.json.encode(evidence))
    with (folder / "answers").open("wb") as file:
        for first in range(0, len(said), MAX_LOGGED):
            some = tuple(
                LoggedAnswer(index=index, recorded_at=now, statement=text)
                for index, (text, _) in enumerate(said[first : first + MAX_LOGGED], first)
            )
            file.write(msgspec.json.encode(LogStatements(size=len(said), statements=some)) + b"\n")
    made = [each.digest for each in statements if isinstance(each.record, Transformation)]
    head = Head(format=FORMAT, ledger=ORIGIN, batch=f"{made[-1]}.0", size=len(said), created=now)
    writer, levels = Writer(head, checkpoint, f"{_SIGNER.key}\n", None), _levels(leaves)
    with (folder / "pack").open("wb") as file:
        file.write(writer.begin())
        for index, ((text, before), statement) in enumerate(zip(said, statements, strict=True)):
            proof = inclusion(index, len(said), lambda level, at: levels[level][at])
            line = Line(index=index, recorded_at=now, statement=text, proof=proof, before=before)
            file.write(writer.add(line, statement.record, 0))
        file.write(writer.end(Content(elements=_MADE)))
    return len(said)


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    """The roots of the complete subtrees, by level."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = iter(levels[-1])
        levels.append([node_hash(left, right) for left, right in zip(below, below, strict=False)])
    return levels


def _log(rounds: int) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Each statement, and what was left of what it takes from."""
    keys = [SigningKey.generate() for _ in range(3)]
    registrar = Enrolled(keys[0], "")
    firms = []
    for key, role in zip(keys, (Role.REGISTRAR, Role.MINER, Role.REFINER), strict=True):
        text = sign(Party(country="US", roles=(role,), key=key.public.jwk), registrar, ORIGIN)
        firms.append(Enrolled(key, parse(text).digest))
        yield text, None
    _, mine, refiner = firms
    start = datetime.now(UTC) - timedelta(days=30)
    inputs: dict[str, str] = {}
    for number in range(rounds):
        at = start + timedelta(seconds=number)
        first, second = (sign(ore(at), mine, ORIGIN) for _ in range(2))
        made = sign(
            transformation(
                country="US",
                occurred_at=at,
                stage=Stage.CONCENTRATION,
                custody_model=CustodyModel.SEGREGATED,
                inputs={batch_of(first): "1000", **inputs},
                outputs=[
                    BatchOf(
                        "bastnaesite-concentrate",
                        mass="1000" if inputs else "900",
                        composition={"Nd": "0.06", "Pr": "0.02"},
                    )
                ],
                losses={"Nd": "5", "Pr": "2"},
            ),
            mine,
            ORIGIN,
        )
        sent = sign(
            transfer(
                inputs={batch_of(second): "900"},
                to=refiner.party,
                from_country="US",
                to_country="GB",
                departed_at=at,
                mode=Mode.SEA,
            ),
            mine,
            ORIGIN,
        )
        yield from ((first, None), (second, None))
        yield made, ("1000", *(("1000" if number > 1 else "900",) if inputs else ()))
        yield sent, ("1000",)
        yield sign(receipt(transfer=parse(sent).digest, received_at=at), refiner, ORIGIN), None
        inputs = {batch_of(made): "100"}
