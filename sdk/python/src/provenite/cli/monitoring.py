"""The command `monitor`: follows a log, and says when it does not only grow."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from msgspec import structs

from provenite_proto import paths
from provenite_proto.answers import LogAnswer
from provenite_proto.counting import counted
from provenite_proto.log import (
    Fork,
    LogProof,
    NoteKey,
    Unproven,
    WitnessPolicy,
    note,
    open_checkpoint,
)
from provenite_proto.log.proof import HEADER

from .. import AnswerError, TransportError
from .._monitor import Following, Look, Shown, Verdict, compare, look
from .._public_log import PublicLog
from .._transport import address
from . import following as files
from .evidence import check_evidence
from .failing import INTERRUPTED, REFUSED, UNREACHED, misused, say, unable, unreached
from .showing import AsJson
from .terminal import console, in_line, json_text
from .trusting import key_of_log, key_text, witness_policy
from .views import Views

UNWITNESSED = "Without a --policy no witness has to have seen this log: another reader may be shown another one."


class Event(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What one look has found, as `--json` prints it."""

    at: datetime
    verdict: str
    log: str
    size: int | None = None
    new: int = 0
    cosigned: Mapping[str, int] | None = None
    lacking: str | None = None
    ahead: Mapping[str, int] = {}
    withheld: Mapping[str, int] = {}
    detail: str = ""
    evidence: str | None = None


def monitor(
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="The ledger's URL, or its log's (…/log).")
    ] = None,
    state: Annotated[
        Path, typer.Option(metavar="FILE", help="Where it remembers what it has seen.")
    ] = Path("provenite-monitor.json"),
    log_key: Annotated[
        str | None,
        typer.Option(
            metavar="VKEY",
            help="The log's public key, or a file with it, if not the one in the state file or the policy. "
            "Without any, the ledger is asked once.",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Which witnesses have to cosign (C2SP tlog-policy)."),
    ] = None,
    receipt: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A receipt that you hold (.tlog-proof), or a checkpoint, which the log has to extend; repeatable.",
        ),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Check evidence of a fork (….fork-….json), without any URL: exits with 0 when it holds.",
        ),
    ] = None,
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            help="Look once, then exit; twice when others were shown more, which may have been a moment ago.",
        ),
    ] = False,
    interval: Annotated[
        int, typer.Option(metavar="SECONDS", help="Between two looks.", min=1, max=86_400)
    ] = 60,
    as_json: AsJson = False,
) -> None:
    """Follow a log and check that it only grows.

    Each new checkpoint has to be signed by the log, to extend what was seen before, and to be cosigned by enough
    witnesses of the policy; those of which the policy has a URL are asked what they were shown. When the log has
    forked, both checkpoints that contradict each other are written to a file beside the state file, as evidence,
    and the command exits with 1. With --once it exits with 1 for an old checkpoint, for one that is not cosigned or
    not the log's, when what others were shown is withheld or cannot be compared, too, and with 3 when the log cannot
    be reached; otherwise it reports that and goes on. With --json each look is a document on a line.
    """
    if evidence is not None:
        if url is not None:
            misused("evidence is checked without a URL: name one of the two")
        check_evidence(evidence, log_key, witness_policy(policy), as_json=as_json)
        return
    if url is None:
        misused("the URL of a ledger or a log is missing")
    prefix = _prefix(url)
    required = witness_policy(policy)
    remembered = _state(state)
    with PublicLog(prefix) as log:
        try:
            key = _key(log_key, remembered, required, log)
            if remembered is not None:
                _same_log(key, log, state)
            with closing(Views(key, required, _held(receipt or (), key))) as views:
                if required is None:
                    say(UNWITNESSED)
                watch = _Watch(
                    log, views, key, required, state, remembered, as_json=as_json, once=once
                )
                _follow(watch, interval)
        except KeyboardInterrupt:
            say(f"Stopped. What was seen is in {state}.")
            raise typer.Exit(INTERRUPTED) from None


def _follow(watch: "_Watch", interval: int) -> NoReturn:
    while True:
        watch.look(interval)
        time.sleep(interval)


