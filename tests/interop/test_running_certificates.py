"""A ledger at work: what it issues is verified by software that is not ours, from its public addresses alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import provenite
from provenite import BatchOf, CertificateAnswer, Client, Signer, Validity
from provenite_proto.certificate import DidDocument, read_did
from provenite_proto.certificate.jwt import MEDIA_TYPE
from provenite_proto.statement import parse
from tests.interop.certified import javascript, python
from tests.ledger.running import Ledger, run_ledger


class Issued:
    """A certificate of a running ledger."""

    def __init__(self, ledger: Ledger, registrar: Client) -> None:
        self.ledger = ledger
        self.registrar = registrar
        signer = Signer.generate()
        with Client(ledger.url, signer) as firm:
            firm.enrol(self.registrar.invite(name="Pit", country="US", roles=["miner"]).code)
            mined = firm.submit(
                provenite.extraction(
                    country="US",
                    occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
                    outputs=[BatchOf("bastnaesite-concentrate", "700", {"Nd": "0.08"})],
                )
            )
            batch = mined.batches[0]
            self.answer: CertificateAnswer = firm.certify(batch, "claim.non-covered-nation")

    def read(self) -> dict[str, Any]:
        """What others make of it, from what the ledger shows to everyone."""
        jwt = self.text(self.answer.url)
        credential = python(jwt, self.document())
        listed = self.text(credential["credentialStatus"]["statusListCredential"])
        return javascript(jwt, listed, self.document(), datetime.now(UTC).isoformat(), None)

    def document(self) -> DidDocument:
        return read_did(self.ledger.http.get("/.well-known/did.json").content)

    def text(self, url: str) -> str:
        answer = self.ledger.http.get(url, headers={"Accept": MEDIA_TYPE})
        assert answer.headers["content-type"].partition(";")[0] == MEDIA_TYPE
        return answer.text


@pytest.fixture(scope="module")
def issued() -> Iterator[Issued]:
    with (
        run_ledger() as ledger,
        Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as registrar,
    ):
        yield Issued(ledger, registrar)


def test_others_verify_what_a_ledger_issues_and_see_it_revoked(issued: Issued) -> None:
    found = issued.read()
    assert found["suspended"] is False
    assert found["credential"]["id"] == issued.answer.url
    statement = parse(issued.answer.statement, complete=False).digest
    issued.registrar.submit(
        provenite.certificate_status(statement, Validity.REVOKED, reason="It was forged.")
    )
    assert issued.read()["suspended"] is True
