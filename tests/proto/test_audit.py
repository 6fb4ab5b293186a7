"""The audit of packs: what holds is verified, what is false is found, and what is left out is never an assurance."""

import io
from collections.abc import Collection
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenite_proto.audit import Outcome, Trust, Verdict, audit_pack
from provenite_proto.statement import parse
from tests.proto.making.firms import Firms
from tests.proto.packing import LOG, Show, packed
from tests.proto.test_replay import History

TRUST = Trust(LOG.key)
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)


def audited(data: bytes, trust: Trust = TRUST) -> Verdict:
    return audit_pack(io.BytesIO(data), trust)


def history(data: st.DataObject) -> tuple[Firms, str]:
    """What some firms have done, and one of the batches."""
    found = History(data)
    found.enter()
    for _ in range(data.draw(st.integers(4, 24))):
        found.happen()
    return found.firms, data.draw(st.sampled_from(list(found.replay.state.batches)))


@SLOW
@given(st.data())
def test_what_a_ledger_has_admitted_is_verified(data: st.DataObject) -> None:
    firms, batch = history(data)
    verdict = audited(packed(firms, batch))
    assert verdict.failures == ()
    assert verdict.withheld == ()
    assert {each.what for each in verdict.missing} <= {"average"}
    assert verdict.verified["admission"] == len(firms.earlier)


@SLOW
@given(st.data())
def test_a_redacted_chain_is_never_verified_and_never_false(data: st.DataObject) -> None:
    firms, batch = history(data)
    withheld = data.draw(st.floats(0.05, 1))
    seed = data.draw(st.randoms(use_true_random=False))
    hidden: set[tuple[int, str]] = set()

    def show(index: int, section: str) -> bool:
        if seed.random() < withheld:
            hidden.add((index, section))
            return False
        return True

    verdict = audited(packed(firms, batch, show=show))
    assert verdict.failures == ()
    if verdict.withheld:
        assert verdict.outcome is Outcome.UNCHECKED


FACTS = frozenset({"retraction", "revocation", "ownership", "attestation", "accreditation"})


@SLOW
@given(st.data())
def test_what_is_left_out_of_a_pack_is_missing_and_never_false(data: st.DataObject) -> None:
    """But facts that the claimed content knows of: without them it does not follow, and that is said."""
    firms, batch = history(data)
    kinds = [
        firms.replay.state.statements[parse(each["statement"]).digest].kind
        for each in firms.earlier
    ]
    kept = {
        index for index, kind in enumerate(kinds) if kind in FACTS or data.draw(st.integers(0, 2))
    }
    verdict = audited(packed(firms, batch, indices=kept | {0}))
    assert verdict.failures == ()
