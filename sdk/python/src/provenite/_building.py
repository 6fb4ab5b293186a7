"""Building records: what a firm says once becomes the open part and the sealed sections of a record.

Masses and fractions are exact: `str`, `int` or `Decimal`, in kilograms of dry matter and fractions of dry
mass. A `float` is refused, since it is not the figure that was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from provenite_proto.record import (
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
    Receipt,
    ReceiptQuantities,
    ShipmentIdentities,
    Site,
    SiteDetails,
    SiteIdentities,
    Source,
    SourceQuantities,
    Stage,
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

    `uncertainty` is relative (0.005 is 0.5 %, the default; at most 0.05). `lot` and `product` are names of
    the firm's own.
    """

    material: str
    mass: Figure
    composition: Mapping[str, Figure]
    uncertainty: Figure = "0.005"
    lot: str | None = None
    product: str | None = None

    def __post_init__(self) -> None:
        """Refuse floats where they are written, not when they are used."""
        for figure in (self.mass, self.uncertainty, *self.composition.values()):
            _text(figure)


def extraction(
    *,
    country: str,
    occurred_at: datetime,
    outputs: Sequence[BatchOf],
    site: str | None = None,
    documents: Sequence[Document] = (),
) -> Extraction:
    """Primary matter enters, mined in `country`. `site` is the id of a site of the firm's own."""
    return Extraction(
        country=country,
        occurred_at=_aware(occurred_at),
        outputs=_opened(outputs),
        quantities=SourceQuantities(outputs=_quantities(outputs)),
        identities=_identities(site, outputs),
        documents=_documents(documents),
    )


def collection(
    *,
    country: str,
    occurred_at: datetime,
    source: Source,
    stream: str,
    outputs: Sequence[BatchOf],
    site: str | None = None,
    documents: Sequence[Document] = (),
) -> Collection:
    """Secondary matter enters, collected in `country` out of a `stream` such as `hard-disk-drives`."""
    return Collection(
        country=country,
        occurred_at=_aware(occurred_at),
        source=source,
        stream=stream,
        outputs=_opened(outputs),
        quantities=SourceQuantities(outputs=_quantities(outputs)),
        identities=_identities(site, outputs),
        documents=_documents(documents),
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
    site: str | None = None,
    documents: Sequence[Document] = (),
) -> Transformation:
    """Matter changes at a stage: `inputs` are the kilograms taken of batches by their id.

    `losses` and `untraced` are kilograms by element: what left as waste, and what came from inputs that no
    statement records.
    """
    return Transformation(
        country=country,
        occurred_at=_aware(occurred_at),
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
        ),
        identities=_identities(site, outputs),
        documents=_documents(documents),
    )


def transfer(
    *,
    inputs: Mapping[str, Figure],
    to: str,
    from_country: str,
    to_country: str,
    departed_at: datetime,
    mode: Mode,
    transit: Sequence[str] = (),
    hs_code: str | None = None,
    waste: Waste | None = None,
    reference: str | None = None,
    documents: Sequence[Document] = (),
) -> Transfer:
    """Custody moves to the party `to`: `inputs` are the kilograms shipped of batches by their id."""
    return Transfer(
        inputs=tuple(inputs),
        from_country=from_country,
        to_country=to_country,
        departed_at=_aware(departed_at),
        mode=mode,
        transit=tuple(transit),
        hs_code=hs_code,
        waste=waste,
        quantities=TransferQuantities(inputs=_taken(inputs)),
        parties=Counterparty(to=to),
        identities=ShipmentIdentities(reference=reference) if reference else None,
        documents=_documents(documents),
    )


def receipt(
    *,
    transfer: str,
    received_at: datetime,
    accepted: bool = True,
    measured: Sequence[Figure] = (),
    reference: str | None = None,
    documents: Sequence[Document] = (),
) -> Receipt:
    """The receiver confirms a transfer, or refuses it with `accepted=False`.

    `measured` are the kilograms found for each batch of the transfer, in its order.
    """
    return Receipt(
        transfer=transfer,
        accepted=accepted,
        received_at=_aware(received_at),
        quantities=ReceiptQuantities(
            inputs=tuple(InputQuantity(mass=_text(mass)) for mass in measured)
        )
        if measured
        else None,
        identities=ShipmentIdentities(reference=reference) if reference else None,
        documents=_documents(documents),
    )


def site(
    *,
    country: str,
    stages: Sequence[Stage],
    name: str,
    latitude: Figure | None = None,
    longitude: Figure | None = None,
) -> Site:
    """A place where the firm works; degrees by WGS 84. Its id is the digest that submitting it answers."""
    return Site(
        country=country,
        stages=tuple(stages),
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
        )
        for each in outputs
    )


def _identities(site_id: str | None, outputs: Sequence[BatchOf]) -> SiteIdentities | None:
    named = any(each.lot or each.product for each in outputs)
    if site_id is None and not named:
        return None
    identities = tuple(OutputIdentity(lot=each.lot, product=each.product) for each in outputs)
    return SiteIdentities(site=site_id, outputs=identities if named else ())


def _taken(inputs: Mapping[str, Figure]) -> tuple[InputQuantity, ...]:
    return tuple(InputQuantity(mass=_text(mass)) for mass in inputs.values())


def _documents(documents: Sequence[Document]) -> Documents | None:
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


def _aware(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError(f"{time.isoformat()} has no time zone: say which, such as tzinfo=UTC")
    return time
