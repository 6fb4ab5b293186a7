"""An auditor finds each scene of the demo anew, from nothing but the packs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import defence
import not_from_china
import recycled_content
from packs import Audited
from rich.console import Console

from provenite.cli.assessed import assessment_lines
from provenite.cli.terminal import WIDTH, wrapped
from provenite_proto.audit import Asked, CertificateVerdict, Presented, Trust, Verdict, audit_pack
from provenite_proto.policy import Facts, policy_named

ASKED: Mapping[str, tuple[tuple[str, date], ...]] = {
    "magnets": tuple((defence.POLICY, day) for day in defence.DELIVERED),
    "enriched-magnets": ((not_from_china.POLICY, not_from_china.CLAIMED),),
    "recycled-magnets": ((recycled_content.POLICY, recycled_content.CLAIMED),),
    "waste": (),
    "cathode": (),
}
"""By the name of a pack, the policies that the auditor asks of its batch, and as of which day."""


@dataclass(frozen=True)
class Recomputed:
    """What the audit of a pack says of its batch, and what was asked."""

    file: Path
    asked: tuple[tuple[str, date], ...]
    verdict: Verdict


def recompute(packs: Sequence[Audited]) -> tuple[Recomputed, ...]:
    """Audit the auditor's packs with what he asks, as `provenite audit FILE --assess POLICY` does."""
    files = {each.file.name: each.file for each in packs}
    return tuple(
        _recomputed(files[f"{name}-auditor.pack.zip"], asked) for name, asked in ASKED.items()
    )


def _recomputed(file: Path, asked: tuple[tuple[str, date], ...]) -> Recomputed:
    questions = tuple(Asked(policy_named(policy), Facts(), day) for policy, day in asked)
    with file.open("rb") as opened:
        return Recomputed(
            file, asked, audit_pack(opened, Trust(), presented=Presented(asked=questions))
        )


def show(console: Console, found: Sequence[Recomputed], folder: Path) -> None:
    """The scene for people."""
    console.print("\nWhat the auditor finds of each, from its pack alone\n")
    for each in found:
        if each is not found[0]:
            console.print()
        console.print(f"[bold]{each.file.name}[/]  {each.verdict.outcome}")
        for line in _lines(each, folder):
            console.print(line, markup=False, soft_wrap=True)
    console.print(
        wrapped(
            "Why: no ledger was asked. What a rule says of a batch, that a shipment was barred and that "
            "a certificate fell follow from the signed statements, for whoever holds the pack.",
            WIDTH,
            "  ",
        )
    )


def _lines(found: Recomputed, folder: Path) -> Iterator[str]:
    command = f"  provenite audit {folder / found.file.name}"
    for (policy, day), answer in zip(found.asked, found.verdict.assessments, strict=True):
        yield f"{command} \\"
        yield f"    --assess '{policy}' --as-of {day}"
        if answer.found is None:
            yield f"  could not be checked: {answer.reason}"
        else:
            yield f"  {answer.found.outcome}"
            yield from assessment_lines(answer.found, "    ")
    if not found.asked:
        yield command
    for doubt in found.verdict.doubts:
        if hook := doubt.finding.figures.get("hook"):
            yield f"  {doubt.finding.slug}: {hook}"
            yield wrapped(doubt.finding.detail, WIDTH, "    ")
    for certificate in found.verdict.certificates:
        yield wrapped(_certified(certificate), WIDTH, "  ")


def _certified(found: CertificateVerdict) -> str:
    follow = sum(each.holds is True for each in found.figures)
    return (
        f"its certificate ({found.policy}): {found.status}; by the statements that it is about "
        f"{found.then}, by all of the pack {found.now}; {follow} of {len(found.figures)} figures follow"
    )
