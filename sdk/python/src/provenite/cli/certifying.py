"""Commands about a firm's certificates: having one issued, what has become of them, and the registrar's revoking one."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.text import Text

from provenite_proto.certificate import qr_text, read_certificate
from provenite_proto.policy import Outcome, considered, considers, unknown
from provenite_proto.policy.answers import MAX_FACTS
from provenite_proto.statement import parse

from .. import (
    AssessmentAnswer,
    CertificateAnswer,
    CertificateEntry,
    Client,
    Conflict,
    Declaration,
    Facts,
    NoticeAnswer,
    Validity,
    certificate_status,
    declaration,
)
from .asking import BatchArgument, check_batch
from .assessing import check_known, said_facts, show
from .certifiable import check_batch_of, check_day
from .certified import certified_lines
from .connecting import Connection
from .failing import REFUSED, failures, misused, say
from .options import AsOf, Claims, FactsFile, PolicyAsked, Product
from .policies import asked_of, policy_of
from .showing import AsJson, AsJsonLines, day, facts, print_json, print_json_lines
from .terminal import WIDTH, console, in_line, wrapped

_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_ID = re.compile(r"(?:https?://[^?#]+/)?(?P<id>[A-Za-z0-9_-]{21}[AQgw])")
_STATUS = max(map(len, Validity))
"""Columns of a status."""
_STYLES = {
    Validity.VALID: "bold green",
    Validity.SUSPENDED: "bold yellow",
    Validity.REVOKED: "bold red",
}


class Certified(msgspec.Struct, frozen=True):
    """What `certify --json` prints: `new` is false when the certificate was issued before; `files` are those saved.

    `declaration` is the one on which it rests.
    """

    certificate: CertificateAnswer
    new: bool
    declaration: str | None
    files: tuple[str, ...]


class NotPassed(msgspec.Struct, frozen=True):
    """The same when there is no certificate; there is a declaration when it passed until that was recorded."""

    assessment: AssessmentAnswer
    declaration: str | None


def certify(
    context: typer.Context,
    batch: BatchArgument,
    policy: PolicyAsked,
    as_of: AsOf = None,
    facts_file: FactsFile = None,
    product: Product = None,
    claim: Claims = None,
    declared: Annotated[
        str | None,
        typer.Option(
            "--declaration",
            metavar="STATEMENT",
            help="A declaration of yours that is recorded, instead of --facts, --product and --claim.",
        ),
    ] = None,
    lot: Annotated[
        bool, typer.Option("--lot", help="Say the lot that you gave the batch.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="STEM",
            help="Save STEM.certificate.jwt, its page as .html and .pdf, and what verifies it offline: .statement, "
            ".receipt, .did.json and .status.jwt. All or none; replaces what is there.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have a batch certified.

    Only a batch that passes the policy is certified; what is missing otherwise is printed, and nothing recorded. What
    you say of it with --facts, --product and --claim is signed and recorded once it passes by that. Whoever you give
    the certificate finds out with `provenite verify` whether it can be relied on, and learns nothing of your
    suppliers.
    """
    connection: Connection = context.obj
    check_batch(batch)
    check_day(as_of)
    if output is not None and not Path(output).parent.is_dir():
        misused(f"-o {output}: there is no folder {Path(output).parent}")
    said = said_facts(facts_file, product, claim or ())
    if declared is not None and said is not None:
        misused(
            "--declaration stands for --facts, --product and --claim: give the one or the others"
        )
    if said is not None and len(msgspec.json.encode(said)) > MAX_FACTS:
        misused(
            f"--facts has more than the {MAX_FACTS:,} characters that are assessed at once: submit them as a declaration "
            "(`provenite submit`), and give its digest with --declaration"
        )
    if declared is not None and not _DIGEST.fullmatch(declared):
        misused(
            f"--declaration {declared} is no statement's digest: mistyped or cut off; certify prints it: Declared: …"
        )
    with failures(as_json), connection.client(signer := connection.signer()) as client:
        if said is not None and not _considered(client, policy, said, as_json=as_json):
            said = None
        asked = asked_of(client, policy, as_json=as_json)
        check_batch_of(client, signer, batch, as_of, lot=lot)
        if said is not None:
            assessed = client.assessment(batch, asked, as_of=as_of, facts=said)
            if assessed.outcome != Outcome.PASS:
                _not_passed(assessed, as_json=as_json)
            declared = client.submit(declaration(batch, said)).digest
            say(f"Declared: {declared}")
            # It may be past midnight by now.
            as_of = assessed.as_of
        try:
            found = client.certify(batch, asked, as_of=as_of, declaration=declared, lot=lot)
        except Conflict as refused:
            if refused.slug != "not-passed":
                raise
            by = None if declared is None else _known(client, policy, declared, as_json=as_json)
            if declared is not None and by is None:
                raise
            assessed = client.assessment(batch, asked, as_of=as_of, facts=by)
            _not_passed(assessed, declared=None if said is None else declared, as_json=as_json)
        saved = () if output is None else _saved(client, found, output)
    if as_json:
        rests = read_certificate(found.credential).credential.provenance.declared
        by_word = declared if rests else None
        print_json(Certified(found, found.new, by_word, tuple(map(str, saved))))
    else:
        _show(found, saved)


