"""Doubts that no record raises alone: a site's output in a year, balances in a row, certificates used twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from ..matter.quantity import kilograms
from ..problem import Finding
from ..record import Collection, CustodyModel, Extraction, Stage, Transformation
from .batch import Batch
from .issuer import Issuer
from .register import RegisteredSite
from .remembered import PerfectRun, SiteYear, UsedAssay
from .state import Effect, State
from .touched import ASSAY, assay_documents, year_of

PERFECT_PART = 10_000
"""A balance that closes within this part of what goes in is closer than scales and assays are."""
PERFECT_COUNT = 12
"""Perfect balances in a row from which they are doubted."""
PERFECT_SPAN = timedelta(days=60)
"""Time from the earliest to the latest of them from which they are doubted."""
UNCHANGING = frozenset({Stage.BLENDING, Stage.REPACKING})
"""The stages at which matter is only moved about, so that a perfect balance is no wonder."""


class Doubts(msgspec.Struct, frozen=True):
    """Findings, and what has to be remembered for later ones."""

    findings: tuple[Finding, ...] = ()
    effects: tuple[Effect, ...] = ()

    def __add__(self, other: "Doubts") -> "Doubts":
        return Doubts(self.findings + other.findings, self.effects + other.effects)


def output(site: RegisteredSite | None, time: datetime, mass: int, state: State) -> Doubts:
    """`mass` milligrams put out at the site: doubted once the year's are more than its capacity."""
    if site is None:
        return Doubts()
    year = year_of(time)
    before = state.site_years.get(f"{site.id}/{year}")
    total = SiteYear(site.id, year, mass + (before.mass if before else 0))
    if site.capacity is None or total.mass <= site.capacity:
        return Doubts(effects=(total,))
    finding = Finding(
        "capacity-exceeded",
        f"{kilograms(total.mass)} kg in {year}, of a capacity of {kilograms(site.capacity)} kg a year.",
        pointer="/record/identities/site",
        figures={
            "year": str(year),
            "outputKg": kilograms(total.mass),
            "capacityKg": kilograms(site.capacity),
        },
    )
    return Doubts((finding,), (total,))


def certificates(
    record: Extraction | Collection | Transformation, issuer: Issuer, state: State
) -> Doubts:
    """The assay certificates of the record, doubted when a standing statement has named them before."""
    findings: list[Finding] = []
    effects: list[Effect] = []
    documents = record.documents.documents if record.documents else ()
    for digest in assay_documents(record):
        used = state.assays.get(digest)
        if used is None or state.statements[used.statement].retracted_by is not None:
            effects.append(UsedAssay(digest, issuer.digest))
            continue
        number = next(
            at for at, each in enumerate(documents) if each.digest == digest and each.kind == ASSAY
        )
        findings.append(
            Finding(
                "document-reused",
                f"Statement {used.statement} has named the certificate before.",
                pointer=f"/record/documents/documents/{number}/digest",
                figures={"document": digest, "statement": used.statement},
            )
        )
    return Doubts(tuple(findings), tuple(effects))


def balance(
    record: Transformation,
    issuer: Issuer,
    entering: Mapping[str, int],
    leaving: Mapping[str, int],
    losses: Mapping[str, int],
    state: State,
) -> Doubts:
    """How many balances in a row were perfect; masses in milligrams by element, `leaving` without `losses`."""
    if record.stage in UNCHANGING:
        return Doubts()
    run = state.perfect_runs.get(issuer.party.id)
    if not _perfect(entering, leaving, losses):
        reset = PerfectRun(issuer.party.id, 0, record.occurred_at, record.occurred_at)
        return Doubts(effects=(reset,) if run and run.count else ())
    count, since, until = 1, record.occurred_at, record.occurred_at
    if run and run.count:
        count = run.count + 1
        since, until = min(run.since, record.occurred_at), max(run.until, record.occurred_at)
    now = PerfectRun(issuer.party.id, count, since, until)
    if count < PERFECT_COUNT or until - since < PERFECT_SPAN:
        return Doubts(effects=(now,))
    finding = Finding(
        "balance-too-perfect",
        f"{count} balances in a row, over {(until - since).days} days, close within 0.01 %.",
        pointer="/record/quantities",
        figures={
            "count": str(count),
            "since": since.isoformat(),
            "days": str((until - since).days),
        },
    )
    return Doubts((finding,), (now,))


def _perfect(
    entering: Mapping[str, int], leaving: Mapping[str, int], losses: Mapping[str, int]
) -> bool:
    return not any(losses.values()) and all(
        PERFECT_PART * abs(leaving.get(element, 0) - entering.get(element, 0))
        <= entering.get(element, 0)
        for element in entering.keys() | leaving.keys()
    )


def identity(record: Transformation, inputs: Sequence[Batch]) -> tuple[Finding, ...]:
    """A finding when matter of several origins is said to keep its identity."""
    roots = {batch.root for batch in inputs}
    if record.custody_model is not CustodyModel.IDENTITY_PRESERVED or len(roots) == 1:
        return ()
    return (
        Finding(
            "custody-model-doubtful",
            f"The inputs are parts of {len(roots)} batches: none keeps its identity.",
            pointer="/record/custodyModel",
            figures={"sources": str(len(roots))},
        ),
    )
