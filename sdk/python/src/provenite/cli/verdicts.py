"""A verdict for people, in 80 columns: first what it comes to, then what was found, then what stays a claim."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.text import Text

from provenite_proto.audit import MAX_LISTED, FigureVerdict, Outcome, Verdict
from provenite_proto.certificate import CertifiedFigure, Result
from provenite_proto.counting import counted
from provenite_proto.pack import subject_facts
from provenite_proto.policy import OWN, is_own, quoted
from provenite_proto.policy.wording import percent

from .assessed import assessment_lines
from .showing import told_apart
from .terminal import WIDTH, in_line, wrapped

_LISTED = 20
"""Entries of a list that are printed; `--json` has more."""

_OUTCOMES = {
    Outcome.VERIFIED: ("VERIFIED", "bold green", "Everything that can be checked was, and holds."),
    Outcome.FALSE: ("FALSE", "bold red", "Something in it is false. Do not rely on any of it."),
    Outcome.UNCHECKED: (
        "NOT ALL COULD BE CHECKED",
        "bold yellow",
        "Nothing was found to be false. What could not be checked is not thereby true.",
    ),
}
_RESULTS = {
    Result.HOLDS: "holds",
    Result.UNCHECKED: "not all could be checked",
    Result.FALSE: "FALSE",
}
_CHECKS = {
    "checkpoint": ("signature", "of the log under the checkpoint"),
    "cosignature": ("cosignature", "of it by witnesses"),
    "tree": ("root", "of the tree, computed from all statements"),
    "size": ("statement", "in all, as many as the signed tree has leaves"),
    "spending": ("ledger", "as a whole in which no batch is over-spent"),
    "form": ("statement", "of the strict form, with all disclosures"),
    "signature": ("signature", "by issuers"),
    "inclusion": ("proof", "that a statement is in the log at its time"),
    "order": ("statement", "in the order and time of the log"),
    "admission": ("statement", "admitted by all rules of the ledger"),
    "admission-in-part": ("statement", "admitted by the rules that need nothing withheld"),
    "figures": ("figure", "of the content, computed anew"),
    "certified": ("figure", "of certificates, computed anew"),
    "certificate": ("certificate", "logged and signed, and every figure follows"),
    "report": ("report", "for people, written anew"),
}
"""What was verified, in words: a noun for one of them, and what is said of it."""
_TO_SEE_MORE = (
    "Ask the firms that made these statements to show you what is withheld (`provenite grant … --to PARTY`, with your "
    "id of `provenite whoami`), the registrar for names; then have the pack or the statements read anew."
)


def verdict_text(verdict: Verdict) -> Text:
    """The whole of it."""
    word, style, sentence = _OUTCOMES[verdict.outcome]
    text = Text.assemble((word, style), "\n", wrapped(sentence, WIDTH))
    for part in _parts(verdict):
        if lines := list(part):
            text.append("\n\n" + "\n".join(lines))
    return text


def _parts(verdict: Verdict) -> Iterator[Iterator[str]]:
    for part in (
        _head,
        _assessments,
        _verified,
        _certificates,
        _failures,
        _missing,
        _withheld,
        _doubts,
        _claims,
    ):
        yield part(verdict)


def _assessments(verdict: Verdict) -> Iterator[str]:
    """What was asked, answered from what is audited alone."""
    if verdict.assessments:
        yield "Assessed anew"
    for each in verdict.assessments:
        if each.found is None:
            asked = f"{each.policy} version {each.version} as of {each.as_of}"
            yield "  could not be checked"
            yield wrapped(in_line(asked), WIDTH, "    ")
            yield wrapped(in_line(each.reason or ""), WIDTH, "    ")
        else:
            yield f"  {each.found.outcome.replace('_', ' ')}"
            yield from assessment_lines(each.found, "    ", facts_only=True)


def _verified(verdict: Verdict) -> Iterator[str]:
    if verdict.verified:
        yield "Verified"
    for name, (noun, words) in _CHECKS.items():
        if count := verdict.verified.get(name):
            number, _, nouns = counted(count, noun).partition(" ")
            yield f"{number:>10}  {nouns} {words}"


def _claims(verdict: Verdict) -> Iterator[str]:
    if verdict.claims:
        yield "What rests on somebody's word"
    for claim in verdict.claims:
        yield wrapped(in_line(claim.detail), WIDTH, "  - ")


def _head(verdict: Verdict) -> Iterator[str]:
    facts = {
        "Batch": verdict.batch,
        **dict(subject_facts(verdict.subject)),
        "Ledger": verdict.ledger,
        "Log": verdict.log and f"{verdict.log}, {counted(verdict.size, 'statement')}",
        "Root": verdict.root,
    }
    for name, value in facts.items():
        if value:
            yield f"{name:<8} {in_line(value)}"
    if verdict.subject is not None:
        yield "Report   what the ledger says of its content: unzip -p FILE report.txt"
    for name, time in verdict.witnesses.items():
        moment = datetime.fromtimestamp(time, UTC)
        yield f"{'Witness':<8} {in_line(name)}, {moment:%Y-%m-%d %H:%M:%S} UTC"


def _certificates(verdict: Verdict) -> Iterator[str]:
    if verdict.certificates:
        yield "Certificates"
    for each in verdict.certificates:
        status = "" if each.status is None else f", {each.status}"
        yield f"  {in_line(each.id)}"
        said = f"{each.policy} {each.version}, as of {each.as_of}, by the first {each.size:,} statements"
        yield wrapped(in_line(f"{_RESULTS[each.result]}{status}: {said}"), WIDTH, "      ")
        if each.reason is not None and each.since is not None:
            since = datetime.fromtimestamp(each.since, UTC)
            reason = (
                f"since {since:%Y-%m-%d %H:%M:%S} UTC, the ledger says why: {quoted(each.reason)}"
            )
            yield wrapped(in_line(reason), WIDTH, "      ")
        own = is_own(each.policy)
        if own:
            yield wrapped(OWN, WIDTH, "      ")
        for figure in each.figures:
            test = quoted(figure.test) if own else figure.test
            yield wrapped(in_line(f"{figure.of}: {test}"), WIDTH, "        ")
            yield wrapped(_compared(figure, verdict.size), WIDTH, "          ")


def _compared(figure: FigureVerdict, size: int) -> str:
    """What is said, what follows, and what follows from all of the pack when that is something else."""
    said, then, now = map(_bounds, (figure.said, figure.then, figure.now))
    if figure.holds is None:
        return f"{said} is said; it could not be computed"
    other, follow = told_apart(figure.said, figure.then, _between)
    follows = (
        f"{said} is said and follows" if figure.holds else f"{other} is said, {follow} follows"
    )
    return follows if now == then else f"{follows}; {now} by all {size:,} statements"


def _bounds(figure: CertifiedFigure | None) -> str:
    return "nothing" if figure is None else _between(figure)


def _between(figure: CertifiedFigure) -> str:
    return " to ".join(dict.fromkeys(map(percent, (figure.lower, figure.upper))))


def _failures(verdict: Verdict) -> Iterator[str]:
    yield from _title(verdict, "failures", "False")
    for each in verdict.failures[:_LISTED]:
        yield f"  {in_line(each.slug)}{_where(each.statement, each.index)}"
        yield wrapped(in_line(each.detail), WIDTH, "      ")
    yield from _more(verdict, "failures")


def _missing(verdict: Verdict) -> Iterator[str]:
    yield from _title(verdict, "missing", "Missing, so that it could not be checked")
    for each in verdict.missing[:_LISTED]:
        yield f"  {in_line(each.what)}{_where(each.statement, each.index)}"
        yield wrapped(in_line(each.detail), WIDTH, "      ")
    yield from _more(verdict, "missing")


def _withheld(verdict: Verdict) -> Iterator[str]:
    yield from _title(verdict, "withheld", "Withheld from you, so that it could not be checked")
    # By what is withheld, not by statement: a chain has as many statements as checks.
    groups: dict[tuple[str, str, bool], list[int]] = {}
    for each in verdict.withheld:
        groups.setdefault((each.check, each.section, each.of is not None), []).append(each.index)
    for (check, section, of_another), indices in groups.items():
        whose = f"{section} of what is upstream" if of_another else section
        named = "statement" if len(indices) == 1 else "statements"
        some = ", ".join(f"{index}" for index in indices[:6])
        rest = f" and {len(indices) - 6:,} more" if len(indices) > 6 else ""
        yield wrapped(f"{check}: needs {whose} ({named} {some}{rest})", WIDTH, "  ")
    listed, count = len(verdict.withheld), verdict.counts.get("withheld", 0)
    if count > listed:
        yield f"  … and {count - listed:,} more"
    if count:
        yield wrapped(_TO_SEE_MORE, WIDTH, "  ")


def _doubts(verdict: Verdict) -> Iterator[str]:
    yield from _title(verdict, "doubts", "Doubts that the ledger's rules raise")
    for each in verdict.doubts[:_LISTED]:
        yield f"  {each.finding.slug}{_where(each.statement, each.index)}"
        yield wrapped(in_line(each.finding.detail), WIDTH, "      ")
        if hook := each.finding.figures.get("hook"):
            breach = each.finding.figures.get("breach")
            state = f" ({breach} in breach)" if breach else ""
            yield wrapped(in_line(f"by {hook}{state}"), WIDTH, "      ")
    yield from _more(verdict, "doubts")


def _title(verdict: Verdict, name: str, words: str) -> Iterator[str]:
    if count := verdict.counts.get(name, 0):
        yield f"{words}: {count:,}"


def _more(verdict: Verdict, name: str) -> Iterator[str]:
    if (count := verdict.counts.get(name, 0)) > _LISTED:
        yield f"  … and {count - _LISTED:,} more; --json lists up to {MAX_LISTED:,}"


def _where(statement: str | None, index: int | None) -> str:
    if statement is None and index is None:
        return ""
    place = "" if index is None else f" at {index:,}"
    return f"{place}: {statement}" if statement else place
