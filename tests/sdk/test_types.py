"""What a type checker knows of the SDK: mypy reads this file; it is never run against a ledger."""

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import provenite
from provenite import AsyncClient, Client


def blocking(client: Client, record: provenite.AnyRecord) -> None:
    """The blocking client's types."""
    assert_type(client.submit(record), provenite.Submitted)
    assert_type(client.submit_many([record, "text~"]), Iterator[provenite.Line])
    assert_type(client.batches(), provenite.Listing[provenite.BatchAnswer])
    assert_type(list(client.batches()), list[provenite.BatchAnswer])
    assert_type(client.batches().pages(), Iterator[provenite.Page[provenite.BatchAnswer]])
    assert_type(client.content("id").elements[0].lenses[0].labels[0].share, str)


async def asynchronous(client: AsyncClient, record: provenite.AnyRecord) -> None:
    """The asynchronous client's types."""
    assert_type(await client.submit(record), provenite.Submitted)
    assert_type(client.submit_many([record]), AsyncIterator[provenite.Line])
    async for batch in client.batches():
        assert_type(batch, provenite.BatchAnswer)


def test_a_signer_of_ones_own_is_a_signer() -> None:
    class Module:
        key_id = "thumbprint"
        algorithm = "ES256"

        def sign(self, message: bytes) -> bytes:
            return bytes(64)

    signers: list[provenite.Signs] = [Module(), provenite.Signer.generate()]
    assert {signer.algorithm for signer in signers} == {"ES256"}
