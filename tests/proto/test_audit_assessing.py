"""What an auditor asks of a pack's batch: the answer is the ledger's, with every gap, or that it could not be checked."""

import io
from collections.abc import Callable
from datetime import date

import pytest

from provenite_proto.audit import Asked, AssessmentVerdict, Outcome, Presented, Trust, Verdict
from provenite_proto.audit import audit_pack as audit
from provenite_proto.pack import Pack
from provenite_proto.policy import Facts, policy_named
from provenite_proto.policy.answers import answer
from provenite_proto.record import CustodyModel, Retraction, RetractionReason
from tests.proto.forging import Forged, redacted
from tests.proto.making.audit_certificates import RECYCLED, Certified
from tests.proto.making.firms import Firms
from tests.proto.packing import LOG, packed
from tests.proto.test_policy_gaps import DFARS, NEW, OLD, STRICT, assessed, magnets, ore

DAY = date(2026, 6, 30)
NO_FACTS = Facts()


def asked(data: bytes, *questions: tuple[str, date]) -> Verdict:
    presented = Presented(
        asked=tuple(Asked(policy_named(policy), NO_FACTS, day) for policy, day in questions)
    )
    return audit(io.BytesIO(data), Trust(LOG.key), presented=presented)


def certified() -> Certified:
    """40 % of its copper was collected, and it is certified for that."""
    made = Certified()
    made.certify(RECYCLED)
    return made


def only(pack: Forged) -> tuple[Verdict, AssessmentVerdict]:
    presented = Presented(asked=(Asked(RECYCLED, NO_FACTS, DAY),))
    verdict = audit(io.BytesIO(pack.packed()), Trust(LOG.key), presented=presented)
    (found,) = verdict.assessments
    return verdict, found


def bought(firms: Firms) -> str:
    """7 % of it came without a statement."""
    return magnets(firms, {ore(firms, "US", "93"): "93"}, "7")[1]


def withdrawn(firms: Firms) -> str:
    """The statement that made most of the metal does not stand."""
    metal = ore(firms, "US", "93")
    batch = magnets(firms, {metal: "93"}, "7")[1]
    reason = RetractionReason.INCORRECT_DATA
    firms.add("miner", Retraction(statement=metal.partition(".")[0], reason=reason))
    return batch


def credited(firms: Firms) -> str:
    """The claim rests on credit alone."""
    model = CustodyModel.MASS_BALANCE_CREDIT
    return magnets(firms, {ore(firms, "US", "100"): "100"}, None, custody_model=model)[1]


@pytest.mark.parametrize("made", [bought, withdrawn, credited])
def test_the_answer_is_the_one_of_the_ledger_with_every_gap(made: Callable[[Firms], str]) -> None:
    firms = Firms("miner")
    batch = made(firms)
    data = packed(firms, batch)
    size = Pack(io.BytesIO(data)).head.size
    questions = [(policy, day) for policy in (STRICT, DFARS) for day in (OLD, NEW)]
    verdict = asked(data, *questions)
    assert verdict.outcome is Outcome.VERIFIED, verdict
    expected = [answer(batch, size, *assessed(firms, batch, *each)) for each in questions]
    assert [each.found for each in verdict.assessments] == expected
    assert any(each.gaps for each in expected)


def test_what_is_withheld_leaves_it_unchecked() -> None:
    made = certified()
    pack = made.forged()
    redacted(pack, lambda index, section: index == made.firms.at(made.mined))
    verdict, found = only(pack)
    assert verdict.outcome is Outcome.UNCHECKED
    assert found.found is None
    assert found.reason == (
        f"What the batch consists of cannot be computed: {made.mined} is not shown whole."
    )
    # Its certificate lacks the same, which is told once.
    assert sum(found.reason in each.detail for each in verdict.missing) == 1


def test_nothing_follows_from_what_is_false() -> None:
    made = certified()
    pack = made.forged()
    pack.created = 0
    for data in (pack.packed(), pack.packed()[:-1], b"PK"):
        presented = Presented(asked=(Asked(RECYCLED, NO_FACTS, DAY),))
        verdict = audit(io.BytesIO(data), Trust(LOG.key), presented=presented)
        (found,) = verdict.assessments
        assert verdict.outcome is Outcome.FALSE
        assert found.found is None
        assert found.reason == "Nothing follows from a pack in which something is false."


def test_what_it_comes_to_does_not_count() -> None:
    verdict, found = only(certified().forged())
    assert found.found is not None and found.found.outcome == "pass"
    assert verdict.outcome is Outcome.VERIFIED
    more = Presented(asked=(Asked(policy_named("claim.recycled?share=0.5"), NO_FACTS, DAY),))
    data = io.BytesIO(certified().forged().packed())
    failed = audit(data, Trust(LOG.key), presented=more)
    assert failed.assessments[0].found is not None
    assert failed.assessments[0].found.outcome == "fail"
    assert failed.outcome is Outcome.VERIFIED
    assert (failed.counts, failed.verified) == (verdict.counts, verdict.verified)
