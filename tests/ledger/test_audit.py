"""What a real ledger gives to auditors, audited: its packs, and all of its log."""

import io
from collections.abc import Callable, Iterator

import msgspec
import pytest

from provenite_proto import paths
from provenite_proto.answers import LogAnswer, LogStatements
from provenite_proto.audit import (
    Evidence,
    LedgerAudit,
    Outcome,
    Trust,
    Verdict,
    audit_pack,
    go_on,
    save,
    verify,
)
from provenite_proto.ledger import SECTIONS
from provenite_proto.log import parse_key
from provenite_proto.record import Retraction, RetractionReason
from provenite_proto.statement import parse
from tests.ledger.running import Firm, Ledger, extraction, refining, run_ledger
from tests.ledger.speaking import digest, opening
from tests.ledger.test_packs import History, averaging
from tests.proto.keeping import Kept

Pages = Iterator[LogStatements]
EVERYTHING = tuple(sorted(SECTIONS))


@pytest.fixture(scope="module")
def audited_ledger() -> Iterator[Ledger]:
    """A ledger of which all is audited, so that other tests do not use it."""
    with run_ledger() as running:
        yield running


def log_of(ledger: Ledger) -> LogAnswer:
    return msgspec.json.decode(ledger.http.get(paths.LOG_STATE).content, type=LogAnswer)


def of_pack(reader: Firm, batch: str) -> Verdict:
    """The verdict on the pack that the reader is given, who trusts the log's key."""
    response = reader.get(paths.pack(batch))
    assert response.status_code == 200, response.text
    trust = Trust(parse_key(log_of(reader.ledger).key))
    return audit_pack(io.BytesIO(response.content), trust)


def of_ledger(
    reader: Firm, pages: Callable[[Pages], Pages] = lambda pages: pages, limit: int = 7
) -> Verdict:
    """The verdict on all of the log, page by page, as the reader is shown it."""
    audit = begun(reader.ledger)
    for work in audit.works(pages(read(reader, audit.size, limit))):
        audit.add(verify(work))
    return audit.verdict()


def begun(ledger: Ledger) -> LedgerAudit:
    return LedgerAudit(evidence(ledger), Trust())


def evidence(ledger: Ledger) -> Evidence:
    log = log_of(ledger)
    return Evidence(ledger.origin, log.checkpoint.encode(), log.key, log.policy)


def read(reader: Firm, size: int, limit: int, first: int = 0) -> Pages:
    while first < size:
        query = {"from": first, "limit": limit}
        response = reader.get(paths.LOG_STATEMENTS, **query)
        assert response.status_code == 200, response.text
        page = msgspec.json.decode(response.content, type=LogStatements)
        assert [each.index for each in page.statements] == list(
            range(first, first + len(page.statements))
        )
        yield page
        first += len(page.statements)


def changed(**changes: Callable[[str], str]) -> Callable[[Pages], Pages]:
    """The statements of some indices changed, as an operator would in between."""

    def pages(given: Pages) -> Pages:
        for page in given:
            yield msgspec.structs.replace(
                page,
                statements=tuple(
                    msgspec.structs.replace(
                        each, statement=changes.get(f"_{each.index}", str)(each.statement)
                    )
                    for each in page.statements
                ),
            )

    return pages


def shown_to(auditor: Firm, *firms: Firm) -> None:
    """All firms show the auditor everything, and the registrar the log."""
    for firm in (auditor.ledger.registrar, *firms):
        firm.record(opening(*EVERYTHING, to=auditor.id))


def test_a_pack_holds_for_each_of_its_readers(ledger: Ledger) -> None:
    history = History(ledger)
    for reader in (history.auditor, history.refiner, history.mine, history.stranger):
        verdict = of_pack(reader, history.made)
        assert verdict.failures == ()
        assert verdict.outcome is Outcome.UNCHECKED
        assert {each.what for each in verdict.missing} <= {"content"}
        assert verdict.subject is not None
        if reader in (history.refiner, history.stranger):
            assert (verdict.subject.mass is None) == (reader is history.stranger)
    # The auditor lacks nothing but the names of the firms, which the registrar can show.
    withheld = {each.check for each in of_pack(history.auditor, history.made).withheld}
    assert withheld == {"name or documents"}
    assert of_pack(history.auditor, history.made).verified["figures"] > 20
    ledger.registrar.record(opening("identities", to=history.auditor.id))
    verdict = of_pack(history.auditor, history.made)
    assert verdict.outcome is Outcome.VERIFIED
    assert verdict.counts.keys() <= {"beside", "claims", "doubts"}