class _Watch:
    """Looks at a log again and again, remembers what it saw, and says what has changed."""

    def __init__(
        self,
        log: PublicLog,
        views: Views,
        key: NoteKey,
        policy: WitnessPolicy | None,
        state: Path,
        following: Following | None,
        *,
        as_json: bool,
        once: bool,
    ) -> None:
        self._log = log
        self._views = views
        self._key = key
        self._policy = policy
        self._state = state
        self._following = following
        self._as_json = as_json
        self._once = once
        self._said = ""
        self._again = False

    def look(self, interval: int) -> None:
        """Look once; exits when the log has forked, or when once is all that was asked.

        Returns when it is to look again after the interval, in seconds.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        try:
            found = look(
                self._following,
                self._key,
                self._policy,
                self._log.checkpoint(),
                self._log.tile,
                now,
            )
            self._remember(found.following)
            found = compare(found, self._key, self._views.shown(), self._log.tile, now)
            self._remember(found.following)
        except (TransportError, AnswerError, LookupError) as error:
            self._unreached(error, now)
            return
        if found.fork is not None and found.following is not None:
            left = str(self._leave(found.fork, now))
            found = structs.replace(
                found, following=structs.replace(found.following, evidence=left)
            )
            self._remember(found.following)
        evidence = found.following.evidence if found.following is not None else ""
        self._report(found, now, evidence)
        if self._once and found.sound and found.ahead and not self._again:
            self._again = True
            say(f"Others were shown more ({_sizes(found.ahead)}). Looking again in {interval} s.")
            return
        if self._once or evidence:
            raise typer.Exit(0 if found.sound else REFUSED)

    def _remember(self, following: Following | None) -> None:
        if following is not None and following != self._following:
            try:
                files.save(self._state, following)
            except files.StateError as error:
                unable(str(error))
        self._following = following

    def _leave(self, fork: Fork, now: datetime) -> Path:
        path = self._state.with_name(f"{self._state.stem}.fork-{now:%Y%m%dT%H%M%SZ}.json")
        try:
            files.leave(path, fork)
        except files.StateError as error:
            unable(str(error))
        return path

    def _unreached(self, error: Exception, now: datetime) -> None:
        said = unreached(str(error)) if isinstance(error, TransportError) else str(error)
        self._print(
            Event(now, "unreached", self._key.name, detail=said), f"not reached: {said}", wrong=True
        )
        if self._once:
            raise typer.Exit(UNREACHED) from error

    def _report(self, found: Look, now: datetime, evidence: str) -> None:
        event = Event(
            now,
            found.verdict,
            self._key.name,
            size=found.size,
            new=found.new,
            cosigned=found.cosigned,
            lacking=found.lacking,
            ahead=found.ahead,
            withheld=found.withheld,
            detail=found.detail,
            evidence=evidence or None,
        )
        self._print(event, _sentence(found, evidence), wrong=not found.sound)

    def _print(self, event: Event, sentence: str, *, wrong: bool) -> None:
        # What stays as it was is said once; JSON tells of every look.
        if self._as_json:
            typer.echo(json_text(event))
        elif self._once or event.new or sentence != self._said:
            line = f"{event.at:%Y-%m-%d %H:%M:%S}Z  {in_line(sentence)}"
            if wrong:
                say(line)
            else:
                console().print(line, soft_wrap=True)
        self._said = sentence


def _sentence(found: Look, evidence: str) -> str:
    size = counted(found.size or 0, "statement")
    match found.verdict:
        case Verdict.GROWN:
            said = f"{size}, {found.new} new"
        case Verdict.UNCHANGED:
            said = f"{size}, nothing new"
        case Verdict.FORKED:
            return f"FORKED at {size}: {found.detail} It is in {evidence}"
        case _:
            said = f"{found.verdict}: {found.detail}"
    if evidence:
        return (
            f"{said}; but the log has FORKED before, the evidence is in {evidence}: "
            "to follow it all the same, name another --state"
        )
    if found.verdict not in (Verdict.GROWN, Verdict.UNCHANGED):
        return said
    if found.withheld:
        return f"{said}; withheld: the log has shown more to others ({_sizes(found.withheld)})"
    if found.lacking is not None:
        return f"{said}; not enough witnesses: {found.lacking}"
    if found.cosigned is not None:
        return f"{said}; cosigned by {', '.join(found.cosigned) or 'nobody, as the policy allows'}"
    return said


def _sizes(shown: Mapping[str, int]) -> str:
    return ", ".join(f"{size} to {name}" for name, size in shown.items())


def _prefix(url: str) -> str:
    try:
        given = address(url)
    except ValueError as error:
        misused(str(error))
    return given if given.endswith(paths.LOG) else given + paths.LOG


def _state(path: Path) -> Following | None:
    try:
        return files.load(path)
    except files.StateError as error:
        unable(str(error))


def _key(
    given: str | None, remembered: Following | None, policy: WitnessPolicy | None, log: PublicLog
) -> NoteKey:
    """The log's key: as given, as remembered, as the policy has it, or else as the ledger says."""
    known = [str(each.key) for each in policy.logs] if policy is not None else []
    if given is None and remembered is None and len(known) != 1:
        return _asked(log, known)
    text = key_text(given) if given else (remembered.key if remembered is not None else known[0])
    key = key_of_log(text)
    if remembered is not None and remembered.key != text:
        unable(f"the state file is of another log, {remembered.key}: name another file")
    if known and text not in known:
        unable(f"the policy does not name the log {text}")
    return key


def _same_log(key: NoteKey, log: PublicLog, state: Path) -> None:
    """Refuse to judge one log by what was seen of another."""
    try:
        served = note.parse(log.checkpoint()).text.partition("\n")[0]
    except (TransportError, AnswerError, Unproven):
        # It is told as what it is when it is looked at.
        return
    if served != key.name:
        misused(
            f"{state} follows the log {key.name}, and {log.prefix} serves {served}: name another --state"
        )


def _held(files: Iterable[Path], key: NoteKey) -> Sequence[Shown]:
    """The checkpoints of receipts."""
    found = []
    for path in files:
        try:
            content = path.read_bytes()
            is_proof = content.startswith(f"{HEADER}\n".encode())
            checkpoint = LogProof.parse(content).checkpoint if is_proof else content
            open_checkpoint(checkpoint, key)
        except OSError as error:
            unable(f"{path}: {error.strerror}")
        except Unproven as error:
            unable(f"{path}: {error.detail}")
        found.append(Shown(f"whoever gave you {path}", checkpoint.decode()))
    return found


def _asked(log: PublicLog, known: list[str]) -> NoteKey:
    url = log.prefix.removesuffix(paths.LOG) + paths.LOG_STATE
    try:
        about = log.get(url, 1_000_000)
        text = msgspec.json.decode(about or b"", type=LogAnswer).key
    except (TransportError, AnswerError, msgspec.DecodeError) as error:
        said = unreached(str(error)) if isinstance(error, TransportError) else str(error)
        say(f"provenite: the log's key is not known, give it with --log-key: {said}")
        raise typer.Exit(UNREACHED) from error
    if known and text not in known:
        unable(f"the policy does not name the log {text}")
    say(f"The log's key is taken from the ledger itself: {text}")
    return key_of_log(text)
