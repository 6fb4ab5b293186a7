"""Who and what the cases of refusals are made of: firms, what they hold, and statements that no writer of ours makes."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from provenite_proto.record import OutputQuantity, SourceQuantities
from provenite_proto.statement.jws import compose
from tests.ledger.running import Firm, Ledger, extraction

NOBODY = "A" * 43
"""A digest of nothing."""


class Cast(NamedTuple):
    """The ledger with firms that have nothing to do with other tests."""

    ledger: Ledger
    miner: Firm
    refiner: Firm
    auditor: Firm


class Case(NamedTuple):
    """How to make a statement that is refused, where the refusal points, and the names of its figures."""

    make: Callable[[Cast], str]
    pointer: str
    figures: tuple[str, ...] = ()


Cases = Mapping[str, Case]
"""By slug."""


def mined(cast: Cast, kg: str = "100") -> str:
    (batch,) = cast.miner.record(extraction(kg))
    return batch


def held(cast: Cast, kg: str = "100") -> str:
    return cast.miner.ships(mined(cast, kg), cast.refiner, kg)


def quantities(*outputs: OutputQuantity) -> SourceQuantities:
    return SourceQuantities(outputs=outputs)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def crafted(firm: Firm, record: dict[str, Any], *disclosures: list[Any], **members: Any) -> str:
    """A signed statement with a payload that our own writer would not write."""
    payload = {
        "iat": int(time.time()),
        "aud": firm.ledger.origin,
        "record": record,
        "_sd_alg": "sha-256",
        **members,
    }
    token = compose(msgspec.json.encode(payload), "provenite+sd-jwt", firm.key)
    return "~".join([token, *(b64(msgspec.json.encode(each)) for each in disclosures), ""])


def digest_of(disclosure: list[Any]) -> str:
    return b64(hashlib.sha256(b64(msgspec.json.encode(disclosure)).encode()).digest())


def tampered(text: str) -> str:
    """The same statement with another signature of the right length."""
    token, tilde, rest = text.partition("~")
    signed, _, _ = token.rpartition(".")
    return f"{signed}.{b64(secrets.token_bytes(64))}{tilde}{rest}"


def header(firm: Firm, **changes: str) -> str:
    """A statement whose header says something else; signed all the same."""
    signed = firm.sign(extraction())
    _, rest = signed.split(".", 1)
    members = {
        "alg": firm.key.algorithm,
        "kid": firm.key.key_id,
        "typ": "provenite+sd-jwt",
        **changes,
    }
    return f"{b64(msgspec.json.encode(members))}.{rest}"
