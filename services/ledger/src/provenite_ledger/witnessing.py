"""Asking witnesses to cosign the log's checkpoints, behind everything else: nobody waits for them.

One checkpoint at a time is put before all witnesses, until enough have cosigned it: asked each for what is
newest just then, they would cosign different ones, and none would have a quorum. A witness that is slow or
away is asked again after a pause, and holds up nobody but itself.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx
import msgspec

from provenite_proto.answers import WitnessAnswer
from provenite_proto.log import (
    Note,
    NoteKey,
    NoteSignature,
    Submission,
    Unproven,
    Witness,
    WitnessPolicy,
    note,
)
from provenite_proto.log.submission import add_url

from . import __version__, bounded
from .cosigning import MAX_ANSWER_BYTES, Cosignature, Failure, HeldSize, NotCosigned, read_answer
from .publishing.published import Published, Signed

_log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times that a witness may answer with another size before it counts as failing."""


MAX_APART_SECONDS = 300
"""How far a witness's clock may be ahead of the ledger's, or behind what the ledger has recorded."""


class Timing(msgspec.Struct, frozen=True):
    """How patient the ledger is with witnesses; all in seconds."""

    between: float = 1.0
    """From a quorum to the next checkpoint that is put before the witnesses."""
    answer: float = 15.0
    """For a witness's answer."""
    first_pause: float = 1.0
    """After a first failure; doubled by each further one, and drawn between half and the whole of it."""
    longest_pause: float = 60.0


class _Round:
    """A checkpoint that is before the witnesses, and who has cosigned it."""

    def __init__(self, signed: Signed) -> None:
        self.signed = signed
        self.cosignatures: dict[str, NoteSignature] = {}
        # Who holds a later checkpoint, and cannot cosign this one any more.
        self.outrun: set[str] = set()
        self.over = asyncio.Event()


class _State:
    """What is known of a witness."""

    def __init__(self, witness: Witness, now: datetime) -> None:
        self.witness = witness
        self.size: int | None = None
        self.cosigned_at: datetime | None = None
        self.failure: Failure | None = None
        self.detail: str | None = None
        self.since = now

    def answer(self) -> WitnessAnswer:
        return WitnessAnswer(
            name=self.witness.name,
            key=str(self.witness.key),
            url=self.witness.url,
            size=self.size,
            cosigned_at=self.cosigned_at,
            failure=self.failure,
            detail=self.detail,
            since=self.since,
        )


def usable(policy: WitnessPolicy, key: NoteKey) -> None:
    """Check that checkpoints of the log with this key can meet the policy; `ValueError` says why not."""
    if policy.logs and key not in [each.key for each in policy.logs]:
        raise ValueError(f"the witness policy names other logs than this one, whose key is {key}")
    if len(policy.witnesses) >= note.MAX_SIGNATURES:
        raise ValueError(f"a checkpoint has room for {note.MAX_SIGNATURES - 1} cosignatures")
    if not policy.met_by(each.name for each in policy.witnesses if each.url is not None):
        raise ValueError("the witness policy's quorum needs witnesses for which it has no URL")


