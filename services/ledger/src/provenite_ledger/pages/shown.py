"""What is shown: a certificate, and how it stands at a moment."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from provenite_proto.certificate import Credential
from provenite_proto.policy import Policy

Form = Literal["html", "pdf"]
"""What a page is made as."""


class Shown(Struct, frozen=True, kw_only=True):
    """A certificate to be shown, and how it stands at the moment `at`.

    `jwt` is the credential as it was signed, `policy` the policy by which it was assessed. `status` is the latest
    one that is recorded, since when and why; whether it has expired follows from `at`. `index` and `statement`
    (a digest) tell where the log commits to it.
    """

    credential: Credential
    jwt: str
    policy: Policy
    status: Literal["valid", "suspended", "revoked"]
    since: datetime | None = None
    reason: str | None = None
    index: int
    statement: str
    at: datetime
