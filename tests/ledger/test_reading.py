"""Reading over HTTP: what a firm finds of its own, and what it is not shown of others'."""

from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

from provenite_proto import paths
from provenite_proto.content import LENSES
from provenite_proto.record import (
    InputQuantity,
    Jwk,
    Output,
    OutputQuantity,
    ReceiptQuantities,
    ReceivedQuantity,
    Site,
    SiteDetails,
    SourceQuantities,
    Stage,
    TransferQuantities,
    Transformation,
    TransformationQuantities,
)
from provenite_proto.statement import PublicKey, SigningKey, parse
from tests.ledger.running import (
    Firm,
    Ledger,
    day,
    extraction,
    further_key,
    receipt,
    refining,
    transfer,
)


class Chain(NamedTuple):
    """Two mines, a refiner that blends, a maker that buys a part; and a firm beside it all."""

    ledger: Ledger
    mines: tuple[Firm, Firm]
    refiner: Firm
    maker: Firm
    outsider: Firm
    mined: tuple[str, str]
    received: tuple[str, str]
    refined: str
    bought: str


@pytest.fixture(scope="module")
def chain(ledger: Ledger) -> Chain:
    chile = ledger.enrol("miner", country="CL", name="Mina Norte")
    peru = ledger.enrol("miner", country="PE", name="Mina Sur")
    refiner = ledger.enrol("refiner", name="Refinery")
    maker = ledger.enrol("manufacturer", name="Maker")
    (first,) = chile.record(extraction("300", lot="N-1"))
    (second,) = peru.record(extraction("100", lot="S-1", country="PE"))
    received = (
        chile.ships(first, refiner, "200"),
        peru.ships(second, refiner, "100", from_country="PE"),
    )
    (refined,) = refiner.record(refining([(received[0], "200"), (received[1], "100")], "90"))
    bought = refiner.ships(refined, maker, "40", departed=6, from_country="US")
    return Chain(
        ledger,
        (chile, peru),
        refiner,
        maker,
        ledger.enrol("trader", name="Outsider"),
        (first, second),
        received,
        refined,
        bought,
    )


class TestStatements:
    def test_the_issuer_sees_all(self, chain: Chain) -> None:
        answer = chain.refiner.get(paths.statement(digest(chain.refined)))
        assert answer.status_code == 200
        body = answer.json()
        assert body["issuer"] == chain.refiner.id
        assert body["type"] == "transformation"
        assert "withheld" not in body
        statement = parse(body["statement"])
        statement.verify(chain.refiner.key.public)
        assert statement.digest == digest(chain.refined)
        assert answer.headers["cache-control"] == "private, no-cache"

    def test_others_see_the_open_part_and_can_verify_it(self, chain: Chain) -> None:
        for reader in (chain.outsider, chain.maker, chain.ledger.registrar):
            answer = reader.get(paths.statement(digest(chain.refined)))
            body = answer.json()
            assert body["withheld"] == ["quantities"]
            statement = parse(body["statement"], complete=False)
            key = reader.get(paths.key(statement.key_id)).json()["key"]
            statement.verify(PublicKey(msgspec.convert(key, Jwk)))
            assert isinstance(statement.record, Transformation)
            assert statement.record.quantities is None
            assert answer.headers["cache-control"] == "private, no-cache"

    def test_a_transfer_is_for_both_sides(self, chain: Chain) -> None:
        for reader, withheld in (
            (chain.refiner, None),
            (chain.maker, None),
            (chain.outsider, ["quantities", "parties"]),
        ):
            answer = reader.get(paths.statement(digest(chain.bought)))
            assert answer.json().get("withheld") == withheld

    def test_a_receipt_is_for_both_sides(self, chain: Chain) -> None:
        miner, trader = chain.mines[0], chain.outsider
        (mined,) = miner.record(extraction("1"))
        (shipped,) = miner.record(transfer(mined, trader.id, "1"))
        quantities = ReceiptQuantities(inputs=(ReceivedQuantity(mass="0.9"),))
        receiving = trader.submit(receipt(shipped, quantities=quantities)).json()["digest"]
        for reader, withheld in (
            (trader, None),
            (miner, None),
            (chain.maker, ["quantities"]),
        ):
            assert reader.get(paths.statement(receiving)).json().get("withheld") == withheld

    def test_conditional(self, chain: Chain) -> None:
        path = paths.statement(digest(chain.refined))
        whole = chain.refiner.get(path).headers["etag"]
        part = chain.outsider.get(path).headers["etag"]
        assert whole != part
        again = chain.ledger.http.get(
            path, headers={**chain.refiner.authorized(), "If-None-Match": whole}
        )
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", whole)
        changed = chain.ledger.http.get(
            path, headers={**chain.refiner.authorized(), "If-None-Match": part}
        )
        assert changed.status_code == 200

    def test_findings_are_withheld_with_the_figures(self, chain: Chain) -> None:
        (odd,) = chain.mines[0].record(
            extraction(
                quantities=SourceQuantities(
                    outputs=(OutputQuantity(mass="1", composition={"Cu": "0.5"}, moisture="0.08"),)
                )
            )
        )
        path = paths.statement(digest(odd))
        assert [each["slug"] for each in chain.mines[0].get(path).json()["findings"]] == [
            "assay-unusual"
        ]
        assert "findings" not in chain.outsider.get(path).json()

    def test_unknown(self, chain: Chain) -> None:
        answer = chain.outsider.get(paths.statement("A" * 43))
        assert (answer.status_code, slug(answer)) == (404, "not-found")
        answer = chain.outsider.get(paths.statement("A" * 42))
        assert (answer.status_code, slug(answer)) == (400, "bad-request")


