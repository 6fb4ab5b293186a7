"""The pack: what is written is read again, by others too, and in bounded memory."""

import io
import random
import zipfile

import pytest

from provenite_proto.log import check_inclusion, entry, leaf_hash, open_checkpoint, parse_key
from provenite_proto.pack import BadPack, Head, Line, Pack, Report, Writer
from provenite_proto.pack import limits as allowed
from provenite_proto.pack.members import FORMAT
from provenite_proto.statement import parse
from tests.proto.making.audits import Chain
from tests.proto.making.firms import Firms
from tests.proto.making.keys import AUDIENCE
from tests.proto.making.models import copper
from tests.proto.packing import LOG, Log, opened, packed


def chain() -> tuple[Firms, str]:
    """Copper that was mined, shipped, and refined with scrap."""
    firms = Firms("miner", "recycler")
    mined = firms.add("miner", firms.extracted(copper("60")))
    brought = firms.delivered("miner", "recycler", {f"{mined}.0": "50"})
    scrap = firms.add("recycler", firms.collected(copper("40")))
    made = firms.add(
        "recycler", firms.transformed({f"{brought}.0": "30", f"{scrap}.0": "40"}, copper("70"))
    )
    return firms, f"{made}.0"


def all_of(data: bytes) -> list[Line]:
    return list(Pack(opened(data)).lines())


def test_what_is_written_is_read_again() -> None:
    firms, batch = chain()
    pack = Pack(opened(packed(firms, batch)))
    log = Log(firms)
    assert pack.head == Head(
        format=FORMAT, ledger=AUDIENCE, batch=batch, size=log.size, created=firms.now
    )
    assert pack.checkpoint == log.checkpoint
    assert pack.policy is None
    checkpoint = open_checkpoint(pack.checkpoint, parse_key(pack.log_key.strip()))
    found = list(pack.lines())
    assert [line.statement for line in found] == [each["statement"] for each in firms.earlier]
    for line in found:
        leaf = leaf_hash(entry(parse(line.statement).digest, line.recorded_at))
        check_inclusion(leaf, line.index, checkpoint.size, line.proof, checkpoint.root)
    assert pack.content is not None
    assert pack.content.elements["Cu"].lenses["source"] == {
        "primary": "30",
        "post_consumer": "40",
    }


def test_the_same_is_written_each_time() -> None:
    firms, batch = chain()
    assert packed(firms, batch) == packed(firms, batch)


def test_others_read_it() -> None:
    firms, batch = chain()
    data = packed(firms, batch, policy="quorum none\n")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "pack.json",
            "checkpoint",
            "log.txt",
            "witnesses.txt",
            "statements/000000.jsonl",
            "content.json",
            "report.txt",
            "manifest.json",
        ]
        pack = Pack(opened(data))
        assert archive.read("report.txt").decode() == pack.report
        assert archive.read("witnesses.txt").decode() == pack.policy == "quorum none\n"


def test_the_report_follows_from_the_rest() -> None:
    firms, batch = chain()
    for shown in (True, False):

        def show(index: int, section: str, shown: bool = shown) -> bool:
            return shown

        data = packed(firms, batch, show=show, content=shown)
        pack = Pack(opened(data))
        report = Report(pack.head, pack.checkpoint)
        for line in pack.lines():
            statement = parse(line.statement, complete=False)
            report.add(statement.digest, statement.record, statement.withheld)
        assert report.text(pack.content) == pack.report
        assert max(map(len, pack.report.splitlines())) <= 80
        assert ("withheld from" in pack.report) is not shown


@pytest.mark.parametrize(
    ("section", "said"), [("", "55 kg"), ("quantities", "mass withheld"), ("parties", "55 kg")]
)
def test_the_report_says_of_what_the_pack_is(section: str, said: str) -> None:
    made = Chain()
    data = packed(
        made.firms, made.batch, show=lambda _, name: name != section, content=section == ""
    )
    assert f"Of         copper-cathode, {said}\nElements   Cu\n" in Pack(opened(data)).report
    # What was shipped is what was made before, of the mass that was sent.
    shipped = packed(made.firms, f"{made.sent}.0", content=False)
    assert "Of         copper-cathode, 60 kg\n" in Pack(opened(shipped)).report


def test_the_report_says_where_it_came_from() -> None:
    firms, batch = chain()
    report = Pack(opened(packed(firms, batch))).report
    for said in (
        "extraction of copper-cathode",
        "collection, post consumer, hard-disk-drives of\n",
        "no such step",
        "transfer to DE by sea",
        "  source                     57.14 %  post_consumer",
        "        8  in all",
        LOG.key.name,
    ):
        assert said in report


def test_a_report_stays_small_however_many_steps_there_are() -> None:
    firms, batch = chain()
    log = Log(firms)
    head = Head(format=FORMAT, ledger=AUDIENCE, batch=batch, size=log.size, created=0)
    report = Report(head, log.checkpoint)
    record = parse(firms.earlier[3]["statement"]).record
    for number in range(3000):
        first, rest = divmod(number, 36)
        code = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        record = firms.extracted(copper("1"), country=f"CN-{code[first % 36]}{code[rest]}")
        report.add(f"{number:043}", record, 0)
    text = report.text(None)
    assert len(text.encode()) < allowed.REPORT_BYTES
    assert "other steps" in text


def test_members_are_filled_and_read_one_at_a_time() -> None:
    """However many statements: a thousand lines in a member, a mebibyte at the most."""
    firms, batch = chain()
    log = Log(firms)
    head = Head(format=FORMAT, ledger=AUDIENCE, batch=batch, size=2**40, created=0)
    record = parse(firms.earlier[0]["statement"]).record
    chance = random.Random(1)  # noqa: S311 # the same bytes in every run
    for hashes in (0, 40):
        found = [
            Line(
                index=number,
                recorded_at=0,
                statement=chance.randbytes(300).hex(),
                proof=tuple(chance.randbytes(32) for _ in range(hashes)),
            )
            for number in range(2500)
        ]
        writer = Writer(head, log.checkpoint, str(LOG.key), None)
        pieces = [writer.begin(), *(writer.add(line, record, 0) for line in found)]
        pieces.append(writer.end(None))
        assert max(map(len, pieces)) < allowed.STATEMENT_MEMBER_BYTES
        pack = Pack(opened(b"".join(pieces)))
        members = list(pack.statements())
        assert len(members) > 2
        assert all(len(each.data) <= allowed.STATEMENT_MEMBER_BYTES for each in members)
        assert all(len(each.lines()) <= allowed.LINES for each in members)
        assert [line for each in members for line in each.lines()] == found
        assert pack.statement_bytes == sum(len(each.data) for each in members)


def test_a_writer_does_not_go_beyond_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    firms, batch = chain()
    for name, limit in (
        ("STATEMENTS", 7),
        ("LINE_BYTES", 500),
        ("INFLATED_BYTES", 9000),
        ("MEMBERS", 6),
        ("FILE_BYTES", 5000),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(allowed, name, limit)
            with pytest.raises(BadPack) as caught:
                packed(firms, batch)
            assert caught.value.slug == "pack-too-large", name
    assert all_of(packed(firms, batch))
