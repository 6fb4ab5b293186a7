"""Builders: what is said once becomes the open part and the sealed sections."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

import provenite
from provenite import BatchOf, CustodyModel, Mode, Source, Stage
from provenite_proto.record import AnyRecord

WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
DIGEST = "A" * 43
OXIDE = BatchOf(
    "ndpr-oxide", mass=Decimal("1E+3"), composition={"Nd": "0.65", "Pr": Decimal("0.2")}, lot="L1"
)
METAL = BatchOf("ndpr-metal", mass=7, composition={"Nd": 1}, uncertainty="0.01")

BUILT: dict[str, AnyRecord] = {
    "extraction": provenite.extraction(
        country="US", occurred_at=WHEN, outputs=[OXIDE, METAL], site=DIGEST
    ),
    "collection": provenite.collection(
        country="US",
        occurred_at=WHEN,
        source=Source.POST_CONSUMER,
        stream="hard-disk-drives",
        outputs=[METAL],
    ),
    "transformation": provenite.transformation(
        country="US",
        occurred_at=WHEN,
        stage=Stage.METAL_MAKING,
        custody_model=CustodyModel.SEGREGATED,
        inputs={f"{DIGEST}.1": "10", f"{DIGEST}.0": 5},
        outputs=[METAL],
        losses={"Nd": "0.5"},
        untraced={"Fe": Decimal("0.25")},
    ),
    "transfer": provenite.transfer(
        inputs={f"{DIGEST}.0": "10"},
        to=DIGEST,
        from_country="US",
        to_country="JP",
        departed_at=WHEN,
        mode=Mode.SEA,
        reference="BL-1",
    ),
    "receipt": provenite.receipt(transfer=DIGEST, received_at=WHEN, measured=["9.9"]),
    "site": provenite.site(
        country="US", stages=[Stage.EXTRACTION], name="Pit", latitude="35.47", longitude="-115.5"
    ),
}


@pytest.mark.parametrize("kind", BUILT)
def test_what_is_built_can_be_read_as_a_record(kind: str) -> None:
    assert provenite.read_record(msgspec.json.encode(BUILT[kind])) == BUILT[kind]


def test_open_and_sealed_sides_of_an_output_agree() -> None:
    record = BUILT["extraction"]
    assert isinstance(record, provenite.Extraction)
    assert record.quantities is not None
    assert record.identities is not None
    assert [output.material for output in record.outputs] == ["ndpr-oxide", "ndpr-metal"]
    assert record.outputs[0].elements == ("Nd", "Pr")
    assert record.quantities.outputs[0].mass == "1000"
    assert record.quantities.outputs[0].composition == {"Nd": "0.65", "Pr": "0.2"}
    assert record.quantities.outputs[1].uncertainty == "0.01"
    assert [identity.lot for identity in record.identities.outputs] == ["L1", None]
    assert record.identities.site == DIGEST


def test_inputs_keep_their_order_and_masses() -> None:
    record = BUILT["transformation"]
    assert isinstance(record, provenite.Transformation)
    assert record.quantities is not None
    assert record.inputs == (f"{DIGEST}.1", f"{DIGEST}.0")
    assert [taken.mass for taken in record.quantities.inputs] == ["10", "5"]
    assert record.untraced == ("Fe",)
    assert record.quantities.untraced == {"Fe": "0.25"}


def test_a_section_without_content_is_absent() -> None:
    record = BUILT["collection"]
    assert isinstance(record, provenite.Collection)
    assert record.identities is None
    assert record.documents is None


@pytest.mark.parametrize("figure", [0.1, True, None, 1.0])
def test_floats_are_refused_where_they_are_written(figure: Any) -> None:
    with pytest.raises(TypeError, match="give a str, an int or a Decimal"):
        BatchOf("ndpr-oxide", mass=figure, composition={"Nd": "0.6"})
    with pytest.raises(TypeError, match="give a str, an int or a Decimal"):
        BatchOf("ndpr-oxide", mass="1", composition={"Nd": figure})


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        provenite.receipt(transfer=DIGEST, received_at=datetime(2026, 1, 1))  # the case