class TestBatches:
    def test_the_holder_sees_all(self, chain: Chain) -> None:
        batch = chain.maker.get(paths.batch(chain.bought)).json()
        assert batch["holder"] == chain.maker.id
        assert (batch["mass"], batch["remaining"]) == ("40", "40")
        assert batch["composition"] == [{"element": "Cu", "mass": "39.996", "fraction": "0.9999"}]
        assert (batch["type"], batch["country"], batch["status"]) == ("transfer", "US", "held")
        refined = chain.refiner.get(paths.batch(chain.refined)).json()
        assert (refined["mass"], refined["remaining"]) == ("90", "50")
        assert (refined["stage"], refined["country"]) == ("refining", "US")
        assert chain.mines[0].get(paths.batch(chain.mined[0])).json()["lot"] == "N-1"

    def test_the_sender_does_not_see_what_is_left(self, chain: Chain) -> None:
        batch = chain.refiner.get(paths.batch(chain.bought)).json()
        assert batch["holder"] == chain.maker.id
        assert batch["mass"] == "40"
        assert "remaining" not in batch

    def test_others_see_the_open_part(self, chain: Chain) -> None:
        for reader in (chain.outsider, chain.mines[1], chain.ledger.registrar):
            batch = reader.get(paths.batch(chain.bought)).json()
            assert batch["withheld"] == ["quantities", "parties"]
            assert batch["material"] == "copper-cathode"
            assert batch["elements"] == ["Cu"]
            assert not {"holder", "mass", "remaining", "composition", "lot"} & batch.keys()


