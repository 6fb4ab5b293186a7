"""The audit of a whole ledger: nothing can be left out, redaction is never an assurance, and it goes on when it is told to."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.answers import LogAnswer, LoggedAnswer, LogStatements
from provenite_proto.audit import (
    Evidence,
    LedgerAudit,
    Outcome,
    Trust,
    Verdict,
    evidence_of,
    go_on,
    save,
    verify,
)
from provenite_proto.log import Checkpoint, note
from provenite_proto.statement import parse, redact
from tests.proto.keeping import Kept
from tests.proto.making.audits import POLICY, WITNESSES, Chain
from tests.proto.making.firms import Firms
from tests.proto.making.keys import AUDIENCE, TestKey
from tests.proto.packing import LOG, Log
from tests.proto.test_audit import SLOW, history

Hides = Callable[[int, str], bool]


def nothing(index: int, section: str) -> bool:
    return False


def evidence(firms: Firms, *cosigned: note.NoteSignature, policy: str | None = None) -> Evidence:
    signed = note.parse(Log(firms).checkpoint)
    both = msgspec.structs.replace(signed, signatures=(*signed.signatures, *cosigned))
    return Evidence(AUDIENCE, both.encode(), str(LOG.key), policy)


def pages(firms: Firms, hides: Hides = nothing, first: int = 0) -> Iterator[LogStatements]:
    """The ledger's answers, three statements each."""
    answers = []
    for index, step in enumerate(firms.earlier):
        statement = parse(step["statement"])
        kept = [name for name in statement.record.sections if not hides(index, name)]
        answers.append(
            LoggedAnswer(
                index=index, recorded_at=step["recordedAt"], statement=redact(statement, kept)
            )
        )
    for at in range(first, len(answers), 3):
        yield LogStatements(size=len(answers), statements=tuple(answers[at : at + 3]))


def read(audit: LedgerAudit, answers: Iterator[LogStatements]) -> LedgerAudit:
    for work in audit.works(answers):
        audit.add(verify(work))
    return audit


def audited(firms: Firms, hides: Hides = nothing) -> Verdict:
    return read(LedgerAudit(evidence(firms), Trust(LOG.key)), pages(firms, hides)).verdict()


@SLOW
@given(st.data())
def test_what_a_ledger_has_admitted_is_verified(data: st.DataObject) -> None:
    firms, _ = history(data)
    verdict = audited(firms)
    assert verdict.failures == ()
    assert verdict.outcome is Outcome.VERIFIED
    assert verdict.verified["admission"] == len(firms.earlier)
    assert (verdict.verified["size"], verdict.verified["spending"]) == (verdict.size, 1)
    assert verdict.verified["tree"] == 1


@SLOW
@given(st.data())
def test_a_redacted_ledger_is_never_verified_and_never_false(data: st.DataObject) -> None:
    firms, _ = history(data)
    withheld = data.draw(st.floats(0.05, 1))
    chance = data.draw(st.randoms(use_true_random=False))
    verdict = audited(firms, lambda index, section: chance.random() < withheld)
    assert verdict.failures == ()
    assert verdict.missing == ()
    assert verdict.outcome is (Outcome.UNCHECKED if verdict.withheld else Outcome.VERIFIED)
    assert verdict.verified["tree"] == 1


@SLOW
@given(st.data())
def test_an_audit_that_goes_on_comes_to_the_same(data: st.DataObject) -> None:
    """Wherever it was left, and although the log has grown since."""
    firms, _ = history(data)
    chance = data.draw(st.randoms(use_true_random=False))
    hidden = {
        (index, name)
        for index in range(len(firms.earlier))
        for name in ("quantities", "identities", "parties", "documents")
        if chance.random() < 0.2
    }

    def hides(index: int, section: str) -> bool:
        return (index, section) in hidden

    shorter = Firms(founded=False)
    shorter.earlier = firms.earlier[: data.draw(st.integers(1, len(firms.earlier)))]
    tables = Kept()
    audit = read(LedgerAudit(evidence(shorter), Trust(LOG.key), tables), pages(shorter, hides))
    saved = save(audit, str(LOG.key))
    again = go_on(saved, tables.read(), lambda covered: evidence(firms), Trust(LOG.key))
    assert again.next == len(shorter.earlier)
    assert save(again, str(LOG.key)) == saved
    read(again, pages(firms, hides, again.next))
    assert again.verdict() == audited(firms, hides)


def slugs(verdict: Verdict) -> set[str]:
    assert verdict.outcome is Outcome.FALSE
    return {each.slug for each in verdict.failures}


def changed(firms: Firms, change: Callable[[list[LoggedAnswer]], Any]) -> Iterator[LogStatements]:
    answers = [each for page in pages(firms) for each in page.statements]
    change(answers)
    yield LogStatements(size=len(answers), statements=tuple(answers))


