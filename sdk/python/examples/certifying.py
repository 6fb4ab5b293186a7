"""Certificates of what passes, each with its page, and the refusal of one that does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import defence
import not_from_china
import recycled_content
from firms import Firm
from rich.console import Console

from provenite import CertificateAnswer, RefusedError
from provenite.cli.showing import day, share_text
from provenite.cli.terminal import WIDTH, wrapped
from provenite_proto.certificate import CertifiedFigure, read_certificate


@dataclass(frozen=True)
class Asked:
    """A certificate that was asked for: its file's name, and it, or why there is none."""

    name: str
    outcome: CertificateAnswer | RefusedError


def ask(firms: Mapping[str, Firm], batches: Mapping[str, str], folder: Path) -> tuple[Asked, ...]:
    """The makers of the magnets ask; what they get is kept in `folder`."""
    maker, recycler = firms["magnet_maker"], firms["recycler"]
    wanted = (
        ("magnets", maker, "magnets", defence.POLICY, defence.DELIVERED[0]),
        (
            "recycled-magnets",
            recycler,
            "reclaimed",
            recycled_content.POLICY,
            recycled_content.CLAIMED,
        ),
        ("enriched-magnets", recycler, "enriched", not_from_china.POLICY, not_from_china.CLAIMED),
    )
    return tuple(
        certify(firm, batches[batch], policy, as_of, folder / name)
        for name, firm, batch, policy, as_of in wanted
    )


def certify(
    firm: Firm, batch: str, policy: str, as_of: date, stem: Path, *, lot: bool = True
) -> Asked:
    """Ask for a certificate and keep it with its pages and its proofs, as `provenite certify -o STEM` does."""
    try:
        given = firm.client.certify(batch, policy, as_of=as_of, lot=lot)
    except RefusedError as refusal:
        return Asked(stem.name, refusal)
    firm.client.save_certificate(given, stem)
    return Asked(stem.name, given)


def show(console: Console, found: Sequence[Asked], folder: Path) -> None:
    """The scene for people."""
    console.print("\nCertificates: what passes is certified, and nothing else\n")
    for asked in found:
        if isinstance(asked.outcome, RefusedError):
            console.print(f"[bold]{asked.name}[/]  [red]refused: {asked.outcome.slug}[/]")
            console.print(wrapped(asked.outcome.detail, WIDTH, "  "))
        else:
            _show(console, asked.name, asked.outcome, folder)
    console.print(
        wrapped(
            "Why: a customer, a bank or customs verifies a certificate without an account and learns "
            "nothing of suppliers: it names no batch but by a digest. The page is for people; its "
            "printed code leads to how the certificate stands now.",
            WIDTH,
            "  ",
        )
    )


def _show(console: Console, name: str, given: CertificateAnswer, folder: Path) -> None:
    credential = read_certificate(given.credential).credential
    said, (product,) = credential.provenance, credential.assessment.assessed_product
    console.print(f"[bold]{name}[/]  [bold green]{given.status}[/] until {day(given.valid_until)}")
    lot = f", lot {product.product.batch_number}" if product.product.batch_number else ""
    holder = credential.credential_subject.issued_to_party.name
    for line in (
        f"{said.policy}, as of {said.as_of}",
        f"{holder}{lot}: {_figures(said.figures)}",
        f"{folder / name}.certificate.jwt, and .html and .pdf: its page",
    ):
        console.print(wrapped(line, WIDTH, "  "))


def _figures(figures: Sequence[CertifiedFigure]) -> str:
    return ", ".join(
        f"{each.of} {share_text(each.lower)}"
        + ("" if each.lower == each.upper else f" to {share_text(each.upper)}")
        for each in figures
    )
