"""What the vectors of the log are made of: its keys, its witnesses, its statements and its tree."""

from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import Checkpoint, Note, NoteSigner, WitnessSigner
from provenite_proto.log.note import base64
from provenite_proto.statement import base64url
from tests.proto.rfc6962 import Reference, leaf

from .keys import START, TestKey

Case = dict[str, Any]

ORIGIN = "ledger.example/log"


def private(name: str) -> Ed25519PrivateKey:
    native = TestKey(name, "Ed25519").native
    assert isinstance(native, Ed25519PrivateKey)
    return native


LOG = NoteSigner(ORIGIN, private("log"))
FORK = NoteSigner(ORIGIN, private("fork"))
OTHER_LOG = NoteSigner("other.example/log", private("other log"))
WITNESSES = [
    WitnessSigner(f"w{number}.example", private(f"witness {number}")) for number in range(1, 6)
]
RECEIPTS = TestKey("receipts")

DIGESTS = [base64url.encode(sha256(b"statement %d" % number).digest()) for number in range(300)]
TIMES = [START + 60 * number for number in range(300)]
ENTRIES = [
    sha256(base64url.decode(digest) + time.to_bytes(8, "big")).digest()
    for digest, time in zip(DIGESTS, TIMES, strict=True)
]
TREE = Reference([leaf(entry) for entry in ENTRIES])


def checkpoint(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, TREE.root(size))


def cosigned_note(text: str, *witnesses: int, log: NoteSigner = LOG, time: int = START) -> Note:
    """`text` signed by the log and by the witnesses with these numbers, from 1."""
    lines = [WITNESSES[number - 1].cosign(text, time + number) for number in witnesses]
    return Note(text, (log.sign(text), *lines))


def hexes(hashes: tuple[bytes, ...]) -> list[str]:
    return [each.hex() for each in hashes]


def unproven(slug: str) -> Case:
    return {"unproven": slug}


def spare_bits(text: str) -> str:
    """Base64 with padding, one of its unused bits set: lenient readers take it for the same bytes."""
    end = len(text.rstrip("="))
    assert end < len(text), "without padding there are no unused bits"
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[: end - 1] + alphabet[alphabet.index(text[end - 1]) + 1] + text[end:]


def lines_of(*items: str) -> str:
    return "".join(f"{each}\n" for each in items)


def encoded(raw: bytes) -> str:
    return base64(raw)
