"""The way back from a batch, as far as the statements are there: what it was made of, and how that came."""

from collections.abc import Iterator

from .frame import Frame
from .gaps import Upstream


def add_upstream(found: Upstream, batch_id: str, frame: Frame) -> Iterator[str]:
    """Add a batch and all that went into it: of a transformation all inputs, of what is a part the batch that it is a part of.

    Tells of each statement that made a batch which had not been found before.
    """
    state, batches, statements = frame.state, found.batches, found.statements
    if batch_id in batches:
        return
    batches.add(batch_id)
    pending = [batch_id]
    while pending:
        each = pending.pop()
        maker = each.partition(".")[0]
        statements.add(maker)
        if maker not in found.makers:
            found.makers.add(maker)
            yield maker
        shipment = state.shipments.get(maker)
        if shipment is not None and shipment.receipt is not None:
            statements.add(shipment.receipt)
        if maker in frame.withdrew:
            statements.add(frame.withdrew[maker])
        for source in _sources(each, maker, frame):
            if source not in batches:
                batches.add(source)
                pending.append(source)


def _sources(batch_id: str, maker: str, frame: Frame) -> tuple[str, ...]:
    state = frame.state
    said, batch = state.statements.get(maker), state.batches.get(batch_id)
    if said is None or batch is None:
        return ()
    number = int(batch_id.partition(".")[2])
    match said.kind:
        case "transformation":
            return tuple(each.batch for each in said.draws)
        case "transfer":
            return (said.draws[number].batch,)
        case "receipt" if said.transfer is not None:
            shipped = state.shipments[said.transfer].batches
            return tuple(each for each in shipped if state.batches[each].root == batch.root)
        case "retraction":
            return (state.statements[frame.withdrew[maker]].draws[number].batch,)
    return ()
