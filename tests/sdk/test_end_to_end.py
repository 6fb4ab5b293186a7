"""Both clients against a real ledger."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

import provenite
from provenite import AsyncClient, BatchOf, Client, CustodyModel, Mode, Signer, Stage
from provenite import Source as SourceClass
from provenite_proto.log import LogProof, check_consistency, open_checkpoint, parse_key
from provenite_proto.log.note import unbase64
from tests.ledger.running import Ledger
from tests.sdk.logging_it import Log

Firms = Callable[..., Client]


def on(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


@pytest.fixture(scope="module")
def firms(ledger: Ledger) -> Iterator[Firms]:
    """Invites and enrols a firm; its client."""
    clients: list[Client] = []
    with Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as registrar:

        def join(*roles: str, country: str = "US") -> Client:
            invited = registrar.invite(name="Firm", country=country, roles=roles)
            client = Client(ledger.url, Signer.generate())
            clients.append(client)
            client.enrol(invited.code)
            return client

        yield join
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def mine(firms: Firms) -> Client:
    return firms("miner")


def concentrate(
    mass: str = "1000", lot: str | None = None, site: str | None = None
) -> provenite.Extraction:
    return provenite.extraction(
        country="US",
        occurred_at=on(1),
        site=site,
        outputs=[BatchOf("bastnaesite-concentrate", mass, {"Nd": "0.07", "Pr": "0.02"}, lot=lot)],
    )


def test_a_chain_from_two_sources_to_its_content(firms: Firms) -> None:
    mine, collector, separator = firms("miner"), firms("collector"), firms("refiner")
    (party,) = [party for party in separator.parties() if "refiner" in party.roles]
    mined = mine.submit(concentrate())
    collected = collector.submit(
        provenite.collection(
            country="US",
            occurred_at=on(1),
            source=SourceClass.POST_CONSUMER,
            stream="hard-disk-drives",
            outputs=[BatchOf("ndfeb-magnet-scrap", "100", {"Nd": "0.2"})],
        )
    )
    for sender, batch, mass in (
        (mine, mined.batches[0], "1000"),
        (collector, collected.batches[0], "100"),
    ):
        sent = sender.submit(
            provenite.transfer(
                inputs={batch: mass},
                to=party.id,
                from_country="US",
                to_country="US",
                departed_at=on(2),
                mode=Mode.RAIL,
            )
        )
        separator.submit(provenite.receipt(transfer=sent.digest, received_at=on(3)))
    held = [batch for batch in separator.batches() if batch.status == "held"]
    assert len(held) == 2
    oxide = separator.submit(
        provenite.transformation(
            country="US",
            occurred_at=on(4),
            stage=Stage.SEPARATION,
            custody_model=CustodyModel.CONTROLLED_BLENDING,
            inputs={batch.id: batch.mass or "" for batch in held},
            outputs=[BatchOf("nd-oxide", "100", {"Nd": "0.8"})],
            losses={"Nd": "10", "Pr": "20"},
        )
    )
    content = separator.content(oxide.batches[0], lenses=["source"], elements=["Nd"])
    shares = {label.label: label.mass for label in content.elements[0].lenses[0].labels}
    # 70 kg mined and 20 kg collected: 80 kg of product hold them 7 to 2.
    assert shares == {"primary": "62.222222", "post_consumer": "17.777778"}
    trace = separator.trace(oxide.batches[0])
    assert sorted(node.type for node in trace.nodes if node.depth == trace.nodes[-1].depth) == [
        "collection",
        "extraction",
    ]
    assert separator.trace(oxide.batches[0], depth=0).truncated


def test_submitting_again_is_the_same(mine: Client) -> None:
    statement = mine.sign(concentrate())
    assert mine.submit(statement) == mine.submit(statement + "\n")
    assert mine.statement(mine.submit(statement).digest).statement == statement


def test_what_is_submitted_is_proven_to_be_in_the_log(mine: Client, ledger: Ledger) -> None:
    submitted = mine.submit(concentrate())
    log = mine.log()
    assert submitted.receipt is not None
    proof = LogProof.parse(mine.receipt(submitted.digest).encode())
    checkpoint = proof.check(submitted.digest, parse_key(log.key))
    earlier = open_checkpoint(
        LogProof.parse(submitted.receipt.encode()).checkpoint, parse_key(log.key)
    )
    lines = list(mine.submit_many([concentrate("7")] * 3, receipts=True))
    assert all(line.submitted and line.submitted.receipt for line in lines)
    answer = mine.consistency(earlier.size, checkpoint.size)
    check_consistency(
        earlier.size,
        earlier.root,
        checkpoint.size,
        checkpoint.root,
        [unbase64(each) for each in answer.hashes],
    )
    assert mine.consistency(1).new == mine.log().size >= checkpoint.size + 3
    assert mine.cose_receipt(submitted.digest)
    pinned = Client(ledger.url, Signer.generate(), log_key=str(Log(ledger.origin).signer.key))
    with pinned, pytest.raises(provenite.NotProven):
        pinned.submit(mine.sign(concentrate()))


def test_many_keep_their_order_and_their_refusals(mine: Client) -> None:
    records = [concentrate(str(mass)) for mass in (1, 2, 3)]
    impossible = provenite.extraction(
        country="US",
        occurred_at=on(1),
        outputs=[BatchOf("bastnaesite-concentrate", "1", {"Nd": "0.9", "Pr": "0.2"})],
    )
    lines = list(mine.submit_many([records[0], impossible, mine.sign(records[1]), records[2]]))
    assert [line.status for line in lines] == [201, 422, 201, 201]
    assert lines[1].problem is not None
    assert lines[1].problem.slug == "impossible-assay"
    kept = [mine.batch(line.submitted.batches[0]).mass for line in lines if line.submitted]
    assert kept == ["1", "2", "3"]
    atomic = list(mine.submit_many([records[0], impossible], atomic=True))
    assert [line.submitted for line in atomic] == [None, None]


def test_lists_iterate_over_their_pages(firms: Firms) -> None:
    mine = firms("miner")
    list(mine.submit_many(concentrate(lot=f"L{number}") for number in range(105)))
    listing = mine.batches(material="bastnaesite-concentrate")
    assert len(list(listing)) == 105
    assert [len(page.items) for page in listing.pages()] == [100, 5]
    assert [batch.lot for batch in mine.batches(lot="L77")] == ["L77"]
    assert list(mine.sites()) == []
    site = provenite.site(country="US", stages=[Stage.EXTRACTION], name="Pit")
    digest = mine.submit(site).digest
    assert [found.id for found in mine.sites()] == [digest]
    assert mine.site(digest).name == "Pit"


def test_lists_are_narrowed_to_a_site_and_widened_to_what_is_used_up(firms: Firms) -> None:
    mine = firms("miner", "refiner")
    pit = mine.submit(provenite.site(country="US", stages=[Stage.EXTRACTION], name="Pit")).digest
    mine.submit(concentrate("1"))
    (dug,) = mine.submit(concentrate("2", site=pit)).batches
    assert [batch.id for batch in mine.batches(site=pit)] == [dug]
    blended = provenite.transformation(
        country="US",
        occurred_at=on(2),
        stage=Stage.BLENDING,
        custody_model=CustodyModel.SEGREGATED,
        inputs={dug: "2"},
        outputs=[BatchOf("bastnaesite-concentrate", "2", {"Nd": "0.07", "Pr": "0.02"})],
    )
    mine.submit(blended)
    assert dug not in [batch.id for batch in mine.batches()]
    assert list(mine.batches(site=pit)) == []
    (used_up,) = mine.batches(site=pit, exhausted=True)
    assert (used_up.id, used_up.remaining) == (dug, "0")


def test_refusals_are_raised_by_their_meaning(mine: Client, firms: Firms, ledger: Ledger) -> None:
    (batch,) = mine.submit(concentrate()).batches
    with pytest.raises(provenite.Invalid) as invalid:
        mine.submit(concentrate("-1"))
    assert invalid.value.pointer == "/record/quantities/outputs/0/mass"
    with pytest.raises(provenite.NotFound):
        mine.batch(f"{'A' * 43}.0")
    with pytest.raises(provenite.NotEntitled):
        firms("trader").content(batch)
    with Client(ledger.url, Signer.generate()) as stranger:
        with pytest.raises(provenite.NotAuthenticated):
            stranger.batch(batch)
        with pytest.raises(provenite.NotEntitled) as uninvited:
            stranger.enrol("no such code")
    assert uninvited.value.slug == "invitation-invalid"
    assert uninvited.value.request_id


def test_keys_and_parties_are_read(mine: Client) -> None:
    assert mine.ledger().size > 0
    registrar = mine.ledger().registrar
    (key_id,) = mine.party(registrar).keys
    assert mine.key(key_id).party == registrar
    now = datetime.now(UTC)
    assert mine.party(registrar, as_of=now).keys == (key_id,)
    with pytest.raises(provenite.NotFound):
        mine.party(registrar, as_of=now - timedelta(days=1))
    with pytest.raises(ValueError, match="no time zone"):
        mine.party(registrar, as_of=now.replace(tzinfo=None))


def test_a_client_of_ones_own_stays_open(ledger: Ledger) -> None:
    with httpx.Client(timeout=5) as http:
        with Client(ledger.url + "/", http_client=http) as client:
            client.ledger()
        assert not http.is_closed


def test_nobody_there_is_a_failed_connection() -> None:
    with (
        Client("http://127.0.0.1:9", retry=provenite.Retry(attempts=2, first=0)) as client,
        pytest.raises(provenite.ConnectionFailed, match=r"127\.0\.0\.1:9"),
    ):
        client.ledger()


async def test_the_asynchronous_client_does_the_same(ledger: Ledger, firms: Firms) -> None:
    with closing(Client(ledger.url, Signer.load(ledger.data / "registrar.pem"))) as registrar:
        code = registrar.invite(name="Firm", country="US", roles=["miner"]).code
    async with AsyncClient(ledger.url, Signer.generate()) as mine:
        party = (await mine.enrol(code)).party
        assert (await mine.party(party)).roles == (provenite.Role.MINER,)
        (batch,) = (await mine.submit(concentrate("5"))).batches
        assert (await mine.batch(batch)).holder == party
        digest = batch.partition(".")[0]
        assert await mine.receipt(digest) and await mine.cose_receipt(digest)
        assert (await mine.consistency(1)).new <= (await mine.log()).size
        lines = [line async for line in mine.submit_many([concentrate("6")] * 120)]
        assert {line.status for line in lines} == {201}
        assert [len(page.items) async for page in mine.batches().pages()] == [100, 21]
        assert len([batch async for batch in mine.batches()]) == 121
        assert (await mine.content(batch)).elements[0].element == "Nd"
        assert len((await mine.trace(batch)).nodes) == 1
        with pytest.raises(provenite.Invalid):
            await mine.submit(concentrate("0"))
