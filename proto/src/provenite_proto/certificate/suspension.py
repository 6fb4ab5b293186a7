"""Status lists: credentials of the same issuer whose bits say which certificates are suspended.

Bitstring Status List 1.0. A bit is set while the certificate is suspended, and for ever when it is revoked.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from ..ledger import CLOCK_TOLERANCE
from ..record.form import Form, Time
from ..statement import Signs
from . import bits, jwt
from .addresses import did_of, status_list_url
from .did import DidDocument
from .errors import BadCertificate
from .model import Credential, Uri

MAX_CHARACTERS = 65_536
"""Characters of a status list, at the most: its bits take 22 KiB if none of them can be guessed."""
PER_LIST = 65_536
"""Certificates of a list: half of its bits, so that a free place is found at random."""
VALID = timedelta(days=1)
TTL = timedelta(minutes=5)
TOLERANCE = timedelta(seconds=CLOCK_TOLERANCE)
"""By how much the clock of who verifies may be behind the ledger's."""


class Listed(Form, frozen=True, kw_only=True):
    """The list. `ttl` in milliseconds: how long a reader may keep it before he asks again."""

    id: Uri
    type: Literal["BitstringStatusList"]
    status_purpose: Literal["suspension"]
    encoded_list: Annotated[str, Meta(max_length=MAX_CHARACTERS)]
    ttl: Annotated[int, Meta(ge=0, le=86_400_000)]


class StatusList(Form, frozen=True, kw_only=True):
    """A status list's content."""

    context: tuple[Literal["https://www.w3.org/ns/credentials/v2"]] = field(name="@context")
    id: Uri
    type: tuple[Literal["VerifiableCredential"], Literal["BitstringStatusListCredential"]]
    issuer: Uri
    valid_from: Time
    valid_until: Time
    credential_subject: Listed


def status_list(origin: str, number: int, suspended: Iterable[int], now: datetime) -> StatusList:
    """The list `number` of the ledger, in which the certificates at these places are suspended or revoked."""
    url = status_list_url(origin, number)
    begins = now.replace(microsecond=0)
    return StatusList(
        context=("https://www.w3.org/ns/credentials/v2",),
        id=url,
        type=("VerifiableCredential", "BitstringStatusListCredential"),
        issuer=did_of(origin),
        valid_from=begins,
        valid_until=begins + VALID,
        credential_subject=Listed(
            id=f"{url}#list",
            type="BitstringStatusList",
            status_purpose="suspension",
            encoded_list=bits.encode(suspended),
            ttl=TTL // timedelta(milliseconds=1),
        ),
    )


def sign_status_list(found: StatusList, key: Signs) -> str:
    """The list's text, signed with the issuer's key for ES256."""
    return jwt.sign(found, found.issuer, key)


def read_status_list(text: str, credential: Credential, document: DidDocument) -> StatusList:
    """The list that a certificate names, signed by its issuer; it is not asked when it holds.

    `BadCertificate` when the text is not that list, or the issuer did not sign it: as for a certificate, and
    `status-list-mismatch`.
    """
    secured = jwt.read(text, _decoder, MAX_CHARACTERS)
    found, entry = secured.credential, credential.credential_status
    if found.issuer != credential.issuer.id:
        raise BadCertificate(
            "status-list-mismatch",
            f"The list is of {found.issuer}, the certificate of {credential.issuer.id}.",
        )
    if found.id != entry.status_list_credential:
        raise BadCertificate(
            "status-list-mismatch",
            f"It is the list {found.id}; the certificate names {entry.status_list_credential}.",
        )
    secured.verify(credential.issuer.id, document)
    return found


def is_suspended(found: StatusList, credential: Credential) -> bool:
    """Whether the bit of the certificate is set in its list; `BadCertificate` `status-list-malformed`."""
    listed = bits.decode(found.credential_subject.encoded_list)
    return bits.is_set(listed, credential.credential_status.status_list_index)


def current_status_list(
    text: str, credential: Credential, document: DidDocument, now: datetime
) -> StatusList:
    """The list that a certificate names, which holds now.

    `BadCertificate` as of `read_status_list`, and `status-list-expired`.
    """
    found = read_status_list(text, credential, document)
    if not found.valid_from - TOLERANCE <= now <= found.valid_until:
        raise BadCertificate(
            "status-list-expired",
            f"It holds from {found.valid_from:%Y-%m-%d %H:%M} to {found.valid_until:%Y-%m-%d %H:%M} UTC.",
        )
    return found


def is_stale(found: StatusList, now: datetime) -> bool:
    """Whether its `ttl` is over, so that the issuer is to be asked again."""
    ttl = timedelta(milliseconds=found.credential_subject.ttl)
    return now > found.valid_from + ttl + TOLERANCE


_decoder = msgspec.json.Decoder(StatusList)
