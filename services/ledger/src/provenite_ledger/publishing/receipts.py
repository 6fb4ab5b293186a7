"""Receipts: proofs that statements are in the log, for whoever submitted or reads them."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from provenite_proto.log import LogProof, Read, entry, leaf_hash
from provenite_proto.log.cose import ConsistencyReceipt, InclusionReceipt, kid_of
from provenite_proto.log.proof import proof_text
from provenite_proto.statement import SigningKey

from .mending import Mending
from .opening import Statements
from .proving import consistency_in, inclusion_in
from .published import Signed
from .publisher import Publisher

_Made = TypeVar("_Made")


class Receipts:
    """Makes receipts. COSE receipts are signed with a P-256 key of their own.

    Times are seconds since 1970. Every method may raise `OSError` or `Unproven` when the log's files cannot be read.
    """

    def __init__(self, publisher: Publisher, key: SigningKey, statements: Statements) -> None:
        """Of a publisher's log; `statements` reads the database, from which damaged files are made anew."""
        self.key = key.public
        self._key = key
        self._publisher = publisher
        self._mending = Mending(publisher, statements)

    async def fresh(self, digest: str, index: int, recorded_at: int) -> str:
        """The proof for the newest signed checkpoint, which is of more than `index` statements, as text."""
        return await self._text(digest, index, recorded_at, self._newest(index))

    async def best(self, digest: str, index: int, recorded_at: int) -> str:
        """The proof for the newest witnessed checkpoint that covers the statement, or for the newest signed one."""
        witnessed = self._publisher.published.witnessed
        if witnessed is None or index >= witnessed.size:
            witnessed = self._newest(index)
        return await self._text(digest, index, recorded_at, witnessed)

    async def cose(self, digest: str, index: int, recorded_at: int) -> bytes | None:
        """The COSE receipt for the newest signed tree; none while that has one leaf, of which there can be none."""
        signed = self._newest(index)
        if signed.size < 2:
            return None
        receipt = InclusionReceipt(
            log=self._publisher.published.key.name,
            kid=kid_of(self.key),
            hashes=await self._hashes(leaf_hash(entry(digest, recorded_at)), index, signed),
            digest=digest,
            recorded_at=recorded_at,
            size=signed.size,
            index=index,
        )
        return receipt.signed(signed.root, self._key).encode()

    async def consistency(self, old: int, new: int, signed: Signed) -> tuple[bytes, ...]:
        """The proof that the first `new` statements of what is signed begin with the first `old`; 0 <= old <= new."""
        hashes, _ = await self._mending.proven(partial(consistency_in, old, new, signed))
        return hashes

    async def cose_consistency(self, old: int, new: int) -> bytes:
        """The COSE receipt that the first `new` statements begin with the first `old`; 1 <= old < new <= what is signed."""
        signed = self._newest(new - 1)
        hashes, found = await self._mending.proven(partial(consistency_in, old, new, signed))
        receipt = ConsistencyReceipt(
            log=self._publisher.published.key.name,
            kid=kid_of(self.key),
            hashes=hashes,
            old=old,
            new=new,
        )
        return receipt.signed(found, self._key).encode()

    async def mended(self, make: Callable[[Read], _Made]) -> _Made:
        """What is made of the log's files, and checked, once they are mended where that is needed."""
        return await self._mending.proven(make)

    async def mended_entries(self, index: int) -> None:
        """See to a full bundle, once its tile has been seen to; `Unproven` when the database has other entries."""
        await self._mending.entries(index)

    def _newest(self, index: int) -> Signed:
        signed = self._publisher.published.signed
        if signed is None or index >= signed.size:
            raise LookupError(f"statement {index} is not published")
        return signed

    async def _text(self, digest: str, index: int, recorded_at: int, signed: Signed) -> str:
        try:
            lines = self._publisher.fresh(signed).lines(index)
        except LookupError:
            hashes = await self._hashes(leaf_hash(entry(digest, recorded_at)), index, signed)
            return LogProof(index, recorded_at, hashes, signed.note).encode().decode()
        return proof_text(index, recorded_at, lines, signed.note).decode()

    async def _hashes(self, leaf: bytes, index: int, signed: Signed) -> tuple[bytes, ...]:
        """The proof from the log's files."""
        return await self._mending.proven(partial(inclusion_in, leaf, index, signed))
