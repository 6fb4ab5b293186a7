"""`provenite receipt --check`: a proof or a COSE receipt that somebody has, offline."""

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from provenite.cli import main
from provenite_proto.log import InclusionReceipt, LogProof, kid_of, note, root
from provenite_proto.statement import SigningKey, parse, redact
from tests.proto.making.audits import POLICY, WITNESSES, Chain
from tests.proto.packing import LOG, Log

PROVEN, UNPROVEN, MISUSED, UNABLE = 0, 1, 2, 3
INDEX = 3


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(chain: Chain, index: int = INDEX) -> tuple[str, int]:
    """A statement and when it was recorded."""
    step = chain.firms.earlier[index]
    return step["statement"], step["recordedAt"]


def proof(chain: Chain, witnesses: int = 0) -> Path:
    log = Log(chain.firms)
    signed = note.parse(log.checkpoint)
    cosigned = (each.cosign(signed.text, chain.firms.now) for each in WITNESSES[:witnesses])
    checkpoint = note.Note(signed.text, (*signed.signatures, *cosigned)).encode()
    path = Path("it.tlog-proof")
    path.write_bytes(LogProof(INDEX, told(chain)[1], log.proof(INDEX), checkpoint).encode())
    return path


def cose(chain: Chain, key: SigningKey) -> Path:
    log, (statement, time) = Log(chain.firms), told(chain)
    receipt = InclusionReceipt(
        log=LOG.key.name,
        kid=kid_of(key),
        hashes=log.proof(INDEX),
        digest=parse(statement).digest,
        recorded_at=time,
        size=log.size,
        index=INDEX,
    )
    path = Path("it.cose")
    path.write_bytes(receipt.signed(root(log.size, log.read), key).encode())
    return path


def check(file: Path, statement: object, *words: object) -> tuple[int, str]:
    asked = ["receipt", str(statement), "--check", str(file), *map(str, words)]
    result = CliRunner().invoke(main, asked)
    return result.exit_code, " ".join(result.output.split())


def test_a_proof_holds_for_its_statement_and_no_other(chain: Chain) -> None:
    file, text = proof(chain), told(chain)[0]
    digest = parse(text).digest
    kept = Path("statement.txt")
    kept.write_text(f"{text}\n")
    redacted = Path("redacted.txt")
    redacted.write_text(redact(parse(text), ()))
    for which in (digest, f"{digest}.0", kept, redacted):
        code, said = check(file, which, "--log-key", LOG.key)
        assert code == PROVEN, said
        assert f"PROVEN: statement {digest} is in the log {LOG.key.name}, at {INDEX} of" in said
    other = parse(told(chain, INDEX - 1)[0]).digest
    code, said = check(file, other, "--log-key", LOG.key)
    assert (code, "NOT PROVEN (inclusion-false)" in said) == (UNPROVEN, True)


def test_a_policy_asks_for_witnesses_and_may_name_the_log(chain: Chain) -> None:
    digest = parse(told(chain)[0]).digest
    policy = Path("witnesses.txt")
    policy.write_text(f"log {LOG.key}\n{POLICY}")
    code, said = check(proof(chain), digest, "--policy", policy)
    assert (code, "quorum-missing" in said) == (UNPROVEN, True)
    code, said = check(proof(chain, len(WITNESSES)), digest, "--policy", policy, "--json")
    found = json.loads(said)
    assert (code, found["verdict"]) == (PROVEN, "proven")
    assert set(found["witnesses"].values()) == {chain.firms.now}


def test_a_cose_receipt_is_checked_with_the_key_of_receipts(chain: Chain) -> None:
    key, digest = SigningKey.generate(), parse(told(chain)[0]).digest
    jwk = Path("receipts.json")
    jwk.write_bytes(msgspec.json.encode(key.public.jwk))
    file = cose(chain, key)
    code, said = check(file, digest, "--receipt-key", jwk, "--log-key", LOG.key)
    assert (code, f"{INDEX} of {len(chain.firms.earlier)}" in said) == (PROVEN, True)
    jwk.write_bytes(msgspec.json.encode(SigningKey.generate().public.jwk))
    code, said = check(file, digest, "--receipt-key", jwk, "--json")
    assert (code, json.loads(said)["slug"]) == (UNPROVEN, "signature-missing")
    code, said = check(file, digest)
    assert (code, "--receipt-key" in said) == (MISUSED, True)


def test_what_cannot_be_read_is_no_verdict(chain: Chain) -> None:
    file, digest = proof(chain), parse(told(chain)[0]).digest
    assert check(file, digest)[0] == MISUSED
    Path("README.md").write_text("# Provenite\n")
    for words in ((Path("README.md"), digest), (Path("absent"), digest), (file, "README.md")):
        assert check(*words, "--log-key", LOG.key)[0] == UNABLE
    assert check(file, digest, "--log-key", "absent")[0] == UNABLE
