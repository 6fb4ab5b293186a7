"""The cases of `proto/vectors/log/` about signed texts: keys, notes, checkpoints, cosignatures."""

from collections.abc import Iterator

from provenite_proto.log import Note, NoteKey, NoteSignature, SignatureType
from provenite_proto.log.cosignature import MAX_TIME as END
from provenite_proto.log.note import base64

from .keys import START
from .log_parts import (
    FORK,
    LOG,
    ORIGIN,
    OTHER_LOG,
    TREE,
    WITNESSES,
    Case,
    checkpoint,
    cosigned_note,
    lines_of,
    private,
    spare_bits,
    unproven,
)

KEY = str(LOG.key)
W1 = WITNESSES[0]
NAME, KEY_ID, ENCODED = KEY.split("+", 2)
TEXT = "A text\n"
TABBED = "A\ttext\n"
NO_BREAK = "a\u00a0b"
ONE = b"\x01" + bytes(31)
TWO = b"\x02" + bytes(31)
NOT_BELOW_P = b"\xff" * 31 + b"\x7f"


def line(name: str, blob: bytes) -> str:
    return f"— {name} {base64(blob)}\n"


def flipped(blob: bytes) -> bytes:
    """With its last bit changed."""
    return blob[:-1] + bytes([blob[-1] ^ 1])


def keys() -> Iterator[tuple[str, Case]]:
    def encoded(type_: int, raw: bytes) -> str:
        return base64(bytes([type_]) + raw)

    def of_type_1(raw: bytes) -> str:
        return str(NoteKey(NAME, SignatureType.ED25519, raw))

    for name, key in (("log", LOG.key), ("witness", W1.key)):
        expected = {"name": key.name, "type": int(key.type), "keyId": key.key_id.hex()}
        yield name, {"key": str(key), "expected": expected}
    raw = LOG.key.raw
    for name, text in (
        ("wrong-key-id", f"{NAME}+00000000+{ENCODED}"),
        ("key-id-in-capitals", f"{NAME}+{KEY_ID.upper()}+{ENCODED}"),
        ("key-id-missing", f"{NAME}+{ENCODED}"),
        ("name-of-another-key", f"other.example/log+{KEY_ID}+{ENCODED}"),
        ("name-missing", f"+{KEY_ID}+{ENCODED}"),
        ("name-with-space", f"led ger+{KEY_ID}+{ENCODED}"),
        ("base64url", KEY.replace("/", "_", 1) if "/" in ENCODED else f"{KEY[:-1]}_"),
        ("trailing-newline", f"{KEY}\n"),
        ("type-of-ml-dsa-44", f"{NAME}+{KEY_ID}+{encoded(6, raw)}"),
        ("type-exchanged", f"{NAME}+{KEY_ID}+{encoded(4, raw)}"),
        ("key-too-short", f"{NAME}+{KEY_ID}+{encoded(1, raw[:31])}"),
        ("key-too-long", f"{NAME}+{KEY_ID}+{encoded(1, raw + bytes(1))}"),
        ("key-of-order-one", of_type_1(ONE)),
        ("key-not-on-the-curve", of_type_1(TWO)),
        ("key-not-canonical", of_type_1(NOT_BELOW_P)),
    ):
        yield name, {"key": text, "expected": unproven("key-malformed")}


