"""Issuing certificates: what was assessed is signed, kept, and committed to by a statement of the registrar's.

What is signed is kept before the statement is submitted, so that there is no certificate in the log whose text is
lost. Text without a statement is no certificate: nobody is told of it.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime

import asyncpg
import msgspec

from provenite_proto.certificate import (
    BITS,
    PER_LIST,
    Credential,
    Issuance,
    credential,
    read_certificate,
    reassessed,
    says_the_same,
    sign_certificate,
)
from provenite_proto.policy import Policy
from provenite_proto.policy.answers import AssessmentAnswer
from provenite_proto.problem import Problem
from provenite_proto.record import Certificate, CertificateIdentities, StatusEntry
from provenite_proto.statement import Signs, base64url

from .registrar import Registrar
from .store import certifying
from .unavailable import LedgerBusy

_ID_BYTES = 16
_TRIES = 64
"""How often an entry of a status list is drawn: half of a list's are free at the least."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be certified, to whom: the party's id, index and name, the batch's id, key and material.

    `declared` is the declaration on which it rests, `lot` what the certificate says of the batch.
    """

    party: str
    party_index: int
    holder: str
    batch: str
    batch_key: int
    material: str
    policy: Policy
    digest: str
    as_of: date
    declared: certifying.Declared | None = None
    lot: str | None = None


class Issuing:
    """Issues the certificates of one ledger."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        registrar: Registrar,
        key: Signs,
        origin: str,
        log: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Certificates of the ledger at `origin`, whose log has the name `log`, are signed with `key` (ES256)."""
        self._pool = pool
        self._registrar = registrar
        self._key = key
        self._origin = origin
        self._log = log
        self._clock = clock

    async def issued(self, wanted: Wanted, come: AssessmentAnswer) -> str | None:
        """The id of the newest certificate that stands and says what has come now: whoever asks twice gets one."""
        anew = reassessed(come)
        found = await certifying.same(
            self._pool,
            wanted.party_index,
            wanted.batch_key,
            wanted.digest,
            as_of=wanted.as_of,
            declaration=wanted.declared.index if wanted.declared else None,
            after=self._clock(),
        )
        for row in found:
            said = read_certificate(row["jwt"]).credential
            lot = said.assessment.assessed_product[0].product.batch_number
            if lot == wanted.lot and says_the_same(said.provenance, anew):
                certificate: str = row["id"]
                return certificate
        return None

    async def issue(self, wanted: Wanted, found: AssessmentAnswer) -> str:
        """Certify what passes; the certificate's id, once it is recorded.

        `Problem` `policy-ended` when the policy can no longer be relied on, `bad-request` when it has more figures than
        a certificate holds, and what the registrar's statement is refused with; `LedgerBusy` when no entry of a status list was found.
        """
        for _ in range(_TRIES):
            number = await certifying.count(self._pool) // PER_LIST
            entry = StatusEntry(list=number, index=secrets.randbelow(BITS))
            if await certifying.is_taken(self._pool, number, entry.index):
                continue
            name = base64url.encode(secrets.token_bytes(_ID_BYTES))
            said = self._said(wanted, found, name, entry)
            digest = await certifying.keep(self._pool, self._signed(said))
            try:
                await self._registrar.says(_record(wanted, found, name, entry, digest, said))
            except Problem as problem:
                # Somebody else was given the entry meanwhile.
                if problem.slug != "status-taken":
                    raise
            else:
                return name
        raise LedgerBusy

    def _signed(self, said: Credential) -> str:
        try:
            return sign_certificate(said, self._key)
        except ValueError as error:
            raise Problem("bad-request", f"policy: {error}.") from error

    def _said(
        self, wanted: Wanted, found: AssessmentAnswer, name: str, entry: StatusEntry
    ) -> Credential:
        facts = wanted.declared.facts if wanted.declared else None
        issuance = Issuance(
            origin=self._origin,
            issuer=f"The ledger at {self._origin.partition('://')[2]}",
            log=self._log,
            id=name,
            status_list=entry.list,
            index=entry.index,
            party=wanted.party,
            holder=wanted.holder,
            material=wanted.material,
            issued_at=self._clock(),
            product=facts.product if facts else None,
            lot=wanted.lot,
            declared=facts is not None,
        )
        try:
            return credential(issuance, wanted.policy, found)
        except ValueError as error:
            raise Problem("policy-ended", f"{error}.") from error


def _record(
    wanted: Wanted,
    found: AssessmentAnswer,
    name: str,
    entry: StatusEntry,
    digest: str,
    said: Credential,
) -> Certificate:
    identities = CertificateIdentities(
        certificate=name,
        party=wanted.party,
        batch=wanted.batch,
        declaration=wanted.declared.digest if wanted.declared else None,
    )
    return Certificate(
        credential=digest,
        policy=wanted.digest,
        as_of=found.as_of,
        size=found.size,
        valid_until=said.valid_until,
        status=entry,
        identities=identities,
    )
