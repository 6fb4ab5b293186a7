"""Access tokens: each names a registered key, is signed by it, and is accepted once."""

from collections.abc import Callable
from hashlib import blake2b

from provenite_proto import token
from provenite_proto.problem import Problem

from ..access import Reader
from ..sequencer import Sequencer

MAX_REMEMBERED = 500_000
"""Tokens remembered at a time, at the most (some 60 MB)."""
BUCKET_SECONDS = 30


class UsedTokens:
    """The tokens used so far, each for as long as it could be used again.

    Kept in this process only (`Authentication` refuses tokens from before it), and bounded: when it is full,
    further tokens are turned away rather than accepted twice.
    """

    def __init__(self, limit: int = MAX_REMEMBERED) -> None:
        """Room for `limit` tokens."""
        self._limit = limit
        # By the time until which they are kept: few, since a token's life is short.
        self._buckets: dict[int, set[bytes]] = {}

    def use(self, token_id: str, expires: int, now: int) -> bool:
        """Note the use of a token that can be used until `expires`; false when it was used before.

        `Problem` `ledger-busy` when there is no room.
        """
        for until in [until for until in self._buckets if until < now]:
            del self._buckets[until]
        digest = blake2b(token_id.encode(), digest_size=16).digest()
        until = (expires // BUCKET_SECONDS + 1) * BUCKET_SECONDS
        bucket = self._buckets.setdefault(until, set())
        if digest in bucket:
            return False
        if sum(map(len, self._buckets.values())) >= self._limit:
            raise Problem(
                "ledger-busy", "As many access tokens have been used as the ledger can remember."
            )
        bucket.add(digest)
        return True


class Authentication:
    """Tells who sends a request."""

    def __init__(
        self, sequencer: Sequencer, origin: str, clock: Callable[[], float], used: UsedTokens
    ) -> None:
        """Tokens must be for `origin` and issued from now on; `clock` gives seconds since 1970."""
        self._sequencer = sequencer
        self._origin = origin
        self._clock = clock
        self._used = used
        self._started = int(clock())

    def reader(self, header: str | None) -> Reader:
        """The party whose token an `Authorization` header carries.

        Raises `Problem`: `token-missing`, `token-invalid`, `token-replayed` or `ledger-busy`.
        """
        scheme, _, text = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not text:
            raise Problem("token-missing", "The request has no bearer token.")
        parsed = token.parse(text)
        registered = self._sequencer.key(parsed.key_id)
        if registered is None:
            raise Problem("token-invalid", f"No key {parsed.key_id[:64]} is registered.")
        if registered.revoked_at is not None:
            raise Problem("token-invalid", f"Key {parsed.key_id} has been revoked.")
        now = int(self._clock())
        parsed.check(registered.key, audience=self._origin, now=now)
        if parsed.claims.iat < self._started:
            raise Problem(
                "token-invalid",
                "The token was issued before the ledger started, which does not remember whether it was used.",
                pointer="/iat",
            )
        # Only a token whose signature is right is remembered: nobody else can use one up.
        last_use = parsed.claims.exp + token.CLOCK_TOLERANCE
        if not self._used.use(f"{parsed.key_id}.{parsed.claims.jti}", last_use, now):
            raise Problem("token-replayed", "This token's jti has been used.")
        party = self._sequencer.party(registered.party)
        if party is None:
            raise LookupError(f"key {parsed.key_id} belongs to no party")
        return Reader(party.id, self._sequencer.party_index(party.id), party.roles)
