"""The log's entries and its name."""

from hashlib import sha256

from ..statement import base64url

_SCHEMES = ("https://", "http://")


def entry(digest: str, recorded_at: int) -> bytes:
    """The log's entry for a statement, 32 bytes: SHA-256 of its digest and its recorded time in seconds since 1970.

    Entries are public, and whoever knows a statement's digest may read its open part: so an entry does not
    tell the digest. The time decides what is admitted: so an entry commits to it.
    """
    return sha256(base64url.read(digest) + time_bytes(recorded_at)).digest()


def time_bytes(recorded_at: int) -> bytes:
    """A recorded time as entries and proofs have it: seconds since 1970 in 8 bytes, big-endian."""
    return recorded_at.to_bytes(8, "big")


def log_name(origin: str) -> str:
    """The log's origin line and key name: the URL of the log's files without its scheme (C2SP tlog-tiles)."""
    for scheme in _SCHEMES:
        if origin.startswith(scheme):
            return f"{origin.removeprefix(scheme)}/log"
    return f"{origin}/log"
