"""Origins: the names of ledgers, for which statements and tokens are signed (`aud`).

An origin is scheme, host and port of a URL (RFC 6454 section 4). Whoever answers at a URL may claim any: a
client signs only for the one that it meant.
"""

import re

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^][/?#@:\\\s]+)(:(?P<port>[0-9]{1,5}))?([/?#]|$(?!\n))",
    re.I,
)
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})


def names_ledger_at(origin: str, url: str) -> bool:
    """Whether `origin` is that of `url`: same scheme, host and port.

    The names of this machine are one host, since who may listen on a port of one may on that port of the others.
    `False` for what is no http or https URL, or has a user's name in it.
    """
    place = _place(origin)
    return place is not None and place == _place(url)


def _place(url: str) -> tuple[str, str, int] | None:
    parts = _URL.match(url)
    if parts is None:
        return None
    scheme, host = parts["scheme"].lower(), parts["host"].lower()
    host = "localhost" if host in _LOOPBACK else host
    return scheme, host, int(parts["port"] or _PORTS[scheme])