def certificates(context: typer.Context, as_json: AsJsonLines = False) -> None:
    """List your certificates and how they stand.

    The registrar sees all. With --json one document a line.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        if as_json:
            print_json_lines(client.certificates())
        elif not _listed(map(_entry, client.certificates())):
            say("No certificates.")


def notices(context: typer.Context, as_json: AsJsonLines = False) -> None:
    """List what has become of your certificates.

    Each change of how one stands, when and why. With --json one document a line.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        if as_json:
            print_json_lines(client.notices())
        elif not _listed(map(_notice, client.notices())):
            say("No notices: no certificate of yours has changed its status.")


def revoke(
    context: typer.Context,
    certificate: Annotated[
        str, typer.Argument(metavar="CERTIFICATE", help="Its id, or its address.")
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, in a sentence that everybody may read.")
    ],
    as_json: AsJson = False,
) -> None:
    """Revoke a certificate for ever, with the registrar's key.

    That is the operator's: registrar.pem in the ledger's data folder. What falls with its facts the ledger suspends by
    itself; this is for what no statement tells. A firm asks the operator, or retracts what its certificate rests on.
    """
    connection: Connection = context.obj
    if not reason.strip():
        misused("--reason is empty: say why, in a sentence that everybody may read")
    found = _ID.fullmatch(certificate)
    if found is None:
        misused(f"{certificate} is no certificate's id or address: mistyped or cut off")
    with failures(as_json), connection.client(connection.signer()) as client:
        statement = parse(client.certificate(found["id"]).statement, complete=False).digest
        try:
            submitted = client.submit(
                certificate_status(statement, Validity.REVOKED, reason=reason)
            )
        except Conflict as refused:
            if refused.slug != "already-revoked":
                raise
            # The ledger names the statement, which nobody has typed.
            detail = f"{certificate} has been revoked for good."
            raise Conflict(msgspec.structs.replace(refused.problem, detail=detail)) from refused
    if as_json:
        print_json(submitted)
    else:
        facts({"revoked": certificate, "statement": submitted.digest})


def _considered(client: Client, which: str, said: Facts, *, as_json: bool) -> bool:
    """Whether the policy looks at what is said; an exit for what it does not know."""
    policy = policy_of(client, which, as_json=as_json)
    if policy is None:
        return True
    check_known(policy, said)
    if considers(policy, said):
        return True
    say(f"Nothing is declared: {policy.id} looks at nothing of what you say of the product.")
    return False


def _known(client: Client, which: str, declared: str, *, as_json: bool) -> Facts | None:
    """What a declaration of one's own says that the policy looks at; nothing when it does not know the product."""
    record = parse(client.statement(declared).statement, complete=False).record
    policy = policy_of(client, which, as_json=as_json)
    if policy is None or not isinstance(record, Declaration) or record.costs is None:
        return None
    facts = considered(policy, record.costs)
    return None if any(unknown(policy, facts)) else facts


def _not_passed(found: AssessmentAnswer, *, declared: str | None = None, as_json: bool) -> NoReturn:
    """Print what came of it, as `assess` does, and exit."""
    if as_json:
        print_json(NotPassed(found, declared))
    else:
        show(found)
    recorded = "Nothing was recorded." if declared is None else f"Declared is {declared}."
    say(f"provenite: not certified, since the batch does not pass. {recorded}")
    raise typer.Exit(REFUSED)


def _saved(client: Client, found: CertificateAnswer, stem: str) -> tuple[Path, ...]:
    try:
        return client.save_certificate(found, stem)
    except OSError as error:
        misused(
            f"-o {stem}: {error.strerror}. The certificate is issued; the same command saves it once that is mended"
        )


def _show(found: CertificateAnswer, saved: Iterable[Path]) -> None:
    credential = read_certificate(found.credential).credential
    out = console()
    if not found.new:
        issued = day(credential.valid_from)
        out.print(f"Already certified on {issued}: this is that certificate.", style="bold")
    for line in certified_lines(credential):
        out.print(line, soft_wrap=True)
    facts({"code": qr_text(found.url, found.credential)})
    for file in saved:
        out.print(in_line(str(file)), soft_wrap=True)


def _listed(entries: Iterable[Iterable[Text | str]]) -> int:
    out = console()
    number = 0
    for number, lines in enumerate(entries, 1):  # noqa: B007 # counted for the caller
        for line in lines:
            out.print(line, soft_wrap=True)
    return number


def _entry(each: CertificateEntry) -> Iterator[Text | str]:
    asked = each.policy if each.settings is None else f"{each.policy}?{each.settings}"
    yield Text.assemble(
        (f"{each.status.value:<{_STATUS}}", _STYLES[each.status]),
        in_line(f"  {asked} version {each.version}"),
    )
    names = (("lot", each.lot), ("product", each.product))
    called = [each.material, *(f"{name} {value}" for name, value in names if value)]
    days = f"as of {each.as_of}  until {day(each.valid_until)}"
    yield wrapped(in_line("  ".join((*called, days))), WIDTH, "  ")
    yield in_line(f"  batch {each.batch}")
    if each.declaration:
        yield in_line(f"  by declaration {each.declaration}")
    yield in_line(f"  {each.url}")
    if each.reason and each.since:
        yield wrapped(in_line(f"{day(each.since)}: {each.reason}"), WIDTH, "  ")


def _notice(each: NoticeAnswer) -> Iterator[Text | str]:
    yield Text.assemble(
        (each.status.value, _STYLES[each.status]),
        f"  {each.at:%Y-%m-%d %H:%M:%S} UTC",
        in_line(f"  {each.policy}"),
    )
    yield wrapped(in_line(each.reason), WIDTH, "  ")
    yield in_line(f"  batch {each.batch}")
    yield in_line(f"  {each.url}")
    if each.cause:
        yield in_line(f"  because of statement {each.cause}")
