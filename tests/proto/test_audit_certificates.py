"""Certificates in the audit of a pack: figure by figure, and those that are brought beside it."""

import io
from datetime import timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_proto import certificate as certificates
from provenite_proto.audit import Outcome, Presented, Trust, Verdict, audit_pack
from provenite_proto.certificate import Certificate, Check, Result, read_certificate
from provenite_proto.pack import NOTHING
from provenite_proto.policy import Policy, digest
from provenite_proto.record import Retraction, RetractionReason, Validity
from provenite_proto.statement import PublicKey
from tests.proto.forging import Forged, redacted
from tests.proto.making.audit_certificates import (
    CLEAR,
    DID,
    KEY,
    RECYCLED,
    Certified,
    with_provenance,
)
from tests.proto.making.keys import TestKey
from tests.proto.packing import LOG

TRUST = Trust(LOG.key)
POLICIES = {digest(each): each for each in (RECYCLED, CLEAR)}


def audited(pack: Forged, *brought: Certificate, key: TestKey | None = None) -> Verdict:
    did = certificates.did_document(DID, [PublicKey(key.jwk)]) if key else None
    presented = Presented(certificates=brought, did=did, policies=POLICIES)
    return audit_pack(io.BytesIO(pack.packed()), TRUST, presented=presented)


def certified(*policies: Policy) -> tuple[Certified, list[Certificate]]:
    """A batch with certificates, and these."""
    made = Certified()
    names = [made.certify(each) for each in policies]
    return made, [read_certificate(made.texts[each]) for each in names]


def bare(made: Certified) -> Forged:
    """The pack of a reader who is not told of the certificates."""
    pack = made.forged()
    pack.issued = NOTHING
    del pack.lines[len(pack.lines) - len(made.statements) :]
    return pack


def check(verdict: Verdict, digest: str, subject: str = "recomputed") -> Check:
    """One check of the certificate with a digest."""
    (found,) = (each for each in verdict.certificates if each.digest == digest)
    return next(each for each in found.checks if each.subject == subject)


def test_each_figure_is_said_then_and_now() -> None:
    made, (recycled, clear) = certified(RECYCLED, CLEAR)
    made.firms.add("recycler", Retraction(statement=made.collected, reason=RetractionReason.FRAUD))
    verdict = audited(made.forged())
    first, second = sorted(verdict.certificates, key=lambda each: each.policy, reverse=True)
    assert (first.digest, second.digest) == (recycled.digest, clear.digest)
    (figure,) = first.figures
    assert figure.said is not None and figure.now is not None
    assert (figure.test, figure.of, figure.holds) == ("of the class post_consumer", "Cu", True)
    assert figure.said == figure.then
    assert (figure.said.lower, figure.now.lower, figure.now.upper) == ("0.4", "0", "0.4")
    assert (first.then, first.now, second.now) == ("pass", "fail", "fail")
    assert (first.size, first.status, first.carried) == (9, Validity.VALID, True)
    assert (first.statement, first.index) == (made.statements[0], 9)


def test_a_certificate_is_recomputed_from_a_pack_that_does_not_know_it() -> None:
    made, (certificate, _) = certified(RECYCLED, CLEAR)
    verdict = audited(bare(made), certificate)
    assert verdict.outcome is Outcome.VERIFIED
    (found,) = verdict.certificates
    # Nobody has shown that the ledger recorded it, and with what keys its issuer signs.
    assert (found.carried, found.result) == (False, Result.UNCHECKED)
    unchecked = {each.subject for each in found.checks if each.result is Result.UNCHECKED}
    assert unchecked == {"signature", "log", "status"}
    results = {each.subject: each.result for each in found.checks}
    assert results["recomputed"] is results["now"] is results["batch"] is Result.HOLDS


def test_a_certificate_that_is_brought_is_audited_once() -> None:
    made, (certificate, other) = certified(RECYCLED, CLEAR)
    verdict = audited(made.forged(), other)
    assert [each.digest for each in verdict.certificates] == [other.digest, certificate.digest]
    assert all(each.carried for each in verdict.certificates)


@pytest.mark.parametrize(
    ("key", "result"), [(KEY, Result.HOLDS), (None, Result.CLAIMED), (TestKey("x"), Result.FALSE)]
)
def test_its_signature_is_the_issuers_whom_the_auditor_knows(
    key: TestKey | None, result: Result
) -> None:
    made, (certificate,) = certified(RECYCLED)
    verdict = audited(made.forged(), certificate, key=key)
    assert verdict.certificates[0].checks[0].subject == "signature"
    assert verdict.certificates[0].checks[0].result is result
    assert (verdict.outcome is Outcome.FALSE) is (result is Result.FALSE)


