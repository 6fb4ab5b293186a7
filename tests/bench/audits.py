"""What an audit costs a statement: beside the bare signature, beside a peer, in two processes, and in memory."""

import itertools
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator

import msgspec
import scitt_cose
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provenite._verifying import Verifying
from provenite_proto.answers import LoggedAnswer, LogStatements
from provenite_proto.audit import Work, verify
from provenite_proto.log import entry, leaf_hash
from provenite_proto.statement import SigningKey, parse
from tests.bench import statements

ORIGIN = "https://ledger.example"
PAGE = 500
_SCHEME = ec.ECDSA(hashes.SHA256())
BARE = "P-256 signature alone, µs"
OURS = "offline verification, µs"
PEER = "scitt-cose, parse and verify, µs"
CHUNKED = "the same with reading a page, µs"
TWO = "the same, in two processes, µs"
SMALL, LARGE = "memory, small log, MB", "memory, large log, MB"


def measure(count: int, rounds: int, pages: int) -> dict[str, float]:
    """Medians over so many rounds of so many statements; memory of 20 pages, and of so many times as many."""
    key = ec.generate_private_key(ec.SECP256R1())
    firm = statements.Enrolled(SigningKey(key), "A" * 43)
    texts = list(itertools.islice(statements.mixed(statements.Pair(firm, firm), ORIGIN), count))
    work = _work(texts[:PAGE], firm.key)
    peer, pem = _of_peer(texts, key)
    native, bare = (
        key.public_key(),
        [(key.sign(each, _SCHEME), each) for each in map(_signed, texts)],
    )
    found: dict[str, list[float]] = {name: [] for name in (BARE, OURS, PEER, CHUNKED, TWO)}
    each = len(work.data) and min(PAGE, count)
    works = max(2, 4 * count // each)
    with Verifying(2) as two:
        # The processes start, and have their modules, before anything is timed.
        _run(two, itertools.repeat(work, 4))
        for _ in range(rounds):
            found[BARE].append(
                _each(lambda: [native.verify(s, m, _SCHEME) for s, m in bare], count)
            )
            found[OURS].append(_each(lambda: [_offline(text, firm.key) for text in texts], count))
            found[PEER].append(_each(lambda: [_parsed(each, pem) for each in peer], count))
            found[CHUNKED].append(
                _each(lambda: _run(_here, itertools.repeat(work, works)), works * each)
            )
            found[TWO].append(_each(lambda: _run(two, itertools.repeat(work, works)), works * each))
    return {
        **{name: statistics.median(spent) for name, spent in found.items()},
        SMALL: _peak(work, 20),
        LARGE: _peak(work, 20 * pages),
    }


def _offline(text: str, key: SigningKey) -> bytes:
    """Signature, strict form, disclosures, leaf."""
    statement = parse(text, complete=False)
    statement.verify(key.public)
    return leaf_hash(entry(statement.digest, statement.issued_at))


def _signed(text: str) -> bytes:
    return text.partition("~")[0].rpartition(".")[0].encode()


def _work(texts: list[str], key: SigningKey) -> Work:
    answer = LogStatements(
        size=len(texts),
        statements=tuple(
            LoggedAnswer(index=index, recorded_at=0, statement=text)
            for index, text in enumerate(texts)
        ),
    )
    return Work(None, msgspec.json.encode(answer), None, (key.public.jwk,))


def _of_peer(texts: list[str], key: ec.EllipticCurvePrivateKey) -> tuple[list[bytes], bytes]:
    """The same payloads as signed statements of the peer's kind, and its key."""
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    made = [
        scitt_cose.build_signed_statement(
            parse(text).core.payload,
            alg="ES256",
            private_key_pem=private,
            issuer=ORIGIN,
            subject="batch",
            content_type="application/json",
        )
        for text in texts
    ]
    return made, public


def _parsed(statement: bytes, pem: bytes) -> bool:
    if not scitt_cose.parse_signed_statement(statement, public_key_pem=pem)["signature_verified"]:
        raise SystemExit("the peer did not verify its statement")
    return True


def _here(works: Iterable[Work]) -> Iterator[object]:
    return map(verify, works)


def _run(verifying: Callable[[Iterable[Work]], Iterator[object]], works: Iterable[Work]) -> None:
    for _ in verifying(works):
        pass


def _each(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / count * 1e6


def _peak(work: Work, pages: int) -> float:
    """The most memory that verifying so many pages, one after the other, takes at a time."""
    tracemalloc.start()
    _run(_here, itertools.repeat(work, pages))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6
