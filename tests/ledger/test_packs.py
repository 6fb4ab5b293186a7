"""The pack of a batch over HTTP: what is in it, as of which size of the log, and for whom."""

import io

from provenite_proto import paths
from provenite_proto.audit import Trust, audit_pack
from provenite_proto.log import check_inclusion, entry, leaf_hash, open_checkpoint, parse_key
from provenite_proto.log.tiles import FULL
from provenite_proto.matter.quantity import milligrams
from provenite_proto.pack import Line, Pack
from provenite_proto.record import (
    Attestation,
    CustodyModel,
    Key,
    ReceiptQuantities,
    ReceivedQuantity,
    Site,
    SiteIdentities,
    Stage,
    SubjectKind,
)
from provenite_proto.statement import SigningKey, Statement, parse
from tests.ledger.replaying import Story
from tests.ledger.running import (
    Firm,
    Ledger,
    day,
    extraction,
    further_key,
    receipt,
    refining,
    run_ledger,
    transfer,
)
from tests.ledger.speaking import (
    accrediting,
    attesting,
    digest,
    opening,
    owned,
    retracting,
    revoking,
)

AVERAGE = CustodyModel.MASS_BALANCE_ROLLING_AVERAGE
SECTIONS = ("quantities", "identities", "parties", "costs", "documents")


def packed(firm: Firm, batch: str) -> Pack:
    """A batch's pack, whose proofs have been checked against its checkpoint."""
    response = firm.get(paths.pack(batch))
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/zip"
    assert f'filename="{batch}.pack.zip"' in response.headers["content-disposition"]
    pack = Pack(io.BytesIO(response.content))
    assert (pack.head.ledger, pack.head.batch) == (firm.ledger.origin, batch)
    key = parse_key(pack.log_key.strip())
    checkpoint = open_checkpoint(pack.checkpoint, key)
    assert checkpoint.size == pack.head.size
    for line, statement in read(pack).values():
        leaf = leaf_hash(entry(statement.digest, line.recorded_at))
        check_inclusion(leaf, line.index, checkpoint.size, line.proof, checkpoint.root)
    return pack


def read(pack: Pack) -> dict[str, tuple[Line, Statement]]:
    """The lines and statements of a pack, by digest."""
    found = [(line, parse(line.statement, complete=False)) for line in pack.lines()]
    return {statement.digest: (line, statement) for line, statement in found}


def labels(pack: Pack, element: str, lens: str) -> dict[str, int]:
    """What a pack claims, in milligrams."""
    assert pack.content is not None
    claim = pack.content.elements[element]
    return {label: milligrams(mass) for label, mass in claim.lenses[lens].items()}


