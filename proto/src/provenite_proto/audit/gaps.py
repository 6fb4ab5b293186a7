"""What was not carried, and whether it matters to the batch that is audited."""

import msgspec

from ..ledger import State

MATTER = frozenset({"extraction", "collection", "transformation", "transfer", "receipt"})


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the statement refers to, and that is not there. It matters to what the `batch` is or went into.

    Without a batch it matters to what the statement made.
    """

    what: str
    detail: str
    statement: str
    index: int
    batch: str | None = None


class Upstream(msgspec.Struct, frozen=True):
    """A batch, and what it was made of: batches, and the statements that made and moved them."""

    batches: frozenset[str]
    statements: frozenset[str]

    def concerns(self, gap: Gap, state: State) -> bool:
        """Whether what is not there is a part of the batch's history, or of the register."""
        if gap.batch is not None:
            return gap.batch in self.batches
        said = state.statements.get(gap.statement)
        return said is None or said.kind not in MATTER or gap.statement in self.statements


def upstream(batch_id: str, state: State) -> Upstream:
    """All that went into a batch, as far as the state has it."""
    batches, statements = {batch_id}, set()
    pending = [batch_id]
    while pending:
        each = pending.pop()
        maker = each.partition(".")[0]
        statements.add(maker)
        shipment = state.shipments.get(maker)
        if shipment is not None and shipment.receipt is not None:
            statements.add(shipment.receipt)
        for source in _sources(each, maker, state):
            if source not in batches:
                batches.add(source)
                pending.append(source)
    return Upstream(frozenset(batches), frozenset(statements))


def _sources(batch_id: str, maker: str, state: State) -> tuple[str, ...]:
    said, batch = state.statements.get(maker), state.batches.get(batch_id)
    if said is None or batch is None:
        return ()
    match said.kind:
        case "transformation":
            return tuple(each.batch for each in said.draws)
        case "transfer":
            return (said.draws[int(batch_id.partition(".")[2])].batch,)
        case "receipt" | "retraction" if batch.root != batch_id:
            draws = tuple(each.batch for each in said.draws)
            return tuple(each for each in draws if state.batches[each].root == batch.root) or (
                batch.root,
            )
    return ()
