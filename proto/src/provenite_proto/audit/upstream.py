"""The way back from a batch, as far as the statements are there: what it was made of, and how that came."""

from collections.abc import Iterable

from .frame import Frame
from .gaps import Upstream


def upstream(made: Iterable[str], frame: Frame) -> Upstream:
    """All that went into batches: of a transformation all inputs, of what is a part the batch that it is a part of."""
    state = frame.state
    batches, statements = set(made), set()
    pending = list(batches)
    while pending:
        each = pending.pop()
        maker = each.partition(".")[0]
        statements.add(maker)
        shipment = state.shipments.get(maker)
        if shipment is not None and shipment.receipt is not None:
            statements.add(shipment.receipt)
        if maker in frame.withdrew:
            statements.add(frame.withdrew[maker])
        for source in _sources(each, maker, frame):
            if source not in batches:
                batches.add(source)
                pending.append(source)
    return Upstream(frozenset(batches), frozenset(statements))


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
