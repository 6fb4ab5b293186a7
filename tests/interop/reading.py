"""Statements as two implementations of SD-JWT read them that are not ours.

They are PyPI `sd-jwt` (the reference of the RFC's authors) and npm `@sd-jwt/core`, the version pinned in
`package.json`.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from tests.needs import need_path, need_tool

HERE = Path(__file__).parent
Key = dict[str, str]


def python(key: Key, statement: str) -> dict[str, Any]:
    """The claims, by PyPI `sd-jwt`; an exception when it does not verify."""
    verifier = SDJWTVerifier(statement, lambda issuer, header: JWK.from_json(json.dumps(key)))
    claims: dict[str, Any] = verifier.get_verified_payload()
    return claims


def javascript(key: Key, statement: str) -> dict[str, Any]:
    """The claims, by npm `@sd-jwt/core`; an exception when it does not verify."""
    (claims,) = javascript_many([(key, statement)])
    return claims


def javascript_many(statements: Sequence[tuple[Key, str]]) -> list[dict[str, Any]]:
    """The claims of each, in one run; an exception when one does not verify."""
    node = need_tool("node", hint="Node.js 20 or later")
    need_path(HERE / "node_modules", hint="npm ci in tests/interop")
    done = subprocess.run(
        [node, "verify.mjs"],
        input=json.dumps([{"key": key, "statement": text} for key, text in statements]),
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    answers = json.loads(done.stdout)
    for answer in answers:
        if "error" in answer:
            raise ValueError(answer["error"])
    return [answer["claims"] for answer in answers]