def notes() -> Iterator[tuple[str, Case]]:
    def good(name: str, text: str, whole: str, *signers: str) -> tuple[str, Case]:
        expected = {"text": text, "signers": list(signers)}
        return name, {"note": whole, "keys": [KEY], "expected": expected}

    def bad(name: str, whole: str, slug: str = "note-malformed") -> tuple[str, Case]:
        return name, {"note": whole, "keys": [KEY], "expected": unproven(slug)}

    own = LOG.sign(TEXT).line
    blob = LOG.sign(TEXT).key_id + LOG.sign(TEXT).signature
    foreign = line("someone.example", b"\x00\x01\x02\x03of an unknown algorithm")
    yield good("signed", TEXT, f"{TEXT}\n{own}", ORIGIN)
    yield good(
        "signed-beside-unknown-keys", TEXT, f"{TEXT}\n{foreign}{own}", "someone.example", ORIGIN
    )
    yield good(
        "unknown-line-twice",
        TEXT,
        f"{TEXT}\n{foreign}{foreign}{own}",
        *2 * ["someone.example"],
        ORIGIN,
    )
    gaps = "One\n\n\nTwo\n"
    yield good("text-with-empty-lines", gaps, f"{gaps}\n{LOG.sign(gaps).line}", ORIGIN)
    dashes = "— not a signature\n"
    yield good(
        "text-that-begins-like-a-signature", dashes, f"{dashes}\n{LOG.sign(dashes).line}", ORIGIN
    )
    yield good(
        "64-signatures", TEXT, f"{TEXT}\n{foreign * 63}{own}", *63 * ["someone.example"], ORIGIN
    )
    yield bad("65-signatures", f"{TEXT}\n{foreign * 64}{own}")
    yield bad("no-signature", TEXT)
    yield bad("no-signature-after-the-empty-line", f"{TEXT}\n")
    yield bad("no-empty-line", f"{TEXT}{own}")
    yield bad("empty", "")
    yield bad("last-newline-missing", f"{TEXT}\n{own}".removesuffix("\n"))
    yield bad("trailing-bytes", f"{TEXT}\n{own}more")
    yield bad("trailing-empty-line", f"{TEXT}\n{own}\n")
    yield bad("carriage-returns", f"{TEXT}\n{own}".replace("\n", "\r\n"))
    yield bad("control-character-in-the-text", f"{TABBED}\n{LOG.sign(TABBED).line}")
    yield bad("control-character-in-a-signature", f"{TEXT}\n{own}".replace("— ", "—\x0b", 1))
    yield bad("hyphen-for-dash", f"{TEXT}\n{own}".replace("—", "-"))
    yield bad("two-spaces", f"{TEXT}\n{own}".replace(f"{NAME} ", f"{NAME}  "))
    yield bad("name-missing", f"{TEXT}\n— {base64(blob)}\n")
    yield bad("name-with-plus", f"{TEXT}\n{line('a+b', blob)}")
    yield bad("name-with-no-break-space", f"{TEXT}\n{line(NO_BREAK, blob)}")
    yield bad("signature-of-4-bytes", f"{TEXT}\n{line(NAME, blob[:4])}")
    yield bad("signature-missing-in-its-line", f"{TEXT}\n— {NAME} \n")
    yield bad("non-canonical-base64", f"{TEXT}\n— {NAME} {spare_bits(base64(blob))}\n")
    yield bad("base64-without-padding", f"{TEXT}\n— {NAME} {base64(blob).rstrip('=')}\n")
    yield bad("base64-with-a-space", f"{TEXT}\n— {NAME} {base64(blob)[:8]} {base64(blob)[8:]}\n")
    for name, whole, slug in (
        ("wrong-key-id", f"{TEXT}\n{line(NAME, bytes(4) + blob[4:])}", "signature-missing"),
        ("wrong-name", f"{TEXT}\n{line('other.example', blob)}", "signature-missing"),
        ("only-unknown-keys", f"{TEXT}\n{foreign}", "signature-missing"),
        ("altered-text", f"Another text\n\n{own}", "signature-false"),
        ("altered-signature", f"{TEXT}\n{line(NAME, flipped(blob))}", "signature-false"),
        ("truncated-signature", f"{TEXT}\n{line(NAME, blob[:-1])}", "signature-false"),
        ("longer-signature", f"{TEXT}\n{line(NAME, blob + bytes(1))}", "signature-false"),
        (
            "by-another-key-under-this-id",
            f"{TEXT}\n{line(NAME, blob[:4] + FORK.sign(TEXT).signature)}",
            "signature-false",
        ),
        (
            "true-signature-beside-a-false-one",
            f"{TEXT}\n{own}{line(NAME, flipped(blob))}",
            "signature-false",
        ),
    ):
        yield bad(name, whole, slug)
    yield (
        "not-utf-8",
        {
            "noteHex": (f"{TEXT}\n{own}".encode() + b"\xff\n").hex(),
            "keys": [KEY],
            "expected": unproven("note-malformed"),
        },
    )


