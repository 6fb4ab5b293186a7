"""The magnet maker verifies the whole chain from what it can read, and learns no firm's name, site or tonnage."""

from typing import Any

import msgspec
import pytest

from provenite_proto import paths
from provenite_proto.record import (
    AnyRecord,
    Collection,
    Extraction,
    Jwk,
    Stage,
    Transfer,
    Transformation,
)
from provenite_proto.statement import PublicKey, Statement, parse
from tests.e2e.demonstration import Demonstration, leaves
from tests.interop.reading import javascript_many, python
from tests.ledger.running import Firm
from tests.ledger.seeing import told

Source = Extraction | Collection


class Public:
    """What the maker reads: every answer is kept, to be searched for secrets afterwards."""

    def __init__(self, reader: Firm) -> None:
        self._reader = reader
        self.said: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def get(self, path: str, **query: Any) -> Any:
        answer = self._reader.get(path, **query)
        assert answer.status_code == 200, answer.text
        self.said[path] = told(answer)
        self.values[path] = answer.json()
        return answer.json()


class Chain:
    """The chain up from a batch, each statement verified with the key that it names."""

    def __init__(self, public: Public, batch: str) -> None:
        self.trace = public.get(paths.trace(batch))
        self.statements: dict[str, Statement] = {}
        self.keys: dict[str, dict[str, str]] = {}
        for node in self.trace["nodes"]:
            text = public.get(paths.statement(node["statement"]))["statement"]
            statement = parse(text, complete=False)
            answer = public.get(paths.key(statement.key_id))
            key = PublicKey(msgspec.convert(answer["key"], Jwk))
            # The key is the one that the statement names, and its owner the one that is said to speak.
            assert key.key_id == statement.key_id
            assert answer["party"] == node["issuer"]
            statement.verify(key)
            assert statement.digest == node["statement"]
            self.statements[statement.digest] = statement
            self.keys[statement.digest] = answer["key"]

    @property
    def records(self) -> dict[str, AnyRecord]:
        return {digest: each.record for digest, each in self.statements.items()}

    def maker(self, batch: str) -> tuple[AnyRecord, int]:
        """The record that made a batch, and which of its outputs it is."""
        digest, _, output = batch.partition(".")
        return self.records[digest], int(output)


@pytest.fixture(scope="module")
def public(demonstration: Demonstration) -> Public:
    return Public(demonstration.firms["magnet_maker"])


@pytest.fixture(scope="module")
def chain(demonstration: Demonstration, public: Public) -> Chain:
    return Chain(public, demonstration.magnets)


def inputs(record: AnyRecord) -> tuple[str, ...]:
    return record.inputs if isinstance(record, Transformation | Transfer) else ()


def country(record: AnyRecord) -> str:
    assert isinstance(record, Extraction | Collection | Transformation)
    return record.country


def made(record: AnyRecord, chain: Chain) -> tuple[str, ...]:
    """The materials that a record puts out, from the open parts alone."""
    if isinstance(record, Transfer):
        sources = (chain.maker(batch) for batch in record.inputs)
        return tuple(made(source, chain)[output] for source, output in sources)
    assert isinstance(record, Extraction | Collection | Transformation)
    return tuple(output.material for output in record.outputs)


def test_every_input_was_made_by_a_statement_of_the_chain(chain: Chain) -> None:
    assert len(chain.statements) == 21
    for record in chain.records.values():
        for batch in inputs(record):
            source, output = chain.maker(batch)
            assert output < len(made(source, chain))
    drawn = {
        (batch, digest) for digest, record in chain.records.items() for batch in inputs(record)
    }
    assert drawn == {(edge["batch"], edge["consumer"]) for edge in chain.trace["edges"]}


def test_it_begins_with_what_was_mined_and_collected(chain: Chain) -> None:
    ends = [record for record in chain.records.values() if not inputs(record)]
    assert all(isinstance(record, Source) for record in ends)
    assert sorted((type(end).__name__, end.country) for end in ends if isinstance(end, Source)) == [
        ("Collection", "US"),
        ("Extraction", "CN"),
        ("Extraction", "US"),
    ]


def test_the_countries_of_every_stage(chain: Chain) -> None:
    stages: dict[Stage, set[str]] = {}
    for record in chain.records.values():
        if isinstance(record, Transformation):
            stages.setdefault(record.stage, set()).add(record.country)
    assert stages == {
        Stage.SEPARATION: {"US", "CN"},
        Stage.DISMANTLING: {"US"},
        Stage.LEACHING: {"US"},
        Stage.BLENDING: {"GB"},
        Stage.METAL_MAKING: {"GB"},
        Stage.ALLOYING: {"GB"},
        Stage.POWDER: {"EE"},
        Stage.FORMING: {"EE"},
    }


def test_what_was_shipped_was_in_the_country_that_it_left(chain: Chain) -> None:
    for record in chain.records.values():
        for batch in inputs(record):
            source, _ = chain.maker(batch)
            place = source.to_country if isinstance(source, Transfer) else country(source)
            assert place == (
                record.from_country if isinstance(record, Transfer) else country(record)
            )


def test_others_verify_it_too(chain: Chain) -> None:
    pairs = [(chain.keys[digest], each.compact) for digest, each in chain.statements.items()]
    for key, text in pairs:
        assert python(key, text)["record"]["type"]
    types = [claims["record"]["type"] for claims in javascript_many(pairs)]
    assert types == [each.record.__struct_config__.tag for each in chain.statements.values()]


def test_no_name_site_or_tonnage_is_learned(
    demonstration: Demonstration, public: Public, chain: Chain
) -> None:
    for digest in demonstration.digests:
        public.get(paths.statement(digest))
    for node in chain.trace["nodes"]:
        public.get(paths.party(node["issuer"]))
    everything = demonstration.sealed()
    maker, supplier = (demonstration.firms[name].id for name in ("magnet_maker", "alloy_maker"))
    own = {
        digest
        for digest, texts in everything.items()
        if texts
        and (digest in (maker, supplier) or "withheld" not in public.get(paths.statement(digest)))
    }
    # Its two steps, the shipment to it, and whom it bought from.
    assert len(own) == 2 + 1 + 2
    mine = set().union(*(everything[digest] for digest in own))
    others = set().union(*everything.values()) - mine
    assert len(others) > 40
    for path, said in public.said.items():
        assert not [text for text in others if len(text) >= 6 and text in said], path
        values = set(leaves(public.values[path]))
        assert not values & others, path
