"""The registrar at work: it signs what the ledger says itself, and submits it like anybody else."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from provenite_proto.answers import Submitted
from provenite_proto.problem import Problem
from provenite_proto.record import AnyRecord
from provenite_proto.statement import SigningKey, issue, parse

from .sequencer import Sequencer


class Registrar:
    """Says what a ledger records of its own accord."""

    def __init__(
        self,
        sequencer: Sequencer,
        key: SigningKey,
        origin: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Sign with `key`, for statements with the audience `origin`, issued when `clock` says."""
        self._sequencer = sequencer
        self._origin = origin
        self._clock = clock
        self.key = key

    async def says(self, record: AnyRecord) -> Submitted:
        """Record it; it is durable and published then. `Problem` when it is refused; what `submit` raises."""
        statement = parse(
            issue(
                record,
                key=self.key,
                audience=self._origin,
                issued_at=int(self._clock().timestamp()),
                salt=lambda: secrets.token_bytes(16),
            )
        )
        (answer,) = await self._sequencer.submit([statement], verified=[self.key.public])
        if isinstance(answer, Problem):
            raise answer
        return answer.submitted
