"""A real ledger for tests: the command in a process of its own, with its own PostgreSQL, and firms that use it."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from provenite_proto import paths, token
from provenite_proto.record import (
    AnyRecord,
    Counterparty,
    CustodyModel,
    Extraction,
    InputQuantity,
    Key,
    Mode,
    Output,
    OutputIdentity,
    OutputQuantity,
    Party,
    Receipt,
    Role,
    SiteIdentities,
    SourceQuantities,
    Stage,
    Transfer,
    TransferQuantities,
    Transformation,
    TransformationQuantities,
)
from provenite_proto.statement import SigningKey, base64url, issue, possession

LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
"""When the first thing happens in these tests."""


def day(number: int) -> datetime:
    """A day after `LONG_AGO`."""
    return LONG_AGO + timedelta(days=number)


class Ledger:
    """A running ledger, by its URL and data folder."""

    def __init__(self, url: str, data: Path, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.data = data
        self.process = process
        self.http = httpx.Client(base_url=url, timeout=30)
        about = self.http.get(paths.LEDGER).json()
        self.origin: str = about["origin"]
        key = SigningKey.from_pem((data / "registrar.pem").read_bytes())
        self.registrar = Firm(self, key, about["registrar"])

    def enrol(self, *roles: str, country: str = "US", name: str = "Firm") -> "Firm":
        """A new firm, enrolled as any would be."""
        invited = self.registrar.post(
            paths.INVITATIONS, {"name": name, "country": country, "roles": roles}
        )
        assert invited.status_code == 201, invited.text
        firm = Firm(self, SigningKey.generate(), "")
        enrolled = self.http.post(
            paths.ENROLMENTS,
            json={"code": invited.json()["code"], "key": firm.jwk(), "proof": firm.proof()},
        )
        assert enrolled.status_code == 201, enrolled.text
        firm.id = enrolled.json()["party"]
        return firm

    def send(self, statement: str | bytes) -> httpx.Response:
        """Submit the text of a statement."""
        return self.http.post(
            paths.STATEMENTS, content=statement, headers={"Content-Type": "application/sd-jwt"}
        )

    def send_lines(self, *statements: str, **query: Any) -> httpx.Response:
        """Submit many."""
        return self.http.post(
            paths.STATEMENTS_BATCH,
            content="\n".join(statements),
            headers={"Content-Type": "application/sd-jwt+lines"},
            params=query,
        )


class Firm:
    """A party with its key."""

    def __init__(self, ledger: Ledger, key: SigningKey, party: str) -> None:
        self.ledger = ledger
        self.key = key
        self.id = party

    def jwk(self) -> dict[str, str]:
        public = self.key.public.jwk
        assert public.y is not None
        return {"kty": public.kty, "crv": public.crv, "x": public.x, "y": public.y}

    def token(self, **changes: Any) -> str:
        return token.issue(
            **{
                "key": self.key,
                "audience": self.ledger.origin,
                "now": int(time.time()),
                "jti": secrets.token_urlsafe(16),
                **changes,
            }
        )

    def proof(self) -> str:
        return self.token(typ=token.PROOF_TYP)

    def authorized(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.ledger.http.get(path, params=query or None, headers=self.authorized())

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.ledger.http.post(path, json=body, headers=self.authorized())

    def sign(self, record: AnyRecord, **changes: Any) -> str:
        return issue(
            record,
            **{
                "key": self.key,
                "audience": self.ledger.origin,
                "issued_at": int(time.time()),
                "salt": lambda: secrets.token_bytes(16),
                **changes,
            },
        )

    def submit(self, record: AnyRecord, **changes: Any) -> httpx.Response:
        return self.ledger.send(self.sign(record, **changes))

    def record(self, record: AnyRecord) -> tuple[str, ...]:
        """Submit; the ids of the batches that were made."""
        response = self.submit(record)
        assert response.status_code == 201, response.text
        return tuple(response.json().get("batches", ()))

    def ships(self, batch: str, to: "Firm", kg: str, *, departed: int = 1, **changes: Any) -> str:
        """Ship on a day and have received two days later; the id of the batch that the receiver holds."""
        changes = {"departed_at": day(departed), **changes}
        (shipped,) = self.record(transfer(batch, to.id, kg, **changes))
        to.record(receipt(shipped, received_at=day(departed + 2)))
        return shipped


def extraction(kg: str = "100", *, lot: str | None = None, **changes: Any) -> Extraction:
    """Copper concentrate with 30 % Cu."""
    return Extraction(
        **{
            "country": "CL",
            "occurred_at": day(0),
            "outputs": (Output(material="copper-concentrate", elements=("Cu",)),),
            "quantities": SourceQuantities(
                outputs=(OutputQuantity(mass=kg, composition={"Cu": "0.3"}, moisture="0.08"),)
            ),
            "identities": SiteIdentities(outputs=(OutputIdentity(lot=lot),)) if lot else None,
            **changes,
        }
    )


def refining(
    taken: Sequence[tuple[str, str]], kg: str, cu: str = "0.9999", **changes: Any
) -> Transformation:
    """Copper cathode out of `taken` (batch and kilograms)."""
    quantities = TransformationQuantities(
        inputs=tuple(InputQuantity(mass=mass) for _, mass in taken),
        outputs=(OutputQuantity(mass=kg, composition={"Cu": cu}),),
    )
    return Transformation(
        **{
            "country": "US",
            "occurred_at": day(5),
            "stage": Stage.REFINING,
            "custody_model": CustodyModel.CONTROLLED_BLENDING,
            "inputs": tuple(batch for batch, _ in taken),
            "outputs": (Output(material="copper-cathode", elements=("Cu",)),),
            "quantities": quantities,
            **changes,
        }
    )


def transfer(batch: str, to: str, kg: str, **changes: Any) -> Transfer:
    """A shipment by sea from Chile to the US."""
    return Transfer(
        **{
            "inputs": (batch,),
            "from_country": "CL",
            "to_country": "US",
            "departed_at": day(1),
            "mode": Mode.SEA,
            "quantities": TransferQuantities(inputs=(InputQuantity(mass=kg),)),
            "parties": Counterparty(to=to),
            **changes,
        }
    )


def receipt(shipped: str, **changes: Any) -> Receipt:
    """Confirms the transfer that brought the batch `shipped`."""
    return Receipt(
        **{
            "transfer": shipped.partition(".")[0],
            "accepted": True,
            "received_at": day(3),
            **changes,
        }
    )


def further_key(party: str, key: SigningKey) -> Key:
    """A further key of a party, which has proved that somebody has it."""
    proof = base64url.encode(key.sign(possession(party, key.key_id)))
    return Key(party=party, key=key.public.jwk, proof=proof)


def newcomer(key: SigningKey, *roles: Role) -> Party:
    """A party statement, as the registrar signs it."""
    return Party(country="US", roles=roles, key=key.public.jwk)


@contextmanager
def run_ledger(*, stderr: int | None = None, **environment: str) -> Iterator[Ledger]:
    """A ledger in a new folder, which a PostgreSQL that runs as another user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="provenite-test-"))
    folder.chmod(0o711)
    try:
        process, url = start(folder / "data", stderr=stderr, **environment)
        try:
            ledger = Ledger(url, folder / "data", process)
            with closing(ledger.http):
                yield ledger
        finally:
            process.terminate()
            process.communicate(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(
    data: Path, *, stderr: int | None = None, **environment: str
) -> tuple[subprocess.Popen[str], str]:
    """Start the command on a free port; the process, and its URL once it serves."""
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "HOME")
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "provenite_ledger", "serve"],
        env={**kept, "PROVENITE_PORT": "0", "PROVENITE_DATA": str(data), **environment},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(30)
        raise AssertionError(f"the ledger did not start: status {process.returncode}")
    return process, line.split()[-1]
