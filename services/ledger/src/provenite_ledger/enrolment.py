"""Joining: the registrar enrols itself first, then invites firms, each of which brings its own key.

An invitation is a one-time code for a firm that the operator has looked at; the party statement says what
the operator said (name, country, roles), with the key whose possession the firm has proved.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec

from provenite_proto import token
from provenite_proto.answers import (
    EnrolmentAnswer,
    EnrolmentRequest,
    InvitationAnswer,
    InvitationRequest,
    Submitted,
)
from provenite_proto.problem import Problem
from provenite_proto.record import Jwk, Party, PartyIdentities, Role, is_country
from provenite_proto.statement import PublicKey

from .registrar import Registrar
from .sequencer import Sequencer
from .store import rows
from .store.named import load

_SQL = load("enrolment.sql")
MAX_LIFETIME = 30 * 24 * 3600
"""Seconds an invitation may be valid, at the most: 30 days."""
REGISTRAR_NAME = "Registrar"


class OriginChanged(Exception):
    """The ledger's statements were signed for another origin than the settings have."""


async def take_origin(connection: asyncpg.Connection, origin: str) -> None:
    """Make sure that the database belongs to a ledger of this origin."""
    kept = await connection.fetchval(_SQL["take_origin"], origin)
    if kept != origin:
        raise OriginChanged(
            f"the ledger in this database has the origin {kept!r}, not {origin!r}: set PROVENITE_ORIGIN to {kept!r}"
        )


class Enrolment:
    """The registrar has firms join."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        registrar: Registrar,
        sequencer: Sequencer,
        origin: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """For the ledger at `origin`, whose statements `sequencer` records."""
        self._pool = pool
        self._sequencer = sequencer
        self._registrar = registrar
        self._origin = origin
        self._clock = clock
        # One firm joins at a time: of two tries with one key, the second finds what the first has done.
        self._joining = asyncio.Lock()

    async def found(self, country: str) -> None:
        """Write the ledger's first statement, the registrar's own; nothing when there is one.

        `ValueError` when the ledger was founded with another key.
        """
        if self._sequencer.size == 0:
            await self._enrol(
                REGISTRAR_NAME, country, (Role.REGISTRAR,), self._registrar.key.public.jwk
            )
        if self._sequencer.key(self._registrar.key.key_id) is None:
            raise ValueError(
                "registrar.pem is not the key of this ledger's registrar: restore the data folder that goes with the database"
            )

    async def invite(self, request: InvitationRequest) -> InvitationAnswer:
        """A one-time code. `Problem` `invitation-invalid` when the request does not make sense."""
        if not is_country(request.country):
            raise Problem(
                "country-unknown", f"{request.country} is not an ISO 3166 code.", pointer="/country"
            )
        if not 1 <= len(request.roles) <= len(Role) or Role.REGISTRAR in request.roles:
            raise Problem(
                "role-not-allowed",
                f"Give 1 to {len(Role)} roles, not registrar.",
                pointer="/roles",
            )
        if not 0 < request.lifetime <= MAX_LIFETIME:
            raise Problem(
                "invitation-invalid",
                f"A lifetime is 1 to {MAX_LIFETIME} seconds, not {request.lifetime}.",
                pointer="/lifetime",
                figures={"lifetime": str(request.lifetime), "limit": str(MAX_LIFETIME)},
            )
        try:
            # What cannot be recorded when the firm joins is not written down now.
            msgspec.convert({"name": request.name}, PartyIdentities)
        except msgspec.ValidationError as error:
            raise Problem(
                "invitation-invalid",
                "A name has 1 to 256 characters, none of them a control character.",
                pointer="/name",
            ) from error
        code = secrets.token_urlsafe(24)
        expires_at = self._clock() + timedelta(seconds=request.lifetime)
        await self._pool.execute(
            _SQL["invite"],
            _hash(code),
            request.name,
            request.country,
            list(request.roles),
            expires_at,
        )
        return InvitationAnswer(code=code, expires_at=expires_at)

    async def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Enrol the firm that holds the invitation's code and the private half of its key.

        The same key may ask again with the same code and gets the same party. `Problem` `key-malformed`,
        `token-invalid`, `invitation-invalid` or `key-taken` otherwise, which leave the invitation as it was.
        """
        key = PublicKey(request.key)
        token.parse(request.proof, token.PROOF_TYP).check(
            key, audience=self._origin, now=int(self._clock().timestamp())
        )
        async with self._joining:
            submitted = await self._join(_hash(request.code), key)
        return EnrolmentAnswer(party=submitted.digest, key_id=key.key_id, submitted=submitted)

    async def _join(self, code: bytes, key: PublicKey) -> Submitted:
        own = rows.raw(key.key_id)
        invitation = await self._pool.fetchrow(_SQL["invitation"], code, own, self._clock())
        if invitation is None:
            raise Problem(
                "invitation-invalid",
                "No unused, unexpired invitation has this code.",
                pointer="/code",
            )
        enrolled = await self._pool.fetchrow(_SQL["party_of_key"], own)
        if enrolled is not None:
            if not invitation["used"]:
                raise Problem(
                    "key-taken",
                    "This key has a party already; the invitation remains unused.",
                    pointer="/key",
                )
            return Submitted(
                digest=rows.text(enrolled["digest"]),
                index=enrolled["index"],
                recorded_at=enrolled["recorded_at"],
            )
        # Taken before the party is made: whatever happens between, the code is good for this key alone.
        await self._pool.execute(_SQL["take_invitation"], code, own)
        try:
            return await self._enrol(
                invitation["name"],
                invitation["country"],
                tuple(Role(role) for role in invitation["roles"]),
                key.jwk,
            )
        except Problem:
            await self._pool.execute(_SQL["release_invitation"], code)
            raise

    async def _enrol(self, name: str, country: str, roles: tuple[Role, ...], key: Jwk) -> Submitted:
        identities = PartyIdentities(name=name)
        return await self._registrar.says(
            Party(country=country, roles=roles, key=key, identities=identities)
        )


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
