"""The client for asyncio: the same operations, driven with `await`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import date, datetime
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

import httpx

from provenite_proto.answers import (
    MAX_LOGGED,
    BatchAnswer,
    Consequences,
    ConsistencyAnswer,
    ContentAnswer,
    ContributionsAnswer,
    EnrolmentAnswer,
    InvitationAnswer,
    InvitationRequest,
    KeyAnswer,
    LedgerAnswer,
    LensAnswer,
    Line,
    LogAnswer,
    LogStatements,
    PartyAnswer,
    ShipmentAnswer,
    SiteAnswer,
    StatementAnswer,
    Submitted,
    Trace,
)
from provenite_proto.certificate.answers import CertificateAnswer
from provenite_proto.pack import Head as PackHead
from provenite_proto.policy import Facts
from provenite_proto.policy.answers import AssessmentAnswer
from provenite_proto.portfolio.answers import PortfolioAnswer, PortfolioFlow
from provenite_proto.record import AnyRecord, Jwk, Role
from provenite_proto.statement import Signs

from . import _operations as operations
from . import _proving as proving
from . import _transport as transport
from ._certifying import AsyncCertifying
from ._exchange import Event, Exchange, Flow, Pause, Reply, Request, chunks
from ._operations import Call
from ._paging import AsyncListing
from ._retry import Retry
from ._saving import Saving, checked, save_together

T = TypeVar("T")


class AsyncClient(AsyncCertifying):
    """A firm's connection to a ledger. Usable as an asynchronous context manager, in one event loop.

    Every method may raise `TransportError`, `AnswerError` and `RefusedError` (see `ProveniteError`).
    """

    def __init__(
        self,
        url: str,
        signer: Signs | None = None,
        *,
        origin: str | None = None,
        log_key: str | None = None,
        timeout: float = transport.DEFAULT_TIMEOUT,
        retry: Retry | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        """For the ledger at `url`, as the firm whose key `signer` holds.

        `origin` is the ledger's name in statements, when it is not the origin of `url` (`OriginMismatch`).
        `log_key` is the log's public key, with which receipts are checked; otherwise the one that the ledger says
        first is kept. `timeout` is in seconds. An `http_client` of your own (for a proxy, say) keeps its settings and is yours to close.
        """
        self._url = transport.address(url)
        self._http = http_client or httpx.AsyncClient(timeout=timeout)
        self._owns_http = http_client is None
        # httpx's own queue for a connection grows slower with each request that waits in it.
        self._gate = asyncio.Semaphore(transport.IN_FLIGHT)
        self._exchange = Exchange(
            signer,
            self._url,
            origin,
            retry or Retry(),
            log_key=None if log_key is None else proving.given(log_key),
        )

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._owns_http:
            await self._http.aclose()

    async def ledger(self) -> LedgerAnswer:
        """The ledger: its origin, registrar, size and version."""
        return await self._run(self._exchange.ask(operations.ledger()))

    async def log(self) -> LogAnswer:
        """The ledger's log: its keys, its newest checkpoint, signed and witnessed, and its witnesses."""
        return await self._run(self._exchange.ask(operations.log()))

    async def log_statements(self, first: int = 0, limit: int = MAX_LOGGED) -> LogStatements:
        """The log's statements from the index `first` on, as the signer may see them.

        For the registrar, and for whom its grant opens all sections of all its statements.
        """
        return await self._ask(operations.log_statements(first, limit))

    async def sign(self, record: AnyRecord) -> str:
        """The record as a signed statement, which can be submitted later."""
        return await self._run(self._exchange.sign(record))

    async def submit(self, record: AnyRecord | str) -> Submitted:
        """Sign and submit a record, or submit a signed statement; recorded for good when this returns.

        The answer's receipt has been checked then: `NotProven` unless it proves that the very statement is in the log.
        """
        return await self._run(self._exchange.submit(record))

    async def submit_many(
        self,
        records: Iterable[AnyRecord | str],
        *,
        atomic: bool = False,
        receipts: bool = False,
    ) -> AsyncIterator[Line]:
        """Sign and submit records in order, many a request; yields a result for each.

        With `atomic` all are recorded or none; they must then fit in one request. With `receipts` each result that is
        recorded has a receipt, which has been checked (`NotProven`).
        """
        signed = await self._run(self._exchange.signing(records))
        for chunk in chunks(signed, atomic=atomic):
            for line in await self._run(self._exchange.submit_lines(chunk, atomic, receipts)):
                yield line

    async def consistency(self, old: int, new: int | None = None) -> ConsistencyAnswer:
        """The proof that the log's first `new` statements begin with its first `old` ones; `new` is the newest by default."""
        return await self._run(self._exchange.ask(operations.consistency(old, new)))

    async def receipt(self, digest: str) -> str:
        """The proof that a statement is in the log (C2SP tlog-proof), against the newest witnessed checkpoint.

        It has been checked when this returns: `NotProven` when it proves nothing. Kept as it is, it can be checked
        offline, with the log's key.
        """
        return await self._run(self._exchange.receipt(digest))

    async def cose_receipt(self, digest: str) -> bytes:
        """The same as a COSE receipt (RFC 9942), signed with the log's receipt key, for the newest tree."""
        return await self._run(self._exchange.cose_receipt(digest))

    async def statement(self, digest: str) -> StatementAnswer:
        """A statement, with the sections that the signer may see."""
        return await self._ask(operations.statement(digest))

    async def batch(self, batch_id: str) -> BatchAnswer:
        """A batch."""
        return await self._ask(operations.batch(batch_id))

    def batches(
        self,
        *,
        holder: Literal["me", "any"] = "me",
        exhausted: bool = False,
        material: str | None = None,
        status: Literal["held", "in_transit", "retracted"] | None = None,
        lot: str | None = None,
        site: str | None = None,
    ) -> AsyncListing[BatchAnswer]:
        """The batches that the signer holds or that are on their way to it; with `any` also those it made.

        Of the signer's own those of which something is left, with `exhausted` all. `site` is the id of a site
        of the signer's: only what was made there.
        """
        query = operations.given(
            holder=holder,
            exhausted="true" if exhausted else None,
            material=material,
            status=status,
            lot=lot,
            site=site,
        )
        return AsyncListing(operations.batches(query), self._ask)

    async def trace(
        self,
        batch_id: str,
        *,
        direction: Literal["upstream", "downstream"] = "upstream",
        depth: int = 1000,
        limit: int = 1000,
    ) -> Trace:
        """The statements upstream or downstream of a batch, at most `limit`."""
        return await self._ask(operations.trace(batch_id, direction, depth, limit))

    async def content(
        self, batch_id: str, *, lenses: Sequence[str] = (), elements: Sequence[str] = ()
    ) -> ContentAnswer:
        """How much of each element comes from where; all lenses and elements unless some are named."""
        return await self._ask(operations.content(batch_id, lenses, elements))

    async def contributions(
        self, batch_id: str, *, element: str, lens: str, label: str
    ) -> ContributionsAnswer:
        """Which matter that entered the record the label's mass in the batch consists of, the largest first."""
        return await self._ask(operations.contributions(batch_id, element, lens, label))

    async def assessment(
        self,
        batch_id: str,
        policy: str,
        *,
        as_of: date | None = None,
        facts: Facts | None = None,
        gaps: bool = True,
    ) -> AssessmentAnswer:
        """What a policy says of a batch as of a day (today), with its figures, what decided and what is missing.

        `policy` is an id of the catalogue, with parameters as in `claim.recycled?share=0.24`, an id of the signer's
        own, or a digest; `facts` are what no statement records. Without `gaps` the history is not read for what each missing fact is worth.
        """
        return await self._ask(operations.assessment(batch_id, policy, as_of, facts, gaps))

    async def portfolio(
        self,
        *,
        flow: PortfolioFlow = "stock",
        since: date | None = None,
        until: date | None = None,
        elements: Sequence[str] = (),
        material: str | None = None,
        as_of: date | None = None,
    ) -> PortfolioAnswer:
        """What one holds, or has `received`, `made` or `shipped` in the days since and until, by element.

        Countries at mining and processing, sources, concentration, and primary matter avoided, with bounds for what
        is unknown. `as_of` is the day whose members of the European Union are told apart: today.
        """
        return await self._ask(operations.portfolio(flow, since, until, elements, material, as_of))

    async def pack(
        self,
        batch_id: str,
        file: str | PathLike[str],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> PackHead:
        """Save a batch's pack in `file`: what anyone needs to find out offline what is true of it; what it says of itself.

        The file is there when it is whole; one that was there before is replaced. `progress` is told how many bytes
        have come. `OSError` when it cannot be written.
        """
        with Saving(file, progress) as saving:
            origin = await self._run(self._exchange.fetch(operations.pack(batch_id), saving))
            head = await asyncio.to_thread(checked, saving, batch_id, origin)
            await asyncio.to_thread(saving.keep)
        return head

    async def save_certificate(
        self, found: CertificateAnswer, stem: str | PathLike[str]
    ) -> tuple[Path, ...]:
        """Save a certificate with its pages and what verifies it offline, all or nothing; the names of the files.

        They are `stem` and `.certificate.html`, `.pdf`, `.statement`, `.receipt`, `.did.json` (the issuer's keys),
        `.status.jwt` (its status list of now) and `.jwt`; those that were there before are replaced. `OSError` when
        they cannot be written.
        """
        contents = await self._run(self._exchange.certificate_files(found))
        named = {
            Path(f"{fspath(stem)}.certificate.{kind}"): each for kind, each in contents.items()
        }
        return await asyncio.to_thread(save_together, named)

    async def consequences(self, digest: str, *, cursor: str | None = None) -> Consequences:
        """What a statement has changed of the content of earlier batches, before and after; a page of it."""
        return await self._ask(operations.consequences(digest, operations.given(cursor=cursor)))

    def shipments(
        self,
        *,
        side: Literal["any", "sender", "receiver"] = "any",
        status: Literal["in_transit", "accepted", "refused", "retracted"] | None = None,
        overdue: bool | None = None,
    ) -> AsyncListing[ShipmentAnswer]:
        """The shipments that the signer has sent or that are addressed to it, with both sides' figures."""
        query = operations.given(
            side=side,
            status=status,
            overdue=None if overdue is None else str(overdue).lower(),
        )
        return AsyncListing(operations.shipments(query), self._ask)

    async def shipment(self, transfer: str) -> ShipmentAnswer:
        """A shipment, by the digest of its transfer."""
        return await self._ask(operations.shipment(transfer))

    def lenses(self) -> AsyncListing[LensAnswer]:
        """The lenses that ship with the protocol, then the signer's own."""
        return AsyncListing(operations.lenses(), self._ask)

    async def register_lens(self, definition: str) -> LensAnswer:
        """Register a lens of the signer's own, in TOML; content can then be asked for by its id."""
        return await self._ask(operations.register_lens(definition))

    async def party(self, party_id: str, *, as_of: datetime | None = None) -> PartyAnswer:
        """A party with its keys and accreditations, as the register has it at a time: now by default."""
        return await self._ask(operations.party(party_id, as_of))

    def parties(self) -> AsyncListing[PartyAnswer]:
        """The signer itself, the registrar, who has shipped to it, and who has accepted what it shipped."""
        return AsyncListing(operations.parties(()), self._ask)

    async def site(self, site_id: str) -> SiteAnswer:
        """A site."""
        return await self._ask(operations.site(site_id))

    def sites(self) -> AsyncListing[SiteAnswer]:
        """The signer's sites."""
        return AsyncListing(operations.sites(()), self._ask)

    async def key(self, key_id: str) -> KeyAnswer:
        """A registered key."""
        return await self._ask(operations.key(key_id))

    async def invite(
        self, *, name: str, country: str, roles: Iterable[Role | str], lifetime: int = 7 * 24 * 3600
    ) -> InvitationAnswer:
        """Invite a firm: a one-time code, valid for `lifetime` seconds. For the registrar's signer.

        Never sent again by itself when the answer is lost, since that would leave two codes.
        """
        request = InvitationRequest(
            name=name,
            country=country,
            roles=tuple(Role(role) for role in roles),
            lifetime=lifetime,
        )
        return await self._ask(operations.invite(request))

    async def enrol(self, code: str, public_jwk: Jwk | None = None) -> EnrolmentAnswer:
        """Join with an invitation's code and the signer's key. Asking again with them is safe.

        A `Signer` knows its public key; of another signer give it.
        """
        return await self._run(self._exchange.enrol(code, public_jwk))

    async def _ask(self, call: Call[T]) -> T:
        return await self._run(self._exchange.ask(call))

    async def _run(self, flow: Flow[T]) -> T:
        event: Event = None
        while True:
            try:
                step = flow.send(event)
            except StopIteration as done:
                result: T = done.value
                return result
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                event = None
                continue
            try:
                async with self._gate:
                    event = await self._send(step)
            except httpx.RequestError as error:
                event = transport.failure(error, self._url)

    async def _send(self, request: Request) -> Reply:
        arguments = transport.arguments(self._url, request)
        async with self._http.stream(**arguments) as response:
            transport.check_plain(response)
            if request.into is None or response.status_code != 200:
                await response.aread()
                return transport.reply(response)
            request.into.begin()
            async for piece in response.aiter_bytes():
                await asyncio.to_thread(request.into.write, piece)
            return transport.reply(response, b"")