def checkpoints() -> Iterator[tuple[str, Case]]:
    def case(note: Note, slug: str = "", size: int = 7) -> Case:
        expected = {"origin": ORIGIN, "size": size, "root": TREE.root(size).hex()}
        return {
            "note": note.encode().decode(),
            "key": KEY,
            "expected": unproven(slug) if slug else expected,
        }

    def of(*lines: str) -> Note:
        return cosigned_note(lines_of(*lines))

    root = base64(TREE.root(7))
    yield "signed", case(cosigned_note(checkpoint(7).text))
    yield "cosigned", case(cosigned_note(checkpoint(7).text, 1, 2))
    yield "of-nothing", case(cosigned_note(checkpoint(0).text), size=0)
    malformed = "checkpoint-malformed"
    yield "size-with-leading-zero", case(of(ORIGIN, "07", root), malformed)
    yield "size-with-plus", case(of(ORIGIN, "+7", root), malformed)
    yield "size-below-zero", case(of(ORIGIN, "-7", root), malformed)
    yield "size-with-underscore", case(of(ORIGIN, "1_0", root), malformed)
    yield "size-in-other-digits", case(of(ORIGIN, "٧", root), malformed)
    yield "size-with-space", case(of(ORIGIN, "7 ", root), malformed)
    yield "size-missing", case(of(ORIGIN, "", root), malformed)
    yield "size-beyond-63-bits", case(of(ORIGIN, str(1 << 63), root), malformed)
    yield "size-of-a-thousand-digits", case(of(ORIGIN, "7" * 1000, root), malformed)
    yield "root-too-short", case(of(ORIGIN, "7", base64(TREE.root(7)[:31])), malformed)
    yield "root-too-long", case(of(ORIGIN, "7", base64(TREE.root(7) + b"\0")), malformed)
    yield "non-canonical-base64", case(of(ORIGIN, "7", spare_bits(root)), malformed)
    yield "base64-without-padding", case(of(ORIGIN, "7", root.rstrip("=")), malformed)
    yield "root-missing", case(of(ORIGIN, "7"), malformed)
    yield "extension-line", case(of(ORIGIN, "7", root, "more"), malformed)
    yield "empty-line-at-the-end", case(of(ORIGIN, "7", root, ""), malformed)
    yield "origin-missing", case(of("", "7", root), malformed)
    yield "origin-with-space", case(of("ledger.example log", "7", root), malformed)
    other = checkpoint(7).text.replace(ORIGIN, OTHER_LOG.key.name)
    yield "origin-of-another-log", case(cosigned_note(other), "origin-mismatch")
    yield "of-another-log", case(cosigned_note(other, log=OTHER_LOG), "origin-mismatch")
    text = checkpoint(7).text
    yield "by-another-key", case(cosigned_note(text, log=FORK), "signature-missing")
    yield "by-witnesses-only", case(Note(text, (W1.cosign(text, START),)), "signature-missing")
    moved = cosigned_note(checkpoint(8).text).signatures
    yield "signature-of-another-size", case(Note(text, moved), "signature-false")


def cosignatures() -> Iterator[tuple[str, Case]]:
    text = checkpoint(7).text

    def case(note: Note, slug: str = "", time: int = START, key: str = str(W1.key)) -> Case:
        return {
            "note": note.encode().decode(),
            "key": key,
            "expected": unproven(slug) if slug else {"time": time},
        }

    def added(blob: bytes) -> Note:
        return Note(text, (LOG.sign(text), NoteSignature(W1.key.name, W1.key.key_id, blob)))

    def at(time: int, header: str = "cosignature/v1\n", body: str = text) -> bytes:
        message = f"{header}time {time}\n{body}".encode()
        return time.to_bytes(8, "big") + private("witness 1").sign(message)

    yield "cosigned", case(added(at(START)))
    yield "in-the-first-second-of-1970", case(added(at(1)), time=1)
    yield "at-the-end-of-time", case(added(at(END)), time=END)
    yield "beside-others", case(cosigned_note(text, 3, 1, 2), time=START + 1)
    twice = (*added(at(START + 9)).signatures, *added(at(START)).signatures)
    yield "twice", case(Note(text, twice), time=START + 9)
    missing, false = "signature-missing", "signature-false"
    yield "not-cosigned", case(cosigned_note(text), missing)
    yield "by-another-witness", case(cosigned_note(text, 2), missing)
    own = added(at(START))
    wrong = NoteSignature(W1.key.name, bytes(4), own.signatures[1].signature)
    yield "wrong-key-id", case(Note(text, (own.signatures[0], wrong)), missing)
    yield "by-a-key-for-notes", case(own, missing, key=KEY)
    yield "time-zero", case(added(at(0)), false)
    yield "time-beyond-the-year-9999", case(added(at(END + 1)), false)
    yield "time-beyond-63-bits", case(added(at(1 << 63)), false)
    yield "altered-time", case(added((START + 1).to_bytes(8, "big") + at(START)[8:]), false)
    yield "without-a-time", case(added(at(START)[8:]), false)
    yield "truncated-signature", case(added(at(START)[:-1]), false)
    yield "trailing-bytes", case(added(at(START) + b"\0"), false)
    yield "altered-signature", case(added(flipped(at(START))), false)
    yield (
        "as-a-note-is-signed",
        case(added(START.to_bytes(8, "big") + private("witness 1").sign(text.encode())), false),
    )
    yield "another-label", case(added(at(START, header="cosignature/v2\n")), false)
    yield "of-another-size", case(added(at(START, body=checkpoint(8).text)), false)
    yield (
        "true-one-beside-a-false-one",
        case(Note(text, (*own.signatures, *added(flipped(at(START + 1))).signatures)), false),
    )


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `log/` and the case."""
    for folder, of in {
        "key": keys,
        "note": notes,
        "checkpoint": checkpoints,
        "cosignature": cosignatures,
    }.items():
        for name, case in of():
            yield f"{folder}/{name}", case