class TestTrace:
    def test_upstream(self, chain: Chain) -> None:
        trace = chain.maker.get(paths.trace(chain.bought)).json()
        assert [(node["type"], node["depth"]) for node in trace["nodes"]] == [
            ("transfer", 0),
            ("transformation", 1),
            ("transfer", 2),
            ("transfer", 2),
            ("extraction", 3),
            ("extraction", 3),
        ]
        refining_node = trace["nodes"][1]
        assert refining_node["issuer"] == chain.refiner.id
        assert refining_node["materials"] == ["copper-cathode"]
        assert (refining_node["country"], refining_node["stage"]) == ("US", "refining")
        assert trace["nodes"][2]["toCountry"] == "US"
        assert {node["country"] for node in trace["nodes"][4:]} == {"CL", "PE"}
        edges = {(edge["batch"], edge["consumer"]): edge.get("mass") for edge in trace["edges"]}
        # The buyer sees what it was shipped, not what its supplier used.
        assert edges == {
            (chain.refined, digest(chain.bought)): "40",
            (chain.received[0], digest(chain.refined)): None,
            (chain.received[1], digest(chain.refined)): None,
            (chain.mined[0], digest(chain.received[0])): None,
            (chain.mined[1], digest(chain.received[1])): None,
        }
        assert "truncated" not in trace

    def test_downstream(self, chain: Chain) -> None:
        trace = chain.mines[0].get(paths.trace(chain.mined[0]), direction="downstream").json()
        assert [(node["statement"], node["depth"]) for node in trace["nodes"]] == [
            (digest(chain.mined[0]), 0),
            (digest(chain.received[0]), 1),
            (digest(chain.refined), 2),
            (digest(chain.bought), 3),
        ]
        assert [edge.get("mass") for edge in trace["edges"]] == ["200", None, None]

    def test_of_a_shipment_only_what_was_shipped(self, chain: Chain) -> None:
        miner, trader = chain.ledger.enrol("miner"), chain.ledger.enrol("trader")
        mined = [miner.record(extraction("1"))[0] for _ in range(3)]
        quantities = TransferQuantities(inputs=(InputQuantity(mass="1"),) * 3)
        shipped = miner.record(
            transfer("", trader.id, "", inputs=tuple(mined), quantities=quantities)
        )
        up = trader.get(paths.trace(shipped[1])).json()
        assert [edge["batch"] for edge in up["edges"]] == [mined[1]]
        down = trader.get(paths.trace(mined[2]), direction="downstream").json()
        assert [edge["batch"] for edge in down["edges"]] == [mined[2]]

    def test_a_statement_has_its_least_depth(self, chain: Chain) -> None:
        miner = chain.ledger.enrol("miner", "refiner")
        (mined,) = miner.record(extraction("100"))
        (once,) = miner.record(blending([(mined, "50")]))
        (twice,) = miner.record(blending([(once, "50"), (mined, "10")], occurred_at=day(6)))
        up = miner.get(paths.trace(twice)).json()
        assert [(node["statement"], node["depth"]) for node in up["nodes"]] == [
            (digest(twice), 0),
            (digest(once), 1),
            (digest(mined), 1),
        ]
        assert len(up["edges"]) == 3
        down = miner.get(paths.trace(mined), direction="downstream").json()
        assert [node["depth"] for node in down["nodes"]] == [0, 1, 1]
        assert len(down["edges"]) == 3

    def test_cut_off(self, chain: Chain) -> None:
        whole = chain.maker.get(paths.trace(chain.bought)).json()
        for query, nodes in (
            ({"depth": 0}, 1),
            ({"depth": 2}, 4),
            ({"limit": 3}, 3),
            ({"limit": 1}, 1),
        ):
            cut = chain.maker.get(paths.trace(chain.bought), **query).json()
            assert cut["truncated"], query
            assert cut["nodes"] == whole["nodes"][:nodes]
            assert {edge["consumer"] for edge in cut["edges"]} <= {
                node["statement"] for node in cut["nodes"]
            }
            assert len(cut["edges"]) == nodes - 1
        for query in ({"depth": 3}, {"limit": 6}):
            assert chain.maker.get(paths.trace(chain.bought), **query).json() == whole
        for member, value in (("limit", 10_001), ("depth", -1), ("direction", "sideways")):
            answer = chain.maker.get(paths.trace(chain.bought), **{member: value})
            assert (answer.status_code, slug(answer)) == (400, "bad-request")

    def test_anyone_may_follow_the_open_parts(self, chain: Chain) -> None:
        trace = chain.outsider.get(paths.trace(chain.bought)).json()
        assert len(trace["nodes"]) == 6
        assert all("mass" not in edge for edge in trace["edges"])


