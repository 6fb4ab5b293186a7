"""What a pack is made of: the members in their order, and the types of those that are JSON.

All JSON is compact, and its members stand in the order of these types: what does not encode to itself is refused.
"""

import re
from itertools import pairwise
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from ..log.tree import HASH_BYTES, MAX_SIZE
from ..matter.quantity import Mass
from ..record.form import BatchId, Form, Symbol, Text
from ..statement import MAX_BYTES
from . import limits
from .errors import BadPack, within

FORMAT: Final = "provenite-pack/1"

HEAD = "pack.json"
CHECKPOINT = "checkpoint"
LOG_KEY = "log.txt"
POLICY = "witnesses.txt"
CONTENT = "content.json"
DID = "certificates/did.json"
REPORT = "report.txt"
MANIFEST = "manifest.json"

_STATEMENTS = re.compile(r"statements/[0-9]{6}\.jsonl")
_POLICY = re.compile(r"policies/([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])\.json")
_CERTIFICATE = re.compile(r"certificates/([A-Za-z0-9_-]{21}[AQgw])\.jwt")
_STATUS_LIST = re.compile(r"certificates/status-(0|[1-9][0-9]{0,5})\.jwt")
_SIZES = {
    HEAD: limits.HEAD_BYTES,
    CHECKPOINT: limits.CHECKPOINT_BYTES,
    LOG_KEY: limits.KEY_BYTES,
    POLICY: limits.POLICY_BYTES,
    CONTENT: limits.CONTENT_BYTES,
    DID: limits.DID_BYTES,
    REPORT: limits.REPORT_BYTES,
    MANIFEST: limits.MANIFEST_BYTES,
}

WITHHELD = "withheld"

_SECONDS = Annotated[int, Meta(ge=0, le=253_402_300_799)]
_INDEX = Annotated[int, Meta(ge=0, lt=MAX_SIZE)]
_HASH = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
_SHA256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
_BEFORE = Annotated[
    str, Meta(pattern=rf"^({WITHHELD}|(0|[1-9][0-9]{{0,11}})(\.[0-9]{{1,6}})?)$(?!\n)")
]
_PART = Annotated[str, Meta(pattern=r"^(?!0(\.0+)?$)(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$(?!\n)")]
"""A mass that is not nothing."""
_LABEL = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+./-]{1,256}$(?!\n)")]
_NAME = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_./-]{1,64}$(?!\n)")]

T = TypeVar("T")


class Head(Form, frozen=True, kw_only=True):
    """`pack.json`: the batch, and the log of which the pack is a part: the origin of its ledger and its `size`.

    `created` is when the ledger made the pack, in seconds since 1970.
    """

    format: Literal["provenite-pack/1"]
    ledger: Text
    batch: BatchId
    size: Annotated[int, Meta(ge=1, le=MAX_SIZE)]
    created: _SECONDS


class Line(Form, frozen=True, kw_only=True):
    """A statement of the pack: its place in the log, when it was recorded, itself as its reader may see it.

    `proof` are the hashes from its leaf to the root of the checkpoint (RFC 6962 section 2.1.1). `recorded_at` is
    in seconds since 1970.

    `before` says of each draw of the statement, in order, what was left of the batch, in kilograms, or `withheld`.
    It stands where the pack has all earlier draws from that batch with their masses, so that it can be computed:
    that there were no others is the ledger's claim. `averaged` are the indices of the statements on which a rolling
    average looks back, ascending and less than its own; it stands where the pack has all of them.
    """

    index: _INDEX
    recorded_at: _SECONDS
    statement: Annotated[str, Meta(max_length=MAX_BYTES)]
    proof: Annotated[tuple[_HASH, ...], Meta(max_length=MAX_SIZE.bit_length())]
    before: Annotated[tuple[_BEFORE, ...], Meta(min_length=1, max_length=2048)] | None = None
    averaged: Annotated[tuple[_INDEX, ...], Meta(max_length=512)] | None = None


class ElementClaim(Form, frozen=True, kw_only=True):
    """An element's mass in the batch, and its labels' masses by lens, in kilograms. Labels of nothing are left out."""

    mass: Mass
    lenses: dict[_LABEL, dict[_LABEL, _PART]]


class Content(Form, frozen=True, kw_only=True):
    """`content.json`: what the ledger says is in the batch, by element, as the log of that size has it."""

    elements: dict[Symbol, ElementClaim]


class Entry(Form, frozen=True, kw_only=True):
    """A member in the manifest: its name, its bytes and their SHA-256 in hexadecimal.

    `packed` is the SHA-256 of its bytes as they stand in the file, deflated: other bytes could inflate to the same.
    """

    name: _NAME
    size: Annotated[int, Meta(ge=0, le=limits.CONTENT_BYTES)]
    sha256: _SHA256
    packed: _SHA256


class Manifest(Form, frozen=True, kw_only=True):
    """`manifest.json`: every member before it, in their order."""

    members: Annotated[tuple[Entry, ...], Meta(max_length=limits.MEMBERS)]


def statements_name(number: int) -> str:
    """The name of a member with statements, counted from 0."""
    return f"statements/{number:06}.jsonl"


def is_statements(name: str) -> bool:
    """Whether a member holds statements."""
    return _STATEMENTS.fullmatch(name) is not None


def policy_name(digest: str) -> str:
    """The name of the member with the policy of this digest."""
    return f"policies/{digest}.json"


def policy_of(name: str) -> str | None:
    """The digest of the policy that a member of this name holds, if it holds one."""
    found = _POLICY.fullmatch(name)
    return found[1] if found else None