class History:
    """A batch with a history of everything that there is; which statements its pack needs, and which it does not."""

    def __init__(self, ledger: Ledger) -> None:
        self.story = Story(ledger)
        self.registrar = ledger.registrar
        self.mine, self.refiner, self.auditor, self.stranger = (
            self.story.enrol(role, name=role) for role in ("miner", "refiner", "auditor", "trader")
        )
        self.way = set[str]()
        self.wanted = {each.id for each in (self.registrar, self.mine, self.refiner, self.auditor)}
        self.other = {self.stranger.id}
        self.ore = self._evidence()
        self.shipped = self._shipped()
        self.made = self._made()

    def _needed(self, *names: str) -> None:
        self.wanted.update(map(digest, names))

    def _on_the_way(self, *names: str) -> None:
        self._needed(*names)
        self.way.update(map(digest, names))

    def _beside(self, *names: str) -> None:
        self.other.update(map(digest, names))

    def _evidence(self) -> str:
        """Ore, and all that is said of it, where it was mined, and who mined it."""
        tells, mine, auditor = self.story.tells, self.mine, self.auditor
        site = tells(mine, Site(country="CL", stages=(Stage.EXTRACTION,)))
        self._beside(tells(mine, Site(country="CL", stages=(Stage.CONCENTRATION,))))
        self._needed(site, tells(self.registrar, accrediting(auditor.id)))
        self._beside(tells(self.registrar, accrediting(self.stranger.id)))
        self._needed(tells(mine, owned("CL")))
        for firm in (mine, self.refiner):
            self._beside(tells(firm, opening(*SECTIONS, to=auditor.id)))
        ore = self.story.makes(mine, extraction("300", identities=SiteIdentities(site=site)))
        self._on_the_way(ore)
        for subject in (
            (digest(ore), SubjectKind.STATEMENT),
            (ore, SubjectKind.BATCH),
            (site, SubjectKind.SITE),
            (mine.id, SubjectKind.PARTY),
        ):
            self._needed(tells(auditor, attesting(*subject)))
        self._beside(tells(auditor, attesting(self.stranger.id, SubjectKind.PARTY)))
        withdrawn = tells(auditor, attesting(digest(ore), scheme="other"))
        self._needed(withdrawn, tells(auditor, retracting(withdrawn)))
        return ore

    def _shipped(self) -> str:
        """A part of it, of which a part was refused; what was taken of it before counts, what is later does not."""
        story, mine, refiner = self.story, self.mine, self.refiner
        earlier = story.makes(mine, transfer(self.ore, refiner.id, "10"))
        self._needed(earlier)
        self._beside(story.tells(refiner, receipt(earlier)))
        shipped = story.makes(mine, transfer(self.ore, refiner.id, "100"))
        parts = ReceiptQuantities(inputs=(ReceivedQuantity(mass="90", refused="8"),))
        arrived = story.tells(refiner, receipt(shipped, quantities=parts))
        self._on_the_way(shipped, arrived)
        self.arrived = arrived
        back = transfer(f"{arrived}.0", refiner.id, "8", departed_at=day(4))
        self._beside(story.makes(mine, back))
        self._beside(story.makes(mine, transfer(self.ore, refiner.id, "20")))
        return shipped

    def _made(self) -> str:
        """Refined of what is left, and of what a retraction gave back."""
        story, refiner = self.story, self.refiner
        mistaken = story.makes(refiner, refining([(self.shipped, "50")], "14"))
        undone = story.tells(refiner, retracting(mistaken))
        self._on_the_way(mistaken, undone)
        self._needed(story.tells(refiner, further_key(refiner.id, SigningKey.generate())))
        made = story.makes(refiner, refining([(f"{undone}.0", "50"), (self.shipped, "30")], "22"))
        self._on_the_way(made)
        self._beside(story.makes(refiner, refining([(self.shipped, "1")], "0.2")))
        self._beside(story.makes(self.mine, extraction("3")))
        return made


def test_it_holds_what_the_batch_needs_and_nothing_else(ledger: Ledger) -> None:
    history = History(ledger)
    pack = packed(history.auditor, history.made)
    found = read(pack)
    assert found.keys() == history.wanted
    assert not found.keys() & history.other
    withheld = {name for name, (_, each) in found.items() if each.withheld}
    # The names of firms are the registrar's to show.
    assert withheld == {history.mine.id, history.refiner.id}
    for element, lenses in history.story.expected(history.made).items():
        for lens in lenses:
            assert labels(pack, element, lens) == lenses[lens]
    # Which draws there were says the replay; so can whoever has the pack.
    for name, (line, _) in found.items():
        draws = history.story.replay.state.statements[name].draws
        assert [milligrams(each) for each in line.before or ()] == [each.before for each in draws]


def test_each_reader_is_shown_as_much_as_he_may_see(ledger: Ledger) -> None:
    history = History(ledger)
    found = read(packed(history.auditor, history.made))
    # A stranger is told the way, as a trace tells it.
    blind = packed(history.stranger, history.made)
    parties = {each.id for each in (history.registrar, history.mine, history.refiner)}
    keys = {name for name, (_, each) in found.items() if isinstance(each.record, Key)}
    assert read(blind).keys() == history.way | parties | keys
    assert blind.content is None
    assert all(line.before is None for line, _ in read(blind).values())
    # The refiner is shown the evidence of what it may know the content of, but not where the mine is.
    own = read(packed(history.refiner, history.made))
    sites = {name for name, (_, each) in found.items() if isinstance(each.record, Site)}
    at_sites = {
        name
        for name, (_, each) in found.items()
        if isinstance(each.record, Attestation) and each.record.subject.id in sites
    }
    assert history.wanted - own.keys() == sites | at_sites
    assert own.keys() <= history.wanted


def test_an_audit_of_any_readers_pack_misses_nothing(ledger: Ledger) -> None:
    """What is withheld is withheld; but nothing that a check needs has been left out, and nothing is false."""
    history = History(ledger)
    computed = 0
    for firm in (history.mine, history.refiner, history.auditor, history.stranger):
        for batch in history.story.batches:
            response = firm.get(paths.pack(batch))
            verdict = audit_pack(io.BytesIO(response.content), Trust())
            assert not verdict.failures, (batch, firm.id, verdict.failures)
            # To whom the content is not told, it is told that it is not there.
            without = Pack(io.BytesIO(response.content)).content is None
            # Nor is it told that a receipt makes the batch to whom it does not show what it refuses.
            sealed = firm is history.stranger and batch.startswith(history.arrived)
            missing = [each.what for each in verdict.missing]
            assert missing == (["batch"] if sealed else ["content"] * without), (batch, firm.id)
            computed += "figures" in verdict.verified
    assert computed > len(history.story.batches)


