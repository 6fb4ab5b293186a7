"""Every file of `proto/vectors/`, read and nothing else: another implementation can do the same."""

from base64 import b64decode
from datetime import date, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provenite_proto import token
from provenite_proto.audit import KINDS as AUDIT_KINDS
from provenite_proto.audit import Trust, audit_pack
from provenite_proto.certificate import KINDS as CERTIFICATE_KINDS
from provenite_proto.certificate import (
    BadCertificate,
    Evidence,
    Told,
    Trusted,
    judged,
    read_certificate,
)
from provenite_proto.content import Event, Shares, read_own
from provenite_proto.log import parse_key, parse_policy
from provenite_proto.pack import KINDS as PACK_KINDS
from provenite_proto.pack import BadPack, Pack
from provenite_proto.portfolio import STAGES, Bounds, Exposure, add, exposures
from provenite_proto.problem import FINDINGS, KINDS, Problem
from provenite_proto.record import Jwk, Validity
from provenite_proto.shipment import Leg, judge
from provenite_proto.statement import PublicKey, Statement, parse
from tests.proto.replay import Replay, effects

FOLDER = Path(__file__).parents[2] / "proto" / "vectors"


def files(folder: str) -> list[Any]:
    paths = sorted((FOLDER / folder).glob("*.json"))
    assert paths, f"no vectors in {folder}"
    return [pytest.param(path, id=path.stem) for path in paths]


def told(said: dict[str, str]) -> Told:
    """What somebody tells of how a certificate stands."""
    at = datetime.fromisoformat(said["toldAt"])
    return Told(status=Validity(said["status"]), by=said["by"], told_at=at)


def verified(case: dict[str, Any]) -> Statement:
    """The statement, read and its signature verified with the one key that is registered."""
    read = parse(case["statement"], complete=case["complete"])
    key = PublicKey(msgspec.convert(case["key"], Jwk))
    if read.key_id != key.key_id:
        raise Problem("key-unknown", "The vector registers one key.")
    read.verify(key)
    return read