def test_a_certificate_of_another_batch_does_not_make_the_pack_false() -> None:
    made, _ = certified(RECYCLED)
    other = made.firms.delivered("recycler", "miner", {made.batch: "10"})
    credential = made.credential(RECYCLED)
    text = certificates.sign_certificate(credential, KEY)
    made.batch = f"{other}.0"
    made.texts.clear()
    verdict = audited(bare(made), read_certificate(text))
    assert verdict.outcome is Outcome.VERIFIED
    found = check(verdict, certificates.digest_of(text), "batch")
    assert (found.result, found.slug) == (Result.FALSE, "batch-differs")


def test_an_older_pack_cannot_check_a_newer_certificate() -> None:
    made, (first, second) = certified(RECYCLED, CLEAR)
    pack = made.forged()
    pack.issued = NOTHING
    del pack.lines[-2:]
    pack.relog()
    verdict = audited(pack, first, second)
    assert check(verdict, first.digest).result is Result.HOLDS
    found = check(verdict, second.digest)
    assert found.result is Result.UNCHECKED
    assert "fetch a newer one" in found.detail


def test_what_the_pack_knows_of_its_status_counts() -> None:
    made, (certificate,) = certified(RECYCLED)
    made.stands(Validity.REVOKED)
    verdict = audited(made.forged(), certificate)
    assert verdict.outcome is Outcome.VERIFIED
    assert verdict.certificates[0].status is Validity.REVOKED
    found = check(verdict, certificate.digest, "status")
    said = "Revoked; the ledger says why: “It no longer passes.”"
    assert (found.result, found.detail) == (Result.HOLDS, said)
    assert verdict.certificates[0].reason == "It no longer passes."


def test_a_pack_that_is_cut_off_says_nothing_of_any_certificate() -> None:
    made, (certificate,) = certified(RECYCLED)
    cut = io.BytesIO(made.forged().packed()[:-1])
    verdict = audit_pack(cut, TRUST, presented=Presented(certificates=(certificate,)))
    assert (verdict.outcome, verdict.certificates) == (Outcome.FALSE, ())


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.floats(0.02, 0.6))
def test_what_is_withheld_is_never_false_and_figures_that_hold_are_right(
    chance: Random, withheld: float
) -> None:
    made, _ = certified(RECYCLED, CLEAR)
    pack = made.forged()
    redacted(pack, lambda index, section: chance.random() < withheld)
    verdict = audited(pack)
    assert verdict.failures == ()
    for each in verdict.certificates:
        for figure in each.figures:
            assert figure.holds in (True, None)
        results = {check.subject: check.result for check in each.checks}
        if any(what.check.startswith("content") for what in verdict.withheld):
            assert results["recomputed"] is results["now"] is Result.UNCHECKED


def test_a_figure_that_was_left_out_or_put_in_is_found() -> None:
    made = Certified()
    credential = made.credential(CLEAR)
    (figure,) = credential.provenance.figures
    better = msgspec.structs.replace(figure, lower="0.5")
    for figures in ((), (figure, figure), (better, figure), (figure, better)):
        other = with_provenance(credential, figures=figures)
        certificate = read_certificate(certificates.sign_certificate(other, KEY))
        found = check(audited(bare(made), certificate), certificate.digest)
        assert (found.result, found.slug) == (Result.FALSE, "figures-false")


def test_a_threshold_that_was_changed_is_told() -> None:
    made = Certified()
    credential = made.credential(RECYCLED)
    (figure,) = credential.provenance.figures
    strict = msgspec.structs.replace(figure, at_least="0.255")
    other = with_provenance(credential, figures=(strict,))
    certificate = read_certificate(certificates.sign_certificate(other, KEY))
    found = check(audited(bare(made), certificate), certificate.digest)
    assert found.slug == "figures-false"
    assert ": at least 25.5 % is said, at least 24 % follows as of" in found.detail


def test_it_is_about_no_other_product_policy_or_time() -> None:
    made = Certified()
    credential = made.credential(CLEAR)
    subject = credential.credential_subject
    (assessment,) = subject.conformity_assessment
    (assessed,) = assessment.assessed_product
    gold = msgspec.structs.replace(assessed.product, name="gold")
    of_gold = msgspec.structs.replace(
        assessment, assessed_product=(msgspec.structs.replace(assessed, product=gold),)
    )
    scheme = msgspec.structs.replace(subject.reference_scheme, name="us.dfars.252.225-7052")
    changed = (
        {"valid_until": credential.valid_until + timedelta(days=1)},
        {"credential_subject": msgspec.structs.replace(subject, conformity_assessment=(of_gold,))},
        {"credential_subject": msgspec.structs.replace(subject, reference_scheme=scheme)},
    )
    for members in changed:
        other = msgspec.structs.replace(credential, **members)
        certificate = read_certificate(certificates.sign_certificate(other, KEY))
        found = check(audited(bare(made), certificate), certificate.digest)
        assert (found.result, found.slug) == (Result.FALSE, "figures-false")
    fine = read_certificate(certificates.sign_certificate(credential, KEY))
    assert check(audited(bare(made), fine), fine.digest).result is Result.HOLDS
