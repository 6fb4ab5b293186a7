"""The command that audits: a pack, offline, or a whole ledger, by its registrar's grant."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated, NoReturn

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from provenite_proto.audit import Asked, Outcome, Presented, Trust, Verdict, audit_pack
from provenite_proto.counting import counted
from provenite_proto.pack import BadPack, Pack, is_pack
from provenite_proto.policy import Policy, digest, draft, is_own

from .. import Facts
from .._tables import scratch_tables
from .._verifying import Verifying
from .assessing import check_known, said_facts
from .connecting import Connection
from .failing import INTERRUPTED, UNABLE, misused, say, unable
from .options import read_day
from .policies import is_file, read_asked
from .reading_log import Audited, Left, audit_ledger
from .showing import AsJson, print_json
from .terminal import console
from .trusting import LogKeyOption, WitnessesOption, key_of_log, key_text, witness_policy
from .verdicts import verdict_text

VERIFIED, FALSE, UNCHECKED = 0, 1, 2
_CODES = {Outcome.VERIFIED: VERIFIED, Outcome.FALSE: FALSE, Outcome.UNCHECKED: UNCHECKED}
_SMALL = 4 * 1024 * 1024
"""Bytes of a pack that are verified before another process would have started."""


def audit(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The pack; without one, the whole --ledger."),
    ] = None,
    log_key: LogKeyOption = None,
    policy: WitnessesOption = None,
    assess: Annotated[
        str | None,
        typer.Option(
            metavar="POLICY|FILE",
            help="Assess the pack's batch too, from the statements in it alone: an id, or a file of your own.",
        ),
    ] = None,
    as_of: Annotated[
        date | None,
        typer.Option(
            metavar="DAY", parser=read_day, help="The day that decides, with --assess; today."
        ),
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="JSON of what no statement records, with --assess: values, costs."
        ),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(metavar="N", help="Processes that verify; as many as cores.", min=1, max=256),
    ] = None,
    state: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="Where the audit of a ledger keeps how far it is, to go on later."
        ),
    ] = Path("provenite-audit.db"),
    as_json: AsJson = False,
) -> None:
    """Find out whether a pack, or all of a ledger, is true.

    A pack needs no network and no ledger. With --assess it is also said whether its batch meets a policy, whatever
    the ledger has said of it. Exit code 0: all verified, whatever an assessment comes to; 1: something is false; 2:
    nothing is false, but not all could be checked, since it was withheld or is missing (or the command was used
    wrongly); 3: there is no verdict, since a file or the ledger cannot be read.
    """
    asked = _asked(assess, file, as_of, facts, as_json=as_json)
    trust = Trust(key_of_log(key_text(log_key)) if log_key else None, witness_policy(policy))
    connection: Connection = context.obj
    if file is not None:
        verdict = audited(file, trust, processes, Presented(asked=asked))
    elif connection.ledger is None:
        misused("say what to audit: the FILE of a pack, or --ledger URL")
    else:
        with Verifying(processes or _cores()) as verifying, _progress() as told:
            found = audit_ledger(connection, trust, verifying, state, told=told, as_json=as_json)
        # Here, where the bar has gone from the terminal.
        verdict = _left(found, state) if isinstance(found, Left) else _of_ledger(found)
    _finish(verdict, as_json=as_json)


def _asked(
    policy: str | None, file: Path | None, day: date | None, facts: Path | None, *, as_json: bool
) -> tuple[Asked, ...]:
    """What is asked of the batch; an exit when it is not well formed."""
    if policy is None:
        if day is not None or facts is not None:
            misused("--as-of and --facts belong to --assess POLICY")
        return ()
    said = said_facts(facts, None, ()) or Facts()
    if file is None:
        misused("--assess is about the batch of a pack: name its FILE")
    read = _policy(policy, file, as_json=as_json)
    if read is not None:
        check_known(read, said)
    return () if read is None else (Asked(read, said, day or datetime.now(UTC).date()),)


def _policy(which: str, file: Path, *, as_json: bool) -> Policy | None:
    """The policy that ships, of a file, or of a firm's own id that the pack carries; none of a pack that is none."""
    if is_own(which) and not is_file(which):
        return _carried(which, file)
    # 1 would say that the pack is false.
    read = read_asked(which, as_json=as_json, refused=UNABLE)
    if told := draft(read):
        unable(f"{which}: {told} An outcome by it would seem to be that rule's.")
    return read


def _carried(which: str, file: Path) -> Policy | None:
    try:
        with file.open("rb") as opened:
            carried = Pack(opened).certified.policies.values()
    except (BadPack, OSError):
        # What is wrong with it is said when it is audited.
        return None
    found = [each for each in carried if each.id == which]
    if len(found) != 1:
        has = "carries several versions of it" if found else "does not carry it"
        misused(
            f"{which} is a firm's own, and the pack {has}: give its file (`provenite policy list --own` has its "
            "digest)"
        )
    say(
        f"{which} version {found[0].version} is the one in the pack: its digest is {digest(found[0])}."
    )
    return found[0]


def audited(
    file: Path, trust: Trust, processes: int | None = None, presented: Presented | None = None
) -> Verdict:
    """The verdict on the pack in a file, and on what is presented beside it; an exit when it cannot be read."""
    try:
        with file.open("rb") as opened:
            if not is_pack(opened):
                unable(f"{file} is not a pack")
            some = processes or (1 if file.stat().st_size < _SMALL else _cores())
            with scratch_tables() as tables, Verifying(some) as verifying, _progress() as told:
                return audit_pack(opened, trust, verifying, told, tables, presented or Presented())
    except OSError as error:
        unable(f"{file}: {error.strerror}")
    except sqlite3.Error as error:
        unable(f"{file}: what is to be remembered of it finds no room in {gettempdir()}: {error}")


def _of_ledger(found: Audited) -> Verdict:
    """The verdict, when it is said what it is not about."""
    if found.beyond:
        say(
            f"The ledger has signed {counted(found.beyond, 'further statement')}, which its witnesses have not "
            "cosigned yet and which were not audited: run it again later to go on with them."
        )
    if found.before:
        say(
            f"The first {counted(found.before, 'statement')} were read by an earlier run. What was withheld then and "
            "has been shown to you since is not looked at again: to have it checked, begin anew with another --state."
        )
    return found.verdict


def _left(left: Left, state: Path) -> NoReturn:
    whole = counted(left.of, "statement")
    say(f"Of {whole}, {left.statements:,} audited: run it again to go on ({state}).")
    raise typer.Exit(INTERRUPTED)


def _cores() -> int:
    return os.cpu_count() or 1


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere nothing. It is told how much is done, and of how much."""
    bar = Progress(
        TextColumn("Auditing"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def _finish(verdict: Verdict, *, as_json: bool) -> NoReturn:
    """Print the verdict, and exit with its code."""
    if as_json:
        print_json(verdict)
    else:
        console().print(verdict_text(verdict), soft_wrap=True)
    raise typer.Exit(_CODES[verdict.outcome])
