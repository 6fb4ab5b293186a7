"""A certificate that falls with its facts: a mine withdraws an assay, and the smelter's certificate is suspended."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import certifying
import not_from_china
from firms import Firm
from rich.console import Console

from provenite import (
    CertificateAnswer,
    Consequences,
    NoticeAnswer,
    RefusedError,
    RetractionReason,
    Validity,
    retraction,
)
from provenite.cli.showing import share_text
from provenite.cli.terminal import WIDTH, wrapped

NAME = "cathode"
CLAIMED = date(2026, 6, 30)
_PATIENCE_SECONDS = 30.0
T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """The certificate as it was issued and as it stands, what the retraction has changed, and what its holder was told."""

    issued: CertificateAnswer
    fallen: CertificateAnswer
    changed: Consequences
    notice: NoticeAnswer


def fall(firms: Mapping[str, Firm], mined: str, cathode: str, folder: Path) -> Found:
    """The smelter has its cathode certified, then the mine withdraws its statement: its assay was wrong."""
    mine, smelter = firms["copper_mine"], firms["smelter"]
    asked = certifying.certify(
        smelter, cathode, not_from_china.POLICY, CLAIMED, folder / NAME, lot=False
    )
    issued = asked.outcome
    if isinstance(issued, RefusedError):
        raise issued
    withdrawn = mine.submit(retraction(mined, reason=RetractionReason.INCORRECT_DATA))
    changed = _awaited(
        lambda: smelter.client.consequences(withdrawn.digest), lambda found: found.settled
    )
    fallen = _awaited(
        lambda: smelter.client.certificate(issued.id),
        lambda found: found.status is not Validity.VALID,
    )
    smelter.client.save_certificate(fallen, folder / NAME)
    (notice,) = smelter.client.notices()
    return Found(issued, fallen, changed, notice)


def _awaited(ask: Callable[[], T], come: Callable[[T], bool]) -> T:
    """What is asked for, once it has come; `SystemExit` when the ledger has not worked it out."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while not come(found := ask()):
        if time.monotonic() > until:
            raise SystemExit(f"The ledger has not come to this in {_PATIENCE_SECONDS:g} s: {found}")
        time.sleep(0.05)
    return found


def show(console: Console, found: Found) -> None:
    """The scene for people."""
    console.print("\n[bold]the copper mine withdraws its extraction: its assay was incorrect[/]")
    for batch in found.changed.items:
        for change in batch.changes:
            if change.lens == "origin":
                before, after = (
                    ", ".join(f"{share_text(each.share)} {each.label}" for each in labels)
                    for labels in (change.before, change.after)
                )
                console.print(
                    f"  {change.element} of {batch.batch}:\n    by origin {before}; now {after}"
                )
    notice = found.notice
    console.print("\n[bold]so the smelter's certificate falls, which the ledger sees by itself[/]")
    console.print(f"  {NAME}: {found.issued.status} by {notice.policy}; then {found.fallen.status}")
    if found.fallen.reason is not None:
        console.print(wrapped(f"reason: {found.fallen.reason}", WIDTH, "  "))
    console.print(f"  notice to its holder: {notice.status} at {notice.at:%Y-%m-%d %H:%M:%S} UTC,")
    console.print(f"    because of statement {notice.cause}", soft_wrap=True)
    console.print(
        wrapped(
            "Why: whoever verifies it from now on is told so, and so is its page. Nobody had to remember "
            "which customers hold it.",
            WIDTH,
            "  ",
        )
    )
