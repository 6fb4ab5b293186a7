"""The register: who takes part, with which keys and sites, accredited for what, owned by whom, showing what.

Times of records are `datetime`s with an offset, times of the log (`recorded_at`, `retracted_at`, `revoked_at`)
seconds since 1970. A period's beginning belongs to it, its end does not.
"""

from datetime import datetime

import msgspec

from ..record import Role, SubjectKind
from ..statement import PublicKey


class Enrolled(msgspec.Struct, frozen=True):
    """A party: `id` is the digest of its party statement, `names` its sealed name and identifiers."""

    id: str
    country: str
    roles: tuple[Role, ...]
    names: tuple[str, ...] = ()


class RegisteredKey(msgspec.Struct, frozen=True):
    """A party's key, valid for statements issued from `valid_from` on.

    `signed_with` is the key that signed its registration, at `recorded_at` of the log. `revoked_at` is when
    its revocation was recorded, `compromised_from` from when on what it signed is disowned.
    """

    key: PublicKey
    party: str
    valid_from: int
    recorded_at: int
    signed_with: str
    revoked_at: int | None = None
    compromised_from: int | None = None

    @property
    def id(self) -> str:
        """The thumbprint."""
        return self.key.key_id


class RegisteredSite(msgspec.Struct, frozen=True):
    """A party's site: `id` is the digest of its site statement.

    `latitude` and `longitude` in millionths of a degree (WGS 84), `capacity` in milligrams of dry output a
    calendar year; each `None` when the party does not say.
    """

    id: str
    party: str
    country: str
    latitude: int | None = None
    longitude: int | None = None
    capacity: int | None = None


class Accredited(msgspec.Struct, frozen=True):
    """The registrar's word that `party` may attest under `scheme` within the period.

    `id` is its statement's digest. Of those that are not retracted the newest counts.
    """

    id: str
    index: int
    recorded_at: int
    party: str
    scheme: str
    valid_from: datetime
    valid_until: datetime | None
    retracted_at: int | None = None

    @property
    def retracted(self) -> bool:
        """Whether it has been withdrawn."""
        return self.retracted_at is not None


class Attested(msgspec.Struct, frozen=True):
    """An attestation: `id` is its statement's digest, `recorded_at` its time in the log.

    `countersigns` marks that of a supplier who confirms what was recorded on its behalf.
    """

    id: str
    attester: str
    kind: SubjectKind
    subject: str
    scheme: str
    conforms: bool
    recorded_at: int
    valid_from: datetime
    valid_until: datetime | None
    countersigns: bool = False
    retracted_at: int | None = None

    @property
    def retracted(self) -> bool:
        """Whether it has been withdrawn."""
        return self.retracted_at is not None


class Owned(msgspec.Struct, frozen=True):
    """Who controls `party` within the period: `controllers` are countries, or `unknown`, sorted.

    `id` is its statement's digest. Of those about a time that are not retracted the newest counts.
    """

    id: str
    index: int
    recorded_at: int
    party: str
    valid_from: datetime
    valid_until: datetime | None
    controllers: tuple[str, ...]
    retracted_at: int | None = None

    @property
    def retracted(self) -> bool:
        """Whether it has been withdrawn."""
        return self.retracted_at is not None


class Granted(msgspec.Struct, frozen=True):
    """Sections `opened` of the issuer's statements, all when `statements` is empty.

    To the party `to`, or when that is `None` to all holders of matter made from them.
    """

    id: str
    recorded_at: int
    issuer: str
    opened: tuple[str, ...]
    statements: tuple[str, ...]
    to: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    retracted_at: int | None = None

    @property
    def retracted(self) -> bool:
        """Whether it has been withdrawn."""
        return self.retracted_at is not None
