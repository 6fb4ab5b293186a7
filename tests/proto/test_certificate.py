"""Certificates: what is certified, how it is written, and that nothing else is taken for one."""

import json
import os
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto import certificate as certificates
from provenite_proto.certificate import (
    BITS,
    BadCertificate,
    Evidence,
    Result,
    Told,
    Trusted,
    bits,
    judged,
    read_certificate,
)
from provenite_proto.certificate.did import MAX_KEYS, kid_of
from provenite_proto.certificate.suspension import is_suspended, read_status_list
from provenite_proto.log import parse_key, parse_policy
from provenite_proto.matter.quantity import fraction_text
from provenite_proto.policy import CATALOGUE, OWN, Outcome, policy_named, read_own
from provenite_proto.policy.answers import FigureAnswer
from provenite_proto.policy.model import Exemption
from provenite_proto.record import Validity
from provenite_proto.statement import PublicKey, SigningKey, base64url
from tests.proto.certifying import (
    BATCH,
    DID,
    ID,
    ISSUANCE,
    KEY,
    NOW,
    ORIGIN,
    OTHER,
    PLACE,
    POLICY,
    assessment,
    credential,
    document,
    status_list,
    text,
)
from tests.proto.making.certificate_parts import good
from tests.proto.own_rule import OWN_RULE

STANDARDS = Path(
    os.environ.get("PROVENITE_STANDARDS", Path(__file__).parents[3] / "shared/standards")
)
SCHEMA = STANDARDS / "untp-0.7.0/dcc/ConformityCredential.json"


def refusal(found: pytest.ExceptionInfo[BadCertificate]) -> str:
    assert found.value.kind
    assert found.value.detail.endswith(".")
    return found.value.slug


def test_what_is_signed_is_what_is_opened() -> None:
    assert certificates.opened(text(), document()) == credential()
    assert certificates.opened(text(OTHER), document(KEY, OTHER)) == credential()


def test_a_document_is_read_as_it_is_written() -> None:
    assert certificates.read_did(msgspec.json.encode(document(KEY, OTHER))) == document(KEY, OTHER)


def test_a_document_keeps_the_keys_that_sign_before_those_that_were_retired() -> None:
    keys = [SigningKey.generate().public for _ in range(MAX_KEYS + 1)]
    for many in (1, MAX_KEYS - 1, MAX_KEYS):
        signing, retired = keys[:many], keys[many:]
        made = certificates.did_document(DID, signing, retired)
        assert certificates.read_did(msgspec.json.encode(made)) == made
        assert len(made.verification_method) == MAX_KEYS
        for key in signing:
            assert made.key(kid_of(DID, key)).key_id == key.key_id
        slugs = []
        for key in retired:
            with pytest.raises(BadCertificate) as found:
                made.key(kid_of(DID, key))
            slugs.append(refusal(found))
        expected = ["issuer-key-retired"] * (MAX_KEYS - many)
        assert slugs == [*expected, "issuer-key-unknown"]


@pytest.mark.parametrize("policy", [policy_named(each) for each in CATALOGUE], ids=CATALOGUE)
def test_a_certificate_is_a_conformity_credential_of_untp(policy: Any) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"needs the schema {SCHEMA} (PROVENITE_STANDARDS names its folder)")
    schema = json.loads(SCHEMA.read_text("utf-8"))
    made = certificates.credential(
        msgspec.structs.replace(ISSUANCE, lot="L 7", product="magnet", declared=True),
        msgspec.structs.replace(policy, verify_by=NOW.date() + timedelta(days=400)),
        msgspec.structs.replace(assessment(policy), row=len(policy.row), exemption="small"),
    )
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(
        json.loads(msgspec.json.encode(made))
    )


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.PASS])
def test_only_a_pass_is_certified(outcome: Outcome) -> None:
    with pytest.raises(ValueError, match="only a pass"):
        certificates.credential(
            ISSUANCE, POLICY, msgspec.structs.replace(assessment(), outcome=outcome)
        )


def test_it_names_neither_the_batch_nor_any_mass() -> None:
    written = msgspec.json.encode(credential()).decode()
    assert BATCH.partition(".")[0] not in written
    assert "2500" not in written
    assert certificates.batch_digest(ID, BATCH) in written


