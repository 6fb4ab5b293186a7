"""What is kept of certificates: what firms declare for them, how each stands, and what no other may have."""

from datetime import date, datetime

import msgspec

from ..record import Certificate, Validity


class Declared(msgspec.Struct, frozen=True):
    """A declaration of `party` about `batch`: `id` is its statement's digest, `index` its place in the log."""

    id: str
    index: int
    party: str
    batch: str
    retracted_at: int | None = None


class Certified(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate: `id` is the digest of its statement, `certificate` its own id.

    `list` and `position` are its entry in a status list. `changed` is the digest of the statement that has
    given it the `status`, none at first, and `cause` the statement that was named as the reason.
    """

    id: str
    index: int
    certificate: str
    party: str
    batch: str
    credential: str
    policy: str
    as_of: date
    size: int
    valid_until: datetime
    declaration: str | None
    list: int
    position: int
    status: Validity = Validity.VALID
    changed: str | None = None
    cause: str | None = None

    def reserved(self) -> "tuple[Reserved, ...]":
        """What no other certificate may have."""
        return tuple(
            Reserved(name, self.id)
            for name in reserved(self.list, self.position, self.certificate, self.credential)
        )


class Reserved(msgspec.Struct, frozen=True):
    """An entry of a status list, the id of a certificate or the digest of a credential, and whose it is.

    `id` is `status/<list>/<index>`, `certificate/<id>` or `credential/<digest>`; `certificate` the digest of
    the statement.
    """

    id: str
    certificate: str


def reserved(number: int, position: int, certificate: str, credential: str) -> tuple[str, str, str]:
    """The ids of what a certificate reserves."""
    return f"status/{number}/{position}", f"certificate/{certificate}", f"credential/{credential}"


def reserving(record: Certificate) -> tuple[str, ...]:
    """The ids of what a certificate would reserve, as far as it says."""
    if record.identities is None:
        return ()
    entry = record.status
    return reserved(entry.list, entry.index, record.identities.certificate, record.credential)
