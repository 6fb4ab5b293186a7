"""What a pack is of: the batch's material, mass and names, as the statements say it to their reader."""

from collections import OrderedDict

import msgspec

from ..record import AnyRecord, Collection, Extraction, Transfer, Transformation

_REMEMBERED = 10_000
"""Statements of matter that are remembered, the newest: a batch that was shipped is made of one before."""
_Kinds = tuple[tuple[str, tuple[str, ...]], ...]


class Subject(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A batch: its material and elements, and, as far as they are shown, its mass in kilograms, lot and product."""

    material: str
    elements: tuple[str, ...]
    mass: str | None = None
    lot: str | None = None
    product: str | None = None


class Subjects:
    """Takes a pack's statements in their order, and knows of which subject the pack of a batch is."""

    def __init__(self, batch: str) -> None:
        self._batch = batch
        self._maker: AnyRecord | None = None
        # By digest: material and elements of each output, or the batches that were shipped.
        self._made: OrderedDict[str, _Kinds] = OrderedDict()

    def add(self, digest: str, record: AnyRecord) -> None:
        """The next statement."""
        match record:
            case Extraction() | Collection() | Transformation():
                kinds = tuple((each.material, tuple(each.elements)) for each in record.outputs)
            case Transfer():
                kinds = tuple(self._kind(each) for each in record.inputs)
            case _:
                return
        self._made[digest] = kinds
        if len(self._made) > _REMEMBERED:
            self._made.popitem(last=False)
        if digest == self._batch.partition(".")[0]:
            self._maker = record

    def found(self) -> Subject | None:
        """The subject; none where the statement that made the batch, or the matter that it shipped, is not there."""
        material, elements = self._kind(self._batch)
        if not material:
            return None
        index = int(self._batch.partition(".")[2])
        mass = lot = product = None
        match self._maker:
            case Extraction() | Collection() | Transformation() as maker:
                if maker.quantities is not None and index < len(maker.quantities.outputs):
                    mass = maker.quantities.outputs[index].mass
                named = maker.identities.outputs if maker.identities is not None else ()
                if index < len(named):
                    lot, product = named[index].lot, named[index].product
            case Transfer() as sent:
                if sent.quantities is not None and index < len(sent.quantities.inputs):
                    mass = sent.quantities.inputs[index].mass
        return Subject(material=material, elements=elements, mass=mass, lot=lot, product=product)

    def _kind(self, batch: str) -> tuple[str, tuple[str, ...]]:
        digest, _, index = batch.partition(".")
        kinds = self._made.get(digest, ())
        return kinds[int(index)] if int(index) < len(kinds) else ("", ())
