"""The client without its I/O: what to send, and what an answer means.

The methods of `Exchange` are generators that yield a `Request` or a `Pause` and are sent a `Reply` or a
`Failure`. The clients drive them, one with blocking calls, one with `await`; so every operation, retry and
error is written once.
"""

import random
import secrets
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar, cast

import msgspec

from provenite_proto import token
from provenite_proto.answers import (
    EnrolmentAnswer,
    EnrolmentRequest,
    Line,
    ProblemAnswer,
    Submitted,
)
from provenite_proto.certificate import read_certificate
from provenite_proto.certificate.answers import CertificateAnswer
from provenite_proto.log import NoteKey
from provenite_proto.origin import names_ledger_at
from provenite_proto.policy import Policy, read_definition
from provenite_proto.policy import digest as digest_of
from provenite_proto.record import AnyRecord, Jwk
from provenite_proto.statement import Signs, issue
from provenite_proto.token import MAX_LIFETIME, PROOF_TYP, TYP

from . import _operations as operations
from . import _proving as proving
from ._errors import (
    AnswerError,
    ConnectionFailed,
    NoSigner,
    OriginMismatch,
    TimedOut,
    refused,
)
from ._operations import Call
from ._retry import RETRIED, Retry, seconds_asked

T = TypeVar("T")

MAX_LINES = 500
"""Statements that one bulk request of ours holds (the ledger takes 1,000)."""
MAX_LINES_BYTES = 8 * 1024 * 1024
"""Bytes likewise (the ledger takes 32 MiB)."""


class Sink(Protocol):
    """Where the body of an answer goes that is too large to be held."""

    def begin(self) -> None:
        """An answer begins; what was written before broke off."""

    def write(self, piece: bytes) -> None:
        """The next piece of it."""


@dataclass(frozen=True)
class Request:
    """To be sent to the ledger; `path` begins with a slash.

    With `into` the body of an answer with status 200 goes there, and the reply has none.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    into: Sink | None = None


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds, then go on (with `None`)."""

    seconds: float


@dataclass(frozen=True)
class Reply:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Failure:
    """Nothing came back: the connection failed, or no answer in time."""

    timed_out: bool
    reason: str


Event: TypeAlias = Reply | Failure | None
Flow: TypeAlias = Generator[Request | Pause, Event, T]


