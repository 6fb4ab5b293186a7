"""`provenite verify`: from a file, an address or a printed code, with an exit code for each of its verdicts."""

import contextlib
import json
import socket
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from provenite.cli import main
from provenite.cli.certified import Verified, verified_text
from provenite_proto.answers import LogAnswer
from provenite_proto.audit import FigureVerdict
from provenite_proto.certificate import (
    CertifiedFigure,
    Check,
    Credential,
    Result,
    Verdict,
    credential,
    digest_of,
    qr_text,
)
from provenite_proto.certificate.answers import CertificateAnswer
from provenite_proto.log import NoteSigner, log_name
from provenite_proto.pack import Pack
from provenite_proto.policy import OWN, read_own
from provenite_proto.record import Validity
from provenite_proto.statement import parse
from tests.proto import certifying
from tests.proto.certifying import BATCH, ID, PLACE
from tests.proto.forging import forged
from tests.proto.making.audit_certificates import RECYCLED, Certified
from tests.proto.making.certificate_parts import POLICY, good, receipt, statement
from tests.proto.making.log_parts import LOG, RECEIPTS, private
from tests.proto.making.models import copper
from tests.proto.own_rule import OWN_RULE
from tests.proto.packing import claimed
from tests.sdk.serving_logs import saying, served

