"""What both clients ask of policies and certificates."""

from abc import ABC, abstractmethod
from datetime import date
from typing import TypeVar

from provenite_proto.certificate import Cascade
from provenite_proto.certificate.answers import (
    CertificateAnswer,
    CertificateEntry,
    CertificateRequest,
    NoticeAnswer,
)
from provenite_proto.policy import Policy
from provenite_proto.policy.answers import PolicyAnswer

from . import _operations as operations
from ._exchange import Exchange, Flow
from ._operations import Call
from ._paging import AsyncListing, Listing

T = TypeVar("T")


class Certifying(ABC):
    """The part of the blocking client."""

    _exchange: Exchange

    def policies(self) -> Listing[PolicyAnswer]:
        """The policies that ship with the ledger, then the signer's own."""
        return Listing(operations.policies(), self._ask)

    def register_policy(self, file: str) -> PolicyAnswer:
        """Register a policy of the signer's own, in TOML; batches can then be assessed by its digest or id."""
        return self._ask(operations.register_policy(file))

    def policy(self, digest: str) -> Policy:
        """The policy with this digest, which has been checked when this returns (`AnswerError`)."""
        return self._run(self._exchange.policy(digest))

    def impact(
        self, *, file: str | None = None, policy: str | None = None, cursor: str | None = None
    ) -> Cascade:
        """Which of the signer's certificates would say something else by another version of their policy; a page of it.

        The version is a `file` in TOML, of whichever id, or a `policy` by its id or digest. Nothing is kept of it.
        """
        query = operations.given(policy=policy, cursor=cursor)
        return self._ask(operations.impact(file, query))

    def certificate_consequences(
        self, digest: str, *, if_retracted: bool = False, cursor: str | None = None
    ) -> Cascade:
        """Which of the signer's certificates a late statement has changed, before and after; a page of it.

        With `if_retracted` which of them the statement's retraction would change, though it has not happened.
        """
        query = operations.given(ifRetracted="true" if if_retracted else None, cursor=cursor)
        return self._ask(operations.certificate_consequences(digest, query))

    def supposed_consequences(self, statement: str, *, cursor: str | None = None) -> Cascade:
        """Which of the signer's certificates a statement would change if it were submitted; a page of it.

        The statement is signed, by whomever (`sign`), and is not recorded. `RefusedError` as when it is submitted.
        """
        query = operations.given(cursor=cursor)
        return self._ask(operations.supposed_consequences(statement, query))

    def certify(
        self,
        batch_id: str,
        policy: str,
        *,
        as_of: date | None = None,
        declaration: str | None = None,
        lot: bool = False,
    ) -> CertificateAnswer:
        """A certificate that a batch passes a policy (its id with parameters, or digest) as of a day: today by default.

        `declaration` is the digest of a declaration of the signer's, which is assessed too. With `lot` the certificate
        says the lot that the signer gave the batch. Raises `Conflict` `not-passed`, with the figures, when it does not
        pass. Asking again is answered with the same certificate while that is valid; it is `new` the first time.
        """
        request = CertificateRequest(
            batch=batch_id, policy=policy, as_of=as_of, declaration=declaration, lot=lot
        )
        return self._run(self._exchange.certificate(operations.certify(request)))

    def certificate(self, certificate_id: str) -> CertificateAnswer:
        """A certificate as it stands now; the log has been shown to commit to its text when this returns."""
        return self._run(self._exchange.certificate(operations.certificate(certificate_id)))

    def certificate_page(self, certificate_id: str, form: operations.PageForm = "html") -> bytes:
        """A certificate's page for people, as it stands now: HTML, or a PDF of one sheet."""
        return self._ask(operations.certificate_page(certificate_id, form))

    def certificates(self) -> Listing[CertificateEntry]:
        """The signer's certificates and how they stand, in the order of the log; the registrar has all."""
        return Listing(operations.certificates(), self._ask)

    def notices(self) -> Listing[NoticeAnswer]:
        """Each change of the status of one of the signer's certificates, in the order of the log."""
        return Listing(operations.notices(), self._ask)

    @abstractmethod
    def _run(self, flow: Flow[T]) -> T:
        """What an exchange comes to."""

    @abstractmethod
    def _ask(self, call: Call[T]) -> T:
        """The answer to a call."""


