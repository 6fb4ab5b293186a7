"""Who may see what of the secretive chain, as the table of SPEC.md section 10 has it, written down independently."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import httpx

from provenite_proto import paths
from provenite_proto.policy import digest as digest_of
from provenite_proto.policy import policy_named
from provenite_proto.statement import base64url
from tests.ledger.running import Firm
from tests.ledger.secretive import FIRMS, Secretive

PARTIES: dict[str, tuple[str, ...]] = {
    "site": ("miner", "registrar"),
    "extraction": ("miner",),
    "collection": ("miner",),
    "proxy": ("refiner",),
    "to-refiner": ("miner", "refiner"),
    "to-refiner-receipt": ("miner", "refiner"),
    "scrap-to-refiner": ("miner", "refiner"),
    "scrap-to-refiner-receipt": ("miner", "refiner"),
    "refining": ("refiner",),
    "to-maker": ("refiner", "maker"),
    "to-maker-receipt": ("refiner", "maker"),
    "forming": ("maker",),
    "to-trader": ("maker", "trader"),
    "to-trader-receipt": ("maker", "trader"),
    "ownership": ("miner",),
    "accreditation": ("registrar", "auditor"),
    "attestation": ("auditor", "miner"),
    "key": ("miner", "registrar"),
    "revocation": ("registrar", "revoked"),
    "mistake": ("miner",),
    "used": ("miner",),
    "sent": ("miner", "refiner"),
    "sent-receipt": ("miner", "refiner"),
    "mistake-retraction": ("miner",),
    "used-retraction": ("miner",),
    "declaration": ("trader",),
    "certificate": ("registrar", "trader"),
    "suspension": ("registrar", "trader"),
    # A name is seen by who has it, by the registrar, and by those who traded with the firm.
    "party-miner": ("miner", "registrar", "refiner"),
    "party-refiner": ("refiner", "registrar", "miner", "maker"),
    "party-maker": ("maker", "registrar", "refiner", "trader"),
    "party-trader": ("trader", "registrar", "maker"),
    "party-auditor": ("auditor", "registrar"),
    "party-stranger": ("stranger", "registrar"),
    "party-revoked": ("revoked", "registrar"),
}
"""By statement: who sees its sealed sections."""

READERS = (*FIRMS, "registrar", "nobody")


def sees(reader: str, statement: str) -> bool:
    """Whether the reader sees the sections; a revoked key opens nothing, and neither does none."""
    return reader in PARTIES[statement] and reader not in ("revoked", "nobody")


class Eye:
    """What a reader can get, as text in which secrets can be looked for."""

    def __init__(self, chain: Secretive, name: str) -> None:
        self.chain = chain
        self.name = name
        self.firm: Firm | None = chain.firms.get(name)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.chain.ledger.http.get(path, params=query, headers=self.headers())

    def post(self, path: str, content: str | bytes, media_type: str) -> httpx.Response:
        headers = {**self.headers(), "Content-Type": media_type}
        return self.chain.ledger.http.post(path, content=content, headers=headers)

    def headers(self) -> dict[str, str]:
        return self.firm.authorized() if self.firm else {}


MOMENTS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?=Z|[+-]\d\d:\d\d)")
"""Times of the clock: the fraction of a second of one may happen to be a sealed figure."""


def told(response: httpx.Response) -> str:
    """All that a response says, but for moments: headers, body, and what is encoded in its statements."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    body = response.text
    if response.headers["content-type"] == "application/zip":
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            body = "\n".join(archive.read(name).decode() for name in archive.namelist())
    parts = [headers, body]
    for part in re.findall(r"[A-Za-z0-9_-]{60,}", body):
        try:
            parts.append(base64url.decode(part).decode("utf-8", "replace"))
        except ValueError:
            continue
    return MOMENTS.sub("", "\n".join(parts))


def derived(chain: Secretive) -> dict[str, set[str]]:
    """Figures that the ledger computes from sealed ones, and who sees them: asked of the batches' own firms."""
    found: dict[str, set[str]] = {}
    for name, batch in chain.batches.items():
        statement = name.rpartition(".")[0]
        seen = {reader for reader in READERS if sees(reader, statement)}
        for reader in seen & {"miner", "refiner", "maker", "trader"}:
            answer = Eye(chain, reader).get(paths.batch(batch)).json()
            for each in answer.get("composition", ()):
                for text in (each["mass"], each["fraction"], answer["mass"]):
                    found.setdefault(text, set()).update(seen)
            if (left := answer.get("remaining")) is not None:
                # What is left is its holder's alone; of an untouched batch it is the mass.
                whole = left == answer["mass"]
                found.setdefault(left, set()).update(seen if whole else {reader})
    return {text: readers for text, readers in found.items() if distinctive(text)}


def distinctive(text: str) -> bool:
    """Whether a figure is one that nothing else comes to by chance."""
    return len(text.replace(".", "").strip("0")) >= 5


