"""The audit of a pack: offline, from nothing but the file and the keys that the auditor trusts."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

import msgspec

from ..certificate import Result
from ..counting import counted
from ..ledger import CLOCK_TOLERANCE
from ..pack import BadPack, Pack, Report
from ..policy.answers import AssessmentAnswer
from ..tables import IN_MEMORY, Tables
from .asked import UNTOLD
from .assessing import Assessing, Unanswered
from .auditing import Auditing
from .certificates import Certificates, Presented
from .committed import Committing
from .comparing import Comparing
from .gaps import Upstream
from .recomputing import Recomputing
from .trust import Evidence, Trust, opened
from .upstream import add_upstream
from .verdict import AssessmentVerdict, CertificateVerdict, Outcome, Tally, Verdict
from .verifying import Tree, Verified, Work, verify, works

Verifying = Callable[[Iterable[Work]], Iterator[Verified]]
"""Verifies members, in their order: here, or in other processes."""
NOTHING_MORE = Presented()


def one_by_one(members: Iterable[Work]) -> Iterator[Verified]:
    """Verify in this process."""
    return map(verify, members)


def audit_pack(
    file: BinaryIO,
    trust: Trust,
    verifying: Verifying = one_by_one,
    told: Callable[[int, int], None] = lambda done, whole: None,
    tables: Tables = IN_MEMORY,
    presented: Presented = NOTHING_MORE,
) -> Verdict:
    """Audit the pack in an open file, and its certificates with it, and those that are `presented` beside it.

    What is asked of its batch is answered from what was found to hold.

    `told` hears of the bytes of statements audited, and how many there are.

    What the rules have to remember of the statements is kept in `tables`, empty ones, and that alone grows with
    them. In memory in any case are the register's parties, keys and accreditations, and while content is computed
    its attestations and ownerships.
    """
    tally = Tally()
    try:
        pack = Pack(file)
    except BadPack as bad:
        tally.fail(bad.slug, f"{bad.member or 'The file'}: {bad.detail}")
        return Verdict(
            outcome=Outcome.FALSE,
            ledger="",
            log="",
            size=0,
            root="",
            counts={"failures": 1},
            failures=tuple(tally.failures),
            assessments=tuple(each.verdict(UNTOLD) for each in presented.asked),
        )
    return _OfPack(pack, trust, tally, tables, presented).run(verifying, told)


class _OfPack:
    def __init__(
        self, pack: Pack, trust: Trust, tally: Tally, tables: Tables, presented: Presented
    ) -> None:
        self._pack = pack
        self._tables = tables
        self._tally = tally
        head = pack.head
        evidence = Evidence(head.ledger, pack.checkpoint, pack.log_key, pack.policy)
        found = opened(evidence, trust, tally)
        self._tree = None
        if found is not None:
            self._tree = Tree(found.checkpoint.size, found.checkpoint.root)
            if found.checkpoint.size != head.size:
                tally.fail(
                    "size-mismatch",
                    f"The pack is of the first {counted(head.size, 'statement')}, its checkpoint of {found.checkpoint.size}.",
                )
        self._opened = found
        self._auditing = Auditing(head.ledger, tally, tables, whole=False)
        self._auditing.witnessed(found)
        self._recomputing = Recomputing(self._auditing.admitting.frame, tally, tables)
        both = (*presented.certificates, *pack.certified.certificates)
        state = self._auditing.admitting.frame.state
        self._committing = Committing(
            head.batch, both, state, self._recomputing.compromises, tables
        )
        self._certificates = Certificates(head, pack.certified, presented, self._committing)
        self._found: tuple[CertificateVerdict, ...] = ()
        self._asked = presented.asked
        self._answers: list[AssessmentAnswer | Unanswered] = []
        self._report = Report(head, pack.checkpoint)
        self._all_read = True
        # Whole members are not there: what follows from that is not told statement by statement.
        self._cut_short = False

    def run(self, verifying: Verifying, told: Callable[[int, int], None]) -> Verdict:
        whole, done = self._pack.statement_bytes, 0
        sizes: list[int] = []

        def members() -> Iterator[Work]:
            for work in works(self._pack.statements(), self._tree, self._tables):
                sizes.append(len(work.data))
                yield work

        try:
            for number, verified in enumerate(verifying(members())):
                if verified.unreadable is not None:
                    fault = verified.unreadable
                    self._all_read, self._cut_short = False, True
                    self._tally.fail(fault.slug, fault.detail)
                for checked in verified.statements:
                    admitted = self._auditing.take(checked)
                    if checked.statement is None:
                        self._all_read = False
                    else:
                        shown = checked.statement
                        self._report.add(shown.digest, shown.record, shown.withheld)
                    if admitted is not None:
                        self._recomputing.add(admitted)
                        self._committing.add(admitted)
                done += sizes[number]
                told(done, whole)
        except BadPack as bad:
            self._all_read, self._cut_short = False, True
            self._tally.fail(bad.slug, f"{bad.member or 'The file'}: {bad.detail}")
        self._finish()
        verdict = self._auditing.verdict(self._tally, self._opened, self._pack.head.batch)
        return msgspec.structs.replace(
            verdict,
            subject=self._report.subject,
            certificates=self._found,
            assessments=self._assessments(verdict.outcome),
        )

    def _assessments(self, outcome: Outcome) -> tuple[AssessmentVerdict, ...]:
        if outcome is Outcome.FALSE:
            return tuple(each.verdict(UNTOLD) for each in self._asked)
        answered = zip(self._asked, self._answers, strict=True)
        return tuple(asked.verdict(found) for asked, found in answered)

    def _finish(self) -> None:
        pack, tally = self._pack, self._tally
        if not self._cut_short:
            self._weigh()
        self._made_after_all()
        if self._report.text(pack.content, pack.certified.certificates) == pack.report:
            tally.verified["report"] += 1
        elif self._all_read:
            tally.miss(
                "report",
                "The report for people is not the one that this program writes of the pack: another version wrote it, "
                "or somebody who would mislead. Do not rely on it.",
            )
        tally.claim(
            "others",
            "That no other statement of the log uses, withdraws, disowns or vouches for any of this is the "
            "operator's word: `provenite audit --ledger` finds out.",
        )
        tally.claim(
            "times",
            "When each statement was recorded is the operator's word; no witness saw it earlier than it says.",
        )

    def _weigh(self) -> None:
        """What is not carried, and whether the batch consists of what is claimed."""
        pack, tally, frame = self._pack, self._tally, self._auditing.admitting.frame
        up = Upstream.none(self._tables, "way")
        for _ in add_upstream(up, pack.head.batch, frame):
            pass
        over = self._recomputing.averaged_over(up)
        told = self._tables.names("told")
        for gap in frame.gaps.values():
            if not (up.concerns(gap, frame.state) or over.concerns(gap, frame.state)):
                tally.counts["beside"] += 1
            elif (detail := gap.detail) not in told:
                told.add(detail)
                tally.miss(gap.what, detail, statement=gap.statement, index=gap.index)
        if pack.head.batch not in frame.state.batches:
            tally.miss("batch", f"No statement that is carried makes the batch {pack.head.batch}.")
        elif pack.content is None:
            tally.miss("content", "The pack does not say what the batch consists of.")
        elif frame.untold:
            first = min(frame.untold)
            tally.miss(
                "content",
                f"{counted(len(frame.untold), 'statement')} that may say something of it could not be admitted, such as {first}.",
            )
        else:
            comparing = Comparing(self._recomputing, frame, tally, (up, over), pack.head.size)
            comparing.compare(pack.head.batch, pack.content)
        assessing = Assessing(self._recomputing, frame, (up, over), pack.head.batch)
        self._found = self._certificates.verdicts(assessing)
        claimed: set[str] = set()
        for each in self._found:
            if each.carried:
                self._count(each, claimed)
        self._answers = [assessing.with_gaps(each.by(pack.head.size)) for each in self._asked]
        told_of = {check.detail for each in self._found if each.carried for check in each.checks}
        for found in self._answers:
            if isinstance(found, Unanswered) and found.reason not in told_of:
                tally.miss("assessment", found.reason)

    def _count(self, found: CertificateVerdict, claimed: set[str]) -> None:
        """A certificate that the pack carries is a part of what is audited; each claim, and each lack of it, is told once."""
        tally, about = self._tally, f"Certificate {found.id}: "
        open_before: set[str] = set()
        for check in found.checks:
            detail = f"{about}{check.detail}"
            match check.result:
                case Result.FALSE:
                    tally.fail(
                        check.slug or "", detail, statement=found.statement, index=found.index
                    )
                case Result.UNCHECKED if detail not in open_before:
                    open_before.add(detail)
                    tally.miss("certificate", detail, statement=found.statement, index=found.index)
                case Result.CLAIMED if check.detail not in claimed:
                    claimed.add(check.detail)
                    tally.claim(f"certificate-{check.subject}", check.detail)
        tally.verified["certified"] += sum(each.holds is True for each in found.figures)
        tally.verified["certificate"] += found.result is Result.HOLDS

    def _made_after_all(self) -> None:
        witnessed_at = self._opened.witnessed_at if self._opened else None
        newest = max(self._auditing.last_time, witnessed_at or 0)
        if self._pack.head.created + CLOCK_TOLERANCE < newest:
            self._tally.fail(
                "created-early",
                f"It is said to be made {counted(newest - self._pack.head.created, 'second')} before the newest of what is in it.",
            )
