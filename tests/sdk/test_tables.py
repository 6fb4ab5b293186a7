"""What an audit remembers in a file: as in memory, kept page by page, and never another's."""

import io
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite import _tables
from provenite._tables import FileTables, scratch_tables
from provenite_proto.audit import LedgerAudit, Trust, audit_pack, go_on, save
from provenite_proto.ledger import RegisteredKey, State
from provenite_proto.replay import tables_of
from provenite_proto.tables import encode
from tests.proto.making.firms import Firms
from tests.proto.packing import LOG, packed
from tests.proto.test_audit import SLOW, history
from tests.proto.test_audit_whole import audited, evidence, pages, read

KEYS = st.sampled_from("abcdefgh")


@pytest.fixture(autouse=True)
def _few_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tables, "_DECODED", 2)
    monkeypatch.setattr(_tables, "_CHUNK", 2)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "take", "read", "all", "keep"]), KEYS, st.integers())
    ),
    st.booleans(),
)
def test_a_table_is_as_a_dict(steps: list[tuple[str, str, int]], whole: bool) -> None:
    expected: dict[str, int] = {}
    with scratch_tables() as tables:
        table = tables.table("numbers", int, whole=whole)
        for step, key, number in steps:
            match step:
                case "put":
                    table[key] = expected[key] = number
                case "take":
                    assert table.pop(key, None) == expected.pop(key, None)
                case "read":
                    assert (key in table, table.get(key)) == (key in expected, expected.get(key))
                case "all":
                    assert list(table.items()) == list(expected.items())
                    assert len(table) == len(expected)
                case "keep":
                    table.update(expected)
        assert list(table.items()) == list(expected.items())


@SLOW
@given(st.data())
def test_a_pack_comes_to_the_same_as_in_memory(data: st.DataObject) -> None:
    firms, batch = history(data)
    withheld = data.draw(st.sampled_from([0.0, 0.2]))
    chance = data.draw(st.randoms(use_true_random=False))
    pack = packed(firms, batch, show=lambda index, section: chance.random() >= withheld)
    expected = audit_pack(io.BytesIO(pack), Trust(LOG.key))
    with scratch_tables() as tables:
        found = audit_pack(io.BytesIO(pack), Trust(LOG.key), tables=tables)
    assert found == expected


@SLOW
@given(st.data())
def test_an_audit_goes_on_from_its_file(data: st.DataObject) -> None:
    """Wherever it was left: to the verdict, and to the state, of one that was not."""
    firms, _ = history(data)
    chance = data.draw(st.randoms(use_true_random=False))
    hidden = {
        (index, name)
        for index in range(len(firms.earlier))
        for name in ("quantities", "identities", "parties", "documents")
        if chance.random() < 0.1
    }

    def hides(index: int, section: str) -> bool:
        return (index, section) in hidden

    shorter = Firms(founded=False)
    shorter.earlier = firms.earlier[: data.draw(st.integers(1, len(firms.earlier)))]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        with FileTables(path) as tables:
            audit = read(
                LedgerAudit(evidence(shorter), Trust(LOG.key), tables), pages(shorter, hides)
            )
            tables.keep(save(audit, str(LOG.key)))
        with FileTables(path) as tables:
            assert tables.state is not None
            again = go_on(tables.state, tables, lambda covered: evidence(firms), Trust(LOG.key))
            read(again, pages(firms, hides, again.next))
            assert again.verdict() == audited(firms, hides)
            kept = tables_of(again.auditing.admitting.frame.state)
            whole = read(LedgerAudit(evidence(firms), Trust(LOG.key)), pages(firms, hides))
            in_memory = tables_of(whole.auditing.admitting.frame.state)
            for name, table in in_memory.items():
                assert plainly(kept[name]) == plainly(table), name


def plainly(table: Any) -> dict[str, bytes]:
    return {key: encode(entry) for key, entry in table.items()}


KILLED = """
import os, signal, sys
from pathlib import Path
from provenite._tables import FileTables
tables = FileTables(Path(sys.argv[1]))
table = tables.table("numbers", int)
table.update({f"{number}": number for number in range(5000)})
tables.keep(b"kept")
table.update({f"{number}": -1 for number in range(9000)})
len(table)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_audit_loses_what_was_not_kept_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "state"
    done = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert done.returncode == -signal.SIGKILL
    with FileTables(path) as tables:
        assert tables.state == b"kept"
        assert dict(tables.table("numbers", int)) == {f"{each}": each for each in range(5000)}
    assert [each.name for each in tmp_path.iterdir()] == ["state"]


def test_a_file_is_its_owners_alone_and_is_there_once_something_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with FileTables(path) as tables:
        tables.table("numbers", int)["a"] = 1
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()
    with FileTables(path) as tables:
        tables.keep(b"")
    assert path.exists()
    with FileTables(path), pytest.raises(sqlite3.OperationalError, match="locked"):
        FileTables(path)


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE precious (thing)")
    other.close()
    before = path.read_bytes()
    for content in (before, b"{}", b"x" * 4096):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="not an audit"):
            FileTables(path)
        assert path.read_bytes() == content


def test_the_registers_keys_come_back(tmp_path: Path) -> None:
    firms = Firms("miner")
    path = tmp_path / "state"
    keys = firms.replay.state.keys
    with FileTables(path) as tables:
        state = State(tables=tables)
        for each in keys.values():
            state.put(each)
        tables.keep(b"")
    with FileTables(path) as tables:
        table = tables.table("keys", RegisteredKey, whole=True)
        assert plainly(table) == plainly(keys)
