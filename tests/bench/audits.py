"""What an audit costs a statement: verified, beside the bare signature and a peer; and whole, in time and memory."""

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import scitt_cose
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provenite._verifying import Verifying
from provenite_proto.answers import LoggedAnswer, LogStatements
from provenite_proto.audit import Work, verify
from provenite_proto.log import entry, leaf_hash
from provenite_proto.statement import SigningKey, parse
from tests.bench import histories, statements

ORIGIN = "https://ledger.example"
PAGE = 500
_SCHEME = ec.ECDSA(hashes.SHA256())
BARE = "P-256 signature alone, µs"
OURS = "offline verification, µs"
PEER = "scitt-cose, parse and verify, µs"
CHUNKED = "the same with reading a page, µs"
TWO = "the same, in two processes, µs"
KINDS = ("ledger", "pack")
"""What is audited from beginning to end."""


def small(kind: str) -> str:
    """The figure: the most memory of an audit of a small one."""
    return f"{kind}, small, memory, MB"


def large(kind: str) -> str:
    """The figure: the same of a large one."""
    return f"{kind}, large, memory, MB"


def whole(small_log: int, large_log: int) -> dict[str, float]:
    """Audits from beginning to end, of logs of so many statements: memory, and microseconds a statement.

    Each in a process of its own, which has two others verify. The memory is its own: the others hold a page at a time.
    """
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="provenite-bench-") as name:
        folder = Path(name)
        histories.write(folder, small_log // 5)
        for kind in KINDS:
            found[f"{kind}, small, in one process, µs"] = _of_one(_audited(kind, folder, 1))
            two = _audited(kind, folder, 2)
            found[f"{kind}, small, in two, µs"] = _of_one(two)
            found[small(kind)] = two["memory"]
        histories.write(folder, large_log // 5)
        for kind in KINDS:
            two = _audited(kind, folder, 2)
            found[f"{kind}, large, in two, µs"] = _of_one(two)
            found[large(kind)] = two["memory"]
    return found


def _audited(kind: str, folder: Path, processes: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("auditing.py"), kind, folder, str(processes)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _of_one(found: dict[str, float]) -> float:
    return found["seconds"] / found["statements"] * 1e6


def measure(count: int, rounds: int) -> dict[str, float]:
    """Medians over so many rounds of so many statements."""
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
    return {name: statistics.median(spent) for name, spent in found.items()}


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