def test_a_rolling_average_is_computed_anew(ledger: Ledger) -> None:
    refiner, auditor = ledger.enrol("refiner"), ledger.enrol("auditor")
    made, _ = averaging(ledger, refiner)
    for firm in (ledger.registrar, refiner):
        firm.record(opening(*EVERYTHING, to=auditor.id))
    verdict = of_pack(refiner, made[2])
    assert verdict.failures == ()
    assert verdict.outcome is Outcome.VERIFIED
    assert verdict.verified["figures"] > 20
    # Without the mine's masses the auditor cannot say what went into the average.
    verdict = of_pack(auditor, made[2])
    assert verdict.failures == ()
    assert verdict.outcome is Outcome.UNCHECKED
    assert "figures" not in verdict.verified


def test_the_log_is_for_whom_the_registrar_shows_all_of_it(audited_ledger: Ledger) -> None:
    ledger = audited_ledger
    auditor, mine = ledger.enrol("auditor"), ledger.enrol("miner")
    mine.record(extraction("1"))

    def answer(who: Firm) -> str:
        response = who.get(paths.LOG_STATEMENTS)
        return str(response.json().get("type", "read"))

    assert answer(ledger.registrar) == "read"
    assert answer(auditor).endswith("not-entitled")
    ledger.registrar.record(opening("identities", to=auditor.id))
    mine.record(opening(*EVERYTHING, to=auditor.id))
    assert answer(auditor).endswith("not-entitled")
    of_some = opening(*EVERYTHING, to=auditor.id, statements=(mine.id,))
    ledger.registrar.record(of_some)
    assert answer(auditor).endswith("not-entitled")
    granted = ledger.registrar.submit(opening(*EVERYTHING, to=auditor.id)).json()["digest"]
    assert answer(auditor) == "read"
    assert ledger.http.get(paths.LOG_STATEMENTS).status_code == 401
    ledger.registrar.record(Retraction(statement=granted, reason=RetractionReason.WITHDRAWN))
    assert answer(auditor).endswith("not-entitled")


def test_a_whole_ledger_is_verified_when_all_is_shown(audited_ledger: Ledger) -> None:
    ledger = audited_ledger
    mine, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    auditor, half = ledger.enrol("auditor"), ledger.enrol("auditor")
    (ore,) = mine.record(extraction("100"))
    shipped = mine.ships(ore, refiner, "40")
    (made,) = refiner.record(refining([(shipped, "40")], "11"))
    others = [
        each for page in read(ledger.registrar, begun(ledger).size, 500) for each in page.statements
    ]
    ledger.registrar.record(opening(*EVERYTHING, to=half.id))
    shown_to(auditor, mine, refiner)
    verdict = of_ledger(auditor)
    assert verdict.failures == ()
    # What firms of other tests have not shown is withheld; of these nothing is.
    mine_to_made = {digest(ore), digest(shipped), digest(made)}
    assert not mine_to_made & {each.statement for each in verdict.withheld}
    assert verdict.verified["tree"] == 1
    assert verdict.verified["order"] == verdict.size > len(others)
    partly = of_ledger(half)
    assert verdict.verified["size"] == verdict.size
    assert "spending" not in partly.verified
    assert partly.failures == ()
    assert partly.outcome is Outcome.UNCHECKED
    assert mine_to_made <= {each.statement for each in partly.withheld}
    assert "masses" in {each.slug for each in partly.claims}


