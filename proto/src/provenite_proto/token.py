"""Access tokens, and proofs of possession at joining: short-lived JWTs (RFC 7519) that a firm signs itself.

There is no password and no API key to leak. A token is for one ledger (`aud`), lives at most five minutes
and is used once (`jti`).
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from .problem import Problem
from .statement import PublicKey, Signs
from .statement.compact_json import is_compact, pointer
from .statement.jws import Jws, compose
from .statement.jws import parse as parse_jws

TYP = "provenite-token+jwt"
PROOF_TYP = "provenite-enrolment+jwt"
"""`typ` of the proof that a joining firm holds its key: whoever receives one can do nothing else with it."""
MAX_LIFETIME = 300
"""Seconds between `iat` and `exp`, at the most."""
CLOCK_TOLERANCE = 30
"""Seconds by which the clocks of firm and ledger may differ."""
MAX_BYTES = 2048


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token's claims: exactly these. Times in seconds since 1970."""

    aud: Annotated[str, Meta(min_length=1, max_length=256)]
    iat: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    exp: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    jti: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22,64}$(?!\n)")]


class Token(msgspec.Struct, frozen=True):
    """A token taken apart, its signature not yet verified."""

    claims: Claims
    core: Jws

    @property
    def key_id(self) -> str:
        """The thumbprint of the key that the token says it was signed with."""
        return self.core.header.kid

    def check(self, key: PublicKey, *, audience: str, now: int) -> None:
        """Raise `Problem` `token-invalid` unless the token is signed by `key`, for `audience`, and current."""
        claims = self.claims
        if claims.aud != audience:
            raise Problem(
                "token-invalid",
                f"The token is for {claims.aud!r}, not {audience!r}.",
                pointer="/aud",
            )
        if not 0 < claims.exp - claims.iat <= MAX_LIFETIME:
            raise Problem(
                "token-invalid",
                f"The token lives {claims.exp - claims.iat} seconds; at most {MAX_LIFETIME} are allowed.",
                pointer="/exp",
            )
        if claims.iat > now + CLOCK_TOLERANCE:
            raise Problem(
                "token-invalid", "The token is from the future: set the clock.", pointer="/iat"
            )
        if claims.exp < now - CLOCK_TOLERANCE:
            raise Problem(
                "token-invalid",
                f"The token expired {now - claims.exp} seconds ago.",
                pointer="/exp",
            )
        try:
            self.core.verify(key)
        except Problem as problem:
            raise Problem("token-invalid", problem.detail) from problem


def issue(
    *, key: Signs, audience: str, now: int, jti: str, lifetime: int = 60, typ: str = TYP
) -> str:
    """Sign a token, or with `PROOF_TYP` a proof; `jti` is fresh randomness of at least 128 bits in base64url."""
    claims = Claims(aud=audience, iat=now, exp=now + lifetime, jti=jti)
    return compose(msgspec.json.encode(claims), typ, key)


def parse(text: str, typ: str = TYP) -> Token:
    """Take a token apart, or with `PROOF_TYP` a proof; `Problem` `token-invalid` when it is not strictly of the form."""
    if len(text) > MAX_BYTES or not text.isascii():
        raise Problem("token-invalid", f"A token is ASCII of at most {MAX_BYTES} bytes.")
    try:
        core = parse_jws(text, typ)
        claims = _claims.decode(core.payload)
    except Problem as problem:
        raise Problem("token-invalid", problem.detail, pointer=problem.pointer) from problem
    except msgspec.ValidationError as error:
        place, sentence = pointer(error)
        raise Problem("token-invalid", f"{sentence}.", pointer=place) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("token-invalid", f"The claims are not JSON: {error}.") from error
    if not is_compact(core.payload):
        raise Problem("token-invalid", "The claims are not compact JSON.")
    return Token(claims, core)


_claims = msgspec.json.Decoder(Claims)
