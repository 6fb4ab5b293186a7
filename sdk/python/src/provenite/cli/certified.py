"""A certificate and what is to be thought of it, for people, in 80 columns."""

from collections.abc import Iterator, Mapping

import msgspec
from rich.text import Text

from provenite_proto.audit import FigureVerdict
from provenite_proto.certificate import (
    KINDS,
    CertifiedFigure,
    Check,
    Credential,
    Result,
    Verdict,
    did_url,
)
from provenite_proto.certificate.addresses import taken_apart
from provenite_proto.certificate.verdict import Piece
from provenite_proto.policy import OWN, as_told, is_own, quoted

from .showing import share_text, threshold_text, told_apart
from .terminal import WIDTH, in_line, wrapped

_RESULTS = {
    Result.HOLDS: ("VALID", "bold green", "Everything that was checked holds."),
    Result.FALSE: ("NOT VALID", "bold red", "{why}. Do not rely on it."),
    Result.UNCHECKED: (
        "NOT ALL COULD BE CHECKED",
        "bold yellow",
        "Nothing was found to be false. What could not be checked is not thereby true.",
    ),
}
_OF_ITSELF = {
    Result.UNCHECKED: "Nothing was found to be false of the certificate itself. What could not be checked is not thereby true."
}
"""What is said when something is false of the pack."""
_ITS_WORD = "Note: what is marked “its word” holds on the word of the ledger alone; nothing else was there to check it by."
_MARKS = {
    Result.HOLDS: ("ok", "green"),
    Result.CLAIMED: ("its word", "yellow"),
    Result.UNCHECKED: ("not checked", "yellow"),
    Result.FALSE: ("FALSE", "bold red"),
}
_SUBJECTS = {
    "form": "form",
    "copy": "printed code",
    "signature": "signature",
    "dates": "validity",
    "status": "status",
    "log": "log",
    "witnesses": "witnesses",
    "batch": "batch",
    "policy": "policy",
    "recomputed": "recomputed",
    "now": "still so",
}


_OPTIONS: Mapping[Piece, str] = {
    "document": "--did FILE",
    "statusList": "--status FILE",
    "statement": "--statement FILE",
    "receipt": "--receipt FILE",
    "logKey": "--log-key VKEY",
}