@pytest.mark.parametrize("path", files("statement/valid"))
def test_a_valid_statement_is_read(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    read = verified(case)
    sections = {name for name in read.record.sections if getattr(read.record, name) is not None}
    assert case["expected"] == {
        "digest": read.digest,
        "keyId": read.key_id,
        "issuedAt": read.issued_at,
        "audience": read.audience,
        "type": read.record.__struct_config__.tag,
        "sections": sorted(sections),
        "withheld": read.withheld,
    }
    assert parse(case["statement"].encode(), complete=case["complete"]) == read


@pytest.mark.parametrize("path", files("statement/invalid"))
def test_an_invalid_statement_is_refused(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    with pytest.raises(Problem) as refused:
        verified(case)
    found = {"problem": refused.value.slug, "pointer": refused.value.pointer}
    assert found == case["expected"]
    assert refused.value.slug in KINDS


@pytest.mark.parametrize("path", files("admission"))
def test_a_statement_has_its_effects_or_its_problem(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    replay = Replay(case["audience"])
    for step in case["earlier"]:
        replay.add(step["statement"], step["recordedAt"])
    try:
        found = effects(replay.check(case["statement"], case["recordedAt"]))
    except Problem as problem:
        found = {"problem": problem.slug, "pointer": problem.pointer, "figures": problem.figures}
    assert found == case["expected"]


@pytest.mark.parametrize("path", files("content"))
def test_a_chain_leads_to_its_content(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    replay = Replay(case["audience"])
    for step in case["statements"]:
        replay.add(step["statement"], step["recordedAt"])
    content = replay.content(case["batch"])
    for element, lenses in case["expected"].items():
        assert {lens: content[element][lens] for lens in lenses} == lenses


@pytest.mark.parametrize("path", files("lens"))
def test_a_lens_is_read_and_gives_its_labels(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    try:
        lens = read_own(case["lens"])
    except Problem as problem:
        assert {"problem": problem.slug, "pointer": problem.pointer} == case["expected"]
        return
    entry, *steps = msgspec.convert(case["events"], list[Event])
    labels = [lens.first(entry)]
    for event in steps:
        labels.append(lens.next(labels[-1], event))
    assert {"id": lens.id, "labels": labels} == case["expected"]


@pytest.mark.parametrize("path", files("token"))
def test_a_token_lets_in_or_not(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    try:
        typ = {"access": token.TYP, "enrolment": token.PROOF_TYP}[case["use"]]
        read = token.parse(case["token"], typ)
        key = PublicKey(msgspec.convert(case["key"], Jwk))
        read.check(key, audience=case["audience"], now=case["now"])
        found = {"keyId": read.key_id, "jti": read.claims.jti}
    except Problem as problem:
        found = {"problem": problem.slug, "pointer": problem.pointer}
    assert found == case["expected"]


@pytest.mark.parametrize("path", files("shipment"))
def test_a_shipment_of_waste_has_its_verdict(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    asked = case["shipment"]
    verdict = judge(
        Leg(
            asked["from"],
            asked["to"],
            asked["code"],
            date.fromisoformat(asked["date"]),
            asked["purpose"],
            tuple(asked.get("transit", ())),
            frozenset(asked.get("evidence", ())),
        )
    )
    found = msgspec.json.decode(msgspec.json.encode(verdict))
    assert found.pop("reason").endswith(".")
    assert found.pop("day") == asked["date"]
    assert found == case["expected"]


@pytest.mark.parametrize("path", files("portfolio"))
def test_a_portfolio_says_what_its_parts_are_together(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    totals: Shares = {
        element: {lens: {} for lens in ("source", "custody", *(f"stage/{each}" for each in STAGES))}
        for part in case["parts"]
        for element in part
    }
    for part in case["parts"]:
        add(totals, part)
    found = exposures(totals, date.fromisoformat(case["asOf"]))
    assert {"elements": [described(each) for each in found]} == case["expected"]


def described(found: Exposure) -> dict[str, Any]:
    """An element of a portfolio as the vectors have it: fractions in lowest terms."""
    return {
        "element": found.element,
        "mass": found.mass,
        "physicallyContained": not found.credited,
        "avoided": fractions(found.avoided),
        "stages": [
            {
                "stage": step.stage,
                "mass": step.whole,
                "apart": step.apart,
                "country": step.third,
                "largest": fractions(step.largest),
                "herfindahl": fractions(step.herfindahl),
                "benchmark": step.verdict if found.strategic else None,
            }
            for step in found.steps
        ],
    }


def fractions(found: Bounds) -> list[str]:
    return [str(Fraction(each, found.whole)) for each in (found.lower, found.upper)]


@pytest.mark.parametrize("path", files("pack"))
def test_a_pack_is_read_or_refused(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    try:
        pack = Pack(BytesIO(b64decode(case["pack"])))
        found: dict[str, Any] = {
            "statements": [parse(line.statement, complete=False).digest for line in pack.lines()]
        }
    except BadPack as error:
        found = {"badPack": error.slug, "member": error.member}
    assert found == case["expected"]


@pytest.mark.parametrize("path", files("audit"))
def test_an_audit_comes_to_its_verdict(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    trust = Trust(
        parse_key(case["logKey"]) if "logKey" in case else None,
        parse_policy(case["policy"]) if "policy" in case else None,
    )
    verdict = audit_pack(BytesIO(b64decode(case["pack"])), trust)
    assert {
        "outcome": verdict.outcome,
        "failures": sorted(each.slug for each in verdict.failures),
        "missing": sorted(each.what for each in verdict.missing),
        "withheld": sorted(each.check for each in verdict.withheld),
    } == case["expected"]


@pytest.mark.parametrize("path", files("certificate"))
def test_a_certificate_can_be_relied_on_or_not(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    found: dict[str, Any]
    try:
        certificate = read_certificate(case["certificate"])
    except BadCertificate as error:
        found = {"badCertificate": error.slug}
    else:
        trusted = case["trusted"]
        evidence = Evidence(
            document=msgspec.json.encode(case["document"]) if "document" in case else None,
            status_list=case.get("statusList"),
            statement=case.get("statement"),
            receipt=case["receipt"].encode() if "receipt" in case else None,
            log_key=case.get("logKey"),
            told=tuple(map(told, case.get("told", ()))),
            policy=case.get("policy"),
        )
        whom = Trusted(
            log_key=parse_key(trusted["logKey"]) if "logKey" in trusted else None,
            policy=parse_policy(trusted["policy"]) if "policy" in trusted else None,
            digest=trusted.get("digest"),
            batch=trusted.get("batch"),
        )
        verdict = judged(certificate, evidence, whom, datetime.fromisoformat(case["now"]))
        assert (verdict.id, verdict.digest) == (certificate.credential.id, certificate.digest)
        checks = msgspec.to_builtins(verdict.checks)
        assert all(check.pop("detail").endswith(".") for check in checks)
        assert not any(
            check.pop("lacks", ()) and check["result"] != "unchecked" for check in checks
        )
        found = {"result": verdict.result.value, "checks": list(checks)}
    assert found == case["expected"]


def test_every_problem_and_finding_has_a_vector() -> None:
    expected = [
        msgspec.json.decode(path.read_bytes())["expected"] for path in FOLDER.rglob("*.json")
    ]
    slugs = {each["problem"] for each in expected if "problem" in each}
    # These two are answers of the service: no statement alone can bring them about.
    assert slugs == KINDS.keys() - {"not-submitted", "invitation-invalid"}
    findings = {finding["slug"] for each in expected for finding in each.get("findings", ())}
    assert findings == FINDINGS.keys()
    assert {each["badPack"] for each in expected if "badPack" in each} == PACK_KINDS.keys()
    checks = [check for each in expected for check in each.get("checks", ())]
    bad = {each["badCertificate"] for each in expected if "badCertificate" in each}
    bad |= {check["slug"] for check in checks if "slug" in check}
    # An old list is not false: the check is not made.
    assert bad >= CERTIFICATE_KINDS.keys() - {"status-list-expired"}
    false = {slug for each in expected for slug in each.get("failures", ())}
    # Only whoever has a whole log finds these: tests/proto/test_audit_whole.py.
    assert false >= AUDIT_KINDS.keys() - {"tree-false", "index-missing"}