class TestContent:
    def test_shares(self, chain: Chain) -> None:
        answer = chain.maker.get(paths.content(chain.bought), lens=["origin", "stage/refining"])
        content = answer.json()
        assert content["batch"] == chain.bought
        assert content["size"] <= chain.ledger.http.get(paths.LEDGER).json()["size"]
        # 60 kg of copper from Chile, 30 kg from Peru: two thirds and one third of 39.996 kg.
        assert content["elements"] == [
            {
                "element": "Cu",
                "mass": "39.996",
                "lenses": [
                    {
                        "lens": "origin",
                        "labels": [
                            {"label": "CL", "mass": "26.664", "share": "0.666666667"},
                            {"label": "PE", "mass": "13.332", "share": "0.333333333"},
                        ],
                    },
                    {
                        "lens": "stage/refining",
                        "labels": [{"label": "US", "mass": "39.996", "share": "1"}],
                    },
                ],
            }
        ]

    def test_all_lenses_by_default(self, chain: Chain) -> None:
        content = chain.refiner.get(paths.content(chain.refined)).json()
        assert [lens["lens"] for lens in content["elements"][0]["lenses"]] == list(LENSES)

    def test_elements(self, chain: Chain) -> None:
        content = chain.maker.get(paths.content(chain.bought), element="Nd").json()
        assert content["elements"] == []

    def test_no_such_lens(self, chain: Chain) -> None:
        answer = chain.maker.get(paths.content(chain.bought), lens="colour")
        assert (answer.status_code, slug(answer)) == (400, "bad-request")

    def test_not_for_others(self, chain: Chain) -> None:
        for reader in (chain.outsider, chain.mines[0], chain.ledger.registrar):
            answer = reader.get(paths.content(chain.bought))
            assert (answer.status_code, slug(answer)) == (403, "not-entitled")
        answer = chain.outsider.get(paths.content("A" * 43 + ".0"))
        assert (answer.status_code, slug(answer)) == (404, "not-found")