class AsyncCertifying(ABC):
    """The part of the asynchronous client."""

    _exchange: Exchange

    def policies(self) -> AsyncListing[PolicyAnswer]:
        """The policies that ship with the ledger, then the signer's own."""
        return AsyncListing(operations.policies(), self._ask)

    async def register_policy(self, file: str) -> PolicyAnswer:
        """Register a policy of the signer's own, in TOML; batches can then be assessed by its digest or id."""
        return await self._ask(operations.register_policy(file))

    async def policy(self, digest: str) -> Policy:
        """The policy with this digest, which has been checked when this returns (`AnswerError`)."""
        return await self._run(self._exchange.policy(digest))

    async def impact(
        self, *, file: str | None = None, policy: str | None = None, cursor: str | None = None
    ) -> Cascade:
        """Which of the signer's certificates would say something else by another version of their policy; a page of it.

        The version is a `file` in TOML, of whichever id, or a `policy` by its id or digest. Nothing is kept of it.
        """
        query = operations.given(policy=policy, cursor=cursor)
        return await self._ask(operations.impact(file, query))

    async def certificate_consequences(
        self, digest: str, *, if_retracted: bool = False, cursor: str | None = None
    ) -> Cascade:
        """Which of the signer's certificates a late statement has changed, before and after; a page of it.

        With `if_retracted` which of them the statement's retraction would change, though it has not happened.
        """
        query = operations.given(ifRetracted="true" if if_retracted else None, cursor=cursor)
        return await self._ask(operations.certificate_consequences(digest, query))

    async def supposed_consequences(self, statement: str, *, cursor: str | None = None) -> Cascade:
        """Which of the signer's certificates a statement would change if it were submitted; a page of it.

        The statement is signed, by whomever (`sign`), and is not recorded. `RefusedError` as when it is submitted.
        """
        query = operations.given(cursor=cursor)
        return await self._ask(operations.supposed_consequences(statement, query))

    async def certify(
        self,
        batch_id: str,
        policy: str,
        *,
        as_of: date | None = None,
        declaration: str | None = None,
        lot: bool = False,
    ) -> CertificateAnswer:
        """A certificate that a batch passes a policy (its id with parameters, or digest) as of a day: today by default.

        `declaration` is the digest of a declaration of the signer's, which is assessed too. With `lot` the certificate
        says the lot that the signer gave the batch. Raises `Conflict` `not-passed`, with the figures, when it does not
        pass. Asking again is answered with the same certificate while that is valid; it is `new` the first time.
        """
        request = CertificateRequest(
            batch=batch_id, policy=policy, as_of=as_of, declaration=declaration, lot=lot
        )
        return await self._run(self._exchange.certificate(operations.certify(request)))

    async def certificate(self, certificate_id: str) -> CertificateAnswer:
        """A certificate as it stands now; the log has been shown to commit to its text when this returns."""
        return await self._run(self._exchange.certificate(operations.certificate(certificate_id)))

    async def certificate_page(
        self, certificate_id: str, form: operations.PageForm = "html"
    ) -> bytes:
        """A certificate's page for people, as it stands now: HTML, or a PDF of one sheet."""
        return await self._ask(operations.certificate_page(certificate_id, form))

    def certificates(self) -> AsyncListing[CertificateEntry]:
        """The signer's certificates and how they stand, in the order of the log; the registrar has all."""
        return AsyncListing(operations.certificates(), self._ask)

    def notices(self) -> AsyncListing[NoticeAnswer]:
        """Each change of the status of one of the signer's certificates, in the order of the log."""
        return AsyncListing(operations.notices(), self._ask)

    @abstractmethod
    async def _run(self, flow: Flow[T]) -> T:
        """What an exchange comes to."""

    @abstractmethod
    async def _ask(self, call: Call[T]) -> T:
        """The answer to a call."""
