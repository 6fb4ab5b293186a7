"""What the vectors of certificates are made of: one with all that comes with it, and ways to forge each part."""

import json
import zlib
from typing import Any

import msgspec

from provenite_proto.certificate import read_certificate
from provenite_proto.log import Checkpoint, NoteSigner, entry
from provenite_proto.log.note import base64
from provenite_proto.record import Certificate, CertificateIdentities, StatusEntry
from provenite_proto.statement import base64url, parse
from tests.proto import certifying
from tests.proto.certifying import BATCH, ID, KEY, LIST, NOW, ORIGIN
from tests.proto.rfc6962 import Reference, leaf

from .keys import TestKey, digest_of, encoded, signed
from .log_parts import DIGESTS, TIMES, WITNESSES, Case, cosigned_note, lines_of
from .log_parts import LOG as LOG_SIGNER
from .log_proofs import HEADER as PROOF

REGISTRAR = TestKey("registrar")
IDENTITIES = CertificateIdentities(certificate=ID, party=digest_of("holder"), batch=BATCH)
LATER = 1_795_523_500
"""When the certificate was recorded: after it was issued."""
DID_DOCUMENT: Case = json.loads(msgspec.json.encode(certifying.document()))
POLICY = lines_of(
    f"log {LOG_SIGNER.key}",
    *(f"witness w{number} {WITNESSES[number - 1].key}" for number in (1, 2)),
    "group both all w1 w2",
    "quorum both",
)
WRITTEN: Case = json.loads(msgspec.json.encode(certifying.credential()))
LISTED: Case = json.loads(base64url.decode(certifying.status_list().split(".")[1]))


def statement(
    jwt: str,
    audience: str = ORIGIN,
    identities: CertificateIdentities | None = None,
    **members: Any,
) -> str:
    """The registrar's statement of the certificate, of which `members` say something else than it does.

    Its section is withheld unless there are `identities`.
    """
    found = read_certificate(jwt)
    credential, said = found.credential, found.credential.provenance
    record = Certificate(
        credential=found.digest,
        policy=said.policy_digest,
        as_of=said.as_of,
        size=said.size,
        valid_until=credential.valid_until,
        status=StatusEntry(list=LIST, index=credential.credential_status.status_list_index),
        identities=identities or IDENTITIES,
    )
    record = msgspec.structs.replace(record, **members)
    text = signed(record, REGISTRAR, int(NOW.timestamp()), audience)
    return text if identities else text.split("~")[0] + "~"


def receipt(
    digest: str, *witnesses: int, index: int = 12, log: NoteSigner = LOG_SIGNER, size: int = 14
) -> str:
    """The proof that the statement is at the place in the log, whose others are those of the vectors of the log."""
    entries = [entry(each, time) for each, time in zip(DIGESTS[:size], TIMES, strict=False)]
    entries[index] = entry(digest, LATER)
    tree = Reference([leaf(each) for each in entries])
    note = cosigned_note(
        Checkpoint(log.key.name, size, tree.root(size)).text, *witnesses, log=log, time=LATER
    )
    lines = [
        PROOF,
        f"extra {base64(LATER.to_bytes(8, 'big'))}",
        f"index {index}",
        *map(base64, tree.path(index, size)),
    ]
    return "\n".join(lines) + "\n\n" + note.encode().decode()


def forged(
    payload: Any = None,
    key: TestKey = KEY,
    without: str = "",
    backwards: bool = False,
    **header: Any,
) -> str:
    """A JWT that the key signed, with this payload (JSON, or bytes as they are) and other members in its header."""
    members = {"alg": "ES256", "typ": "vc+jwt", "cty": "vc"} | {
        "kid": f"{certifying.DID}#{key.key_id}"
    }
    members = {name: value for name, value in (members | header).items() if name != without}
    if backwards:
        members = dict(reversed(members.items()))
    body = WRITTEN if payload is None else payload
    text = base64url.encode(body) if isinstance(body, bytes) else encoded(body)
    to_sign = f"{encoded(members)}.{text}"
    return f"{to_sign}.{base64url.encode(key.sign(to_sign.encode()))}"


def changed(whole: Any, path: str, value: Any) -> Any:
    """The JSON value with the member at the path replaced, or left out for `None`."""
    name, _, rest = path.partition("/")
    if isinstance(whole, list):
        return [
            changed(each, rest, value) if rest and str(at) == name else each
            for at, each in enumerate(whole)
        ]
    made = dict(whole)
    if rest:
        made[name] = changed(made[name], rest, value)
    elif value is None:
        del made[name]
    else:
        made[name] = value
    return made


def listed(encoded_list: str | None = None, key: TestKey = KEY, **members: Any) -> str:
    """A status list that the key signed, with another list of bits or other members."""
    made = LISTED | members
    if encoded_list is not None:
        made = changed(made, "credentialSubject/encodedList", encoded_list)
    return forged(made, key)


def packed(bits: bytes, behind: bytes = b"") -> str:
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    return "u" + base64url.encode(packing.compress(bits) + packing.flush() + behind)


def good(jwt: str | None = None, *, witnesses: tuple[int, ...] = (1, 2)) -> Case:
    """A certificate with all that comes with it, and whom its reader trusts."""
    jwt = jwt or certifying.text()
    text = statement(jwt)
    return {
        "certificate": jwt,
        "document": DID_DOCUMENT,
        "statusList": certifying.status_list(),
        "statement": text,
        "receipt": receipt(parse(text, complete=False).digest, *witnesses),
        "trusted": {"logKey": str(LOG_SIGNER.key), "policy": POLICY},
        "now": NOW.isoformat().replace("+00:00", "Z"),
    }