class Exchange:
    """What a client knows: its signer, its ledger's URL, and the ledger's origin once it has asked."""

    def __init__(
        self,
        signer: Signs | None,
        url: str,
        origin: str | None,
        retry: Retry,
        *,
        log_key: NoteKey | None = None,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Sign with `signer` for `origin`, or for the origin of `url` when that is `None`.

        Receipts are checked with `log_key`, or with the key that the ledger says when that is `None`.

        `clock` gives seconds since 1970, `chance` the jitter in [0, 1).
        """
        self._signer = signer
        self._url = url
        self._origin = origin
        self._retry = retry
        self._log_key = log_key
        self._clock = clock
        self._chance = chance

    def ask(self, call: Call[T]) -> Flow[T]:
        """Send a call until it is answered, or there is no point in trying again."""
        return _read(call, (yield from self._answered(call)))

    def fetch(self, call: Call[None], into: Sink) -> Flow[str]:
        """The same of a call whose answer goes into a sink, from the beginning with each attempt; the ledger's origin."""
        reply = yield from self._answered(call, into)
        if reply.status != 200 or _content_type(reply) != call.accept:
            _read(call, reply)
        return (yield from self.origin())

    def _answered(self, call: Call[T], into: Sink | None = None) -> Flow[Reply]:
        attempt = 0
        doubted = False
        while True:
            attempt += 1
            reply = yield (yield from self._request(call, into))
            # A ledger that was restarted refuses tokens from before, and has not done what they came with.
            if self._may_be_stale(call, reply) and not doubted and attempt < self._retry.attempts:
                doubted = True
                continue
            if isinstance(reply, Reply) and reply.status not in RETRIED:
                return reply
            after = reply.headers.get("retry-after") if isinstance(reply, Reply) else None
            pause = self._retry.pause(attempt, seconds_asked(after, self._clock()), self._chance)
            if pause is None or not call.repeatable:
                if isinstance(reply, Reply):
                    return reply
                raise _unreached(reply)
            yield Pause(pause)

    def origin(self) -> Flow[str]:
        """The ledger's origin; asked for once when it was not given.

        Raises `OriginMismatch` when the answer is not the origin of the ledger's URL: what is signed for another
        ledger could be used there.
        """
        if self._origin is None:
            answered = (yield from self.ask(operations.ledger())).origin
            if not names_ledger_at(answered, self._url):
                raise OriginMismatch(self._url, answered)
            self._origin = answered
        return self._origin

    def sign(self, record: AnyRecord) -> Flow[str]:
        """The record as a signed statement with fresh salts, issued now."""
        return self._issue(record, (yield from self.origin()))

    def submit(self, record: AnyRecord | str) -> Flow[Submitted]:
        """Submit a record, or a statement that is signed already; `NotProven` unless it is shown to be in the log."""
        statement = record.strip() if isinstance(record, str) else (yield from self.sign(record))
        submitted = yield from self.ask(operations.submit(statement))
        proving.check_submitted(statement, submitted, (yield from self._key_of_log()))
        return submitted

    def receipt(self, digest: str) -> Flow[str]:
        """The proof that a statement is in the log, checked."""
        received = yield from self.ask(operations.receipt(digest))
        text = received.decode(errors="replace")
        proving.check_receipt(text, digest, (yield from self._key_of_log()))
        return text

    def cose_receipt(self, digest: str) -> Flow[bytes]:
        """The same as a COSE receipt."""
        receipt = yield from self.ask(operations.cose_receipt(digest))
        log = yield from self.ask(operations.log())
        proving.check_cose(receipt, digest, log, (yield from self._key_of_log()))
        return receipt

    def certificate(self, call: Call[CertificateAnswer]) -> Flow[CertificateAnswer]:
        """The certificate that is answered; `AnswerError` or `NotProven` unless the log commits to its text."""
        found = yield from self.ask(call)
        proving.check_certificate(found, (yield from self._key_of_log()))
        return found

    def certificate_files(self, found: CertificateAnswer) -> Flow[dict[str, bytes]]:
        """What is kept of a certificate, by the ending of its file: itself last, after its pages and what verifies it."""
        read = read_certificate(found.credential)
        listed = read.credential.credential_status.status_list_credential
        return {
            "html": (yield from self.ask(operations.certificate_page(found.id, "html"))),
            "pdf": (yield from self.ask(operations.certificate_page(found.id, "pdf"))),
            "statement": found.statement.encode(),
            "receipt": found.receipt.encode(),
            "did.json": (yield from self.ask(operations.issuer())),
            "status.jwt": (
                yield from self.ask(operations.status_list(listed.removeprefix(read.origin)))
            ),
            "jwt": found.credential.encode(),
        }

    def policy(self, digest: str) -> Flow[Policy]:
        """The policy with this digest; `AnswerError` when what is answered is another or none."""
        found = yield from self.ask(operations.policy(digest))
        try:
            policy = read_definition(found)
        except ValueError as error:
            raise AnswerError(f"policy {digest}: the answer is none: {error}") from None
        if digest_of(policy) != digest:
            raise AnswerError(f"policy {digest}: the answer is another, {digest_of(policy)}")
        return policy

    def _key_of_log(self) -> Flow[NoteKey]:
        """The log's key: what was given, or what the ledger said first."""
        if self._log_key is None:
            origin = yield from self.origin()
            self._log_key = proving.answered((yield from self.ask(operations.log())), origin)
        return self._log_key

    def signing(self, records: Iterable[AnyRecord | str]) -> Flow[Iterator[str]]:
        """The records as statements, each signed when it is taken; signed statements as they are."""
        audience = yield from self.origin()
        return (
            each.strip() if isinstance(each, str) else self._issue(each, audience)
            for each in records
        )

    def submit_lines(
        self, statements: Sequence[str], atomic: bool, receipts: bool = False
    ) -> Flow[tuple[Line, ...]]:
        """Submit signed statements in one request; a result for each, with `receipts` shown to be in the log."""
        lines = (yield from self.ask(operations.submit_lines(statements, atomic, receipts))).lines
        if len(lines) != len(statements):
            raise AnswerError(f"{len(lines)} results for {len(statements)} statements")
        if receipts:
            key = yield from self._key_of_log()
            for statement, line in zip(statements, lines, strict=True):
                if line.submitted is not None:
                    proving.check_submitted(statement, line.submitted, key)
        return lines

    def enrol(self, code: str, public_jwk: Jwk | None) -> Flow[EnrolmentAnswer]:
        """Join with an invitation's code and the signer's key."""
        jwk = public_jwk or getattr(self._key(), "public_jwk", None)
        if jwk is None:
            raise TypeError("this signer does not know its public key: give public_jwk")
        proof = yield from self._token(MAX_LIFETIME, PROOF_TYP)
        request = EnrolmentRequest(code=code, key=jwk, proof=proof)
        return (yield from self.ask(operations.enrol(request)))

    @staticmethod
    def _may_be_stale(call: Call[T], reply: Event) -> bool:
        return call.authenticated and isinstance(reply, Reply) and reply.status == 401

    def _request(self, call: Call[T], into: Sink | None) -> Flow[Request]:
        # Whatever is asked for, a refusal is JSON.
        headers = {"accept": ", ".join(dict.fromkeys((call.accept, "application/json")))}
        if call.body:
            headers["content-type"] = call.content_type
        if call.authenticated:
            # Every attempt has a token of its own: a ledger takes each once.
            headers["authorization"] = f"Bearer {yield from self._token()}"
        return Request(call.method, call.path, call.query, headers, call.body, into)

    def _issue(self, record: AnyRecord, audience: str) -> str:
        return issue(
            record,
            key=self._key(),
            audience=audience,
            issued_at=int(self._clock()),
            salt=lambda: secrets.token_bytes(16),
        )

    def _token(self, lifetime: int = 60, typ: str = TYP) -> Flow[str]:
        audience = yield from self.origin()
        return token.issue(
            key=self._key(),
            audience=audience,
            now=int(self._clock()),
            jti=secrets.token_urlsafe(16),
            lifetime=lifetime,
            typ=typ,
        )

    def _key(self) -> Signs:
        if self._signer is None:
            raise NoSigner("this client has no signer: give it one, such as Signer.load(path)")
        return self._signer


def chunks(statements: Iterable[str], *, atomic: bool) -> Iterator[list[str]]:
    """Statements in bulk requests of at most MAX_LINES and MAX_LINES_BYTES; in one, if atomic."""
    if atomic:
        statements = list(statements)
        if statements:
            yield statements
        return
    chunk: list[str] = []
    size = 0
    for statement in statements:
        if chunk and (len(chunk) == MAX_LINES or size + len(statement) + 1 > MAX_LINES_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(statement)
        size += len(statement) + 1
    if chunk:
        yield chunk


def _content_type(reply: Reply) -> str:
    return reply.headers.get("content-type", "").partition(";")[0].strip()


def _read(call: Call[T], reply: Reply) -> T:
    content_type = _content_type(reply)
    try:
        if content_type == "application/problem+json":
            raise refused(msgspec.json.decode(reply.body, type=ProblemAnswer))
        if call.answer is bytes and reply.status == 200 and content_type == call.accept:
            return cast(T, reply.body)
        if reply.status in (200, 201) and content_type == "application/json":
            return msgspec.json.decode(reply.body, type=call.answer)
    except msgspec.DecodeError as error:
        raise AnswerError(
            f"{call.method} {call.path}: status {reply.status} with an answer of another form: {error}"
        ) from error
    raise AnswerError(
        f"{call.method} {call.path}: status {reply.status} with {content_type or 'no content type'}: "
        "is this the address of a Provenite ledger?"
    )


def _unreached(event: Event) -> Exception:
    if not isinstance(event, Failure):
        raise TypeError(f"a driver answers a request with a reply or a failure, not {event!r}")
    return TimedOut(event.reason) if event.timed_out else ConnectionFailed(event.reason)
