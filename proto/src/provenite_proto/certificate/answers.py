"""What a ledger answers about certificates, and what it is asked for: JSON, camelCase."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from ..answers import Answer
from ..policy.catalogue import MAX_ASKED
from ..record import BatchId, Digest, Validity


class CertificateRequest(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a certificate of a batch: by a policy (id with parameters, or digest), as of a day, today by default.

    `declaration` is the digest of one's own declaration of the batch, which is assessed too. `lot`: the certificate
    says the name that whoever made or shipped the batch gave it, who has to be who asks.
    """

    batch: BatchId
    policy: Annotated[str, Meta(max_length=MAX_ASKED)]
    as_of: date | None = None
    declaration: Digest | None = None
    lot: bool = False


class CertificateAnswer(Answer, frozen=True, kw_only=True):
    """A certificate, for whoever knows its `id`.

    `credential` is its text and `digest` that of it. `status` is as of now, `since` and `reason` those of the last
    change of it. `statement` is the ledger's statement of it with its sections withheld, which is at `index` of the
    log, as `receipt` proves (C2SP tlog-proof). `new` in the answer to who has asked for it, when it was issued for
    that and not before.
    """

    id: str
    url: str
    credential: str
    digest: str
    status: Validity
    valid_until: datetime
    statement: str
    index: int
    receipt: str
    new: bool = False
    since: datetime | None = None
    reason: str | None = None


class CertificateEntry(Answer, frozen=True, kw_only=True):
    """A certificate in the list of its holder's, and in the registrar's of all.

    `statement` is the digest of the ledger's statement of it, `policy` the policy's id and `settings` the parameters
    with which it was asked for, as in `share=0.24&class=post_consumer`. `lot` and `product` are what the batch was
    called by who made or shipped it, when the reader may see that; `declaration` is the digest of what it rests on too.
    """

    id: str
    url: str
    statement: str
    batch: str
    material: str
    lot: str | None = None
    product: str | None = None
    party: str
    policy: str
    settings: str | None = None
    declaration: str | None = None
    version: str
    policy_digest: str
    as_of: date
    valid_until: datetime
    status: Validity
    since: datetime | None = None
    reason: str | None = None


class NoticeAnswer(Answer, frozen=True, kw_only=True):
    """A certificate's status has changed: to what, when and why. `cause` is the statement that changed the outcome."""

    certificate: str
    url: str
    batch: str
    policy: str
    status: Validity
    reason: str
    at: datetime
    cause: str | None = None