def moved(answers: list[LoggedAnswer], order: list[int]) -> None:
    answers[:] = [
        msgspec.structs.replace(answers[index], index=place) for place, index in enumerate(order)
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda answers: answers.pop(), {"index-missing"}),
        (lambda answers: answers.pop(4), {"index-missing"}),
        (lambda answers: moved(answers, [0, 1, 2, 3, 5, 6]), {"index-missing", "transfer-unknown"}),
        (lambda answers: moved(answers, [0, 2, 1, 3, 4, 5, 6]), {"tree-false"}),
        (
            lambda answers: answers.__setitem__(
                4, msgspec.structs.replace(answers[4], recorded_at=answers[4].recorded_at - 1)
            ),
            {"tree-false"},
        ),
        (
            lambda answers: answers.__setitem__(
                4, msgspec.structs.replace(answers[4], statement="x.y.z~")
            ),
            {"header-not-allowed"},
        ),
    ],
    ids=["last-left-out", "left-out", "moved-up", "reordered", "back-dated", "unreadable"],
)
def test_what_an_operator_shows_otherwise_is_found(
    change: Callable[[list[LoggedAnswer]], Any], found: set[str]
) -> None:
    firms = Chain().firms
    audit = LedgerAudit(evidence(firms), Trust(LOG.key))
    assert slugs(read(audit, changed(firms, change)).verdict()) >= found


def test_a_batch_that_is_used_twice_is_found_wherever_it_is() -> None:
    """Here no consumer can be left out: the same matter, shipped again by another statement, is over-spent."""
    chain = Chain()
    chain.said("miner", chain.firms.shipped("refiner", {f"{chain.mined}.0": "60"}))
    assert slugs(audited(chain.firms)) == {"insufficient-mass"}


@pytest.mark.parametrize(
    "members", [{"index": -1}, {"index": 1 << 63}, {"recordedAt": -1}, {"recordedAt": 253402300800}]
)
def test_an_answer_with_a_place_or_a_time_that_no_log_has_is_not_read(
    members: dict[str, int],
) -> None:
    said = {"index": 0, "recordedAt": 0, "statement": ""}
    page = {"size": 1, "statements": [said | members]}
    msgspec.convert({"size": 1, "statements": [said]}, LogStatements)
    with pytest.raises(msgspec.ValidationError, match="Expected `int`"):
        msgspec.convert(page, LogStatements)


def test_one_failure_is_told_once() -> None:
    """What a false statement would have made is not said to be missing by those that use it."""
    chain = Chain()
    false = chain.said("refiner", chain.firms.extracted(("copper-cathode", "1", {"Cu": "1"})))
    chain.said("refiner", chain.firms.shipped("miner", {f"{false}.0": "1"}))
    assert slugs(audited(chain.firms)) == {"role-not-allowed"}


def test_an_older_checkpoint_than_before_is_found() -> None:
    firms = Chain().firms
    tables = Kept()
    audit = read(LedgerAudit(evidence(firms), Trust(LOG.key), tables), pages(firms))
    shorter = Firms(founded=False)
    shorter.earlier = firms.earlier[:-1]
    again = go_on(
        save(audit, str(LOG.key)), tables.read(), lambda covered: evidence(shorter), Trust(LOG.key)
    )
    assert slugs(read(again, iter(())).verdict()) == {"size-mismatch"}


def test_witnesses_that_lag_behind_what_was_audited_accuse_nobody() -> None:
    """What was signed is audited while witnesses are away; when they come back they cosign an older checkpoint first."""
    firms = Chain().firms
    older, newer = Firms(founded=False), Firms(founded=False)
    older.earlier, newer.earlier = firms.earlier[:-2], firms.earlier[:-1]
    tables = Kept()
    audit = read(LedgerAudit(evidence(newer), Trust(LOG.key), tables), pages(newer))
    saved = save(audit, str(LOG.key))

    def answered(signed: Firms, witnessed: Firms | None) -> Callable[[int], Evidence]:
        log = LogAnswer(
            name=LOG.key.name,
            key=str(LOG.key),
            receipt_key=TestKey("receipts").jwk,
            size=len(signed.earlier),
            checkpoint=Log(signed).checkpoint.decode(),
            witnessed=Log(witnessed).checkpoint.decode() if witnessed else None,
        )
        return lambda covered: evidence_of(AUDIENCE, log, covered)

    for signed, witnessed, size in (
        (firms, older, len(firms.earlier)),
        (firms, newer, len(newer.earlier)),
        (firms, None, len(firms.earlier)),
    ):
        again = go_on(saved, tables.read(), answered(signed, witnessed), Trust(LOG.key))
        assert again.size == size
        verdict = read(again, pages(firms, first=again.next)).verdict()
        assert verdict.failures == ()
        assert verdict.verified["tree"] == 1
    again = go_on(saved, tables.read(), answered(older, older), Trust(LOG.key))
    assert slugs(read(again, iter(())).verdict()) == {"size-mismatch"}


def test_witnesses_say_by_when_it_was_recorded() -> None:
    firms = Chain().firms
    text = Checkpoint.parse(note.parse(Log(firms).checkpoint).text).text
    last = firms.earlier[-1]["recordedAt"]
    for time, found in ((last + 1, set()), (last - 301, {"recorded-ahead"})):
        cosigned = [each.cosign(text, time) for each in WITNESSES]
        shown = evidence(firms, *cosigned, policy=POLICY)
        verdict = read(LedgerAudit(shown, Trust(LOG.key)), pages(firms)).verdict()
        assert {each.slug for each in verdict.failures} == found
        assert verdict.witnesses == {"w0": time, "w1": time}
