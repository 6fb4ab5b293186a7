"""Trust policies: which logs, which witnesses, and how many of them make a quorum (C2SP tlog-policy).

A policy is text, a definition a line, so that people can read, compare and pass it on.
"""

import re
from collections.abc import Callable, Iterable, Mapping

import msgspec

from . import note
from .checkpoint import Checkpoint
from .cosignature import cosigned
from .errors import Unproven
from .note import Note, NoteKey, SignatureType

MAX_BYTES = 65_536
"""Bytes of a policy, at the most."""
MAX_DEFINED = 64
"""Logs, witnesses and groups of a policy, at the most, of each."""
MAX_NAME = 256
"""Characters of the name of a witness or a group, at the most."""
MAX_URL = 2_048
"""Characters of a URL, at the most."""
NONE = "none"
"""The quorum that asks for no cosignature."""
_BLANK = re.compile(r"[ \t]+")
_URL = re.compile(r"https?://[^/?#@\s]+(?:/[^?#\s]*)?")
_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class PolicyLog(msgspec.Struct, frozen=True):
    """A log whose checkpoints are accepted; the name of its key is its origin."""

    key: NoteKey
    url: str | None = None


class Witness(msgspec.Struct, frozen=True):
    """A witness: its name within the policy, its key, and the submission prefix of its C2SP tlog-witness API."""

    name: str
    key: NoteKey
    url: str | None = None


class Group(msgspec.Struct, frozen=True):
    """Witnesses and groups, by name, of which at least `threshold` are to have witnessed a checkpoint."""

    name: str
    threshold: int
    members: tuple[str, ...]


class WitnessPolicy(msgspec.Struct, frozen=True):
    """What a checkpoint needs to be believed. `quorum` names a witness or a group, or is `NONE`.

    `groups` are in order: each names only witnesses and groups before it. `text` is what was read.
    """

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str
    text: str

    def check(self, signed: Note) -> dict[str, int]:
        """Check a checkpoint's signatures: who of the witnesses cosigned it, and when (seconds since 1970).

        A log of the policy has to have signed it, where the policy names any. A signature by a known key that
        does not verify condemns the checkpoint, whatever the others say. Raises `Unproven` `checkpoint-malformed`,
        `signature-missing`, `signature-false` or `quorum-missing`.
        """
        if self.logs:
            self._check_log(signed)
        times = {
            each.name: cosigned(signed, each.key)
            for each in self.witnesses
            if signed.signed_by(each.key)
        }
        if not self.met_by(times):
            names = ", ".join(times) or "no witness"
            raise Unproven(
                "quorum-missing",
                f"Cosigned by {names}, which is not the quorum {self.quorum!r} of the policy.",
            )
        return times

    def met_by(self, witnesses: Iterable[str]) -> bool:
        """Whether these witnesses, by their names within the policy, are a quorum."""
        met = {NONE, *witnesses}
        for group in self.groups:
            if len(met.intersection(group.members)) >= group.threshold:
                met.add(group.name)
        return self.quorum in met

    def met_at(self, times: Mapping[str, int]) -> int | None:
        """By when the first quorum of these witnesses had cosigned, given when each did; `None` where nobody has to.

        So no single witness that is not needed, or that dates its cosignatures to the past, decides it.
        """
        if self.met_by(()):
            return None
        by_time = sorted(times.items(), key=lambda each: each[1])
        return next(
            (
                time
                for count, (_, time) in enumerate(by_time, 1)
                if self.met_by(name for name, _ in by_time[:count])
            ),
            None,
        )

    def _check_log(self, signed: Note) -> None:
        origin = Checkpoint.parse(signed.text).origin
        keys = [
            each.key for each in self.logs if each.key.name == origin and signed.signed_by(each.key)
        ]
        if not keys:
            raise Unproven("signature-missing", f"No log of the policy signed for {origin}.")
        for key in keys:
            note.verify(signed, key)


def parse_policy(data: bytes | str) -> WitnessPolicy:
    """Read a policy strictly; `Unproven` `policy-malformed`, with the number of the line in its sentence."""
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        raise Unproven("policy-malformed", f"{len(raw)} bytes; at most {MAX_BYTES} are read.")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Unproven("policy-malformed", "Not UTF-8.") from error
    *lines, rest = text.split("\n")
    if rest:
        raise Unproven("policy-malformed", f"Line {len(lines) + 1}: no newline at its end.")
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        try:
            reader.read(line)
        except ValueError as error:
            raise Unproven("policy-malformed", f"Line {number}: {error}.") from error
    if reader.quorum is None:
        raise Unproven("policy-malformed", "No quorum line.")
    return WitnessPolicy(
        tuple(reader.logs),
        tuple(reader.witnesses),
        tuple(reader.groups),
        reader.quorum,
        text,
    )


