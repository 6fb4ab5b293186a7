"""A log that an answer's receipt can be of: a real tree, with a statement at its place in it."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import (
    Checkpoint,
    LogProof,
    NoteSigner,
    entry,
    inclusion,
    leaf_hash,
    log_name,
    node_hash,
)
from provenite_proto.log.cose import InclusionReceipt, kid_of
from provenite_proto.statement import SigningKey, parse

RECORDED_AT = "2026-11-23T08:00:00Z"
SECONDS = int(datetime.fromisoformat(RECORDED_AT).timestamp())
INDEX = 7


class Log:
    """The log of a ledger, by its origin: eight statements, of which the last is the one in question."""

    def __init__(self, origin: str) -> None:
        self.name = log_name(origin)
        self.signer = NoteSigner(self.name, Ed25519PrivateKey.generate())
        self.receipts = SigningKey.generate()

    def answer(self) -> dict[str, Any]:
        """What the ledger says of it."""
        jwk = self.receipts.public.jwk
        return {
            "name": self.name,
            "key": str(self.signer.key),
            "receiptKey": {"kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y},
            "size": INDEX + 1,
            "checkpoint": "",
        }

    def proof(self, digest: str, recorded_at: int = SECONDS) -> str:
        """The proof that the statement is in it."""
        checkpoint, hashes = self._tree(digest, recorded_at)
        signed = checkpoint.signed(self.signer)
        return LogProof(INDEX, recorded_at, hashes, signed).encode().decode()

    def cose(self, digest: str) -> bytes:
        """The same as a COSE receipt."""
        checkpoint, hashes = self._tree(digest, SECONDS)
        receipt = InclusionReceipt(
            log=self.name,
            kid=kid_of(self.receipts),
            hashes=hashes,
            digest=digest,
            recorded_at=SECONDS,
            size=checkpoint.size,
            index=INDEX,
        )
        return receipt.signed(checkpoint.root, self.receipts).encode()

    def submitted(self, statement: str | bytes, **changes: Any) -> dict[str, Any]:
        """The answer to a submission."""
        digest = parse(statement).digest
        return {
            "digest": digest,
            "index": INDEX,
            "recordedAt": RECORDED_AT,
            "receipt": self.proof(digest),
            **changes,
        }

    def _tree(self, digest: str, recorded_at: int) -> tuple[Checkpoint, tuple[bytes, ...]]:
        leaves = [sha256(bytes([each])).digest() for each in range(INDEX)]
        levels = [[*leaves, leaf_hash(entry(digest, recorded_at))]]
        while len(levels[-1]) > 1:
            row = levels[-1]
            levels.append([node_hash(*row[at : at + 2]) for at in range(0, len(row), 2)])
        hashes = inclusion(INDEX, INDEX + 1, lambda level, index: levels[level][index])
        return Checkpoint(self.name, INDEX + 1, levels[-1][0]), hashes
