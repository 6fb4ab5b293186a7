"""Firms of the demo: each joins by invitation with a key of its own, and speaks through its own client."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from provenite import Client, Mode, Signer, receipt, transfer
from provenite_proto.answers import Submitted
from provenite_proto.record import AnyRecord


@dataclass(frozen=True)
class Firm:
    """A firm that has joined: its party id, its key's thumbprint, and a client that signs with that key."""

    name: str
    country: str
    party: str
    key_id: str
    client: Client

    def submit(self, record: AnyRecord) -> Submitted:
        """Sign and submit a record."""
        return self.client.submit(record)


def join(
    url: str, registrar: Client, wanted: Mapping[str, tuple[str, str, tuple[str, ...]]], keys: Path
) -> dict[str, Firm]:
    """Invite and enrol firms by name, country and roles; their keys are left in the folder `keys`."""
    firms = {}
    for short, (name, country, roles) in wanted.items():
        invitation = registrar.invite(name=name, country=country, roles=roles)
        signer = Signer.generate()
        signer.save(keys / f"{short}.pem")
        client = Client(url, signer)
        enrolled = client.enrol(invitation.code)
        firms[short] = Firm(name, country, enrolled.party, signer.key_id, client)
    return firms


def ship(
    sender: Firm,
    receiver: Firm,
    batch: str,
    mass: str,
    departed: datetime,
    arrived: datetime,
    mode: Mode,
) -> str:
    """Send `mass` kilograms of a batch, which the receiver confirms; the id that it has there."""
    sent = sender.submit(
        transfer(
            inputs={batch: mass},
            to=receiver.party,
            from_country=sender.country,
            to_country=receiver.country,
            departed_at=departed,
            mode=mode,
        )
    )
    receiver.submit(receipt(transfer=sent.digest, received_at=arrived))
    return sent.batches[0]
