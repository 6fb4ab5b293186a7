"""A pack that is not exactly as its writer makes it is refused: each byte, each limit, and no reader is hurt by it."""

import io
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_proto.pack import KINDS, BadPack, Line, Pack
from provenite_proto.pack import limits as allowed
from tests.proto.making.packs import LINES, small
from tests.proto.zipping import members_of, part, parts, zipped

WHOLE = small()


def read(data: bytes) -> tuple[Any, ...]:
    """All that a pack says."""
    pack = Pack(io.BytesIO(data))
    lines: list[Line] = list(pack.lines())
    return pack.head, pack.checkpoint, pack.log_key, pack.policy, pack.content, pack.report, lines


def refusal(data: bytes) -> BadPack:
    with pytest.raises(BadPack) as caught:
        read(data)
    error = caught.value
    assert error.slug in KINDS and error.detail.endswith(".")
    assert error.kind.title and error.kind.remedy
    assert str(error).startswith(f"{error.slug}: {error.member or 'the file'}: ")
    return error


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@settings(max_examples=600)
def test_another_byte_anywhere_is_refused(place: int, change: int) -> None:
    data = bytearray(WHOLE)
    data[place] ^= change
    refusal(bytes(data))


def test_another_bit_in_each_byte_is_refused() -> None:
    for place in range(len(WHOLE)):
        for bit in (1, 128):
            data = bytearray(WHOLE)
            data[place] ^= bit
            refusal(bytes(data))


@given(st.integers(0, len(WHOLE) - 1))
def test_a_pack_that_is_cut_off_is_refused(length: int) -> None:
    refusal(WHOLE[:length])


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=40))
def test_bytes_put_in_anywhere_are_refused(place: int, more: bytes) -> None:
    refusal(WHOLE[:place] + more + WHOLE[place:])


@given(st.binary(max_size=200))
def test_any_other_file_is_refused(data: bytes) -> None:
    refusal(data)


@pytest.mark.parametrize(
    ("name", "limit", "member"),
    [
        ("FILE_BYTES", len(WHOLE) - 1, ""),
        ("MEMBERS", 7, ""),
        ("INFLATED_BYTES", sum(map(len, members_of(WHOLE).values())), ""),
        ("STATEMENTS", 2, ""),
        ("LINES", 2, LINES),
        ("LINE_BYTES", 500, f"{LINES}:1"),
    ],
)
def test_more_than_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, limit: int, member: str
) -> None:
    assert len(read(WHOLE)[-1]) == 3
    monkeypatch.setattr(allowed, name, limit)
    error = refusal(WHOLE)
    assert (error.slug, error.member) == ("pack-too-large", member)
    assert int(error.figures["found"]) > limit == int(error.figures["limit"])


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("pack.json", 4 * 1024),
        ("checkpoint", 64 * 1024),
        ("log.txt", 1024),
        ("witnesses.txt", 64 * 1024),
        (LINES, 1024 * 1024),
        ("content.json", 16 * 1024 * 1024),
        ("report.txt", 256 * 1024),
    ],
)
def test_a_member_just_beyond_its_size_is_refused(name: str, limit: int) -> None:
    filled = (b"%07d\n" * (limit // 8)) % tuple(range(limit // 8))
    error = refusal(zipped(parts({**members_of(WHOLE), name: filled + b"."})))
    assert (error.slug, error.member) == ("pack-too-large", name)
    if name not in ("pack.json", LINES, "content.json"):
        assert read(zipped(parts({**members_of(WHOLE), name: filled})))
    else:
        # What does not have its form is found out when the size is right.
        assert refusal(zipped(parts({**members_of(WHOLE), name: filled}))).slug == "pack-malformed"


def test_a_manifest_just_beyond_its_size_is_refused() -> None:
    found = parts(members_of(WHOLE))
    for size, slug in (
        (4 * 1024 * 1024 + 1, "pack-too-large"),
        (4 * 1024 * 1024, "pack-malformed"),
    ):
        found[-1] = part("manifest.json", b" " * size)
        error = refusal(zipped(found))
        assert (error.slug, error.member) == (slug, "manifest.json")


def test_a_statement_just_beyond_its_size_is_refused() -> None:
    members = members_of(WHOLE)
    line = msgspec.json.decode(members[LINES].splitlines()[0])
    for more, refused in ((0, False), (1, True)):
        line["statement"] = "".join(map(str, range(60_000)))[: 256 * 1024 + more]
        changed = msgspec.json.encode(line) + b"\n"
        data = zipped(parts({**members, LINES: changed}))
        if refused:
            assert refusal(data).member == f"{LINES}:1"
        else:
            assert len(read(data)[-1]) == 1


def test_a_bomb_is_not_inflated() -> None:
    """A hundred megabytes that say they are a few: what is inflated is what was said, and a byte."""
    bomb = part("report.txt", bytes(100 * 1024 * 1024))
    bomb.size = 250_000
    bomb.data = bomb.data[:250_000]
    found = parts(members_of(WHOLE))
    found[-2] = bomb
    data = zipped(found)
    tracemalloc.start()
    try:
        refusal(data)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
