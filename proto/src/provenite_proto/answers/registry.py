"""The register: parties, sites and keys, and how a firm joins."""

from datetime import datetime

from ..record import Jwk, Role, Stage
from .answer import Answer
from .statements import Submitted


class KeyAnswer(Answer, frozen=True, kw_only=True):
    """A registered key: its thumbprint, its party, from when it may sign, and when it was revoked.

    What it signed is disowned if it was recorded at or after `compromised_from`.
    """

    key_id: str
    party: str
    key: Jwk
    valid_from: datetime
    revoked_at: datetime | None = None
    compromised_from: datetime | None = None


class AccreditationAnswer(Answer, frozen=True, kw_only=True):
    """That the registrar recognises a party for attestations under a scheme; `statement` says so."""

    statement: str
    scheme: str
    valid_from: datetime
    valid_until: datetime | None = None


class PartyAnswer(Answer, frozen=True, kw_only=True):
    """A party as the register has it at a time; its name and the countries that control it are absent when withheld.

    `keys` are the thumbprints of those that may sign then. `controllers` are absent too when nothing is recorded
    about them.
    """

    id: str
    country: str
    roles: tuple[Role, ...]
    keys: tuple[str, ...] = ()
    name: str | None = None
    accreditations: tuple[AccreditationAnswer, ...] = ()
    controllers: tuple[str, ...] | None = None


class SiteAnswer(Answer, frozen=True, kw_only=True):
    """A site; its name, its place and its capacity (kilograms of dry output a year) are absent when withheld."""

    id: str
    party: str
    country: str
    stages: tuple[Stage, ...]
    name: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    capacity: str | None = None


class InvitationRequest(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator says of a firm that may join, once, within `lifetime` seconds."""

    name: str
    country: str
    roles: tuple[Role, ...]
    lifetime: int = 7 * 24 * 3600


class InvitationAnswer(Answer, frozen=True, kw_only=True):
    """A one-time invitation: the `code` is shown once and not kept in the clear."""

    code: str
    expires_at: datetime


class EnrolmentRequest(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A firm joins: the invitation's code, its public key, and as `proof` a token of its own type, signed with it."""

    code: str
    key: Jwk
    proof: str


class EnrolmentAnswer(Answer, frozen=True, kw_only=True):
    """The new party: its id, its key's thumbprint and the party statement that the registrar logged."""

    party: str
    key_id: str
    submitted: Submitted
