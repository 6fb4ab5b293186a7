"""The keys that sign certificates: replaced, retired, and no more of them than an issuer's document has room for."""

import asyncpg
import httpx
import pytest

from provenite_ledger import issuer_keys
from provenite_ledger.reassessing import RETIRED
from provenite_ledger.store import issuer_keys as kept
from provenite_proto import paths
from provenite_proto.certificate import BadCertificate, opened, read_did
from provenite_proto.certificate.did import MAX_KEYS
from provenite_proto.statement import SigningKey
from tests.ledger.running import run_ledger, start
from tests.ledger.test_certificates import chain_of, comes_to, now
from tests.ledger.test_command import command


async def test_no_more_keys_sign_than_a_document_has_room_for(dsn: str) -> None:
    keys = [SigningKey.generate().public for _ in range(MAX_KEYS + 1)]
    *before, signing, another = keys
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        for key in (*before, signing):
            await issuer_keys.sign_with(pool, key)
        with pytest.raises(ValueError, match=f"number {MAX_KEYS + 1}, .* can have {MAX_KEYS} "):
            await issuer_keys.sign_with(pool, another)
        document = await issuer_keys.document(pool, "https://ledger.example")
        assert len(document.assertion_method) == MAX_KEYS
        async with pool.acquire() as connection:
            assert await kept.retire(connection, before[0].key_id)
        await issuer_keys.sign_with(pool, another)
        # The one that is retired makes room for the new one.
        document = await issuer_keys.document(pool, "https://ledger.example")
        assert document.verification_method[0].id.endswith(f"#{another.key_id}")
        named = {each.id.rpartition("#")[2] for each in document.verification_method}
        assert named == {each.key_id for each in keys[1:]}


async def test_only_what_signs_no_more_is_retired(dsn: str) -> None:
    old, new = SigningKey.generate().public, SigningKey.generate().public
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        for key in (old, new, old, new):
            await issuer_keys.sign_with(pool, key)
        async with pool.acquire() as connection:
            for name, why in ((new.key_id, "signs now"), ("A" * 43, "there is no certificate key")):
                with pytest.raises(ValueError, match=why):
                    await issuer_keys.retirable(connection, name)
            assert not await kept.retire(connection, new.key_id)
            named = f"did:web:ledger.example#{old.key_id}"
            found = await issuer_keys.retirable(connection, named)
            assert await kept.retire(connection, found.id)
            assert not await kept.retire(connection, old.key_id)
            with pytest.raises(ValueError, match="was retired on"):
                await issuer_keys.retirable(connection, old.key_id)
        with pytest.raises(ValueError, match="Move the file out of the data folder"):
            await issuer_keys.sign_with(pool, old)
        document = await issuer_keys.document(pool, "https://ledger.example")
        assert [each.partition("#")[2] for each in document.assertion_method] == [new.key_id]
        assert len(document.verification_method) == 2


def test_what_a_stolen_key_has_signed_counts_no_more_once_it_is_retired() -> None:
    with run_ledger() as ledger:
        chain = chain_of(ledger)
        found = chain.certified()
        settings = {"PROVENITE_DATA": str(ledger.data), "PROVENITE_PORT": "0"}
        stolen = ledger.data / "certificates.pem"
        thumbprint = SigningKey.from_pem(stolen.read_bytes()).public.key_id
        assert thumbprint in command("certificate-keys", **settings).stdout
        refused = command("retire-certificate-key", thumbprint, "--yes", **settings)
        assert refused.returncode == 1 and "has to be replaced before" in refused.stderr
        ledger.process.terminate()
        ledger.process.communicate(timeout=20)
        stolen.rename(aside := ledger.data / "stolen.pem")
        process, url = start(ledger.data)
        try:
            ledger.http = httpx.Client(base_url=url, timeout=30)
            # A key that is only replaced still counts.
            assert opened(found["credential"], read_did(ledger.http.get(paths.DID).content))
            asked = command("retire-certificate-key", thumbprint, **settings)
            assert (
                asked.returncode == 1 and "signed 1 of the certificates that stand" in asked.stderr
            )
            assert now(ledger, found["id"])["status"] == "valid"
            done = command("retire-certificate-key", thumbprint, "--yes", **settings)
            assert (done.returncode, "Retired" in done.stderr) == (0, True)
            document = read_did(ledger.http.get(paths.DID).content)
            with pytest.raises(BadCertificate, match="issuer-key-retired"):
                opened(found["credential"], document)
            # The holder asks again, and gets one that counts, whether the old one is revoked by then or not.
            again = chain.certified()
            assert again["id"] != found["id"] and opened(again["credential"], document)
            after = comes_to(ledger, found["id"], "revoked")
            assert after["reason"] == RETIRED
            assert RETIRED in ledger.http.get(f"/certificates/{found['id']}").text
            standing = chain.refiner.get(paths.CERTIFICATES).json()["items"]
            assert [each["status"] for each in standing] == ["revoked", "valid"]
            (notice,) = chain.refiner.get(paths.NOTICES).json()["items"]
            assert notice["certificate"] == found["id"] and notice["reason"] == RETIRED
            assert (notice["status"], notice.get("cause")) == ("revoked", None)
            ledger.http.close()
        finally:
            process.terminate()
            process.communicate(timeout=20)
        aside.rename(stolen)
        back = command("serve", **settings)
        assert back.returncode == 1 and "holds a key that was retired" in back.stderr
