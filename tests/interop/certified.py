"""What software that is not ours makes of a certificate and its status list.

npm `jose` verifies both, `@digitalbazaar/vc` checks the data model, `@digitalbazaar/vc-bitstring-status-list` reads the
list, `jsonld` expands; PyPI `joserfc` verifies a JWT. Versions as in `package.json` and `requirements.lock`.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
from joserfc.jwk import ECKey
from joserfc.jws import deserialize_compact, extract_compact

from provenite_proto.certificate import DidDocument
from tests.needs import need_path, need_tool

HERE = Path(__file__).parent


def javascript(
    jwt: str, status_list: str, document: DidDocument, now: str, contexts: dict[str, Any] | None
) -> dict[str, Any]:
    """`credential`, `suspended` and, with the contexts by address, `expanded`; `ValueError` when it is refused."""
    node = need_tool("node", hint="Node.js 20 or later")
    need_path(HERE / "node_modules/@digitalbazaar/vc", hint="npm ci in tests/interop")
    question = {
        "jwt": jwt,
        "list": status_list,
        "did": json.loads(msgspec.json.encode(document)),
        "now": now,
        "contexts": contexts,
    }
    done = subprocess.run(
        [node, "certificates.mjs"],
        input=json.dumps([question]),
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    (answer,) = json.loads(done.stdout)
    if "error" in answer:
        raise ValueError(answer["error"])
    found: dict[str, Any] = answer
    return found


def python(jwt: str, document: DidDocument) -> Any:
    """What the JWT says, by PyPI `joserfc`; an exception when it does not verify."""
    kid = extract_compact(jwt.encode()).headers()["kid"]
    method = next(each for each in document.verification_method if each.id == kid)
    key = ECKey.import_key(msgspec.to_builtins(method.public_key_jwk))
    return json.loads(deserialize_compact(jwt, key, algorithms=["ES256"]).payload)