def certificate_name(certificate: str) -> str:
    """The name of the member with the certificate of this id."""
    return f"certificates/{certificate}.jwt"


def certificate_of(name: str) -> str | None:
    """The id of the certificate that a member of this name holds, if it holds one."""
    found = _CERTIFICATE.fullmatch(name)
    return found[1] if found else None


def status_list_name(number: int) -> str:
    """The name of the member with the status list of this number."""
    return f"certificates/status-{number}.jwt"


def status_list_of(name: str) -> int | None:
    """The number of the status list that a member of this name holds, if it holds one."""
    found = _STATUS_LIST.fullmatch(name)
    return int(found[1]) if found else None


def is_certified(name: str) -> bool:
    """Whether a member holds a certificate or what belongs to one."""
    return name == DID or any(
        each(name) is not None for each in (policy_of, certificate_of, status_list_of)
    )


def largest(name: str) -> int:
    """The bytes that a member of this name may have; `BadPack` `pack-member-unknown`."""
    if is_statements(name):
        return limits.STATEMENT_MEMBER_BYTES
    if policy_of(name) is not None:
        return limits.DEFINITION_BYTES
    if certificate_of(name) is not None:
        return limits.CERTIFICATE_BYTES
    if status_list_of(name) is not None:
        return limits.STATUS_LIST_BYTES
    if name not in _SIZES:
        raise BadPack(
            "pack-member-unknown", name, "A pack has no member of this name: it is not unpacked."
        )
    return _SIZES[name]


def in_order(names: list[str]) -> None:
    """Check that a pack's members are there, each once and in its place; `BadPack`."""
    for name in names:
        largest(name)
    count = sum(map(is_statements, names))
    certificates = {each for name in names if (each := certificate_of(name)) is not None}
    within("", "certificates", len(certificates), limits.CERTIFICATES)
    policies = {each for name in names if (each := policy_of(name)) is not None}
    lists = {number for name in names if (number := status_list_of(name)) is not None}
    wanted = [
        HEAD,
        CHECKPOINT,
        LOG_KEY,
        *([POLICY] if POLICY in names else []),
        *map(statements_name, range(count)),
        *([CONTENT] if CONTENT in names else []),
        *map(policy_name, sorted(policies)),
        *map(certificate_name, sorted(certificates)),
        *([DID] if certificates else []),
        *map(status_list_name, sorted(lists)),
        REPORT,
        MANIFEST,
    ]
    for place, name in enumerate(wanted):
        if names[place : place + 1] != [name]:
            found = names[place] if place < len(names) else "nothing"
            raise BadPack(
                "pack-member-misplaced",
                name,
                f"It is missing, or not in its place: member {place} is {found}.",
                {"place": place},
            )
    if len(names) != len(wanted):
        raise BadPack(
            "pack-member-misplaced", names[len(wanted)], "It is there twice, or behind the last."
        )


_encode = msgspec.json.Encoder().encode
_heads = msgspec.json.Decoder(Head)
_lines = msgspec.json.Decoder(Line)
_contents = msgspec.json.Decoder(Content)
_manifests = msgspec.json.Decoder(Manifest)


def encode(value: Head | Line | Content | Manifest) -> bytes:
    """A value as its member, or its line, has it."""
    return _encode(value)


def read_head(data: bytes) -> Head:
    """Read `pack.json`; `BadPack` `pack-malformed`."""
    return _read(_heads, data, HEAD)


def read_content(data: bytes) -> Content:
    """Read `content.json`; `BadPack` `pack-malformed`."""
    return _read(_contents, data, CONTENT)


def read_manifest(data: bytes) -> Manifest:
    """Read `manifest.json`; `BadPack` `pack-malformed`."""
    return _read(_manifests, data, MANIFEST)


def read_lines(member: str, data: bytes) -> tuple[Line, ...]:
    """Read a member with statements: lines in the order of the log; `BadPack` `pack-malformed`, `pack-too-large`."""
    *texts, rest = data.split(b"\n", limits.LINES + 1)
    if len(texts) > limits.LINES:
        within(member, "statements", data.count(b"\n"), limits.LINES)
    if rest or not texts:
        raise BadPack("pack-malformed", member, "It does not end with the end of a line.")
    found: list[Line] = []
    for number, text in enumerate(texts, 1):
        line = read_line(member, number, text)
        if found and line.index <= found[-1].index:
            raise BadPack(
                "pack-malformed",
                f"{member}:{number}",
                f"Statement {line.index} stands behind statement {found[-1].index}.",
                {"index": line.index, "before": found[-1].index},
            )
        found.append(line)
    return tuple(found)


def read_line(member: str, number: int, text: bytes) -> Line:
    """Read one line of a member, counted from 1, without its end; `BadPack` `pack-malformed`, `pack-too-large`."""
    place = f"{member}:{number}"
    within(place, "bytes", len(text), limits.LINE_BYTES)
    line = _read(_lines, text, place)
    if any(later <= each for each, later in pairwise((*(line.averaged or ()), line.index))):
        raise BadPack("pack-malformed", place, "What it averages over is not in order before it.")
    return line


def _read(decoder: "msgspec.json.Decoder[T]", data: bytes, member: str) -> T:
    try:
        value = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPack("pack-malformed", member, f"{error}.") from error
    if _encode(value) != data:
        raise BadPack(
            "pack-malformed",
            member,
            "It is not compact JSON with its members in their order.",
        )
    return value