def test_what_an_operator_does_to_the_log_is_found(audited_ledger: Ledger) -> None:
    ledger = audited_ledger
    mine = ledger.enrol("miner")
    mine.record(extraction("1"))
    reader = ledger.registrar

    def found(pages: Callable[[Pages], Pages]) -> set[str]:
        verdict = of_ledger(reader, pages)
        assert verdict.outcome is Outcome.FALSE
        return {each.slug for each in verdict.failures}

    def without(index: int) -> Callable[[Pages], Pages]:
        def pages(given: Pages) -> Pages:
            for page in given:
                some = tuple(each for each in page.statements if each.index != index)
                yield msgspec.structs.replace(page, statements=some)

        return pages

    def renumbered(given: Pages) -> Pages:
        """A statement left out, and those after it moved up."""
        for page in without(1)(given):
            yield msgspec.structs.replace(
                page,
                statements=tuple(
                    msgspec.structs.replace(each, index=each.index - (each.index > 1))
                    for each in page.statements
                ),
            )

    def earlier(given: Pages) -> Pages:
        for page in given:
            yield msgspec.structs.replace(
                page,
                statements=tuple(
                    msgspec.structs.replace(each, recorded_at=each.recorded_at - (each.index == 1))
                    for each in page.statements
                ),
            )

    assert "index-missing" in found(without(1))
    assert "index-missing" in found(renumbered)
    assert found(earlier) >= {"tree-false"}
    swapped = {
        each.index: each.statement for page in read(reader, 3, 3) for each in page.statements
    }
    assert "tree-false" in found(changed(_1=lambda _: swapped[2], _2=lambda _: swapped[1]))


def test_an_audit_goes_on_where_it_was_left(audited_ledger: Ledger) -> None:
    ledger = audited_ledger
    auditor, mine = ledger.enrol("auditor"), ledger.enrol("miner")
    shown_to(auditor, mine)
    (ore,) = mine.record(extraction("10"))
    tables = Kept()
    audit = LedgerAudit(evidence(ledger), Trust(), tables)
    pages = read(auditor, audit.size, 5)
    for work in audit.works(page for page, _ in zip(pages, range(2), strict=False)):
        audit.add(verify(work))
    assert audit.next == 10
    saved = save(audit, log_of(ledger).key)
    # The log has grown when it goes on.
    mine.ships(ore, auditor_of(ledger), "1")
    audit = go_on(saved, tables.read(), lambda covered: evidence(ledger), Trust())
    assert save(audit, log_of(ledger).key) == saved
    for work in audit.works(read(auditor, audit.size, 50, audit.next)):
        audit.add(verify(work))
    at_once = of_ledger(auditor, limit=100)
    assert audit.verdict() == at_once
    assert at_once.failures == ()
    with pytest.raises(ValueError, match="another log"):
        other = msgspec.structs.replace(evidence(ledger), ledger="https://other")
        go_on(saved, tables.read(), lambda covered: other, Trust())
    with pytest.raises(ValueError, match="not an audit"):
        go_on(saved[:-1], tables.read(), lambda covered: evidence(ledger), Trust())


def auditor_of(ledger: Ledger) -> Firm:
    return ledger.enrol("trader")


def test_a_consumer_that_a_pack_leaves_out_is_found_in_the_log(audited_ledger: Ledger) -> None:
    """A pack cannot show that nobody else used the batch: it says so. The whole log does."""
    ledger = audited_ledger
    mine, refiner, auditor = ledger.enrol("miner"), ledger.enrol("refiner"), ledger.enrol("auditor")
    shown_to(auditor, mine, refiner)
    (ore,) = mine.record(extraction("100"))
    shipped = mine.ships(ore, refiner, "40")
    mine.ships(ore, refiner, "60")
    verdict = of_pack(auditor, shipped)
    assert verdict.outcome is Outcome.VERIFIED
    assert "others" in {each.slug for each in verdict.claims}
    carried = verdict.verified["form"]
    every = [each for page in read(auditor, begun(ledger).size, 500) for each in page.statements]
    assert len(every) > carried
    taking = [
        each
        for each in every
        if getattr(parse(each.statement, complete=False).record, "inputs", ()) == (ore,)
    ]
    assert len(taking) == 2