class Verified(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The verdict as `--json` prints it, with what the certificate says.

    `figures` are compared with what follows from a pack, `pack` is why nothing follows from that, `reason` why the
    ledger says that its status has changed, `lacking` why evidence is not there, and `beside` the files beside it from
    which the statement and the proof were taken.
    """

    verdict: Verdict
    credential: Credential | None = None
    figures: tuple[FigureVerdict, ...] = ()
    reason: str | None = None
    lacking: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    pack: str | None = None


def verified_text(found: Verified) -> Text:
    """The whole of it: the verdict, what is certified, what was checked, and what it does not say."""
    word, style, sentence = _RESULTS[found.verdict.result]
    if (
        found.verdict.result is Result.HOLDS
        and found.credential is not None
        and _by_own(found.credential)
    ):
        word, style = f"{word}, BY A FIRM'S OWN RULE", "bold yellow"
    sentence = sentence.format(why=_why(found.verdict))
    if found.pack is not None:
        sentence = f"{_OF_ITSELF.get(found.verdict.result, sentence)} {found.pack}"
    text = Text.assemble((word, style), "\n", wrapped(sentence, WIDTH), "\n")
    if found.credential is not None:
        text.append("\n" + "\n".join(certified_lines(found.credential)) + "\n")
    text.append("\nWhat was checked\n")
    for check in found.verdict.checks:
        text.append_text(_checked(check, found.credential))
    for line in _besides(found):
        text.append(f"{line}\n")
    if any(check.result is Result.CLAIMED for check in found.verdict.checks):
        text.append("\n" + wrapped(_ITS_WORD, WIDTH) + "\n")
    own = found.credential is not None and _by_own(found.credential)
    if found.figures:
        text.append("\nFigures as they are said, and as they follow from the pack\n")
    for figure in found.figures:
        text.append(wrapped(in_line(_compared(figure, own=own)), WIDTH, "  ") + "\n")
    if found.credential is not None:
        text.append("\nWhat it does not say\n")
        for each in found.credential.assessment.specified_condition:
            text.append(wrapped(in_line(each), WIDTH, "  - ") + "\n")
    text.rstrip()
    return text


def _why(verdict: Verdict) -> str:
    """What is false, in a few words."""
    slugs = [check.slug for check in verdict.checks if check.result is Result.FALSE and check.slug]
    known = [KINDS[slug].title for slug in slugs if slug in KINDS]
    return known[0] if known else "What the log should prove is not proven"


def certified_lines(credential: Credential) -> Iterator[str]:
    """What a certificate says, in lines."""
    said, subject = credential.provenance, credential.credential_subject
    (verified,) = credential.assessment.assessed_product
    yield wrapped(in_line(credential.name), WIDTH)
    own = _by_own(credential)
    if own:
        yield wrapped(OWN, WIDTH)
    facts = {
        "Product": verified.product.name,
        "As": said.product and f"{quoted(said.product)}, which the holder declares it to be",
        "Lot": verified.product.batch_number,
        "Holder": subject.issued_to_party.name,
        "Issuer": f"{credential.issuer.name}, {credential.issuer.id}: is it one that you know?",
        "Policy": f"{said.policy} version {said.version}, rule {said.row}, as of {said.as_of}",
        "Log": f"{said.log}, its first {said.size:,} statements",
        "Exempt": said.exemption
        and f"by {as_told(said.policy, said.exemption)}, which the holder claims",
    }
    for name, value in facts.items():
        if value:
            yield wrapped(in_line(f"{name:<8} {value}"), WIDTH, "  ")
    for figure in said.figures:
        test = quoted(figure.test) if own else figure.test
        yield wrapped(in_line(f"{figure.of}: {_bounds(figure)}, {test}"), WIDTH, "  ")
    yield in_line(credential.id)


def _by_own(credential: Credential) -> bool:
    return is_own(credential.provenance.policy)


def _bounds(figure: CertifiedFigure) -> str:
    between, needed = _between(figure), threshold_text(figure)
    return f"{between} ({needed})" if needed else between


def _between(figure: CertifiedFigure) -> str:
    lower, upper = share_text(figure.lower), share_text(figure.upper)
    return lower if figure.lower == figure.upper else f"{lower} to {upper}"


def _compared(figure: FigureVerdict, *, own: bool) -> str:
    said, then = told_apart(figure.said, figure.then, _between)
    mark = {True: "same", False: "DIFFERENT", None: "not computed"}[figure.holds]
    test = quoted(figure.test) if own else figure.test
    return f"{figure.of}: {said}; {then}: {mark}, {test}"


def _checked(check: Check, credential: Credential | None) -> Text:
    mark, style = _MARKS[check.result]
    slug = f" ({check.slug})" if check.slug else ""
    detail = wrapped(in_line(f"{check.detail}"), WIDTH, "      ")
    line = Text.assemble(
        "  ", (f"{mark:<12}", style), f"{_SUBJECTS[check.subject]}{slug}\n", detail, "\n"
    )
    if check.slug is not None and check.slug in KINDS:
        line.append(wrapped(KINDS[check.slug].remedy, WIDTH, "      ") + "\n")
    if check.lacks:
        options = " ".join(_OPTIONS[each] for each in check.lacks)
        line.append(wrapped(f"Give it with {options}.", WIDTH, "      ") + "\n")
        for url in _served(check, credential):
            line.append(wrapped(in_line(f"The ledger has it at {url}"), WIDTH, "      ") + "\n")
    return line


def _served(check: Check, credential: Credential | None) -> Iterator[str]:
    """Where the ledger serves what is lacking."""
    if credential is None:
        return
    origin, _ = taken_apart(credential.id)
    if "document" in check.lacks:
        yield did_url(origin)
    if "statusList" in check.lacks:
        yield credential.credential_status.status_list_credential


def _besides(found: Verified) -> Iterator[str]:
    status = next((each for each in found.verdict.checks if each.subject == "status"), None)
    # What is against it says so with its reason.
    if found.reason and status is not None and status.result is Result.HOLDS:
        said = f"The ledger says why its status changed: {quoted(found.reason)}"
        yield wrapped(in_line(said), WIDTH, "  ")
    if found.beside:
        files = " and ".join(found.beside)
        yield wrapped(in_line(f"Statement and proof lay beside it: {files}"), WIDTH, "  ")
    for each in found.lacking:
        yield wrapped(in_line(each), WIDTH, "  ")