class Witnessing:
    """Has the log's checkpoints cosigned while the context lasts. Owned by one event loop."""

    def __init__(
        self,
        published: Published,
        policy: WitnessPolicy,
        http: httpx.AsyncClient,
        recorded_at: Callable[[], datetime],
        *,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """For this log under this policy (see `usable`).

        `recorded_at` gives the newest recorded time, `chance` the jitter in [0, 1).
        """
        self.policy = policy
        self._published = published
        self._http = http
        self._recorded_at = recorded_at
        self._timing = timing or Timing()
        self._clock = clock
        self._chance = chance
        self._states = [_State(each, _now()) for each in policy.witnesses]
        self._quorum_in_reach = True
        self._round: _Round | None = None
        self._begun = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def witnesses(self) -> tuple[WitnessAnswer, ...]:
        """The state of each witness of the policy."""
        return tuple(each.answer() for each in self._states)

    @property
    def quorum_in_reach(self) -> bool:
        """Whether enough witnesses do not fail, as far as is known."""
        return self._quorum_in_reach

    async def __aenter__(self) -> Self:
        """Begin with the newest signed checkpoint."""
        asked = [each for each in self._states if each.witness.url is not None]
        self._tasks = [
            asyncio.create_task(self._rounds(), name="witnessing"),
            *(
                asyncio.create_task(self._follow(each), name=f"witness {each.witness.name}")
                for each in asked
            ),
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop; who is being asked is asked again another time."""
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _rounds(self) -> None:
        size = -1
        while True:
            signed = await self._published.newer(size)
            size = signed.size
            self._round = _Round(signed)
            begun, self._begun = self._begun, asyncio.Event()
            begun.set()
            await self._round.over.wait()
            await asyncio.sleep(self._timing.between)

    async def _follow(self, state: _State) -> None:
        """Ask one witness, for one checkpoint after the other."""
        last: _Round | None = None
        failures = 0
        while True:
            while (current := self._round) is None or current is last:
                await self._begun.wait()
            try:
                cosignature = await self._ask(state, current)
            except NotCosigned as error:
                self._failed(state, error)
                await asyncio.sleep(self._pause(failures))
                failures += 1
                continue
            last, failures = current, 0
            if cosignature is None:
                self._outrun(state, current)
            else:
                self._recovered(state, current, cosignature)
                await self._cosigned(state, current, cosignature.signature)

    async def _ask(self, state: _State, current: _Round) -> Cosignature | None:
        """The witness's cosignature of a checkpoint, none when it holds a later one of this log; `NotCosigned`."""
        try:
            async with asyncio.timeout(self._timing.answer):
                return await self._exchange(state, current)
        except TimeoutError as error:
            raise NotCosigned(
                Failure.SLOW, f"No answer within {self._timing.answer:g} seconds."
            ) from error
        except httpx.HTTPError as error:
            raise NotCosigned(Failure.UNREACHED, str(error) or type(error).__name__) from error
        except NotCosigned:
            raise
        except Exception as error:
            raise NotCosigned(Failure.UNKNOWN, f"It cannot be asked: {error}") from error

    async def _exchange(self, state: _State, current: _Round) -> Cosignature | None:
        signed = current.signed
        held = min(state.size or 0, signed.size)
        for _ in range(ATTEMPTS):
            proof = await self._published.consistency(held, signed.size)
            body = Submission(held, proof, signed.note).encode()
            answer = await self._post(state.witness, body, signed)
            if isinstance(answer, Cosignature):
                self._look_at_time(answer.at)
                return answer
            state.size = held = answer.size
            if held > signed.size:
                self._look_back(held)
                return None
        raise NotCosigned(Failure.FALSE, "It holds another size each time that it is asked.")

    def _look_back(self, held: int) -> None:
        """Raise unless this log has signed for so many statements; then anyone may have sent it to the witness."""
        newest = self._published.signed.size if self._published.signed else 0
        if held > newest:
            raise NotCosigned(
                Failure.AHEAD,
                f"It holds {held} statements, and this log has {newest}: the log was restored from an old backup, "
                "or somebody else signs with its key.",
            )

    def _look_at_time(self, at: int) -> None:
        if at > self._clock() + MAX_APART_SECONDS:
            raise NotCosigned(
                Failure.FALSE,
                "It dates its cosignatures ahead: its clock is wrong, or the ledger's.",
            )
        # An auditor believes it, and no recorded time that is later.
        if at < self._recorded_at().timestamp() - MAX_APART_SECONDS:
            raise NotCosigned(
                Failure.FALSE,
                "It dates its cosignatures before what they are of was recorded: its clock is wrong, or the ledger's.",
            )

    def _outrun(self, state: _State, current: _Round) -> None:
        """Go on to a later checkpoint once too few are left who can cosign this one."""
        current.outrun.add(state.witness.name)
        if not self.policy.met_by(
            each.name for each in self.policy.witnesses if each.name not in current.outrun
        ):
            current.over.set()

    async def _post(self, witness: Witness, body: bytes, signed: Signed) -> Cosignature | HeldSize:
        assert witness.url is not None  # noqa: S101 # only such are followed
        async with self._http.stream(
            "POST",
            add_url(witness.url),
            content=body,
            headers={"user-agent": f"provenite-ledger/{__version__}", **bounded.CODING},
            follow_redirects=False,
        ) as response:
            try:
                received = await bounded.body(response, MAX_ANSWER_BYTES)
            except ValueError as error:
                raise NotCosigned(Failure.FALSE, str(error)) from error
        media_type = response.headers.get("content-type", "")
        return read_answer(response.status_code, media_type, received, signed.note, witness.key)

    async def _cosigned(self, state: _State, current: _Round, signature: NoteSignature) -> None:
        """Take a cosignature, and hand the checkpoint on once there are enough."""
        current.cosignatures[state.witness.name] = signature
        failures = 0
        while current is self._round and self.policy.met_by(current.cosignatures):
            try:
                await self._published.take_witnessed(self._whole(current))
            except (OSError, Unproven) as error:
                _log.warning("a witnessed checkpoint cannot be published: %s", error)
                await asyncio.sleep(self._pause(failures))
                failures += 1
            else:
                current.over.set()
                return

    def _whole(self, current: _Round) -> bytes:
        signed = note.parse(current.signed.note)
        names = [each.name for each in self.policy.witnesses if each.name in current.cosignatures]
        lines = tuple(current.cosignatures[name] for name in names)
        return Note(signed.text, (*signed.signatures, *lines)).encode()

    def _recovered(self, state: _State, current: _Round, cosignature: Cosignature) -> None:
        state.size = current.signed.size
        state.cosigned_at = datetime.fromtimestamp(cosignature.at, UTC)
        if state.failure is not None:
            _log.info("witness %s cosigns again", state.witness.name)
            state.failure, state.detail, state.since = None, None, _now()
            self._look_for_quorum()

    def _failed(self, state: _State, error: NotCosigned) -> None:
        state.detail = error.detail
        if state.failure is not error.failure:
            _log.warning(
                "witness %s does not cosign (%s): %s",
                state.witness.name,
                error.failure,
                error.detail,
                exc_info=error if error.failure is Failure.UNKNOWN else None,
            )
            state.failure, state.since = error.failure, _now()
            self._look_for_quorum()

    def _look_for_quorum(self) -> None:
        """Say once when too many witnesses fail, and once when they no longer do."""
        willing = [each.witness.name for each in self._states if each.failure is None]
        in_reach = self.policy.met_by(willing)
        if in_reach != self._quorum_in_reach:
            self._quorum_in_reach = in_reach
            if in_reach:
                _log.info("the quorum of witnesses is in reach again")
            else:
                _log.warning(
                    "the quorum of witnesses is out of reach: the public checkpoint stays what it is"
                )

    def _pause(self, failures: int) -> float:
        whole = min(self._timing.first_pause * 2.0 ** min(failures, 30), self._timing.longest_pause)
        return whole * (0.5 + self._chance() / 2)


def _now() -> datetime:
    return datetime.now(UTC)
