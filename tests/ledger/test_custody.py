"""Two-sided custody over HTTP: what was sent beside what was found, what came back, and what is still on its way."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from provenite_proto import paths
from provenite_proto.record import (
    Document,
    Documents,
    InputQuantity,
    ReceiptQuantities,
    ReceivedQuantity,
    TransferQuantities,
    Waste,
)
from tests.ledger.running import Firm, Ledger, day, extraction, receipt, refining, transfer
from tests.ledger.speaking import digest, retracting, submitted


class Trade(NamedTuple):
    """A miner with 100 kg, of which it ships 60 to a refiner."""

    ledger: Ledger
    miner: Firm
    refiner: Firm
    mined: str
    shipped: str

    def shipment(self) -> dict[str, Any]:
        """The shipment, which is the same for both sides, alone and in the list."""
        sides = []
        for firm, side in ((self.miner, "sender"), (self.refiner, "receiver")):
            alone = firm.get(paths.shipment(digest(self.shipped))).json()
            (listed,) = firm.get(paths.SHIPMENTS, side=side).json()["items"]
            assert listed == alone
            sides.append(alone)
        assert sides[0] == sides[1]
        found: dict[str, Any] = sides[0]
        return found

    def left(self) -> dict[str, Decimal]:
        """What both firms hold, or have on its way to them."""
        found = {}
        for firm in (self.miner, self.refiner):
            for batch in firm.get(paths.BATCHES).json()["items"]:
                if batch["status"] != "retracted":
                    found[batch["id"]] = Decimal(batch["remaining"])
        return found


@pytest.fixture
def trade(ledger: Ledger) -> Trade:
    miner, refiner = ledger.enrol("miner", country="CL"), ledger.enrol("refiner")
    (mined,) = miner.record(extraction("100"))
    (shipped,) = miner.record(transfer(mined, refiner.id, "60"))
    return Trade(ledger, miner, refiner, mined, shipped)


def found(mass: str, **changes: Any) -> ReceiptQuantities:
    return ReceiptQuantities(inputs=(ReceivedQuantity(mass=mass, **changes),))


def slug(firm: Firm, record: Any) -> str:
    answer = firm.submit(record)
    return "" if answer.is_success else str(answer.json()["type"].rpartition(":")[2])


def test_on_its_way(trade: Trade) -> None:
    shipment = trade.shipment()
    assert (shipment["status"], shipment["mode"]) == ("in_transit", "sea")
    assert (shipment["sender"], shipment["receiver"]) == (trade.miner.id, trade.refiner.id)
    assert "receipt" not in shipment
    assert "verdict" not in shipment
    assert shipment["batches"] == [
        {
            "id": trade.shipped,
            "material": "copper-concentrate",
            "mass": "60",
            "composition": [{"element": "Cu", "mass": "18", "fraction": "0.3"}],
        }
    ]
    assert trade.left() == {trade.mined: 40, trade.shipped: 60}
    assert trade.refiner.get(paths.batch(trade.shipped)).json()["status"] == "in_transit"
    assert slug(trade.refiner, refining([(trade.shipped, "1")], "0.1")) == "transfer-not-received"


def test_received_as_sent(trade: Trade) -> None:
    receiving = submitted(trade.refiner, receipt(trade.shipped))
    shipment = trade.shipment()
    assert (shipment["status"], shipment["receipt"]) == ("accepted", receiving)
    assert datetime.fromisoformat(shipment["receivedAt"]) == day(3)
    assert not {"received", "refused", "difference"} & shipment["batches"][0].keys()
    assert trade.left() == {trade.mined: 40, trade.shipped: 60}


def test_received_in_part(trade: Trade) -> None:
    """48 kg are kept, 10 sent back, 2 were lost on the way."""
    (back,) = trade.refiner.record(
        receipt(trade.shipped, quantities=found("48", refused="10", uncertainty="0.04"))
    )
    (batch,) = trade.shipment()["batches"]
    assert (batch["mass"], batch["received"], batch["refused"]) == ("60", "48", "10")
    assert batch["difference"] == "2"
    assert trade.left() == {trade.mined: 40, trade.shipped: 48, back: 10}
    assert trade.miner.get(paths.batch(back)).json()["holder"] == trade.miner.id
    # Neither side has more than its part, and each may go on with that.
    assert slug(trade.refiner, refining([(trade.shipped, "48.000001")], "1")) == "insufficient-mass"
    assert slug(trade.miner, transfer(back, trade.refiner.id, "10.000001", departed_at=day(4))) == (
        "insufficient-mass"
    )
    assert slug(trade.refiner, transfer(back, trade.miner.id, "1")) == "not-holder"
    trade.miner.record(transfer(back, trade.refiner.id, "10", departed_at=day(4)))
    trade.refiner.record(refining([(trade.shipped, "48")], "14"))


@pytest.mark.parametrize(
    ("mass", "difference", "kept", "doubted"),
    [
        ("59.4", "0.6", "59.4", False),
        ("59.399999", "0.600001", "59.399999", True),
        ("60.6", "-0.6", "60", False),
        ("60.600001", "-0.600001", "60", True),
    ],
)
def test_the_difference_is_a_loss_or_a_doubt(
    trade: Trade, mass: str, difference: str, kept: str, *, doubted: bool
) -> None:
    """Both sides weigh within 0.5 %: 0.6 kg of 60. What is found beyond the shipment does not count."""
    answer = trade.refiner.submit(receipt(trade.shipped, quantities=found(mass))).json()
    findings = [each["slug"] for each in answer.get("findings", ())]
    assert findings == (["receipt-differs"] if doubted else [])
    (batch,) = trade.shipment()["batches"]
    assert (batch["received"], batch["difference"]) == (mass, difference)
    assert trade.left() == {trade.mined: 40, trade.shipped: Decimal(kept)}


def test_the_receiver_s_assay_stands_beside_the_sender_s(trade: Trade) -> None:
    answer = trade.refiner.submit(
        receipt(trade.shipped, quantities=found("60", composition={"Cu": "0.31"}))
    ).json()
    (finding,) = answer["findings"]
    assert (finding["slug"], finding["figures"]["sent"], finding["figures"]["found"]) == (
        "receipt-differs",
        "0.3",
        "0.31",
    )
    (batch,) = trade.shipment()["batches"]
    assert batch["composition"] == [{"element": "Cu", "mass": "18", "fraction": "0.3"}]
    assert batch["measured"] == {"Cu": "0.31"}
    # The sender's assay is what the matter goes on with: 18 kg of copper.
    assert slug(trade.refiner, refining([(trade.shipped, "60")], "18.2")) == "element-created"


def test_refused(trade: Trade) -> None:
    trade.refiner.record(receipt(trade.shipped, accepted=False))
    assert trade.shipment()["status"] == "refused"
    batch = trade.miner.get(paths.batch(trade.shipped)).json()
    assert (batch["holder"], batch["status"], batch["remaining"]) == (trade.miner.id, "held", "60")
    assert trade.left() == {trade.mined: 40, trade.shipped: 60}
    assert slug(trade.refiner, refining([(trade.shipped, "1")], "0.1")) == "not-holder"
    other = trade.ledger.enrol("refiner")
    again = trade.miner.ships(trade.shipped, other, "60", departed=4)
    assert other.get(paths.batch(again)).json()["remaining"] == "60"


def test_sent_back_by_a_transfer(trade: Trade) -> None:
    trade.refiner.record(receipt(trade.shipped))
    back = trade.refiner.ships(
        trade.shipped, trade.miner, "60", departed=4, from_country="US", to_country="CL"
    )
    assert trade.left() == {trade.mined: 40, back: 60}
    content = trade.miner.get(paths.content(back), lens="origin").json()["elements"][0]
    assert content["lenses"][0]["labels"] == [{"label": "CL", "mass": "18", "share": "1"}]


def test_several_batches_each_with_its_own_figures(ledger: Ledger) -> None:
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    batches = [miner.record(extraction(kg))[0] for kg in ("10", "20", "30")]
    quantities = TransferQuantities(
        inputs=tuple(InputQuantity(mass=mass) for mass in ("10", "20", "30"))
    )
    shipped = miner.record(
        transfer("", refiner.id, "", inputs=tuple(batches), quantities=quantities)
    )
    each = ReceiptQuantities(
        inputs=(
            ReceivedQuantity(mass="10"),
            ReceivedQuantity(mass="0.000001", refused="19.999999"),
            ReceivedQuantity(mass="9", refused="21"),
        )
    )
    back = refiner.record(receipt(shipped[0], quantities=each))
    assert len(back) == 2
    # What is refused whole leaves nothing, and nothing can be found of it.
    held = refiner.get(paths.BATCHES).json()["items"]
    assert [(batch["id"], batch["remaining"]) for batch in held] == [
        (shipped[0], "10"),
        (shipped[1], "0.000001"),
        (shipped[2], "9"),
    ]
    returned = {batch: miner.get(paths.batch(batch)).json()["remaining"] for batch in back}
    assert returned == {back[0]: "19.999999", back[1]: "21"}


def test_a_retracted_transfer(trade: Trade) -> None:
    assert slug(trade.refiner, retracting(trade.shipped)) == "statement-not-own"
    trade.miner.record(retracting(trade.shipped))
    shipment = trade.shipment()
    assert (shipment["status"], shipment.get("overdue", False)) == (
        "retracted",
        False,
    )
    assert trade.left() == {trade.mined: 40, trade.shipped: 60}
    assert slug(trade.refiner, receipt(trade.shipped)) == "transfer-closed"
    assert slug(trade.refiner, refining([(trade.shipped, "1")], "0.1")) == "not-holder"
    trade.miner.record(transfer(trade.shipped, trade.refiner.id, "60", departed_at=day(2)))


def test_a_retracted_receipt(trade: Trade) -> None:
    first = receipt(trade.shipped, quantities=found("40", refused="20"))
    (back,) = trade.refiner.record(first)
    assert trade.left() == {trade.mined: 40, trade.shipped: 40, back: 20}
    receiving = digest(back)
    trade.refiner.record(retracting(receiving))
    shipment = trade.shipment()
    assert (shipment["status"], shipment.get("receipt")) == ("in_transit", None)
    assert trade.left() == {trade.mined: 40, trade.shipped: 60}
    assert trade.miner.get(paths.batch(back)).json()["status"] == "retracted"
    assert slug(trade.miner, transfer(back, trade.refiner.id, "1", departed_at=day(4))) == (
        "batch-retracted"
    )
    trade.refiner.record(receipt(trade.shipped, received_at=day(4)))
    assert trade.shipment()["status"] == "accepted"
    assert trade.left() == {trade.mined: 40, trade.shipped: 60}


def test_a_receipt_stands_once_its_matter_has_gone_on(trade: Trade) -> None:
    for number, firm in enumerate((trade.refiner, trade.miner)):
        (shipped,) = trade.miner.record(transfer(trade.mined, trade.refiner.id, "10"))
        (back,) = trade.refiner.record(receipt(shipped, quantities=found("6", refused="4")))
        if number == 0:
            firm.record(refining([(shipped, "1")], "0.3"))
        else:
            firm.record(transfer(back, trade.refiner.id, "1", departed_at=day(4)))
        assert slug(trade.refiner, retracting(back)) == "retraction-too-late"


def test_what_is_on_its_way_and_what_is_overdue(ledger: Ledger) -> None:
    miner, refiner, outsider = (ledger.enrol(role) for role in ("miner", "refiner", "trader"))
    (mined,) = miner.record(extraction("100"))
    soon = datetime.now(UTC) + timedelta(days=5)
    kinds: dict[str, Any] = {
        # By sea 90 days are usual, by air 7.
        "by sea": {},
        "by air": {"mode": "air"},
        "expected before": {"expected_at": day(20)},
        "expected soon": {"expected_at": soon, "mode": "air"},
        "received": {"mode": "air"},
    }
    sent = {
        name: digest(miner.record(transfer(mined, refiner.id, "1", **changes))[0])
        for name, changes in kinds.items()
    }
    refiner.record(receipt(f"{sent['received']}.0"))

    def listed(firm: Firm, **query: Any) -> list[str]:
        items = firm.get(paths.SHIPMENTS, **query).json()["items"]
        names = {transfer: name for name, transfer in sent.items()}
        return [names[each["transfer"]] for each in items]

    for firm, side, other in ((miner, "sender", "receiver"), (refiner, "receiver", "sender")):
        assert listed(firm) == listed(firm, side=side) == list(kinds)
        assert listed(firm, side=other) == []
        assert listed(firm, status="in_transit") == list(kinds)[:4]
        assert listed(firm, overdue=True) == ["by air", "expected before"]
        assert listed(firm, overdue=False) == ["by sea", "expected soon", "received"]
        assert listed(firm, overdue=True, side=other) == []
        pages = []
        answer = firm.get(paths.SHIPMENTS, limit=2)
        while True:
            pages.append(len(answer.json()["items"]))
            if "next" not in answer.links:
                break
            url = answer.links["next"]["url"]
            answer = ledger.http.get(url, headers=firm.authorized())
        assert pages == [2, 2, 1]
    assert listed(outsider) == []
    refused = outsider.get(paths.shipment(sent["by sea"]))
    assert refused.json()["type"].endswith("not-entitled")
    for nothing in ("A" * 43, digest(mined)):
        assert miner.get(paths.shipment(nothing)).status_code == 404
    shipment = miner.get(paths.shipment(sent["by air"])).json()
    assert shipment["overdue"]
    assert datetime.fromisoformat(shipment["dueAt"]) == day(1) + timedelta(days=7)


def test_waste_is_judged_by_the_law_of_its_day(trade: Trade) -> None:
    waste = Waste(code="Y49", purpose="recovery")
    kinds = ("notification", "consent", "movement-document")
    documents = Documents(
        documents=tuple(Document(kind=kind, digest=digest(trade.mined)) for kind in kinds)
    )

    def verdict(to: str, **changes: Any) -> dict[str, Any]:
        record = transfer(
            trade.mined,
            trade.refiner.id,
            "1",
            from_country="GH",
            to_country=to,
            waste=waste,
            **changes,
        )
        (shipped,) = trade.miner.record(record)
        answers = [
            firm.get(paths.shipment(digest(shipped))).json()["verdict"]
            for firm in (trade.miner, trade.refiner)
        ]
        assert answers[0] == answers[1]
        found: dict[str, Any] = answers[0]
        assert found["day"] == record.departed_at.date().isoformat()
        return found

    barred = verdict("US", documents=documents)
    assert (barred["outcome"], barred["breach"]) == ("barred", "GH")
    assert barred["hook"] == "Basel Convention, Article 4(5)"
    bare = verdict("BE")
    assert (bare["outcome"], bare["evidenceMissing"]) == ("allowed_with_consent", list(kinds))
    whole = verdict("BE", documents=documents)
    assert whole["outcome"] == "allowed_with_consent"
    assert "evidenceMissing" not in whole
