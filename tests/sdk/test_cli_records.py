"""What the command reads, and what it writes down."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenite import Line, ProblemAnswer, Submitted
from provenite.cli.journal import Journal, JournalError
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
        (b'["x~y~"]', [b"x~y~"]),
        (b'{"a": 1}\r\n\r\n{"b": 2}\r\n', [b'{"a": 1}', b'{"b": 2}']),
        (b'x~y~\n{"a": 1}\n', [b"x~y~", b'{"a": 1}']),
        (b'{"a": 1}\n{"b": \n', [b'{"a": 1}', b'{"b":']),
        (b"", []),
    ],
)
def test_all_forms_are_read(data: bytes, raws: list[bytes]) -> None:
    found = entries(data)
    assert [entry.raw for entry in found] == raws
    assert [entry.number for entry in found] == list(range(1, len(raws) + 1))
    assert [entry.signed is None for entry in found] == [raw.startswith(b"{") for raw in raws]


@pytest.mark.parametrize("data", [b"[{]", b'{"a": ', b'{\n"a"\n'])
def test_what_is_in_no_form_is_said(data: bytes) -> None:
    with pytest.raises(ValueError, match="JSON"):
        entries(data)


def test_equal_records_are_told_apart_and_moving_others_does_not_rename() -> None:
    one, two, three = entries(b'{"a":1}\n{"a":1}\n{"b":2}\n')
    assert len({one.name, two.name, three.name}) == 3
    moved = entries(b'{"b":2}\n{"a":1}\n{"c":3}\n{"a":1}\n')
    assert [moved[0].name, moved[1].name, moved[3].name] == [three.name, one.name, two.name]


def test_a_journal_remembers_across_runs(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    done, open_, refused = entries(b"a\nb\nc\n")
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


def test_without_a_file_nothing_is_remembered() -> None:
    (entry,) = entries(b"a")
    with Journal(None, "ledger.test") as journal:
        journal.sending([(entry, "a~")])
        assert journal.sent(entry) is None
