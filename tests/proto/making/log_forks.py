"""The cases of `proto/vectors/log/fork/`: evidence that a log has forked, and what is none."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import structs

from provenite_proto.log import Checkpoint, Fork
from tests.proto.rfc6962 import Reference, leaf

from .log_parts import (
    ENTRIES,
    FORK,
    LOG,
    ORIGIN,
    OTHER_LOG,
    TREE,
    WITNESSES,
    Case,
    checkpoint,
    encoded,
    unproven,
)

FOUND_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
OTHER_TREE = Reference([leaf(entry) for entry in [*ENTRIES[:100], *reversed(ENTRIES[100:])]])


def signed(size: int, tree: Reference = TREE) -> str:
    return Checkpoint(ORIGIN, size, tree.root(size)).signed(LOG).decode()


ONE_SIZE = Fork(str(LOG.key), (signed(200), signed(200, OTHER_TREE)), FOUND_AT)
GROWN = Fork(
    str(LOG.key),
    (signed(200), signed(300, OTHER_TREE)),
    FOUND_AT,
    OTHER_TREE.root(200),
    OTHER_TREE.proof(200, 300),
)


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `log/` and the case."""
    for name, fork in (
        ("of-one-size", ONE_SIZE),
        ("of-two-sizes", GROWN),
        ("from-nothing", _empty()),
    ):
        smaller, larger = fork.check()
        expected = {
            "sizes": [smaller.size, larger.size],
            "roots": [smaller.root.hex(), larger.root.hex()],
        }
        yield f"fork/{name}", {"evidence": fork.encode().decode(), "expected": expected}
    for slug, of in (("consistency-false", _shows_nothing()), ("fork-malformed", _no_document())):
        for name, text in of:
            yield f"fork/{name}", {"evidence": text, "expected": unproven(slug)}
    for name, slug, fork in _not_signed():
        yield f"fork/{name}", {"evidence": fork.encode().decode(), "expected": unproven(slug)}


def _empty() -> Fork:
    """A root of the tree without leaves that no such tree has."""
    nothing = Checkpoint(ORIGIN, 0, TREE.root(1)).signed(LOG).decode()
    return Fork(str(LOG.key), (nothing, signed(300)), FOUND_AT, TREE.root(0))


def _shows_nothing() -> Iterator[tuple[str, str]]:
    honest = structs.replace(
        GROWN,
        checkpoints=(signed(200), signed(300)),
        beginning=TREE.root(200),
        proof=TREE.proof(200, 300),
    )
    for name, fork in (
        ("one-checkpoint-twice", structs.replace(ONE_SIZE, checkpoints=(signed(200), signed(200)))),
        ("two-sizes-without-proof", structs.replace(ONE_SIZE, checkpoints=GROWN.checkpoints)),
        ("one-history", honest),
        ("proof-of-another-tree", structs.replace(GROWN, checkpoints=honest.checkpoints)),
        ("beginning-altered", structs.replace(GROWN, beginning=TREE.root(199))),
        ("last-hash-missing", structs.replace(GROWN, proof=GROWN.proof[:-1])),
        ("larger-tree-first", structs.replace(GROWN, checkpoints=GROWN.checkpoints[::-1])),
    ):
        yield name, fork.encode().decode()


def _not_signed() -> Iterator[tuple[str, str, Fork]]:
    first, second = ONE_SIZE.checkpoints
    text = checkpoint(200).text
    for name, slug, of in (
        ("signed-by-another-key", "signature-missing", checkpoint(200).signed(FORK).decode()),
        ("signed-for-another-size", "signature-false", signed(201).replace("\n201\n", "\n200\n")),
        ("no-checkpoint", "checkpoint-malformed", signed(200).replace("\n200\n", "\nmany\n")),
        ("not-signed", "note-malformed", text),
        (
            "of-another-log",
            "origin-mismatch",
            Checkpoint(OTHER_LOG.key.name, 200, TREE.root(200)).signed(OTHER_LOG).decode(),
        ),
    ):
        yield name, slug, structs.replace(ONE_SIZE, checkpoints=(first, of))
        assert of != second
    yield "no-key", "key-malformed", structs.replace(ONE_SIZE, key=LOG.key.name)


def _no_document() -> Iterator[tuple[str, str]]:
    whole = GROWN.encode().decode()
    document = msgspec.json.decode(whole)
    root = encoded(OTHER_TREE.root(200))

    def altered(**changed: object) -> str:
        fork = {name: value for name, value in (document["fork"] | changed).items() if value != ""}
        return msgspec.json.encode(document | {"fork": fork}).decode() + "\n"

    assert altered() == whole
    yield "empty", ""
    yield "no-json", signed(200)
    yield "line-feed-missing", whole.rstrip("\n")
    yield "indented", msgspec.json.format(whole.encode()).decode() + "\n"
    yield "another-format", whole.replace("fork/1", "fork/2")
    yield "format-missing", whole.replace('"format":"provenite-fork/1",', "")
    turned = msgspec.json.encode(dict(reversed(document.items()))).decode()
    yield "members-in-another-order", f"{turned}\n"
    yield "member-twice", whole.replace('{"key"', f'{{"key":"{OTHER_LOG.key}","key"')
    yield "member-unknown", altered(size=200)
    yield "key-missing", altered(key="")
    yield "key-of-a-witness", altered(key=str(WITNESSES[0].key))
    yield "one-checkpoint", altered(checkpoints=[signed(200)])
    yield "three-checkpoints", altered(checkpoints=[signed(200)] * 3)
    yield "time-missing", altered(foundAt="")
    yield "time-without-offset", altered(foundAt="2026-11-24T12:00:00")
    yield "time-with-an-offset-of-zero", altered(foundAt="2026-11-24T12:00:00+00:00")
    yield "beginning-null", altered(beginning=None, proof="")
    yield "beginning-too-short", altered(beginning=encoded(OTHER_TREE.root(200)[:31]))
    yield "beginning-without-padding", altered(beginning=root.rstrip("="))
    yield "beginning-missing", altered(beginning="")
    yield "proof-beyond-126-hashes", altered(proof=[root] * 127)
    yield "hash-too-long", altered(proof=[encoded(bytes(33))])
    yield "proof-of-one-size", altered(checkpoints=list(ONE_SIZE.checkpoints))
    yield "nested-too-deeply", "[" * 10_000
