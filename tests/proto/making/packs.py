"""Packs that are read, and packs that are refused, each named by its defect."""

import struct
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import msgspec

from provenite_proto.pack import limits
from provenite_proto.statement import parse
from tests.proto.packing import packed
from tests.proto.zipping import MANIFEST, Part, at, deflated, members_of, part, parts, zipped

from .firms import Firms
from .models import copper

Case = dict[str, Any]
Members = dict[str, bytes]
LINES = "statements/000000.jsonl"
FLAGS, METHOD, DATE, NEEDED = 8, 10, 14, 6
"""Where a directory's entry has them."""


def small() -> bytes:
    """A pack of three statements: two parties and an extraction."""
    firms = Firms("miner")
    mined = firms.add("miner", firms.extracted(copper("1")))
    return packed(firms, f"{mined}.0", policy="quorum none\n")


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `pack/` and the case."""
    whole = small()
    members = members_of(whole)
    statements = [msgspec.json.decode(line)["statement"] for line in members[LINES].splitlines()]
    yield (
        "valid",
        case(whole, {"statements": [parse(each).digest for each in statements]}),
    )
    for made in (_ends, _headers, _names, _bombs, _contents, _lines):
        for name, data, slug, member in made(whole, members):
            yield name, case(data, {"badPack": slug, "member": member}, name)


def case(data: bytes, expected: dict[str, Any], name: str = "a pack") -> Case:
    return {
        "description": name.replace("-", " ").capitalize() + ".",
        "pack": b64encode(data).decode(),
        "expected": expected,
    }


Defect = tuple[str, bytes, str, str]
"""Name, file, slug and member."""


def _ends(whole: bytes, members: Members) -> Iterator[Defect]:
    yield "empty-file", b"", "pack-cut-off", ""
    yield "last-byte-missing", whole[:-1], "pack-cut-off", ""
    yield "byte-behind-the-end", whole + b"\0", "pack-cut-off", ""
    yield "byte-before-the-beginning", b"\0" + whole, "pack-altered", ""
    found = parts(members)
    found[0].gap = b"#!"
    yield "script-before-the-beginning", zipped(found), "pack-altered", "pack.json"
    found = parts(members)
    found[2].gap = b"\0"
    yield "gap-between-members", zipped(found), "pack-altered", "log.txt"
    yield (
        "gap-before-the-directory",
        zipped([*parts(members)[:-1], _gap_behind(parts(members)[-1])]),
        "pack-altered",
        "",
    )
    yield (
        "archive-comment",
        zipped(parts(members), end=lambda record: record[:-2] + b"\x02\0hi"),
        "pack-cut-off",
        "",
    )
    yield "several-disks", zipped(parts(members), end=at(4, b"\1")), "pack-altered", ""
    yield (
        "fewer-entries-counted",
        zipped(parts(members), end=at(8, b"\7\0\7\0")),
        "pack-altered",
        "",
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    yield "zip64-locator", zipped(parts(members), before=locator), "pack-altered", ""


def _gap_behind(last: Part) -> Part:
    """The last member with bytes behind it that its headers do not count."""
    last.packed = len(last.body)
    last.body += b"\0\0"
    return last


def _headers(whole: bytes, members: Members) -> Iterator[Defect]:
    def changed(place: int, value: bytes, *, both: bool = True) -> bytes:
        found = parts(members)
        found[0].central = at(place, value)
        if both:
            found[0].local = at(place - 2, value)
        return zipped(found)

    def lengthened(place: int, value: bytes) -> bytes:
        found = parts(members)
        size = struct.pack("<H", len(value))
        found[0].central = lambda header: at(place, size)(header) + value
        return zipped(found)

    head = "pack.json"
    yield "encrypted", changed(FLAGS, b"\1\0"), "pack-altered", head
    yield "sizes-behind-the-data", changed(FLAGS, b"\x08\0"), "pack-altered", head
    yield "names-in-utf-8", changed(FLAGS, b"\0\x08"), "pack-altered", head
    yield "other-compression", changed(METHOD, b"\x0c\0"), "pack-altered", head
    yield "newer-version-needed", changed(NEEDED, b"\x2d\0"), "pack-altered", head
    yield "other-date", changed(DATE, b"\x22\0"), "pack-altered", head
    yield "made-by-another-system", changed(5, b"\0", both=False), "pack-altered", head
    yield "symbolic-link", changed(40, b"\xff\xa1", both=False), "pack-altered", head
    yield "extra-field", lengthened(30, b"\x99\x99\0\0"), "pack-altered", head
    yield "zip64-extra-field", lengthened(30, struct.pack("<2HQ", 1, 8, 1)), "pack-altered", head
    yield "member-comment", lengthened(32, b"hi"), "pack-altered", head
    found = parts(members)
    found[0].local = at(FLAGS - 2, b"\1\0")
    yield "header-other-than-in-the-directory", zipped(found), "pack-altered", head
    found = parts(members)
    found[0].local = lambda header: header.replace(b"pack.json", b"pack.jsop")
    yield "name-other-than-in-the-directory", zipped(found), "pack-altered", head
    found = parts(members)
    found[1].offset = 0
    yield "two-members-in-one-place", zipped(found), "pack-altered", "checkpoint"
    found = parts(members)
    found[0].packed = found[0].size = 0xFFFFFFFF
    yield "zip64-sizes", zipped(found), "pack-too-large", head
    found = parts(members)
    found[0].offset = 0xFFFFFFFF
    yield "zip64-offset", zipped(found), "pack-altered", head
    found = parts(members)
    found[0].method, found[0].body = 0, found[0].data
    yield "member-not-deflated", zipped(found), "pack-altered", head
    found = parts(members)
    found[-1].method, found[-1].body = 8, deflated(found[-1].data)
    yield "manifest-deflated", zipped(found), "pack-altered", MANIFEST


def _names(whole: bytes, members: Members) -> Iterator[Defect]:
    for name, other in (
        ("unknown-member", "readme.txt"),
        ("path-outside", "../pack.json"),
        ("absolute-path", "/etc/passwd"),
        ("path-with-backslash", "statements\\000000.jsonl"),
        ("folder", "statements/"),
        ("upper-case-name", "PACK.JSON"),
        ("statements-with-seven-digits", "statements/0000001.jsonl"),
        ("name-not-ascii", "pack.jsön"),
        ("empty-name", ""),
        ("name-with-line-feed", "pack.json\n"),
    ):
        found = parts({**members, other: b"x"})
        shown = other.encode().decode("ascii", "backslashreplace")
        yield name, zipped(found), "pack-member-unknown", shown
    names = list(members)
    for missing, place in (("pack.json", 0), ("checkpoint", 1), ("log.txt", 2), ("report.txt", -1)):
        rest = {name: data for name, data in members.items() if name != names[place]}
        yield (
            f"without-{missing.partition('.')[0]}",
            zipped(parts(rest)),
            "pack-member-misplaced",
            missing,
        )
    found = parts(members)
    yield "without-manifest", zipped(found[:-1]), "pack-member-misplaced", MANIFEST
    yield "manifest-twice", zipped([*found, found[-1]]), "pack-member-misplaced", MANIFEST
    yield (
        "member-behind-the-manifest",
        zipped([*found[:-2], found[-1], found[-2]]),
        "pack-member-misplaced",
        "report.txt",
    )
    yield "member-twice", zipped([found[0], *found]), "pack-member-misplaced", "checkpoint"
    yield (
        "members-in-another-order",
        zipped([found[1], found[0], *found[2:]]),
        "pack-member-misplaced",
        "pack.json",
    )
    skipped = {
        "statements/000001.jsonl" if name == LINES else name: data for name, data in members.items()
    }
    yield "statements-not-from-0-on", zipped(parts(skipped)), "pack-member-misplaced", LINES


def _bombs(whole: bytes, members: Members) -> Iterator[Defect]:
    zeros = bytes(limits.REPORT_BYTES)
    yield (
        "inflates-to-more-than-a-hundred-times",
        zipped(parts({**members, "report.txt": zeros})),
        "pack-bomb",
        "report.txt",
    )
    found = parts(members)
    found[0].size = len(found[0].data) - 1
    yield "inflates-to-more-than-it-says", zipped(_listed(found)), "pack-bomb", "pack.json"
    found = parts(members)
    found[0].size = len(found[0].data) + 1
    yield "inflates-to-less-than-it-says", zipped(_listed(found)), "pack-damaged", "pack.json"
    found = parts(members)
    found[0].body += b"\0"
    yield "bytes-behind-the-deflated-ones", zipped(_listed(found)), "pack-damaged", "pack.json"
    found = parts(members)
    found[0].body = found[0].body[:-1]
    yield "deflated-bytes-cut-off", zipped(_listed(found)), "pack-damaged", "pack.json"
    found = parts(members)
    found[0].body = b"\7" + found[0].body[1:]
    yield "not-deflated", zipped(_listed(found)), "pack-damaged", "pack.json"
    found = parts(members)
    found[0].packed = len(found[0].body) + 100_000
    yield "more-deflated-bytes-than-inflated-ones", zipped(found), "pack-too-large", "pack.json"


def _listed(found: list[Part]) -> list[Part]:
    """With a manifest that has what they say of themselves."""
    listed = msgspec.json.decode(found[-1].data)
    for entry, each in zip(listed["members"], found, strict=False):
        entry["size"] = len(each.data) if each.size is None else each.size
        entry["packed"] = sha256(each.body).hexdigest()
    return [*found[:-1], part(MANIFEST, msgspec.json.encode(listed))]


def _contents(whole: bytes, members: Members) -> Iterator[Defect]:
    found = parts(members)
    found[1].crc = 0
    yield "another-crc", zipped(found), "pack-damaged", "checkpoint"
    found = parts(members)
    found[5].body = deflated(found[5].data, 1)
    assert found[5].body != deflated(found[5].data)
    yield "deflated-in-another-way", zipped(found), "pack-damaged", "content.json"
    found = parts(members)
    found[6] = part("report.txt", found[6].data.replace(b"100.00 %", b"100.01 %"))
    yield "another-report-than-in-the-manifest", zipped(found), "pack-damaged", "report.txt"

    def manifest(change: Callable[[list[dict[str, Any]]], Any]) -> bytes:
        found = parts(members)
        listed = msgspec.json.decode(found[-1].data)["members"]
        change(listed)
        found[-1] = part(MANIFEST, msgspec.json.encode({"members": listed}))
        return zipped(found)

    other = "0" * 64
    yield (
        "another-digest-in-the-manifest",
        manifest(lambda m: m[0].update(sha256=other)),
        "pack-damaged",
        "pack.json",
    )
    yield (
        "another-size-in-the-manifest",
        manifest(lambda m: m[0].update(size=1)),
        "pack-malformed",
        MANIFEST,
    )
    yield "manifest-without-a-member", manifest(lambda m: m.pop()), "pack-malformed", MANIFEST
    yield "manifest-in-another-order", manifest(lambda m: m.reverse()), "pack-malformed", MANIFEST
    yield (
        "manifest-lists-itself",
        manifest(lambda m: m.append({**m[0], "name": MANIFEST})),
        "pack-malformed",
        MANIFEST,
    )
    for name, old, new in (
        ("head-of-another-format", b"provenite-pack/1", b"provenite-pack/2"),
        ("head-with-an-unknown-member", b'"format"', b'"further":1,"format"'),
        ("head-with-white-space", b'"format":', b'"format": '),
        ("head-with-a-member-twice", b'"created"', b'"created":1,"created"'),
        ("head-in-another-order", b'{"format":"provenite-pack/1",', b"{"),
        ("size-with-an-exponent", b'"size":3', b'"size":3e0'),
        ("size-beyond-63-bits", b'"size":3', b'"size":9223372036854775808'),
        ("size-with-a-million-digits", b'"size":3', b'"size":' + b"9" * 1000),
        ("size-of-nothing", b'"size":3', b'"size":0'),
        ("batch-that-is-none", b'.0"', b'.1024"'),
        ("ledger-with-a-terminal-escape", b'"https://', b'"\\u001b[2Jhttps://'),
    ):
        changed = members["pack.json"].replace(old, new, 1)
        assert changed != members["pack.json"], name
        yield name, zipped(parts({**members, "pack.json": changed})), "pack-malformed", "pack.json"
    content = members["content.json"]
    for name, old, new in (
        ("content-with-a-null", b'"mass":"1"', b'"mass":null'),
        ("content-with-a-number-for-a-mass", b'"mass":"1"', b'"mass":1'),
        ("content-with-a-label-twice", b'"CL":"1"', b'"CL":"1","CL":"1"'),
        ("label-of-nothing", b'"CL":"1"', b'"CL":"0.000"'),
        ("label-with-a-line-feed", b'"CL":"1"', b'"C\\nL":"1"'),
        ("mass-of-thirteen-digits", b'"mass":"1"', b'"mass":"1000000000000"'),
    ):
        changed = content.replace(old, new, 1)
        assert changed != content, name
        yield (
            name,
            zipped(parts({**members, "content.json": changed})),
            "pack-malformed",
            "content.json",
        )
    deep = b'{"elements":' * 2 + b"[" * 3000
    yield (
        "nested-too-deeply",
        zipped(parts({**members, "content.json": deep})),
        "pack-malformed",
        "content.json",
    )
    report = {**members, "report.txt": b"\xff\xfe"}
    yield "report-not-utf-8", zipped(parts(report)), "pack-malformed", "report.txt"


def _lines(whole: bytes, members: Members) -> Iterator[Defect]:
    first, second, third = members[LINES].splitlines(keepends=True)

    def holding(*lines: bytes, **more: bytes) -> bytes:
        found: Members = {}
        for name, data in members.items():
            found[name] = b"".join(lines) if name == LINES else data
            if name == LINES:
                found |= {f"statements/{each[1:]}.jsonl": more[each] for each in more}
        return zipped(parts(found))

    yield "no-statements-in-a-member", holding(), "pack-malformed", LINES + ":1"
    yield "last-line-without-its-end", holding(first, second[:-1]), "pack-malformed", LINES
    yield "empty-line", holding(first, b"\n", second), "pack-malformed", LINES + ":2"
    yield "carriage-return", holding(first[:-1] + b"\r\n"), "pack-malformed", LINES + ":1"
    yield "statement-twice", holding(first, first), "pack-malformed", LINES + ":2"
    yield "statements-out-of-order", holding(second, first, third), "pack-malformed", LINES + ":2"
    yield (
        "statements-out-of-order-over-members",
        holding(second, _000001=first),
        "pack-malformed",
        "statements/000001.jsonl",
    )
    beyond = third.replace(b'{"index":2,', b'{"index":3,')
    yield "statement-beyond-the-size", holding(first, beyond), "pack-malformed", LINES
    decoded = msgspec.json.decode(second)
    for name, change in (
        ("index-below-0", {"index": -1}),
        ("index-as-a-text", {"index": "1"}),
        ("time-below-0", {"recordedAt": -1}),
        ("time-after-the-year-9999", {"recordedAt": 253402300800}),
        ("hash-of-31-bytes", {"proof": [b64encode(bytes(31)).decode()]}),
        ("hash-in-base64url", {"proof": [b64encode(b"\xff" * 32).decode().replace("/", "_")]}),
        ("hash-with-spare-bits", {"proof": ["A" * 42 + "B="]}),
        ("proof-of-64-hashes", {"proof": [b64encode(bytes(32)).decode()] * 64}),
        ("left-before-is-below-0", {"before": ["-1"]}),
        ("left-before-is-a-word", {"before": ["much"]}),
        ("left-before-of-nothing", {"before": []}),
        ("averages-out-of-order", {"index": 2, "averaged": [1, 0]}),
        ("averages-twice-over-one", {"averaged": [0, 0]}),
        ("averages-over-itself", {"averaged": [1]}),
        ("averages-over-513", {"averaged": list(range(513))}),
        ("unknown-member-of-a-line", {"note": "x"}),
    ):
        changed = msgspec.json.encode({**decoded, **change}) + b"\n"
        yield name, holding(first, changed), "pack-malformed", LINES + ":2"
    spaced = second.replace(b'"index":', b'"index": ')
    yield "line-with-white-space", holding(first, spaced), "pack-malformed", LINES + ":2"
    escaped = second.replace(b'"statement":"e', b'"statement":"\\u0065')
    assert escaped != second
    yield "line-with-an-escape", holding(first, escaped), "pack-malformed", LINES + ":2"
