"""Where what belongs to a certificate is found, and the issuer's name that follows from it (did:web).

All of it lies under the ledger's origin, so that whoever answers there, and nobody else, vouches for it.
"""

import re
from hashlib import sha256

from ..statement import base64url
from .errors import BadCertificate

LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?)"
    rf"(:(?P<port>{_PORT}))?",
    re.ASCII,
)
_CERTIFICATE = re.compile(
    r"(?P<origin>https?://[^/?#]+)/certificates/(?P<id>[A-Za-z0-9_-]{21}[AQgw])"
)
_STATUS_LIST = re.compile(r"/certificates/status/(0|[1-9][0-9]{0,5})")
_QR = re.compile(r"(?P<url>[^#]+)#(?P<digest>[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])")


def certificate_url(origin: str, certificate: str) -> str:
    """A certificate's address, which is its id as a credential too."""
    return f"{origin}/certificates/{certificate}"


def status_list_url(origin: str, number: int) -> str:
    """The address of a status list."""
    return f"{origin}/certificates/status/{number}"


def context_url(origin: str) -> str:
    """The address of the JSON-LD context that defines our terms."""
    return f"{origin}/contexts/provenite-v1.jsonld"


def policy_url(origin: str, digest: str) -> str:
    """The address of a policy's definition."""
    return f"{origin}/v1/policies/{digest}"


def party_url(origin: str, party: str) -> str:
    """The address of a party."""
    return f"{origin}/v1/parties/{party}"


def did_url(origin: str) -> str:
    """Where the issuer's DID document is (did:web without a path)."""
    return f"{origin}/.well-known/did.json"


def did_of(origin: str) -> str:
    """The issuer's DID: did:web of host and port. `ValueError` for what is no origin in lower case."""
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        raise ValueError(f"{origin!r} is not an origin such as https://ledger.example")
    host = found["host"].replace("[", "%5B").replace("]", "%5D").replace(":", "%3A")
    return f"did:web:{host}" + (f"%3A{found['port']}" if found["port"] else "")


def may_be_asked(origin: str) -> bool:
    """Whether a program may fetch from there because a stranger's certificate says so: by TLS, or from its own machine."""
    found = _ORIGIN.fullmatch(origin)
    return found is not None and (found["scheme"] == "https" or found["host"] in LOOPBACK)


def taken_apart(url: str) -> tuple[str, str]:
    """Origin and id in a certificate's address; `BadCertificate` `certificate-malformed`."""
    found = _CERTIFICATE.fullmatch(url)
    if found is None or _ORIGIN.fullmatch(found["origin"]) is None:
        # The last character of an id carries few bits, so that most others in its place are none.
        why = ": mistyped or cut off" if found is None and "/certificates/" in url else ""
        sentence = f"{url[:256]!r} is no certificate's address{why}."
        raise BadCertificate("certificate-malformed", sentence)
    return found["origin"], found["id"]


def is_status_list(url: str, origin: str) -> bool:
    """Whether it is the address of a status list of this origin."""
    return url.startswith(origin) and _STATUS_LIST.fullmatch(url, len(origin)) is not None


def digest_of(jwt: str) -> str:
    """A certificate's digest: SHA-256 of its text. The log commits to it, and the printed code names it."""
    return base64url.encode(sha256(jwt.encode("ascii")).digest())


def qr_text(url: str, jwt: str) -> str:
    """What the printed code says: the address, and the digest behind `#`, which no server is told."""
    return f"{url}#{digest_of(jwt)}"


def read_qr(text: str) -> tuple[str, str]:
    """Address and digest in the text of a printed code; `BadCertificate` `certificate-malformed`."""
    found = _QR.fullmatch(text)
    if found is None:
        raise BadCertificate(
            "certificate-malformed", "Not the text of a certificate's code: mistyped or cut off."
        )
    taken_apart(found["url"])
    return found["url"], found["digest"]


def batch_digest(certificate: str, batch: str) -> str:
    """What a certificate tells of its batch: SHA-256 of the certificate's id, a line feed and the batch's id.

    Who has the batch can check it; who has only the certificate learns nothing that leads upstream.
    """
    return base64url.encode(sha256(f"{certificate}\n{batch}".encode("ascii")).digest())
