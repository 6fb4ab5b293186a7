"""Inviting a firm from the operator's machine: the registrar's key signs the request to the running ledger."""

import secrets
import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec

from provenite_proto import paths, token
from provenite_proto.answers import (
    InvitationAnswer,
    InvitationRequest,
    LedgerAnswer,
    ProblemAnswer,
)
from provenite_proto.origin import names_ledger_at

from . import keys

TIMEOUT_SECONDS = 10


class NotInvited(Exception):
    """The ledger did not invite the firm; the message says why."""


def invite(
    address: str, origin: str | None, data: Path, request: InvitationRequest
) -> InvitationAnswer:
    """Ask the ledger at `address` for an invitation, with the registrar's key in the folder `data`.

    `origin` is the ledger's, when that is not the address. Raises `NotInvited` when the ledger cannot be reached or refuses, `ValueError` for an unusable key.
    """
    if not (data / "registrar.pem").exists():
        raise NotInvited(
            f"{data} holds no registrar.pem: set PROVENITE_DATA to the ledger's folder"
        )
    key = keys.registrar(data)
    origin = origin or _origin(address)
    bearer = token.issue(
        key=key, audience=origin, now=int(time.time()), jti=secrets.token_urlsafe(16)
    )
    answer = _send(
        Request(  # noqa: S310 - the operator's own ledger
            address + paths.INVITATIONS,
            data=msgspec.json.encode(request),
            headers={"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"},
        )
    )
    return msgspec.json.decode(answer, type=InvitationAnswer)


def _origin(address: str) -> str:
    answered = msgspec.json.decode(_send(Request(address + paths.LEDGER)), type=LedgerAnswer).origin  # noqa: S310 - the operator's own ledger
    if not names_ledger_at(answered, address):
        # A token of the registrar's, signed for whatever origin is answered, could be used at another ledger.
        raise NotInvited(
            f"the ledger at {address} says that it is {answered!r}: "
            f"if it is this ledger, set PROVENITE_ORIGIN to {answered!r}"
        )
    return answered


def _send(request: Request) -> bytes:
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the operator's own ledger
            body: bytes = response.read()
            return body
    except HTTPError as error:
        with error:
            raise NotInvited(_said(error.read(), error.code)) from error
    except (OSError, HTTPException, ValueError) as error:
        raise NotInvited(f"no ledger answers at {request.full_url}: {error}") from error


def _said(body: bytes, status: int) -> str:
    try:
        problem = msgspec.json.decode(body, type=ProblemAnswer)
    except msgspec.DecodeError:
        return f"the answer has status {status} and is not a ledger's"
    return f"{problem.slug}: {problem.detail} {problem.remedy}"
