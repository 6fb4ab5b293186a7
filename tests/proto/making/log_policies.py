"""The cases of `proto/vectors/log/policy/`: what a policy believes, and the line that makes it no policy."""

from collections.abc import Iterator

from provenite_proto.log import Note, NoteKey, NoteSignature, SignatureType
from provenite_proto.log.note import base64

from .keys import START
from .log_parts import (
    FORK,
    LOG,
    OTHER_LOG,
    WITNESSES,
    Case,
    checkpoint,
    cosigned_note,
    lines_of,
    unproven,
)

LOG_LINE = f"log {LOG.key}"
WITNESS_LINES = [f"witness w{number} {signer.key}" for number, signer in enumerate(WITNESSES, 1)]
ALL = (LOG_LINE, *WITNESS_LINES)
URL = "https://w1.example/submit/"


def believed() -> Iterator[tuple[str, Case]]:
    text = checkpoint(7).text

    def case(policy: str, note: Note, expected: Case | list[int]) -> Case:
        times = (
            expected
            if isinstance(expected, dict)
            else {"cosigned": {f"w{each}": START + each for each in expected}}
        )
        return {"policy": policy, "note": note.encode().decode(), "expected": times}

    missing = unproven("quorum-missing")
    one = lines_of(*ALL, "quorum w1")
    yield "one-witness", case(one, cosigned_note(text, 1), [1])
    yield "one-witness-and-others", case(one, cosigned_note(text, 3, 1), [1, 3])
    yield "one-witness-missing", case(one, cosigned_note(text), missing)
    yield "another-witness", case(one, cosigned_note(text, 2, 3, 4, 5), missing)
    none = lines_of(*ALL, "quorum none")
    yield "no-quorum", case(none, cosigned_note(text), [])
    yield "no-quorum-cosigned", case(none, cosigned_note(text, 4), [4])
    alone = lines_of(LOG_LINE, "quorum none")
    yield "no-witnesses", case(alone, cosigned_note(text, 4), [])
    two = lines_of(*ALL, "group two 2 w1 w2 w3", "quorum two")
    yield "two-of-three", case(two, cosigned_note(text, 3, 1), [1, 3])
    yield "one-of-the-two", case(two, cosigned_note(text, 3, 4, 5), missing)
    yield (
        "one-of-the-two-twice",
        case(
            two,
            Note(text, (*cosigned_note(text, 3).signatures, WITNESSES[2].cosign(text, START))),
            missing,
        ),
    )
    some = lines_of(*ALL, "group some any w1 w2 w3", "quorum some")
    yield "any-of-three", case(some, cosigned_note(text, 2), [2])
    every = lines_of(*ALL, "group every all w1 w2 w3", "quorum every")
    yield "all-of-three", case(every, cosigned_note(text, 1, 2, 3), [1, 2, 3])
    yield "all-but-one", case(every, cosigned_note(text, 1, 3), missing)
    nested = lines_of(
        *ALL, "group a 2 w1 w2 w3", "group b any w4 w5", "group both all a b", "quorum both"
    )
    yield "groups-of-groups", case(nested, cosigned_note(text, 1, 2, 5), [1, 2, 5])
    yield "one-of-the-groups", case(nested, cosigned_note(text, 1, 2, 3), missing)
    form = f"# Who is believed\n\n \t{LOG_LINE}\t \n{WITNESS_LINES[0]} {URL}\n\t# w2 is being moved\nquorum\tw1\n"
    yield "comments-blanks-and-urls", case(form, cosigned_note(text, 1), [1])
    named = lines_of(LOG_LINE, f"witness Zeuge-α {WITNESSES[0].key}", "quorum Zeuge-α")
    yield (
        "name-beyond-ascii",
        case(named, cosigned_note(text, 1), {"cosigned": {"Zeuge-α": START + 1}}),
    )
    words = lines_of(
        LOG_LINE,
        f"witness any {WITNESSES[0].key}",
        f"witness 2 {WITNESSES[1].key}",
        "group all 2 any 2",
        "quorum all",
    )
    yield (
        "names-that-are-words-of-the-form",
        case(words, cosigned_note(text, 1, 2), {"cosigned": {"any": START + 1, "2": START + 2}}),
    )
    early = lines_of("quorum none", LOG_LINE, WITNESS_LINES[0])
    yield "quorum-before-the-rest", case(early, cosigned_note(text, 1), [1])
    logs = lines_of(f"log {OTHER_LOG.key}", *ALL, "quorum w1")
    yield "several-logs", case(logs, cosigned_note(text, 1), [1])
    yield (
        "of-what-is-no-checkpoint",
        case(logs, cosigned_note(f"{LOG.key.name}\n"), unproven("checkpoint-malformed")),
    )
    no_logs = lines_of(*WITNESS_LINES, "quorum w1")
    yield "no-logs", case(no_logs, cosigned_note(text, 1, log=FORK), [1])
    yield (
        "signed-by-another-log",
        case(one, cosigned_note(text, 1, log=FORK), unproven("signature-missing")),
    )
    other = checkpoint(7).text.replace(LOG.key.name, OTHER_LOG.key.name)
    yield (
        "signed-under-another-origin",
        case(one, cosigned_note(other, 1), unproven("signature-missing")),
    )
    false = unproven("signature-false")
    bad = NoteSignature(WITNESSES[4].key.name, WITNESSES[4].key.key_id, bytes(72))
    yield (
        "quorum-beside-a-false-cosignature",
        case(one, Note(text, (*cosigned_note(text, 1).signatures, bad)), false),
    )
    moved = Note(checkpoint(8).text, cosigned_note(text, 1).signatures)
    yield "signatures-of-another-size", case(one, moved, false)