def secrets(chain: Secretive) -> dict[str, set[str]]:
    """Every sealed text and figure with who may see it. Ids are none: a section's are tried by its disclosure."""
    ids = {*chain.digests.values(), *chain.batches.values()}
    found: dict[str, set[str]] = {}
    for (statement, _), texts in chain.texts.items():
        for text in texts:
            if text not in ids:
                found.setdefault(text, set()).update(
                    reader for reader in READERS if sees(reader, statement)
                )
    for text, readers in derived(chain).items():
        found.setdefault(text, set()).update(readers)
        # What is shipped has the assay of what was made: its receiver sees that of its own batch.
        for assay, seen in found.items():
            if assay.startswith("0.") and text.startswith(assay):
                seen.update(readers)
    return found


PLAIN = (
    paths.SHIPMENTS,
    paths.PARTIES,
    paths.SITES,
    paths.LENSES,
    paths.POLICIES,
    paths.CERTIFICATES,
    paths.NOTICES,
    paths.DID,
    paths.CONTEXT,
    paths.LOG_STATE,
    paths.LOG_CHECKPOINT,
    paths.LEDGER,
    paths.HEALTH,
    paths.READY,
    "/schema/openapi.json",
)
"""Addresses that are asked as they are."""


def _of_statements(chain: Secretive) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for digest in chain.digests.values():
        yield "/v1/statements/{digest}", paths.statement(digest), {}
        yield "/v1/statements/{digest}/consequences", paths.consequences(digest), {}
        for retracted in ("true", "false"):
            path, query = paths.certificate_consequences(digest), {"ifRetracted": retracted}
            yield "/v1/statements/{digest}/consequences/certificates", path, query
        yield "/v1/statements/{digest}/receipt", paths.statement_receipt(digest), {}
        yield "/v1/shipments/{transfer}", paths.shipment(digest), {}
        yield "/v1/parties/{party_id}", paths.party(digest), {}
        yield "/v1/sites/{site_id}", paths.site(digest), {}


def requests(chain: Secretive) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every GET that reads the chain: the route's template, the path, the query."""
    yield from _of_statements(chain)
    for key in chain.thumbprints():
        yield "/v1/keys/{key_id}", paths.key(key), {}
    for batch in chain.batches.values():
        yield "/v1/batches/{batch_id}", paths.batch(batch), {}
        yield "/v1/batches/{batch_id}/content", paths.content(batch), {}
        yield "/v1/batches/{batch_id}/pack", paths.pack(batch), {}
        for label in ("CL", "PE"):
            query = {"element": "Cu", "lens": "origin", "label": label}
            yield "/v1/batches/{batch_id}/contributions", paths.contributions(batch), query
        for asked in ("claim.non-covered-nation", "claim.recycled", "us.uflpa"):
            query = {"policy": asked, "asOf": "2026-11-24"}
            yield "/v1/batches/{batch_id}/assessment", paths.assessment(batch), query
        for direction in ("upstream", "downstream"):
            yield "/v1/batches/{batch_id}/trace", paths.trace(batch), {"direction": direction}
    yield "/certificates/status/{number}", f"{paths.PUBLIC_CERTIFICATES}/status/0", {}
    yield "/v1/batches", paths.BATCHES, {"exhausted": "true"}
    yield "/v1/batches", paths.BATCHES, {"holder": "any", "exhausted": "true", "limit": 2}
    yield "/v1/batches", paths.BATCHES, {"holder": "any", "lot": "LOT-KESTREL"}
    yield "/v1/batches", paths.BATCHES, {"holder": "any", "site": chain.digests["site"]}
    yield "/v1/batches", paths.BATCHES, {"holder": chain.firms["miner"].id}
    for asked in ("claim.recycled", "us.uflpa"):
        yield "/v1/policies/{policy}", paths.policy(digest_of(policy_named(asked))), {}
    yield paths.PORTFOLIO, paths.PORTFOLIO, {}
    for flow in ("received", "made", "shipped"):
        query = {"flow": flow, "from": "2020-01-01", "to": "2999-12-31"}
        yield paths.PORTFOLIO, paths.PORTFOLIO, query
        yield paths.PORTFOLIO, paths.PORTFOLIO, {**query, "party": chain.firms["miner"].id}
    for tile in ("0/000", "0/000.p/7", "entries/000", "entries/000.p/7", "1/000"):
        yield "/log/tile/{tile}", f"{paths.LOG}/tile/{tile}", {}
    yield paths.LOG_CONSISTENCY, paths.LOG_CONSISTENCY, {"from": 1}
    yield paths.LOG_STATEMENTS, paths.LOG_STATEMENTS, {"limit": 500}
    for path in PLAIN:
        yield path, path, {}


def of_certificate(certificate: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every GET that reads a certificate: the route's template, the path, the headers."""
    yield "/v1/certificates/{certificate_id}", paths.certificate(certificate), {}
    path = f"{paths.PUBLIC_CERTIFICATES}/{certificate}"
    for accept in ("text/html", "application/vc+jwt"):
        yield "/certificates/{certificate}", path, {"Accept": accept}
    yield "/certificates/{certificate}", f"{path}.pdf", {}


def leaked(said: str, hidden: dict[str, set[str]], reader: str, *known: str) -> Iterable[str]:
    """The secrets in a text that the reader may not see, but for those that it has sent itself."""
    return [
        text
        for text, readers in hidden.items()
        if reader not in readers and text in said and not any(text in each for each in known)
    ]
