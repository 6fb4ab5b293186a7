"""The load: signed statements in the order in which one connection sends them.

Each connection speaks for a mine and a refiner of its own, in rounds of five statements: two extractions, a
transformation of the first, a transfer of the second, and its receipt.
"""

import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from provenite import (
    BatchOf,
    CustodyModel,
    Mode,
    Stage,
    extraction,
    receipt,
    transfer,
    transformation,
)
from provenite_proto.record import AnyRecord
from provenite_proto.statement import SigningKey, issue, parse


@dataclass(frozen=True)
class Enrolled:
    """A firm that has joined."""

    key: SigningKey
    party: str


@dataclass(frozen=True)
class Pair:
    """The firms of one connection."""

    mine: Enrolled
    refiner: Enrolled


def mixed(pair: Pair, origin: str) -> Iterator[str]:
    """Rounds of five without end."""
    start = datetime.now(UTC) - timedelta(days=30)
    for number in itertools.count():
        at = start + timedelta(seconds=number)
        first, second = (sign(ore(at), pair.mine, origin) for _ in range(2))
        sent = sign(
            transfer(
                inputs={batch_of(second): "900"},
                to=pair.refiner.party,
                from_country="US",
                to_country="GB",
                departed_at=at,
                mode=Mode.SEA,
            ),
            pair.mine,
            origin,
        )
        yield from (
            first,
            second,
            sign(
                transformation(
                    country="US",
                    occurred_at=at,
                    stage=Stage.CONCENTRATION,
                    custody_model=CustodyModel.SEGREGATED,
                    inputs={batch_of(first): "1000"},
                    outputs=[
                        BatchOf(
                            "bastnaesite-concentrate",
                            mass="900",
                            composition={"Nd": "0.06", "Pr": "0.02"},
                        )
                    ],
                    losses={"Nd": "5", "Pr": "2"},
                ),
                pair.mine,
                origin,
            ),
            sent,
            sign(receipt(transfer=parse(sent).digest, received_at=at), pair.refiner, origin),
        )


def extractions(pair: Pair, origin: str) -> Iterator[str]:
    """Extractions without end, which may arrive in any order."""
    at = datetime.now(UTC) - timedelta(days=30)
    while True:
        yield sign(ore(at), pair.mine, origin)


def ore(at: datetime) -> AnyRecord:
    """A tonne of concentrate out of the ground."""
    return extraction(
        country="US",
        occurred_at=at,
        outputs=[
            BatchOf(
                "bastnaesite-concentrate",
                mass="1000",
                composition={"Nd": "0.059226", "Pr": "0.020791"},
                lot="L-1",
            )
        ],
    )


def sign(record: AnyRecord, firm: Enrolled, origin: str) -> str:
    """The firm's statement, issued now."""
    return issue(
        record,
        key=firm.key,
        audience=origin,
        issued_at=int(time.time()),
        salt=lambda: secrets.token_bytes(16),
    )


def batch_of(statement: str) -> str:
    """The first batch that a statement makes."""
    return f"{parse(statement).digest}.0"
