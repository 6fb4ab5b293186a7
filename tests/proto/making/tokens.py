"""The cases of `proto/vectors/token/`."""

from collections.abc import Iterator
from typing import Any

from provenite_proto.statement import TYP as STATEMENT_TYP
from provenite_proto.token import PROOF_TYP, TYP

from .keys import AUDIENCE, START, compact
from .parts import ED, KEY, OTHER, statement

CLAIMS = {"aud": AUDIENCE, "iat": START, "exp": START + 60, "jti": "A" * 22}
HEADER = {"alg": "ES256", "kid": KEY.key_id, "typ": TYP}


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """File name below `token/` and the case: who may come in, and with what not."""

    def case(
        text: str, pointer: str | None = None, now: int = START, use: str = "access"
    ) -> dict[str, Any]:
        expected: dict[str, Any] = {"keyId": KEY.key_id, "jti": CLAIMS["jti"]}
        if pointer is not None:
            expected = {"problem": "token-invalid", "pointer": pointer}
        return {
            "key": KEY.jwk,
            "audience": AUDIENCE,
            "now": now,
            "use": use,
            "token": text,
            "expected": expected,
        }

    def token(header: object = HEADER, **claims: object) -> str:
        value = {name: claim for name, claim in (CLAIMS | claims).items() if claim is not None}
        return statement(value, header=header).removesuffix("~")

    good = token()
    yield "valid", case(good)
    yield "valid-for-300-seconds", case(token(exp=START + 300))
    yield "valid-30-seconds-late", case(good, now=START + 90)
    yield "valid-30-seconds-early", case(good, now=START - 30)
    yield "expired", case(good, "/exp", START + 91)
    yield "from-the-future", case(good, "/iat", START - 31)
    yield "lives-301-seconds", case(token(exp=START + 301), "/exp")
    yield "lives-not-at-all", case(token(exp=START), "/exp")
    yield "for-another-ledger", case(token(aud="https://other.example"), "/aud")
    yield "aud-is-an-array", case(token(aud=[AUDIENCE]), "/aud")
    yield "jti-too-short", case(token(jti="A" * 21), "/jti")
    yield "jti-too-long", case(token(jti="A" * 65), "/jti")
    yield "jti-with-line-feed", case(token(jti="A" * 22 + "\n"), "/jti")
    yield "missing-jti", case(token(jti=None), "")
    yield "unknown-claim", case(token(sub="me"), "")
    yield "exp-is-a-float", case(token(exp=START + 0.5), "/exp")
    yield "statement-typ", case(token(HEADER | {"typ": STATEMENT_TYP}), "")
    proof = token(HEADER | {"typ": PROOF_TYP})
    yield "proof-for-access", case(proof, "")
    yield "proof-for-enrolment", case(proof, use="enrolment")
    yield "token-for-enrolment", case(good, "", use="enrolment")
    yield "alg-none", case(token(HEADER | {"alg": "none"}), "")
    yield (
        "signed-by-another-key",
        case(statement(CLAIMS, header=HEADER, key=OTHER).removesuffix("~"), ""),
    )
    yield "alg-of-another-key-type", case(token(HEADER | {"alg": ED.algorithm}), "")
    plain = compact(CLAIMS)
    spaced = statement(plain.replace(b",", b", "), header=HEADER).removesuffix("~")
    yield "white-space", case(spaced, "")
    twice = statement(b'{"iat":1,' + plain[1:], header=HEADER).removesuffix("~")
    yield "duplicate-claim", case(twice, "")
    invalid = statement(plain.replace(b"ledger.example", b"\xff"), header=HEADER)
    yield "not-utf-8", case(invalid.removesuffix("~"), "")
    yield "trailing-tilde", case(good + "~", "")
    yield "too-long", case(good + "A" * 2048, "")