def test_a_hidden_draw_before_leaves_what_was_left_unknown(ledger: Ledger) -> None:
    """A buyer who is shown one sale's history is not told of the others, nor what can be worked out of them."""
    mine, rival, refiner = (ledger.enrol(role) for role in ("miner", "refiner", "refiner"))
    (ore,) = mine.record(extraction("100"))
    sold = mine.ships(ore, rival, "41")
    bought = mine.ships(ore, refiner, "20")
    (made,) = refiner.record(refining([(bought, "20")], "5"))
    mine.record(opening("quantities", to=refiner.id, statements=(digest(ore), digest(bought))))
    found = read(packed(refiner, made))
    assert digest(bought) in found
    assert digest(sold) not in found
    before = {digest(ore): None, digest(bought): None, digest(made): ("20",)}
    assert {name: found[name][0].before for name in before} == before
    assert rival.id not in found
    # With all of the miner's shown, it is.
    mine.record(opening("quantities", to=refiner.id))
    found = read(packed(refiner, made))
    assert digest(sold) in found
    assert found[digest(bought)][0].before == ("59",)


def averaging(ledger: Ledger, refiner: Firm) -> tuple[list[str], list[str]]:
    """Copper that a site has refined thrice under the rolling average; what it was refined of."""
    site = refiner.submit(Site(country="US", stages=(Stage.REFINING,))).json()["digest"]
    mine = ledger.enrol("miner")
    made: list[str] = []
    mined: list[str] = []
    for number in range(3):
        (ore,) = mine.record(extraction("100"))
        mined.append(ore)
        arrived = mine.ships(ore, refiner, "100")
        record = refining(
            [(arrived, "100")],
            "25",
            occurred_at=day(5 + number),
            custody_model=AVERAGE,
            identities=SiteIdentities(site=site),
        )
        made += refiner.record(record)
    mine.record(opening("quantities", to=refiner.id))
    return made, mined


def test_a_rolling_average_brings_what_it_looks_back_on(ledger: Ledger) -> None:
    refiner, buyer = ledger.enrol("refiner"), ledger.enrol("trader")
    made, mined = averaging(ledger, refiner)
    found = read(packed(refiner, made[2]))
    for batch in made:
        content = refiner.get(paths.pack(batch)).content
        verdict = audit_pack(io.BytesIO(content), Trust())
        assert not verdict.failures and not verdict.missing, verdict
        assert verdict.verified["figures"] > 0
    names = [digest(each) for each in made]
    assert found[names[0]][0].averaged == ()
    assert found[names[2]][0].averaged == tuple(found[each][0].index for each in names[:2])
    assert {digest(each) for each in mined} <= found.keys()
    assert found[digest(mined[0])][0].averaged is None
    # Who is shown the figures of all, but not where they were made, does not learn that it was at one site.
    sold = refiner.ships(made[2], buyer, "10", departed=9)
    for section, told in (("quantities", False), ("identities", True)):
        refiner.record(opening(section, to=buyer.id))
        found = read(packed(buyer, sold))
        assert (names[0] in found) is told
        assert (digest(mined[0]) in found) is told
        assert (found[names[2]][0].averaged is not None) is told


def test_a_key_brings_all_that_is_said_of_its_party(ledger: Ledger) -> None:
    mine = ledger.enrol("miner")
    further = SigningKey.generate()
    registered = mine.submit(further_key(mine.id, further)).json()["digest"]
    old, mine.key = mine.key, further
    revoked = mine.submit(revoking(old.public.key_id)).json()["digest"]
    (ore,) = mine.record(extraction("1"))
    found = read(packed(mine, ore))
    assert found.keys() == {ledger.registrar.id, mine.id, registered, revoked, digest(ore)}


def test_its_proofs_hold_though_the_logs_files_are_damaged() -> None:
    with run_ledger() as ledger:
        mine = ledger.enrol("miner")
        # What is not full yet is in memory.
        ore, *_ = [mine.record(extraction("1"))[0] for _ in range(FULL)]
        tile = ledger.data / "log" / "tile" / "0" / "000"
        whole = tile.read_bytes()
        tile.write_bytes(bytes(32) + whole[32:])
        packed(mine, ore)
        assert tile.read_bytes() == whole
