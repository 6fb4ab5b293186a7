"""What a case of `proto/vectors/admission/` is made of: firms, a record, and what becomes of it."""

from typing import Any

import msgspec

from provenite_proto.record import AnyRecord
from provenite_proto.statement import parse

from ..replay import effects
from .firms import Assay, Firms
from .keys import AUDIENCE, digest_of

Case = dict[str, Any]
CONCENTRATE: Assay = ("copper-concentrate", "30000", {"Cu": "0.3"})
CATHODE: Assay = ("copper-cathode", "10000", {"Cu": "0.9999"})
NOBODY = digest_of("nobody")


def refused(
    firms: Firms,
    name: str,
    record: AnyRecord | str,
    expected: tuple[str, str],
    /,
    **figures: str,
) -> Case:
    """The record signed by the firm, or the statement, is refused with slug and pointer.

    `figures` are those beside the id or code that the pointer leads to, where the refusal repeats it.
    """
    text = record if isinstance(record, str) else firms.sign(name, record)
    slug, pointer = expected
    figures = {**_repeated(slug, pointer, text), **figures}
    return case_of(firms, text, {"problem": slug, "pointer": pointer, "figures": figures})


_REPEATED = {
    "attestation-of-own": "subject",
    "batch-unknown": "batch",
    "already-revoked": "certificate",
    "certificate-unknown": "certificate",
    "country-unknown": "country",
    "material-unknown": "material",
    "not-a-proxy": "subject",
    "not-counterparty": "transfer",
    "not-holder": "batch",
    "not-the-supplier": "subject",
    "party-unknown": "party",
    "section-unknown": "section",
    "site-not-own": "site",
    "site-unknown": "site",
    "statement-not-own": "statement",
    "statement-unknown": "statement",
    "status-unchanged": "status",
    "transfer-not-received": "batch",
    "transfer-to-self": "party",
    "transfer-unknown": "transfer",
}
"""The figure by which refusals name what their pointer leads to."""


def _repeated(slug: str, pointer: str, text: str) -> dict[str, str]:
    _, *steps = pointer.split("/")
    if slug == "section-missing":
        return {"section": steps[-1]}
    # A key, or a key's or a party of another's: as the member is called.
    own = slug == "party-not-own" or (slug == "key-unknown" and pointer)
    figure = steps[-1] if own else _REPEATED.get(slug)
    if figure is None:
        return {}
    found: Any = {"record": msgspec.to_builtins(parse(text).record)}
    for step in steps:
        found = found[int(step)] if isinstance(found, list | tuple) else found[step]
    return {figure: found}


def admitted(firms: Firms, name: str, record: AnyRecord | str) -> Case:
    """The record signed by the firm, or the statement, is admitted."""
    text = record if isinstance(record, str) else firms.sign(name, record)
    return case_of(firms, text, effects(firms.replay.check(text, firms.now)))


Doubt = tuple[str, str, dict[str, str]]
"""Slug, pointer and figures of a finding."""


def doubted(firms: Firms, name: str, record: AnyRecord, *doubts: Doubt) -> Case:
    """The record signed by the firm is admitted with these findings, and no others."""
    case = admitted(firms, name, record)
    details = [finding["detail"] for finding in case["expected"].pop("findings", ())]
    findings = [
        {"slug": slug, "detail": detail, "pointer": pointer, "figures": figures}
        for detail, (slug, pointer, figures) in zip(details, doubts, strict=True)
    ]
    if findings:
        case["expected"]["findings"] = findings
    return case


def case_of(firms: Firms, text: str, expected: object) -> Case:
    return {
        "audience": AUDIENCE,
        "earlier": list(firms.earlier),
        "recordedAt": firms.now,
        "statement": text,
        "expected": expected,
    }


def held(mass: str = "30000") -> tuple[Firms, str]:
    """A refiner who has received a batch of the miner's concentrate, and the batch."""
    firms = Firms("miner", "refiner", "trader")
    mined = firms.add("miner", firms.extracted(("copper-concentrate", mass, {"Cu": "0.3"})))
    return firms, firms.delivered("miner", "refiner", {f"{mined}.0": mass}) + ".0"