class _Reader:
    """Takes the lines of a policy one by one; `ValueError` says what is wrong with one."""

    def __init__(self) -> None:
        self.logs: list[PolicyLog] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._defined: set[str] = set()
        self._members: set[str] = set()
        self._kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._set_quorum,
        }

    def read(self, line: str) -> None:
        """Take one line, without its end."""
        if any((ord(each) < 32 and each != "\t") or ord(each) == 127 for each in line):
            raise ValueError("a control character")
        stripped = line.strip(" \t")
        if not stripped or stripped.startswith("#"):
            return
        kind, *items = _BLANK.split(stripped)
        if kind not in self._kinds:
            raise ValueError(f"{_shown(kind)} is not log, witness, group or quorum")
        self._kinds[kind](items)

    def _log(self, items: list[str]) -> None:
        if len(items) not in (1, 2):
            raise ValueError("a log has a key and, if at all, a URL")
        key = _key(items[0], SignatureType.ED25519)
        if any(key.raw == each.key.raw for each in self.logs):
            raise ValueError(f"the key of {key.name} is that of an earlier log")
        _bound(self.logs, "logs")
        self.logs.append(PolicyLog(key, _url(items[1:])))

    def _witness(self, items: list[str]) -> None:
        if len(items) not in (2, 3):
            raise ValueError("a witness has a name, a key and, if at all, a URL")
        key = _key(items[1], SignatureType.COSIGNATURE)
        if any(key.raw == each.key.raw for each in self.witnesses):
            raise ValueError(f"the key of {_shown(items[0])} is that of an earlier witness")
        _bound(self.witnesses, "witnesses")
        self._define(items[0])
        self.witnesses.append(Witness(items[0], key, _url(items[2:])))

    def _group(self, items: list[str]) -> None:
        if len(items) < 3:
            raise ValueError("a group has a name, a threshold (all, any or a number) and members")
        name, threshold, *members = items
        _bound(self.groups, "groups")
        for member in members:
            self._known(member)
            if member in self._members:
                raise ValueError(f"{_shown(member)} is a member already")
            self._members.add(member)
        self._define(name)
        self.groups.append(Group(name, _threshold(threshold, len(members)), tuple(members)))

    def _set_quorum(self, items: list[str]) -> None:
        if len(items) != 1:
            raise ValueError("a quorum is one name")
        if self.quorum is not None:
            raise ValueError("a second quorum")
        if items[0] != NONE:
            self._known(items[0])
        self.quorum = items[0]

    def _define(self, name: str) -> None:
        if name == NONE:
            raise ValueError(f"the name {NONE} has a meaning of its own")
        if len(name) > MAX_NAME:
            raise ValueError(f"a name of {len(name)} characters; at most {MAX_NAME} are read")
        if name in self._defined:
            raise ValueError(f"{_shown(name)} is defined already")
        self._defined.add(name)

    def _known(self, name: str) -> None:
        if name not in self._defined:
            raise ValueError(f"{_shown(name)} is not the name of an earlier witness or group")


def _key(text: str, wanted: SignatureType) -> NoteKey:
    try:
        key = note.parse_key(text)
    except Unproven as error:
        raise ValueError(error.detail.removesuffix(".")) from error
    if key.type is not wanted:
        raise ValueError(f"a key of type {key.type:#04x}, where {wanted:#04x} is needed")
    return key


def _url(items: list[str]) -> str | None:
    if not items:
        return None
    if len(items[0]) > MAX_URL or not _URL.fullmatch(items[0]):
        raise ValueError(
            f"a URL is http:// or https://, without user, query or fragment, in at most {MAX_URL} characters"
        )
    return items[0]


def _threshold(text: str, members: int) -> int:
    if text in ("all", "any"):
        return members if text == "all" else 1
    if not _COUNT.fullmatch(text) or int(text) > members:
        raise ValueError(f"the threshold {_shown(text)} is not all, any or 1 to {members}")
    return int(text)


def _bound(defined: list[PolicyLog] | list[Witness] | list[Group], what: str) -> None:
    if len(defined) >= MAX_DEFINED:
        raise ValueError(f"more than {MAX_DEFINED} {what}")


def _shown(name: str) -> str:
    return repr(name[:64])