VECTORS = Path(__file__).parents[2] / "proto/vectors"
ISSUED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
VALID, FALSE, UNCHECKED, UNABLE = 0, 1, 2, 3
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    return written


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("with --offline nobody is asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def verify(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *map(str, words)])
    return result.exit_code, result.output


def now() -> datetime:
    return datetime.now(UTC)


def files(write: Write) -> list[object]:
    """The words that name a certificate and all that comes with it, in files."""
    case = good(certifying.text(issued_at=ISSUED))
    return [
        write("a.certificate.jwt", case["certificate"] + "\n"),
        *("--did", write("did.json", json.dumps(case["document"], indent=2))),
        *("--status", write("status.jwt", certifying.status_list(now=now()))),
        *("--statement", write("statement", case["statement"])),
        *("--receipt", write("receipt", case["receipt"])),
        *("--log-key", write("log.txt", str(LOG.key))),
        *("--policy", write("witnesses.txt", POLICY)),
        "--offline",
    ]


@pytest.mark.usefixtures("_offline")
def test_all_in_files_is_verified_without_a_network(write: Write) -> None:
    code, said = verify(*files(write), "--batch", BATCH)
    assert code == VALID
    assert said.startswith("VALID\n")
    assert "Nd: 25.00 % to 33.33 % (at least 24.00 %), post_consumer" in said
    assert "Recorded in ledger.example/log at 12 of 14." in said
    assert "Cosigned by w1, w2." in said
    assert f"It is of batch {BATCH}." in " ".join(said.split())
    assert "Nobody has looked at" in said
    # An address or an id is never broken.
    assert max(len(line) for line in said.splitlines() if "://" not in line) <= 80


@pytest.mark.usefixtures("_offline")
def test_json_has_verdict_and_credential(write: Write) -> None:
    code, said = verify(*files(write), "--json")
    found = json.loads(said)
    assert code == VALID
    assert found["verdict"]["digest"] == digest_of(certifying.text(issued_at=ISSUED))
    assert found["verdict"]["result"] == "holds"
    assert {check["result"] for check in found["verdict"]["checks"]} == {"holds"}
    assert msgspec.convert(found["credential"], Credential) == certifying.credential(
        issued_at=ISSUED
    )


@pytest.mark.usefixtures("_offline")
def test_what_is_suspended_is_not_valid(write: Write) -> None:
    words = files(write)
    write("status.jwt", certifying.status_list([PLACE], now=now()))
    code, said = verify(*words)
    assert code == FALSE
    assert said.startswith("NOT VALID\nThe issuer has suspended or revoked it.")
    assert "Suspended or revoked: the status list of" in said


@pytest.mark.usefixtures("_offline")
def test_without_the_status_it_is_not_all_checked(write: Write) -> None:
    code, said = verify(*files(write)[:3], "--offline")
    assert code == UNCHECKED
    assert said.startswith("NOT ALL COULD BE CHECKED\n")
    plain = " ".join(said.split())
    assert "the status list is not there" in plain
    for option in ("--did", "--status", "--statement FILE --receipt"):
        assert (f"Give it with {option} FILE." in plain) is (option != "--did")
    assert "The ledger has it at https://ledger.example/certificates/status/0" in plain


@pytest.mark.usefixtures("_offline")
def test_statement_and_proof_beside_it_are_taken_and_nothing_else(write: Write) -> None:
    words = files(write)
    write("a.certificate.statement", Path(str(words[6])).read_text())
    write("a.certificate.did.json", Path(str(words[2])).read_text())
    alone = (words[0], *words[9:])
    assert verify(*alone)[1].count("not checked log") == 1
    proof = write("a.certificate.receipt", Path(str(words[8])).read_text())
    code, said = verify(*alone)
    assert code == UNCHECKED
    assert "Recorded in ledger.example/log at 12 of 14." in said
    assert "the registrar's signature on it" in " ".join(said.split())
    assert "Statement and proof lay beside it: " in said
    assert "not checked signature" in said
    # Those that are named come first.
    proof.write_text("not a proof")
    assert "proof-malformed" in verify(*alone)[1]
    code, said = verify(*words)
    assert code == VALID
    assert "lay beside it" not in said
    # What only has such a name says nothing of the certificate.
    write("a.certificate.statement", "notes of mine")
    code, said = verify(*alone)
    assert code == UNCHECKED
    assert "not checked log" in said
    assert "lay beside it" not in said


@pytest.mark.usefixtures("_offline")
def test_without_the_log_s_key_a_proof_is_looked_at(write: Write) -> None:
    words = files(write)
    place = words.index("--log-key")
    unknown = (*words[:place], "--offline")
    code, said = verify(*unknown)
    assert code == UNCHECKED
    plain = " ".join(said.split())
    assert "the log's key is not there. Give it with --log-key VKEY." in plain
    other = statement(certifying.text(certifying.OTHER, issued_at=ISSUED))
    write("statement", other)
    code, said = verify(*unknown)
    assert code == FALSE
    assert "log-commits-otherwise" in said


@pytest.mark.usefixtures("_offline")
@pytest.mark.parametrize("content", ["", "a.b.c", "é" * 10, "x" * 300_000])
def test_what_is_no_certificate_is_false(write: Write, content: str) -> None:
    code, said = verify(write("a.jwt", content), "--offline")
    assert code == FALSE
    assert "certificate-malformed" in said
    code, said = verify(write("a.jwt", content), "--offline", "--json")
    assert json.loads(said)["verdict"]["result"] == "false"


@pytest.mark.usefixtures("_offline")
def test_a_file_that_is_not_there_gives_no_verdict(tmp_path: Path) -> None:
    assert verify(tmp_path / "none.jwt")[0] == UNABLE


@pytest.mark.usefixtures("_offline")
@pytest.mark.parametrize(
    "words",
    [
        ["https://ledger.example/certificates/short"],
        [f"http://127.0.0.1:65536/certificates/{ID}"],
        ["https://ledger.example/certificates/" + ID + "#short"],
        ["https://ledger.example/certificates/" + ID, "--offline"],
        ["a.jwt", "--receipt", "receipt"],
        ["a.jwt", "--batch", "foo"],
    ],
)
def test_what_makes_no_sense_is_said(words: list[str]) -> None:
    code, said = verify(*words)
    assert code == UNCHECKED
    assert said.startswith("provenite: ")


def test_figures_are_told_by_what_is_not_the_same_of_them() -> None:
    said = CertifiedFigure(
        test="clear", of="B", lower="1", upper="1", verdict="pass", at_least="0.99"
    )
    for changes, words in (
        ({"at_least": "0.95"}, "at least 99 %; at least 95 %"),
        ({"at_least": None}, "at least 99 %; no threshold"),
        ({"lower": "0.5"}, "100.00 %; 50.00 % to 100.00 %"),
        ({"lower": "0.999999"}, "100.00 %; > 99.99 % to 100.00 %"),
        ({"verdict": "fail"}, "1 to 1 (pass); 1 to 1 (fail)"),
    ):
        then = msgspec.structs.replace(said, **changes)
        figure = FigureVerdict(test="clear", of="B", said=said, then=then, holds=False)
        found = Verified(verdict=Verdict(result=Result.FALSE, checks=()), figures=(figure,))
        assert f"B: {words}: DIFFERENT, clear" in verified_text(found).plain


@pytest.mark.usefixtures("_offline")
def test_an_id_is_mistyped_in_its_last_character_alone() -> None:
    _, said = verify(f"https://ledger.example/certificates/{ID[:-1]}B")
    assert "mistyped or cut off" in said
    _, said = verify("a.jwt", "--batch", f"{BATCH.partition('.')[0][:-1]}B.0")
    said = " ".join(said.split())
    assert "mistyped or cut off; the id stands on the delivery" in said
    assert "provenite batches" not in said


@pytest.mark.usefixtures("_offline")
def test_a_server_that_is_not_reached_by_tls_is_not_asked(write: Write) -> None:
    code, said = verify(f"http://ledger.example/certificates/{ID}")
    assert code == UNABLE
    assert "only https" in said
    origin = "http://ledger.example"
    code, said = verify(write("a.jwt", certifying.text(origin=origin, issued_at=ISSUED)))
    assert code == UNCHECKED
    assert "only https" in said


@pytest.mark.usefixtures("_offline")
@pytest.mark.parametrize(
    ("vector", "result", "slug"),
    [
        ("certificates", "holds", None),
        ("certificate-with-a-figure-signed-anew", "false", "figures-false"),
        ("certificate-that-has-fallen-and-was-not-suspended", "holds", None),
    ],
)
def test_what_does_not_follow_from_a_pack_is_false(
    tmp_path: Path, vector: str, result: str, slug: str | None
) -> None:
    case = json.loads((VECTORS / f"audit/{vector}.json").read_bytes())
    (tmp_path / "a.pack.zip").write_bytes(b64decode(case["pack"]))
    with (tmp_path / "a.pack.zip").open("rb") as file:
        certificate, *_ = Pack(file).certified.certificates
    (tmp_path / "a.jwt").write_text(certificate.text)
    pack = ("--recompute", tmp_path / "a.pack.zip", "--offline", "--json")
    code, said = verify(tmp_path / "a.jwt", *pack)
    checks = {each["subject"]: each for each in json.loads(said)["verdict"]["checks"]}
    assert checks["recomputed"]["result"] == result
    assert checks["recomputed"].get("slug") == slug
    # The vectors' certificates expire, whenever this is read.
    results = {each["result"] for each in checks.values()}
    assert code == (FALSE if "false" in results else UNCHECKED)


@pytest.mark.usefixtures("_offline")
@pytest.mark.parametrize("change", ["damaged", "of another batch"])
def test_from_a_pack_that_is_not_its_own_no_figure_follows(tmp_path: Path, change: str) -> None:
    made = Certified()
    name = made.certify(RECYCLED)
    other = made.firms.add("miner", made.firms.extracted(copper("1")))
    pack, whole = tmp_path / "a.pack.zip", made.forged().packed()
    if change == "damaged":
        middle = len(whole) // 2
        pack.write_bytes(whole[:middle] + b"X" + whole[middle + 1 :])
    else:
        batch = f"{other}.0"
        content = claimed(made.firms.replay.content(batch))
        pack.write_bytes(forged(made.firms, batch, content).packed())
    (tmp_path / "a.jwt").write_text(made.texts[name])
    code, said = verify(tmp_path / "a.jwt", "--recompute", pack, "--offline")
    plain = " ".join(said.split())
    assert "Figures as they are said" not in said
    assert "ok          recomputed" not in said
    if change == "damaged":
        assert f"The pack {pack} is damaged or false (pack-" in plain
        assert "Nothing was found to be false." not in plain
    else:
        assert code == FALSE
        assert f"The pack {pack} is of batch {batch}" in plain


class Ledger:
    """A web server with the files that a ledger answers about one certificate."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.origin = origin
        self.log = NoteSigner(log_name(origin), private("log"))
        self.jwt = certifying.text(origin=origin, issued_at=ISSUED)
        self.url = f"{origin}/certificates/{ID}"
        text = statement(self.jwt, origin)
        proof = receipt(parse(text, complete=False).digest, log=self.log)
        self.answer = CertificateAnswer(
            id=ID,
            url=self.url,
            credential=self.jwt,
            digest=digest_of(self.jwt),
            status=Validity.VALID,
            valid_until=certifying.credential(origin, ISSUED).valid_until,
            statement=text,
            index=12,
            receipt=proof,
        )
        self.put(f"v1/certificates/{ID}", msgspec.json.encode(self.answer))
        self.put("certificates/status/0", self.listed())
        document = certifying.document(origin=origin)
        self.put(".well-known/did.json", msgspec.json.encode(document))
        said = LogAnswer(
            name=self.log.key.name,
            key=str(self.log.key),
            receipt_key=RECEIPTS.jwk,
            size=14,
            checkpoint="",
        )
        self.put("v1/log", msgspec.json.encode(said))

    def listed(self, *places: int) -> bytes:
        return certifying.status_list(places, now=now(), origin=self.origin).encode()

    def put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    folder = tmp_path / "served"
    folder.mkdir()
    with served(folder) as origin:
        yield Ledger(folder, origin)


def test_an_address_is_asked_for_all_that_it_takes(ledger: Ledger) -> None:
    code, said = verify(ledger.url)
    assert code == VALID, said
    # What rests on the ledger's word is said.
    assert "The log's key is what the ledger says" in " ".join(said.split())
    code, said = verify(ledger.url, "--log-key", ledger.log.key)
    assert code == VALID
    assert "what the ledger says" not in said


def test_a_printed_code_pins_the_text(ledger: Ledger) -> None:
    code, said = verify(qr_text(ledger.url, ledger.jwt))
    assert code == VALID
    assert "It is the text that the printed code names." in said
    code, said = verify(f"{ledger.url}#{digest_of('another')}")
    assert code == FALSE
    assert "certificate-differs" in said


def test_a_file_is_completed_from_the_ledger_that_it_names(ledger: Ledger, write: Write) -> None:
    file = write("a.jwt", ledger.jwt)
    assert verify(file)[0] == VALID
    ledger.put("certificates/status/0", ledger.listed(PLACE))
    since = ISSUED + timedelta(minutes=1)
    for status, verdict in (
        (Validity.SUSPENDED, "The issuer has suspended it. Do not rely on it."),
        (Validity.REVOKED, "The issuer has revoked it. Do not rely on it."),
    ):
        told = msgspec.structs.replace(
            ledger.answer, status=status, since=since, reason="Nd is no longer known."
        )
        ledger.put(f"v1/certificates/{ID}", msgspec.json.encode(told))
        code, said = verify(file)
        assert code == FALSE
        assert said.startswith(f"NOT VALID\n{verdict}\n")
        plain = " ".join(said.split())
        begin = f"{status.capitalize()} since {since:%Y-%m-%d %H:%M:%S} UTC, by what its ledger answers;"
        assert begin in plain
        assert "The ledger says why: “Nd is no longer known.”" in plain
        assert "lifted" not in plain


def test_what_the_ledger_lacks_is_said(ledger: Ledger, write: Write) -> None:
    (ledger.folder / "certificates/status/0").unlink()
    (ledger.folder / "v1/log").unlink()
    code, said = verify(write("a.jwt", ledger.jwt))
    assert code == UNCHECKED
    assert "There is nothing at" in said
    assert "not what a ledger answers about its log" in " ".join(said.split())


def test_an_address_with_no_certificate_gives_no_verdict(ledger: Ledger) -> None:
    code, said = verify(f"{ledger.origin}/certificates/{'A' * 22}")
    assert code == UNABLE
    assert "there is no certificate at" in said


def test_an_address_that_answers_with_another_certificate_is_false(ledger: Ledger) -> None:
    other = "B" * 21 + "A"
    ledger.put(f"v1/certificates/{other}", msgspec.json.encode(ledger.answer))
    code, said = verify(f"{ledger.origin}/certificates/{other}")
    assert code == FALSE
    assert "issuer-mismatch" in said


HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n", "status 302"),
        (HEAD + b"content-encoding: gzip\r\n\r\n", "content-encoding"),
        (HEAD + b"\r\n" + bytes(2**21), "more than 1048576 bytes"),
        (HEAD + b"\r\n{}", "not what a ledger answers about a certificate"),
        (HEAD + b"\r\n" + b"[" * 100_000, "not what a ledger answers about a certificate"),
    ],
)
def test_what_a_server_may_answer_is_bounded(answer: bytes, said: str) -> None:
    with saying(answer) as origin:
        code, told = verify(f"{origin}/certificates/{ID}")
    assert code == UNABLE
    assert said in " ".join(told.split())


def test_nothing_more_is_asked_of_a_server_that_does_not_answer(write: Write) -> None:
    with contextlib.closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        jwt = certifying.text(origin=origin, issued_at=ISSUED)
        made, log = statement(jwt, origin), NoteSigner(log_name(origin), private("log"))
        write("a.statement", made)
        write("a.receipt", receipt(parse(made, complete=False).digest, log=log))
        code, said = verify(write("a.jwt", jwt), "--log-key", log.key)
    assert code == UNCHECKED
    assert said.count("Not reached") == 1
    # What lies beside it stands in for what the ledger would answer.
    assert "Statement and proof lay beside it: a.statement and a.receipt" in said
    assert f"Recorded in {log.key.name} at 12 of 14." in said


@pytest.mark.parametrize("host", ["a..b", "xn--a", f"{'a' * 64}.example", "[::::]"])
def test_a_host_that_is_none_is_not_reached(write: Write, host: str) -> None:
    code, said = verify(f"https://{host}/certificates/{ID}")
    assert code == UNABLE, said
    assert said.startswith("provenite: ")
    origin = f"https://{host}"
    code, said = verify(write("a.jwt", certifying.text(origin=origin, issued_at=ISSUED)))
    assert code == UNCHECKED
    assert "Not reached" in said


@pytest.mark.usefixtures("_offline")
def test_the_log_s_key_may_stand_in_the_policy(write: Write) -> None:
    words = files(write)
    place = words.index("--log-key")
    code, said = verify(*words[:place], *words[place + 2 :])
    assert code == VALID
    assert "what the ledger says" not in said


def test_what_is_false_is_false_although_the_rest_cannot_be_fetched(
    ledger: Ledger, write: Write
) -> None:
    late = certifying.status_list(now=now() - timedelta(days=3), origin=ledger.origin)
    ledger.put("certificates/status/0", late.encode())
    assert verify(write("a.jwt", ledger.jwt))[0] == UNCHECKED
    ledger.put(".well-known/did.json", b"{}")
    assert verify(write("a.jwt", ledger.jwt))[0] == FALSE


def test_what_the_ledger_answers_outweighs_an_older_list(ledger: Ledger, write: Write) -> None:
    told = msgspec.structs.replace(ledger.answer, status=Validity.SUSPENDED, since=now())
    ledger.put(f"v1/certificates/{ID}", msgspec.json.encode(told))
    code, said = verify(ledger.url, "--status", write("old.jwt", ledger.listed().decode()))
    assert code == FALSE
    assert "by what its ledger answers" in " ".join(said.split())


def test_a_stale_list_is_fetched_anew(ledger: Ledger, write: Write) -> None:
    ago = now() - timedelta(minutes=30)
    old = write("old.jwt", certifying.status_list(now=ago, origin=ledger.origin))
    document = ("--did", ledger.folder / ".well-known/did.json")
    ledger.put("certificates/status/0", ledger.listed(PLACE))
    assert verify(ledger.url, "--status", old, *document)[0] == FALSE
    (ledger.folder / "certificates/status/0").unlink()
    assert verify(ledger.url, "--status", old, *document)[0] == UNCHECKED


@pytest.mark.usefixtures("_offline")
@pytest.mark.parametrize("content", ["%PDF-1.7\n", "<!DOCTYPE html><html>"])
def test_a_page_for_people_is_told_from_a_certificate(write: Write, content: str) -> None:
    code, said = verify(write("a.page", content), "--offline")
    assert code == UNABLE
    assert ".jwt beside it" in " ".join(said.split())


@pytest.mark.usefixtures("_offline")
def test_a_suspension_in_a_pack_counts(tmp_path: Path) -> None:
    case = json.loads((VECTORS / "audit/certificate-suspended.json").read_bytes())
    pack = tmp_path / "a.pack.zip"
    pack.write_bytes(b64decode(case["pack"]))
    with pack.open("rb") as file:
        certificate, *_ = Pack(file).certified.certificates
    (tmp_path / "a.jwt").write_text(certificate.text)
    code, said = verify(tmp_path / "a.jwt", "--recompute", pack, "--offline", "--json")
    checks = {each["subject"]: each for each in json.loads(said)["verdict"]["checks"]}
    assert code == FALSE
    assert checks["status"]["slug"] == "certificate-suspended"


def test_what_is_false_in_a_pack_outweighs_what_holds() -> None:
    holds = Check(subject="log", result=Result.HOLDS, detail="It holds.")
    false = Check(
        subject="log", result=Result.FALSE, detail="It is another.", slug="log-commits-otherwise"
    )
    verdict = Verdict(result=Result.HOLDS, checks=(holds,))
    assert verdict.completed([false]) == Verdict(result=Result.FALSE, checks=(false,))
    assert Verdict(result=Result.FALSE, checks=(false,)).completed([holds]).checks == (false,)


def test_a_firms_own_rule_is_said_to_be_no_more() -> None:
    rule = read_own(OWN_RULE, "acme.toml")
    certified = credential(certifying.ISSUANCE, rule, certifying.assessment(rule))
    verdict = Verdict(result=Result.HOLDS, checks=())
    said = " ".join(verified_text(Verified(verdict=verdict, credential=certified)).plain.split())
    assert said.startswith("VALID, BY A FIRM'S OWN RULE ")
    assert said.count(OWN) == 2
    assert "“post_consumer”" in said
    assert "DFARS 252" not in said


def test_what_stands_on_its_word_alone_is_explained_once() -> None:
    checks = tuple(
        Check(subject=subject, result=Result.CLAIMED, detail="Said.")
        for subject in ("status", "log")
    )
    said = verified_text(Verified(verdict=Verdict(result=Result.HOLDS, checks=checks))).plain
    assert " ".join(said.split()).count("holds on the word of the ledger alone") == 1
    assert max(map(len, said.splitlines())) <= 80