class TestRegistry:
    def test_parties_one_deals_with(self, chain: Chain) -> None:
        def names(reader: Firm) -> dict[str, str | None]:
            found = reader.get(paths.PARTIES, limit=1000).json()["items"]
            return {each["id"]: each.get("name") for each in found}

        registrar = {chain.ledger.registrar.id: "Registrar"}
        assert names(chain.maker) == registrar | {
            chain.refiner.id: "Refinery",
            chain.maker.id: "Maker",
        }
        assert names(chain.refiner).keys() == registrar.keys() | {
            firm.id for firm in (*chain.mines, chain.refiner, chain.maker)
        }
        everyone = names(chain.ledger.registrar)
        assert everyone[chain.mines[0].id] == "Mina Norte"
        assert chain.outsider.id in everyone

    def test_party(self, chain: Chain) -> None:
        def party(reader: Firm, whom: Firm) -> dict[str, object]:
            answer: dict[str, object] = reader.get(paths.party(whom.id)).json()
            return answer

        assert party(chain.maker, chain.refiner)["name"] == "Refinery"
        assert party(chain.maker, chain.mines[0]) == {
            "id": chain.mines[0].id,
            "country": "CL",
            "roles": ["miner"],
            "keys": [chain.mines[0].key.key_id],
        }
        assert party(chain.maker, chain.ledger.registrar)["name"] == "Registrar"

    def test_a_party_statement_shows_the_name_to_partners(self, chain: Chain) -> None:
        path = paths.statement(chain.refiner.id)
        for reader, withheld in (
            (chain.refiner, None),
            (chain.ledger.registrar, None),
            (chain.maker, None),
            (chain.outsider, ["identities"]),
        ):
            assert reader.get(path).json().get("withheld") == withheld

    def test_sites(self, chain: Chain) -> None:
        details = SiteDetails(name="Smelter", latitude="41.1", longitude="-112.0")
        record = Site(country="US-UT", stages=(Stage.REFINING,), identities=details)
        site = chain.maker.submit(record).json()["digest"]
        seen = chain.maker.get(paths.site(site)).json()
        assert seen == {
            "id": site,
            "party": chain.maker.id,
            "country": "US-UT",
            "stages": ["refining"],
            "name": "Smelter",
            "latitude": "41.1",
            "longitude": "-112.0",
        }
        assert chain.ledger.registrar.get(paths.site(site)).json() == seen
        assert chain.outsider.get(paths.site(site)).json().keys() == {
            "id",
            "party",
            "country",
            "stages",
        }
        assert chain.maker.get(paths.SITES).json()["items"] == [seen]
        assert chain.outsider.get(paths.SITES).json()["items"] == []
        listed = chain.ledger.registrar.get(paths.SITES, limit=1000).json()["items"]
        assert site in [each["id"] for each in listed]
        assert chain.maker.get(paths.site(chain.maker.id)).status_code == 404

    def test_keys(self, chain: Chain) -> None:
        fresh = SigningKey.generate("Ed25519")
        chain.outsider.record(further_key(chain.outsider.id, fresh))
        key = chain.maker.get(paths.key(fresh.key_id)).json()
        assert key["party"] == chain.outsider.id
        assert key["key"] == {"kty": "OKP", "crv": "Ed25519", "x": fresh.public.jwk.x}
        by_fresh_key = Firm(chain.ledger, fresh, chain.outsider.id)
        assert by_fresh_key.get(paths.BATCHES).status_code == 200
        keys = chain.maker.get(paths.party(chain.outsider.id)).json()["keys"]
        assert keys[1] == fresh.key_id or set(keys) == {fresh.key_id, chain.outsider.key.key_id}
        assert chain.maker.get(paths.key("A" * 43)).status_code == 404

    def test_pages(self, chain: Chain) -> None:
        found = pages(chain.refiner, paths.PARTIES, limit=2)
        assert [len(page) for page in found] == [2, 2, 1]
        assert len({each for page in found for each in page}) == 5


def test_every_read_needs_a_token(chain: Chain) -> None:
    for path in (
        paths.statement(digest(chain.bought)),
        paths.BATCHES,
        paths.batch(chain.bought),
        paths.trace(chain.bought),
        paths.content(chain.bought),
        f"{paths.contributions(chain.bought)}?element=Cu&lens=origin&label=CL",
        paths.consequences(digest(chain.bought)),
        paths.SHIPMENTS,
        paths.shipment(digest(chain.bought)),
        paths.LENSES,
        paths.PARTIES,
        paths.party(chain.maker.id),
        paths.SITES,
        paths.site(chain.maker.id),
        paths.key(chain.maker.key.key_id),
    ):
        answer = chain.ledger.http.get(path)
        assert (answer.status_code, slug(answer)) == (401, "token-missing"), path


def blending(taken: list[tuple[str, str]], **changes: Any) -> Transformation:
    """Concentrates put together, nothing lost."""
    total = sum(int(mass) for _, mass in taken)
    quantities = TransformationQuantities(
        inputs=tuple(InputQuantity(mass=mass) for _, mass in taken),
        outputs=(OutputQuantity(mass=str(total), composition={"Cu": "0.3"}),),
    )
    outputs = (Output(material="copper-concentrate", elements=("Cu",)),)
    return refining(
        taken,
        "",
        **{"stage": Stage.BLENDING, "outputs": outputs, "quantities": quantities, **changes},
    )


def pages(reader: Firm, path: str, **query: object) -> list[list[str]]:
    """The ids on each page, found by following the Link header."""
    answer = reader.get(path, **query)
    found = [ids(answer)]
    while "next" in answer.links:
        following = answer.links["next"]["url"]
        assert f"cursor={answer.json()['next']}" in following
        answer = reader.ledger.http.get(following, headers=reader.authorized())
        found.append(ids(answer))
    assert "next" not in answer.json()
    return found


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def digest(batch: str) -> str:
    return batch.partition(".")[0]


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])