def test_it_is_valid_for_a_year_at_most_and_while_the_rule_is_known() -> None:
    dfars = policy_named("us.dfars.252.225-7052")
    ends = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert certificates.valid_until(dfars, assessment(dfars), NOW) == ends
    known = msgspec.structs.replace(POLICY, verify_by=NOW.date() + timedelta(days=1000))
    assert certificates.valid_until(known, assessment(known), NOW) == NOW + timedelta(days=365)
    old = msgspec.structs.replace(POLICY, verify_by=NOW.date() - timedelta(days=1))
    with pytest.raises(ValueError, match="holds only until"):
        certificates.credential(ISSUANCE, old, assessment())


def test_it_is_valid_no_longer_than_the_exemption_on_which_it_rests() -> None:
    replace = msgspec.structs.replace
    exempt = Exemption(id="small", title="Small", until=NOW.date())
    later = replace(exempt, since=NOW.date() + timedelta(days=1), until=None)
    policy = replace(POLICY, verify_by=NOW.date() + timedelta(days=1000), exemption=(exempt, later))
    found, last = assessment(policy), datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    assert certificates.valid_until(policy, found, NOW) == NOW + timedelta(days=365)
    claimed = replace(found, exemption="small")
    assert certificates.valid_until(policy, claimed, NOW) == last
    made = certificates.credential(ISSUANCE, policy, claimed)
    assert made.valid_until == last
    with pytest.raises(ValueError, match="holds only until 2026-11-24"):
        certificates.credential(replace(ISSUANCE, issued_at=last), policy, claimed)
    tomorrow = replace(claimed, as_of=NOW.date() + timedelta(days=1))
    assert certificates.valid_until(policy, tomorrow, NOW) == NOW + timedelta(days=365)


def test_its_name_says_how_the_policy_is_set() -> None:
    for asked, name in (
        ("claim.recycled", "Recycled content of one class"),
        ("claim.recycled?share=0", "Recycled content of one class (share 0 %)"),
        (
            "claim.recycled?class=pre_consumer&share=0.24",
            "Recycled content of one class (class pre consumer, share 24 %)",
        ),
    ):
        policy = policy_named(asked)
        made = certificates.credential(ISSUANCE, policy, assessment(policy))
        assert {made.name, made.credential_subject.name, made.assessment.name} == {name}


def test_it_is_called_by_its_material_whatever_its_holder_declares_it_to_be() -> None:
    replace = msgspec.structs.replace
    motor = replace(ISSUANCE, product="traction-motor", declared=True)
    told = replace(POLICY, scope=replace(POLICY.scope, products=("traction-motor",)))
    for policy, product in ((POLICY, None), (told, "traction-motor")):
        made = certificates.credential(motor, policy, assessment(policy)).assessment
        assert made.assessed_product[0].product.name == ISSUANCE.material
        assert made.provenance.product == product
        said = "as “traction-motor”, which the holder declares" in " ".join(
            made.specified_condition
        )
        assert said == (product is not None)


