"""Certificates as a ledger is asked for them and answers them: JSON, camelCase."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from ..answers import Answer
from ..policy.catalogue import MAX_ASKED
from ..record import BatchId, Digest, Validity


class CertificateRequest(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be certified: that the batch passes the policy on a day, today when it is left out.

    `policy` as for an assessment. `declaration` is the digest of the reader's own about this batch; with `lot` the
    certificate says the lot that the reader, who made or shipped the batch, gave it.
    """

    batch: BatchId
    policy: Annotated[str, Meta(max_length=MAX_ASKED)]
    as_of: date | None = None
    declaration: Digest | None = None
    lot: bool = False


class CertificateAnswer(Answer, frozen=True, kw_only=True):
    """A certificate and how it stands, for whoever knows its id.

    `credential` is its text, a JWT, and `digest` that of the text. `statement` is the digest of the statement that
    commits to it in the log, at `index`, and `receipt` the proof of it (C2SP tlog-proof). It has its `status` `since`
    then, and for the `reason`, when that has changed.
    """

    id: str
    url: str
    credential: str
    digest: str
    status: Validity
    since: datetime | None = None
    reason: str | None = None
    valid_until: datetime
    statement: str
    index: int
    receipt: str


class CertificateEntry(Answer, frozen=True, kw_only=True):
    """One of a party's certificates in a list; `policy` is its digest."""

    id: str
    url: str
    batch: str
    policy: str
    as_of: date
    digest: str
    status: Validity
    since: datetime | None = None
    reason: str | None = None
    valid_until: datetime
    declaration: str | None = None
    statement: str
    index: int


class NoticeAnswer(Answer, frozen=True, kw_only=True):
    """A certificate stands otherwise from a moment on: what its holder is told.

    `cause` is the statement from which it follows; absent when somebody has decided so. `statement` is the one
    that says so, in the log at `index`.
    """

    certificate: str
    url: str
    batch: str
    policy: str
    status: Validity
    reason: str
    cause: str | None = None
    at: datetime
    statement: str
    index: int
