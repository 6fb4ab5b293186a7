"""Building records: what a firm says once becomes the open part and the sealed sections of a record.

Masses and fractions are exact: `str`, `int` or `Decimal`, in kilograms of dry matter and fractions of dry
mass. A `float` is refused, since it is not the figure that was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from provenite_proto.record import (
    Allocation,
    Collection,
    Counterparty,
    CustodyModel,
    Document,
    Documents,
    Extraction,
    InputQuantity,
    Mode,
    Output,
    OutputIdentity,
    OutputQuantity,
    Principal,
    Receipt,
    ReceiptQuantities,
    ReceivedQuantity,
    ShipmentIdentities,
    Site,
    SiteDetails,
    SiteIdentities,
    SiteQuantities,
    Source,
    SourceQuantities,
    Stage,
    Supplier,
    Transfer,
    TransferQuantities,
    Transformation,
    TransformationQuantities,
    Waste,
)

Figure = str | int | Decimal
"""A mass in kilograms or a fraction: never a float."""


@dataclass(frozen=True)
class BatchOf:
    """A batch to be made: `mass` in kilograms of dry `material`, with the fraction of each element.

    `uncertainty` is relative (0.005 is 0.5 %, the default; at most 0.05). `moisture` is the water in what was
    weighed, as a fraction of the wet mass. `lot` and `product` are names of the firm's own.
    """

    material: str
    mass: Figure
    composition: Mapping[str, Figure]
    uncertainty: Figure = "0.005"
    moisture: Figure | None = None
    lot: str | None = None
    product: str | None = None

    def __post_init__(self) -> None:
        """Refuse floats where they are written, not when they are used."""
        for figure in (self.mass, self.uncertainty, self.moisture or 0, *self.composition.values()):
            _text(figure)


@dataclass(frozen=True)
class Received:
    """What a receiver found of one batch of a transfer: `mass` kept and `refused`, in kilograms of dry matter.

    `composition` is its own assay, `uncertainty` the relative one of its figures.
    """

    mass: Figure
    refused: Figure | None = None
    composition: Mapping[str, Figure] = field(default_factory=dict)
    uncertainty: Figure = "0.005"


def extraction(
    *,
    country: str,
    occurred_at: datetime,
    outputs: Sequence[BatchOf],
    site: str | None = None,
    on_behalf_of: Supplier | None = None,
    documents: Sequence[Document] = (),
) -> Extraction:
    """Primary matter enters, mined in `country`. `site` is the id of a site of the firm's own.

    `on_behalf_of` names a supplier that is not on the ledger: the record is then a proxy, with its documents.
    """
    return Extraction(
        country=country,
        occurred_at=aware(occurred_at),
        outputs=_opened(outputs),
        quantities=SourceQuantities(outputs=_quantities(outputs)),
        identities=_identities(site, outputs),
        proxy=on_behalf_of is not None,
        parties=_principal(on_behalf_of),
        documents=documents_of(documents),
    )


def collection(
    *,
    country: str,
    occurred_at: datetime,
    source: Source,
    stream: str,
    outputs: Sequence[BatchOf],
    site: str | None = None,
    on_behalf_of: Supplier | None = None,
    documents: Sequence[Document] = (),
) -> Collection:
    """Secondary matter enters, collected in `country` out of a `stream` such as `hard-disk-drives`.

    `on_behalf_of` as for an extraction.
    """
    return Collection(
        country=country,
        occurred_at=aware(occurred_at),
        source=source,
        stream=stream,
        outputs=_opened(outputs),
        quantities=SourceQuantities(outputs=_quantities(outputs)),
        identities=_identities(site, outputs),
        proxy=on_behalf_of is not None,
        parties=_principal(on_behalf_of),
        documents=documents_of(documents),
    )


def transformation(
    *,
    country: str,
    occurred_at: datetime,
    stage: Stage,
    custody_model: CustodyModel,
    inputs: Mapping[str, Figure],
    outputs: Sequence[BatchOf],
    losses: Mapping[str, Figure] | None = None,
    untraced: Mapping[str, Figure] | None = None,
    allocation: Sequence[Allocation] = (),
    site: str | None = None,
    on_behalf_of: Supplier | None = None,
    documents: Sequence[Document] = (),
) -> Transformation:
    """Matter changes at a stage: `inputs` are the kilograms taken of batches by their id.

    `losses` and `untraced` are kilograms by element: what left as waste, and what came from inputs that no
    statement records. `allocation` is for the model `mass_balance_credit`. `on_behalf_of` as for an extraction.
    """
    return Transformation(
        country=country,
        occurred_at=aware(occurred_at),
        stage=stage,
        custody_model=custody_model,
        inputs=tuple(inputs),
        outputs=_opened(outputs),
        untraced=tuple(untraced or ()),
        quantities=TransformationQuantities(
            inputs=_taken(inputs),
            outputs=_quantities(outputs),
            losses=_texts(losses or {}),
            untraced=_texts(untraced or {}),
            allocation=tuple(allocation),
        ),
        identities=_identities(site, outputs),
        proxy=on_behalf_of is not None,
        parties=_principal(on_behalf_of),
        documents=documents_of(documents),
    )


def transfer(
    *,
    inputs: Mapping[str, Figure],
    to: str,
    from_country: str,
    to_country: str,
    departed_at: datetime,
    mode: Mode,
    expected_at: datetime | None = None,
    transit: Sequence[str] = (),
    hs_code: str | None = None,
    waste: Waste | None = None,
    site: str | None = None,
    reference: str | None = None,
    documents: Sequence[Document] = (),
) -> Transfer:
    """Custody moves to the party `to`: `inputs` are the kilograms shipped of batches by their id.

    `site` is the firm's own from which it leaves, `expected_at` when it should arrive.
    """
    return Transfer(
        inputs=tuple(inputs),
        from_country=from_country,
        to_country=to_country,
        departed_at=aware(departed_at),
        expected_at=None if expected_at is None else aware(expected_at),
        mode=mode,
        transit=tuple(transit),
        hs_code=hs_code,
        waste=waste,
        quantities=TransferQuantities(inputs=_taken(inputs)),
        parties=Counterparty(to=to),
        identities=ShipmentIdentities(reference=reference, site=site)
        if reference or site
        else None,
        documents=documents_of(documents),
    )


def receipt(
    *,
    transfer: str,
    received_at: datetime,
    accepted: bool = True,
    measured: Sequence[Figure | Received] = (),
    site: str | None = None,
    reference: str | None = None,
    documents: Sequence[Document] = (),
) -> Receipt:
    """The receiver confirms a transfer, or refuses it with `accepted=False`.

    `measured` is what it found of each batch of the transfer, in its order: the kilograms, or a `Received`
    with what it refuses of it and its own assay. `site` is the receiver's own at which it arrived.
    """
    return Receipt(
        transfer=transfer,
        accepted=accepted,
        received_at=aware(received_at),
        quantities=ReceiptQuantities(
            inputs=tuple(
                _received(each if isinstance(each, Received) else Received(each))
                for each in measured
            )
        )
        if measured
        else None,
        identities=ShipmentIdentities(reference=reference, site=site)
        if reference or site
        else None,
        documents=documents_of(documents),
    )


def site(
    *,
    country: str,
    stages: Sequence[Stage],
    name: str,
    latitude: Figure | None = None,
    longitude: Figure | None = None,
    capacity: Figure | None = None,
) -> Site:
    """A place where the firm works; degrees by WGS 84. Its id is the digest that submitting it answers.

    `capacity` is in kilograms of dry output a calendar year.
    """
    return Site(
        country=country,
        stages=tuple(stages),
        quantities=None if capacity is None else SiteQuantities(capacity=_text(capacity)),
        identities=SiteDetails(
            name=name,
            latitude=None if latitude is None else _text(latitude),
            longitude=None if longitude is None else _text(longitude),
        ),
    )


def _opened(outputs: Sequence[BatchOf]) -> tuple[Output, ...]:
    return tuple(
        Output(material=each.material, elements=tuple(each.composition)) for each in outputs
    )


def _quantities(outputs: Sequence[BatchOf]) -> tuple[OutputQuantity, ...]:
    return tuple(
        OutputQuantity(
            mass=_text(each.mass),
            composition=_texts(each.composition),
            uncertainty=_text(each.uncertainty),
            moisture=None if each.moisture is None else _text(each.moisture),
        )
        for each in outputs
    )


def _received(found: Received) -> ReceivedQuantity:
    return ReceivedQuantity(
        mass=_text(found.mass),
        refused=None if found.refused is None else _text(found.refused),
        composition=_texts(found.composition),
        uncertainty=_text(found.uncertainty),
    )


def _principal(supplier: Supplier | None) -> Principal | None:
    return None if supplier is None else Principal(on_behalf_of=supplier)


def _identities(site_id: str | None, outputs: Sequence[BatchOf]) -> SiteIdentities | None:
    named = any(each.lot or each.product for each in outputs)
    if site_id is None and not named:
        return None
    identities = tuple(OutputIdentity(lot=each.lot, product=each.product) for each in outputs)
    return SiteIdentities(site=site_id, outputs=identities if named else ())


def _taken(inputs: Mapping[str, Figure]) -> tuple[InputQuantity, ...]:
    return tuple(InputQuantity(mass=_text(mass)) for mass in inputs.values())


def documents_of(documents: Sequence[Document]) -> Documents | None:
    """The section with the documents; none without them."""
    return Documents(documents=tuple(documents)) if documents else None


def _texts(figures: Mapping[str, Figure]) -> dict[str, str]:
    return {name: _text(figure) for name, figure in figures.items()}


def _text(figure: Figure) -> str:
    """The figure as the wire has it: plain decimals, no exponent."""
    if isinstance(figure, str):
        return figure
    if isinstance(figure, bool) or not isinstance(figure, int | Decimal):
        raise TypeError(f"{figure!r} is a {type(figure).__name__}: give a str, an int or a Decimal")
    return f"{figure:f}" if isinstance(figure, Decimal) else str(figure)


def aware(time: datetime) -> datetime:
    """The time, which must have an offset; `ValueError` otherwise."""
    if time.tzinfo is None:
        raise ValueError(f"{time.isoformat()} has no time zone: say which, such as tzinfo=UTC")
    return time