@pytest.mark.parametrize(
    ("origin", "did"),
    [
        (ORIGIN, DID),
        ("https://ledger.example:8443", "did:web:ledger.example%3A8443"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("http://[::1]:8000", "did:web:%5B%3A%3A1%5D%3A8000"),
    ],
)
def test_the_issuer_is_named_by_its_origin(origin: str, did: str) -> None:
    assert certificates.did_of(origin) == did


@pytest.mark.parametrize("origin", ["https://a.example/", "ledger.example", "https://u@a.example"])
def test_what_is_no_origin_names_no_issuer(origin: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        certificates.did_of(origin)


def test_an_ed25519_key_signs_no_certificate() -> None:
    with pytest.raises(ValueError, match="ES256"):
        certificates.sign_certificate(credential(), SigningKey.generate("Ed25519"))


def test_what_nobody_could_read_is_not_signed() -> None:
    many = msgspec.structs.replace(assessment(), figures=assessment().figures * 1025)
    with pytest.raises(ValueError, match="no certificate can say it"):
        certificates.sign_certificate(certificates.credential(ISSUANCE, POLICY, many), KEY)


_SHARES = st.integers(0, 2 * 10**9).map(fraction_text)
_FIGURES = st.builds(
    FigureAnswer,
    test=st.text(string.printable.strip(), min_size=1, max_size=256),
    of=st.sampled_from(["Nd", "cost", "equity together"]),
    lower=st.just("1"),
    upper=st.just("2"),
    whole=st.just("3"),
    lower_share=_SHARES,
    upper_share=_SHARES,
    verdict=st.sampled_from(["pass", "fail", "review"]),
    at_least=st.none() | st.just("0.24"),
    below=st.none() | st.just("0.25"),
)


@given(st.lists(_FIGURES, max_size=20))
def test_all_figures_are_read_as_they_are_written(figures: list[FigureAnswer]) -> None:
    found = msgspec.structs.replace(assessment(), figures=tuple(figures))
    made = certificates.credential(ISSUANCE, POLICY, found)
    read = certificates.opened(certificates.sign_certificate(made, KEY), document())
    assert read == made
    assert [each.lower for each in read.provenance.figures] == [
        each.lower_share for each in figures
    ]


def test_the_printed_code_names_address_and_digest() -> None:
    code = certificates.qr_text(credential().id, text())
    assert certificates.read_qr(code) == (credential().id, certificates.digest_of(text()))


@given(st.sets(st.integers(0, BITS - 1), max_size=200), st.integers(0, BITS - 1))
def test_a_list_has_just_the_bits_that_were_set(places: set[int], asked: int) -> None:
    found = bits.decode(bits.encode(places))
    assert all(bits.is_set(found, each) for each in places)
    assert bits.is_set(found, asked) == (asked in places)
    assert sum(each.bit_count() for each in found) == len(places)


@given(st.binary(max_size=64))
def test_what_is_no_list_is_refused(raw: bytes) -> None:
    with pytest.raises(BadCertificate) as refused:
        bits.decode("u" + base64url.encode(raw))
    assert refusal(refused) == "status-list-malformed"


def test_a_suspended_certificate_is_found_in_its_list() -> None:
    for places, expected in (((), False), ((PLACE,), True), ((PLACE - 1, PLACE + 1), False)):
        listed = read_status_list(status_list(places), credential(), document())
        found = is_suspended(listed, credential())
        assert found is expected


@given(st.data())
def test_a_text_in_which_a_character_is_changed_is_refused(data: Any) -> None:
    whole = text()
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from("AbZ09-_.").filter(lambda each: each != whole[place]))
    with pytest.raises(BadCertificate) as refused:
        certificates.opened(whole[:place] + other + whole[place + 1 :], document())
    assert refusal(refused) in certificates.KINDS


def test_a_key_of_another_name_is_no_key_of_the_issuer() -> None:
    method = document().verification_method[0]
    renamed = msgspec.structs.replace(
        document(),
        verification_method=(
            msgspec.structs.replace(method, public_key_jwk=PublicKey(OTHER.jwk).jwk),
        ),
    )
    with pytest.raises(BadCertificate) as refused:
        certificates.opened(text(), renamed)
    assert refusal(refused) == "issuer-document"


PIECES = ("document", "statusList", "statement", "receipt")


@given(st.dictionaries(st.sampled_from(PIECES), st.integers(0), min_size=1))
def test_with_a_piece_changed_or_missing_nothing_is_valid(changes: dict[str, int]) -> None:
    case = good()
    pieces = {name: msgspec.json.encode(case[name]) for name in ("document",)}
    pieces |= {name: case[name].encode() for name in PIECES[1:]}
    for name, where in changes.items():
        # One place beyond the end stands for a piece that is not there.
        place = where % (len(pieces[name]) + 1)
        pieces[name] = pieces[name][:place] + b"!" + pieces[name][place + 1 :]
        if place == len(pieces[name]) - 1:
            del pieces[name]
    evidence = Evidence(
        document=pieces.get("document"),
        status_list=pieces["statusList"].decode() if "statusList" in pieces else None,
        statement=pieces["statement"].decode() if "statement" in pieces else None,
        receipt=pieces.get("receipt"),
    )
    trusted = Trusted(
        log_key=parse_key(case["trusted"]["logKey"]), policy=parse_policy(case["trusted"]["policy"])
    )
    verdict = judged(read_certificate(case["certificate"]), evidence, trusted, NOW)
    assert verdict.result in (Result.FALSE, Result.UNCHECKED)


@given(st.text(string.printable.strip() + "“”", min_size=1, max_size=64))
def test_the_ledgers_reason_is_told_as_its_words(reason: str) -> None:
    told = Told(
        status=Validity.REVOKED,
        by="its ledger",
        told_at=NOW,
        since=NOW,
        reason=f"{reason}” It holds.",
    )
    evidence = Evidence(told=(told,))
    verdict = judged(read_certificate(text()), evidence, Trusted(), NOW)
    (said,) = [each for each in verdict.checks if each.subject == "status"]
    begin = "Revoked since 2026-11-24 12:30:15 UTC, by its ledger. The ledger says why: “"
    assert said.slug == "certificate-revoked"
    assert said.detail.startswith(begin)
    assert "”" not in said.detail[len(begin) : -len("”")]


def test_what_is_missing_is_named() -> None:
    lacking = [
        each.lacks for each in judged(read_certificate(text()), Evidence(), Trusted(), NOW).checks
    ]
    assert lacking == [("document",), (), ("statusList",), ("statement", "receipt")]


def by_own_rule() -> certificates.Credential:
    return certificates.credential(ISSUANCE, OWN_POLICY, assessment(OWN_POLICY))


OWN_POLICY = read_own(OWN_RULE, "acme.toml")


def test_a_firms_own_rule_is_certified_as_no_more_than_that() -> None:
    made = by_own_rule()
    found, subject = made.assessment, made.credential_subject
    assert {made.name, found.name, subject.name} == {"A firm's own rule: own.acme.dfars"}
    assert (found.reference_regulation, found.reference_standard) == ((), ())
    assert found.specified_condition[0] == OWN
    assert [each.name for each in found.assessment_criteria] == ["“no covered-nation stage”"]
    assert "“no covered-nation stage”" in found.assessment_criteria[0].description
    assert [each.metric.name for each in found.assessed_performance] == ["Nd: “post_consumer”"]
    # Of what it calls and refers to itself nothing is told, its caveat but in quotation marks that it cannot close.
    written = msgspec.json.encode(made).decode()
    assert "DFARS 252" not in written
    assert "Department of Defense ' accepts this certificate.”" in written


@pytest.mark.parametrize(
    "defect", ["named after the law", "refers to the law", "says nothing of it"]
)
def test_a_firms_own_rule_cannot_be_told_as_if_it_were_a_law(defect: str) -> None:
    made, law = by_own_rule(), certificates.credential(ISSUANCE, LAW, assessment(LAW))
    replace = msgspec.structs.replace
    changes: dict[str, dict[str, Any]] = {
        "named after the law": {"name": LAW.title},
        "refers to the law": {"reference_regulation": law.assessment.reference_regulation},
        "says nothing of it": {"specified_condition": law.assessment.specified_condition},
    }
    assessed = replace(made.assessment, **changes[defect])
    told = replace(
        made, credential_subject=replace(made.credential_subject, conformity_assessment=(assessed,))
    )
    assert law.assessment.reference_regulation
    with pytest.raises(ValueError, match="is not what it says elsewhere"):
        certificates.sign_certificate(told, KEY)


LAW = policy_named("us.uflpa")


def test_whoever_verifies_is_told_that_the_rule_is_a_firms_own() -> None:
    certificate = read_certificate(certificates.sign_certificate(by_own_rule(), KEY))
    verdict = judged(certificate, Evidence(), Trusted(), NOW)
    (said,) = [each for each in verdict.checks if each.subject == "policy"]
    assert said.result is Result.CLAIMED
    assert OWN in said.detail
    # What a pack shows to be false outweighs it.
    wrong = msgspec.structs.replace(said, result=Result.FALSE, slug="policy-differs")
    assert wrong in verdict.completed([wrong]).checks
    assert (
        verdict.completed([msgspec.structs.replace(said, detail="Other.")]).checks == verdict.checks
    )