def malformed() -> Iterator[tuple[str, Case]]:
    def case(line: int | None, policy: str) -> Case:
        where = {} if line is None else {"line": line}
        return {"policy": policy, "expected": unproven("policy-malformed") | where}

    log, w1, w2 = LOG_LINE, *WITNESS_LINES[:2]
    key = str(WITNESSES[0].key)
    name, key_id, raw = key.split("+", 2)
    of_order_one = NoteKey(name, SignatureType.COSIGNATURE, b"\x01" + bytes(31))
    yield "empty", case(None, "")
    yield "quorum-missing", case(None, lines_of(log, w1))
    yield "quorum-twice", case(4, lines_of(log, w1, "quorum w1", "quorum none"))
    yield "quorum-of-two", case(4, lines_of(log, w1, w2, "quorum w1 w2"))
    yield "quorum-without-name", case(3, lines_of(log, w1, "quorum"))
    yield "quorum-undefined", case(3, lines_of(log, w1, "quorum w2"))
    yield "quorum-defined-later", case(2, lines_of(log, "quorum w1", w1))
    yield "quorum-in-capitals", case(3, lines_of(log, w1, "quorum W1"))
    yield "last-newline-missing", case(3, f"{log}\n{w1}\nquorum w1")
    yield "carriage-returns", case(1, lines_of(log, w1, "quorum w1").replace("\n", "\r\n"))
    yield "control-character-in-a-comment", case(1, "# \x1b[31m\nquorum none\n")
    yield "delete-character", case(1, "# \x7f\nquorum none\n")
    yield "no-break-space-between", case(2, lines_of(log, w1.replace(" ", "\u00a0"), "quorum w1"))
    yield "unknown-word", case(2, lines_of(log, f"monitor m {key}", "quorum none"))
    yield "word-in-capitals", case(1, lines_of(log.replace("log", "LOG", 1), "quorum none"))
    yield "log-without-key", case(1, lines_of("log", "quorum none"))
    yield "log-with-three-items", case(1, lines_of(f"{log} {URL} more", "quorum none"))
    yield "log-twice", case(2, lines_of(log, f"{log} {URL}", "quorum none"))
    yield "log-with-the-key-of-a-witness", case(1, lines_of(f"log {key}", "quorum none"))
    yield "witness-without-key", case(1, lines_of("witness w1", "quorum w1"))
    yield "witness-with-four-items", case(1, lines_of(f"{w1} {URL} more", "quorum w1"))
    yield "witness-with-the-key-of-a-log", case(1, lines_of(f"witness w1 {LOG.key}", "quorum w1"))
    yield "witness-name-twice", case(2, lines_of(w1, f"witness w1 {WITNESSES[1].key}", "quorum w1"))
    yield "witness-key-twice", case(2, lines_of(w1, f"witness w2 {key}", "quorum w1"))
    renamed = NoteKey("renamed.example", WITNESSES[0].key.type, WITNESSES[0].key.raw)
    yield (
        "witness-key-under-another-name",
        case(2, lines_of(w1, f"witness w2 {renamed}", "quorum w1")),
    )
    yield "witness-named-none", case(1, lines_of(f"witness none {key}", "quorum none"))
    yield "wrong-key-id", case(1, lines_of(f"witness w1 {name}+00000000+{raw}", "quorum w1"))
    yield (
        "key-of-ml-dsa-44",
        case(
            1,
            lines_of(f"witness w1 {name}+{key_id}+{base64(bytes([6]) + bytes(1312))}", "quorum w1"),
        ),
    )
    yield (
        "key-of-order-one",
        case(
            1,
            lines_of(f"witness w1 {of_order_one}", "quorum w1"),
        ),
    )
    for what, url in (
        ("without-scheme", "w1.example/submit"),
        ("of-a-file", "file:///etc/passwd"),
        ("with-user", "https://user:password@w1.example/"),
        ("with-query", "https://w1.example/?a=b"),
        ("with-fragment", "https://w1.example/#a"),
        ("without-host", "https:///submit"),
        ("too-long", f"https://w1.example/{'a' * 2048}"),
    ):
        yield f"url-{what}", case(1, lines_of(f"{w1} {url}", "quorum w1"))
    head = (w1, w2)
    yield "group-without-members", case(3, lines_of(*head, "group g 1", "quorum g"))
    yield "group-without-threshold", case(3, lines_of(*head, "group g w1 w2", "quorum g"))
    yield (
        "group-name-twice",
        case(4, lines_of(*head, "group g any w1", "group g any w2", "quorum g")),
    )
    yield (
        "group-with-the-name-of-a-witness",
        case(3, lines_of(*head, "group w1 any w2", "quorum w1")),
    )
    yield "group-named-none", case(3, lines_of(*head, "group none any w2", "quorum none"))
    yield "group-of-itself", case(3, lines_of(*head, "group g any w1 g", "quorum g"))
    yield (
        "group-of-a-later-one",
        case(3, lines_of(*head, "group g any w1 h", "group h any w2", "quorum g")),
    )
    yield "group-of-none", case(3, lines_of(*head, "group g any w1 none", "quorum g"))
    yield "group-with-a-member-twice", case(3, lines_of(*head, "group g 2 w1 w1", "quorum g"))
    yield (
        "member-of-two-groups",
        case(4, lines_of(*head, "group g any w1", "group h all w1 w2", "quorum h")),
    )
    for what, threshold in (
        ("zero", "0"),
        ("beyond-the-members", "3"),
        ("below-zero", "-1"),
        ("with-leading-zero", "01"),
        ("with-plus", "+1"),
        ("in-other-digits", "١"),
        ("of-a-thousand-digits", "1" * 1000),
        ("a-fraction", "1.5"),
        ("in-capitals", "ALL"),
    ):
        yield (
            f"threshold-{what}",
            case(3, lines_of(*head, f"group g {threshold} w1 w2", "quorum g")),
        )


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `log/` and the case."""
    for of in (believed, malformed):
        for name, case in of():
            yield f"policy/{name}", case
