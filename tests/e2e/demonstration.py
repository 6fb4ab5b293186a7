"""The demo's chain on a ledger of the test's own, with every firm's key, and everything that its firms have sealed."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from provenite import Client, Signer
from provenite_proto import paths
from provenite_proto.statement import SigningKey, parse
from tests.ledger.running import Firm, Ledger, run_ledger

sys.path.append(str(Path(__file__).parents[2] / "sdk/python/examples"))

import firms as joining
import rare_earths


@dataclass(frozen=True)
class Demonstration:
    """The ledger, the firms by the demo's short names, the statements of the chain, and its batches."""

    ledger: Ledger
    firms: dict[str, Firm]
    digests: tuple[str, ...]
    batches: tuple[str, ...]
    magnets: str

    def own(self, digest: str) -> tuple[str, Firm, Any]:
        """A statement's issuer by name, the firm, and the record with all its sections."""
        by_id = {firm.id: (name, firm) for name, firm in self.firms.items()}
        issuer = self.firms["magnet_maker"].get(paths.statement(digest)).json()["issuer"]
        name, firm = by_id.get(issuer, ("registrar", self.ledger.registrar))
        text = firm.get(paths.statement(digest)).json()["statement"]
        return name, firm, parse(text).record

    def sealed(self) -> dict[str, set[str]]:
        """Every text and figure in a sealed section, but for ids, by the statement that it stands in."""
        ids = {*self.digests, *self.batches, *(firm.id for firm in self.firms.values())}
        return {
            digest: {
                text
                for section in record.sections
                for text in leaves(msgspec.to_builtins(getattr(record, section)))
                if text not in ids
            }
            for digest in self.digests
            for record in (self.own(digest)[2],)
        }


def leaves(value: Any) -> Iterator[str]:
    """All texts in a JSON value, as long as they say something."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from leaves(each)
        case list() | tuple():
            for each in value:
                yield from leaves(each)


@contextmanager
def demonstrated() -> Iterator[Demonstration]:
    """Run the demo's chain."""
    with run_ledger() as ledger, tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        registrar = Client(ledger.url, Signer.load(ledger.data / "registrar.pem"))
        joined = joining.join(ledger.url, registrar, rare_earths.FIRMS, keys)
        made = rare_earths.submit(joined, lambda _: None)
        firms = {
            name: Firm(ledger, SigningKey.from_pem((keys / f"{name}.pem").read_bytes()), each.party)
            for name, each in joined.items()
        }
        digests, batches = _everything(firms)
        yield Demonstration(ledger, firms, digests, batches, made["magnets"])
        for each in joined.values():
            each.client.close()
        registrar.close()


def _everything(firms: dict[str, Firm]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements and batches of all firms, as the firms' own lists have them."""
    digests: dict[str, None] = {}
    batches: dict[str, None] = {}
    for firm in firms.values():
        digests[firm.id] = None
        for batch in firm.get(paths.BATCHES, holder="any", exhausted="true").json()["items"]:
            batches[batch["id"]] = None
            digests[batch["statement"]] = None
        for shipment in firm.get(paths.SHIPMENTS).json()["items"]:
            digests[shipment["transfer"]] = None
            digests[shipment["receipt"]] = None
        for site in firm.get(paths.SITES).json()["items"]:
            digests[site["id"]] = None
    return tuple(digests), tuple(batches)
