"""What the command reads, and what it writes down."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenite import Line, Problem, ProblemAnswer, Submitted, read_record
from provenite.cli.journal import Journal, JournalError
from provenite.cli.locating import pointer
from provenite.cli.records import entries

RECORDED = Line(
    status=201,
    submitted=Submitted(digest="A" * 43, index=1, recorded_at=datetime(2026, 1, 1, tzinfo=UTC)),
)
REFUSED = Line(
    status=422,
    problem=ProblemAnswer(
        type="urn:provenite:problem:x", title="", status=422, detail="", remedy=""
    ),
)


@pytest.mark.parametrize(
    ("data", "raws"),
    [
        (b'{"type": "site"}', [b'{"type": "site"}']),
        (b'\xef\xbb\xbf{\n "type": "site"\n}\n', [b'{\n "type": "site"\n}']),
        (b'[{"a": 1}, {"b": 2}]', [b'{"a": 1}', b'{"b": 2}']),
        (b'["h.p.s~d~"]', [b"h.p.s~d~"]),
        (b'{"a": 1}\r\n\r\n{"b": 2}\r\n', [b'{"a": 1}', b'{"b": 2}']),
        (b'h.p.s~\n{"a": 1}\n', [b"h.p.s~", b'{"a": 1}']),
        (b"", []),
    ],
)
def test_all_forms_are_read(data: bytes, raws: list[bytes]) -> None:
    found = entries(data)
    assert [entry.raw for entry in found] == raws
    assert [entry.number for entry in found] == list(range(1, len(raws) + 1))
    assert [entry.signed is None for entry in found] == [raw.startswith(b"{") for raw in raws]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[{]", "not a JSON array"),
        (b"[1]", "element 1 of the array: neither"),
        (b'["notes"]', "element 1 of the array: neither"),
        (b'{"a": ', "line 1: not JSON"),
        (b'{\n"a"\n', "line 1: not JSON"),
        (b'{"a": 1}\n{"b": \n', "line 2: not JSON"),
        (b"\n# Provenite\n", "line 2: neither a record in JSON nor a signed statement"),
        (b"lot,mass\nL1,1000\n", "line 1: neither"),
        (b"h.p.s\n", "line 1: neither"),
        (b"h.p.s~\nh.p.s~d\n", "line 2: neither"),
        (b"h.p.s~\n\x7fELF\xff\n", "line 2: not text in UTF-8"),
        (b'{"a": 1}\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIG\n', "line 2: a private key"),
        (b"-----BEGIN CERTIFICATE-----\nMIG\n", "line 1: a PEM file"),
    ],
)
def test_what_is_in_no_form_is_said_once(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        entries(data)
    for secret in ("MIG", "Provenite", "L1"):
        assert secret not in str(refused.value)


def test_equal_records_are_told_apart_and_moving_others_does_not_rename() -> None:
    one, two, three = entries(b'{"a":1}\n{"a":1}\n{"b":2}\n')
    assert len({one.name, two.name, three.name}) == 3
    moved = entries(b'{"b":2}\n{"a":1}\n{"c":3}\n{"a":1}\n')
    assert [moved[0].name, moved[1].name, moved[3].name] == [three.name, one.name, two.name]


def test_a_journal_remembers_across_runs(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    done, open_, refused = entries(b'{"a":1}\n{"b":1}\n{"c":1}\n')
    with Journal(path, "ledger.test") as journal:
        journal.sending([(done, "done~"), (open_, "open~"), (refused, "refused~")])
        journal.answered(done, RECORDED)
        journal.answered(refused, REFUSED)
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open("ab") as file:
        file.write(b'{"name":"torn')
    with Journal(path, "ledger.test") as journal:
        assert journal.recorded(done) == RECORDED
        assert journal.sent(done) is None
        assert journal.sent(open_) == "open~"
        assert journal.recorded(refused) is None
        assert journal.sent(refused) is None, "a refused record is signed anew"
        journal.sending([(refused, "again~")])
    with Journal(path, "ledger.test") as journal:
        assert journal.sent(refused) == "again~"


@pytest.mark.parametrize("content", ['{"ledger":"other.test"}\n', "notes\n", "{}\n", "no end"])
def test_another_file_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(content)
    with pytest.raises(JournalError, match="results"):
        Journal(path, "ledger.test")
    assert path.read_text() == content


def test_one_run_at_a_time_has_the_file(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with Journal(path, "ledger.test"), pytest.raises(JournalError, match="in use by another"):
        Journal(path, "ledger.test")
    with Journal(path, "ledger.test"):
        pass


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"10"', '"10 kg"', "/quantities/outputs/0/mass"),
        ('"mass"', '"mess"', "/quantities/outputs/0/mess"),
        ('"mass":"10",', "", "/quantities/outputs/0/mass"),
        ('"Pr":"0.1"', '"Pr":"10 %"', "/quantities/outputs/0/composition/Pr"),
        ('"Pr":"0.1"', '"Pr":0.1', "/quantities/outputs/0/composition/Pr"),
        ('"Pr":"0.1"', '"p/r":"0.1"', "/quantities/outputs/0/composition/p~1r"),
        ('"type":"extraction",', "", "/type"),
    ],
)
def test_the_pointer_reaches_the_member(old: str, new: str, where: str) -> None:
    raw = (
        '{"type":"extraction","country":"US","occurredAt":"2026-07-01T08:00:00Z",'
        '"outputs":[{"material":"nd-oxide","elements":["Nd","Pr"]}],'
        '"quantities":{"outputs":[{"mass":"10","composition":{"Nd":"0.5","Pr":"0.1"}}]}}'
    ).replace(old, new)
    with pytest.raises(Problem) as refused:
        read_record(raw.encode())
    assert pointer(raw.encode(), refused.value) == f"/record{where}"


def test_without_a_file_nothing_is_remembered() -> None:
    (entry,) = entries(b"{}")
    with Journal(None, "ledger.test") as journal:
        journal.sending([(entry, "a~")])
        assert journal.sent(entry) is None
