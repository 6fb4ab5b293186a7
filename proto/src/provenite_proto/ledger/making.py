"""New batches from assayed outputs."""

from collections.abc import Sequence
from datetime import datetime

from ..matter.balance import Assayed
from ..record import Output
from .batch import Batch, BatchStatus
from .issuer import Issuer


def made(
    issuer: Issuer, outputs: Sequence[Output], matter: Sequence[Assayed], time: datetime
) -> tuple[Batch, ...]:
    """The batches that the issuer has made and holds from `time` on."""
    return tuple(
        Batch(
            id=issuer.batch_id(index),
            material=output.material,
            holder=issuer.party.id,
            status=BatchStatus.HELD,
            mass=assay.mass,
            remaining=assay.mass,
            elements=assay.elements,
            uncertainty=assay.uncertainty,
            available_at=time,
            root=issuer.batch_id(index),
            offsets=dict.fromkeys(assay.elements, 0),
        )
        for index, (output, assay) in enumerate(zip(outputs, matter, strict=True))
    )
