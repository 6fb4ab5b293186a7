"""Packs: what the magnets' maker and an auditor can take with them, and what an audit of each comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from firms import Firm
from rich.console import Console

from provenite import Client, grant
from provenite.cli.verdicts import verdict_text
from provenite_proto.audit import Trust, Verdict, audit_pack

SECTIONS = ("quantities", "identities", "parties", "costs", "documents")


@dataclass(frozen=True)
class Audited:
    """A pack's file, what it is, and what an audit found, with nothing but the file."""

    file: Path
    what: str
    verdict: Verdict


def packs(
    registrar: Client,
    firms: Mapping[str, Firm],
    batches: Mapping[str, str],
    folder: Path,
) -> tuple[Audited, ...]:
    """Save them in `folder`: the maker's own, and the auditor's after all firms have shown him everything."""
    maker, auditor = firms["magnet_maker"], firms["auditor"]
    wanted = (
        (maker, "magnets", "magnets-maker", "the magnets, for their maker"),
        (
            auditor,
            "magnets",
            "magnets-auditor",
            "the magnets, for an auditor to whom every firm shows all",
        ),
        (
            auditor,
            "enriched",
            "enriched-magnets-auditor",
            "the enriched magnets, for the same auditor",
        ),
        (
            auditor,
            "reclaimed",
            "recycled-magnets-auditor",
            "the recycled magnets, for the same auditor",
        ),
        (auditor, "waste", "waste-auditor", "the shipment of waste, for the same auditor"),
        (auditor, "cathode", "cathode-auditor", "the copper cathode, for the same auditor"),
    )
    for firm in firms.values():
        if firm is not auditor:
            firm.submit(grant(SECTIONS, to=auditor.party))
    # The names with which firms are enrolled, and the log as a whole, are the registrar's to show.
    registrar.submit(grant(SECTIONS, to=auditor.party))
    return tuple(
        _audited(firm, batches[batch], folder / f"{name}.pack.zip", what)
        for firm, batch, name, what in wanted
    )


def _audited(firm: Firm, batch: str, file: Path, what: str) -> Audited:
    firm.client.pack(batch, file)
    with file.open("rb") as opened:
        return Audited(file, what, audit_pack(opened, Trust()))


def show(console: Console, found: Sequence[Audited], folder: Path) -> None:
    """The scene for people."""
    console.print("\nWhat can be taken along, and audited without the ledger\n")
    for each in found:
        verdict = each.verdict
        counts = ", ".join(
            f"{count} {words}"
            for count, words in (
                (sum(verdict.verified.values()), "checks held"),
                (verdict.counts.get("failures", 0), "failed"),
                (verdict.counts.get("withheld", 0), "need what is withheld"),
            )
        )
        console.print(f"[bold]{each.what}[/]\n  {each.file.name}\n  {verdict.outcome}: {counts}")
    whole = found[1]
    console.print(f"\nprovenite audit {folder / whole.file.name}\n")
    console.print(verdict_text(whole.verdict), soft_wrap=True)
