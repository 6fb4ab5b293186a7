"""Checking a receipt that somebody has, offline: with the log's key, and the statement or its digest."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import msgspec
import typer

from provenite_proto.log import InclusionReceipt, LogProof, NoteKey, Unproven, WitnessPolicy, note
from provenite_proto.log.cose import TAG
from provenite_proto.log.proof import HEADER
from provenite_proto.problem import Problem
from provenite_proto.record import Jwk
from provenite_proto.statement import MAX_BYTES, PublicKey, parse

from .failing import REFUSED, misused, say, unable
from .showing import print_json
from .terminal import console, in_line

DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
"""A statement's id, as a whole."""
_LAST = int(datetime.max.replace(tzinfo=UTC).timestamp())


class Trusted(msgspec.Struct, frozen=True):
    """What the one at the terminal trusts: keys of logs, a key of COSE receipts, a policy; one of the keys at least."""

    logs: tuple[NoteKey, ...]
    receipts: PublicKey | None
    policy: WitnessPolicy | None


class Checked(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What the receipt shows, as `--json` prints it: `proven`, or `unproven` with the slug of what is wrong.

    `recorded_at` and the times of `witnesses` are seconds since 1970.
    """

    statement: str
    verdict: str
    log: str | None = None
    index: int | None = None
    size: int | None = None
    recorded_at: int | None = None
    witnesses: dict[str, int] = {}
    slug: str | None = None
    detail: str | None = None


def no_statement(typed: str) -> NoReturn:
    """Say of what was typed that it is no statement's id, and exit.

    It may have the length of one: of its last character two bits are spare, and have to be zero.
    """
    misused(
        f"{typed} is not a statement's id: mistyped or cut off (43 characters, as `provenite submit` prints it)"
    )


def check_receipt(file: Path, statement: str, trusted: Trusted, *, as_json: bool) -> None:
    """Say whether the receipt in the file proves that the statement is in the log; exits with 1 when it does not."""
    data = _read(file, note.MAX_BYTES)
    digest = _digest(statement)
    try:
        if data.startswith(HEADER.encode() + b"\n"):
            found = _by_proof(data, digest, trusted)
        elif data.startswith(TAG):
            found = _by_cose(data, digest, trusted)
        else:
            unable(f"{file} is neither a proof (C2SP tlog-proof) nor a COSE receipt")
    except Unproven as error:
        if as_json:
            print_json(Checked(digest, "unproven", slug=error.slug, detail=error.detail))
        else:
            say(in_line(f"NOT PROVEN ({error.slug}): {error.detail}"))
        raise typer.Exit(REFUSED) from error
    if as_json:
        print_json(found)
        return
    console().print("\n".join(map(in_line, _lines(found))), soft_wrap=True)


def receipt_key(path: Path) -> PublicKey:
    """The key in a file, a JWK."""
    try:
        return PublicKey(msgspec.json.decode(_read(path, MAX_BYTES), type=Jwk))
    except (msgspec.DecodeError, Problem) as error:
        unable(f"{path} holds no key (JWK): {error}")


def _by_proof(data: bytes, digest: str, trusted: Trusted) -> Checked:
    if not trusted.logs:
        misused("say which log you trust: --log-key, or a --policy that names it")
    proof = LogProof.parse(data)
    key = _signer(proof, trusted.logs)
    checkpoint = proof.check(digest, key)
    times = trusted.policy.check(note.parse(proof.checkpoint)) if trusted.policy else {}
    where = checkpoint.origin, proof.index, checkpoint.size, proof.recorded_at
    return Checked(digest, "proven", *where, times)


def _signer(proof: LogProof, logs: Sequence[NoteKey]) -> NoteKey:
    """The one of the trusted keys that the checkpoint's log has; the first when none is."""
    origin = proof.checkpoint.partition(b"\n")[0].decode("utf-8", "replace")
    return next((each for each in logs if each.name == origin), logs[0])


def _by_cose(data: bytes, digest: str, trusted: Trusted) -> Checked:
    if trusted.receipts is None:
        misused(
            "a COSE receipt is signed with the log's key for receipts: give it with --receipt-key"
        )
    if trusted.policy is not None:
        misused("a COSE receipt has no cosignatures: leave out --policy")
    receipt = InclusionReceipt.parse(data)
    name = trusted.logs[0].name if trusted.logs else receipt.log
    tree = receipt.check(digest, name, trusted.receipts)
    return Checked(digest, "proven", name, receipt.index, tree.size, receipt.recorded_at)


def _digest(words: str) -> str:
    """A statement's digest: itself, from a batch's id, or of the signed statement in a file."""
    digest = words.partition(".")[0]
    if DIGEST.fullmatch(digest):
        return digest
    text = _read(Path(words), MAX_BYTES).decode("ascii", "replace").strip()
    try:
        return parse(text, complete=False).digest
    except Problem as problem:
        unable(f"{words} is neither a statement's id nor a file of one: {problem.detail}")


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        unable(f"{path}: {error.strerror}")


def _lines(found: Checked) -> Sequence[str]:
    assert found.recorded_at is not None  # noqa: S101 # what is proven has a time
    return [
        f"PROVEN: statement {found.statement}",
        f"is in the log {found.log}, at {found.index:,} of {found.size:,}, recorded {_moment(found.recorded_at)}.",
        *(f"Witness {name}, {_moment(time)}" for name, time in found.witnesses.items()),
    ]


def _moment(seconds: int) -> str:
    # A time of the log's own is any number of 64 bits.
    if seconds > _LAST:
        return f"{seconds:,} seconds after 1970"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
