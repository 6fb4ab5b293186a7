"""Inviting a firm from the operator's machine: the registrar's key signs the request to the running ledger."""

import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from provenite_proto import paths, token
from provenite_proto.answers import (
    InvitationAnswer,
    InvitationRequest,
    LedgerAnswer,
    ProblemAnswer,
)
from provenite_proto.origin import names_ledger_at
from provenite_proto.record import Country, PartyIdentities, Role, is_country

from . import keys

TIMEOUT_SECONDS = 10
ROLES = tuple(role for role in Role if role != Role.REGISTRAR)
"""What a firm can be; the registrar is the operator."""


class NotInvited(Exception):
    """The ledger did not invite the firm; the message says why."""


def request(name: str, country: str, roles: Iterable[str], days: int) -> InvitationRequest:
    """What to ask the ledger for; `NotInvited` when no party could be recorded so."""
    try:
        msgspec.convert({"name": name}, PartyIdentities)
    except msgspec.ValidationError as error:
        raise NotInvited(
            "--name: a name has 1 to 256 characters, none of them a control character"
        ) from error
    try:
        known = is_country(msgspec.convert(country, Country))
    except msgspec.ValidationError:
        known = False
    if not known:
        raise NotInvited(
            f"--country: {country!r} is not a country: give its two capital letters (ISO 3166-1), such as US"
        )
    wanted = [role.strip() for role in roles]
    if unknown := [role for role in wanted if role not in ROLES]:
        raise NotInvited(
            f"--roles: {', '.join(map(repr, unknown))}: a firm's roles are of: {', '.join(ROLES)}"
        )
    return InvitationRequest(
        name=name,
        country=country,
        roles=tuple(Role(role) for role in dict.fromkeys(wanted)),
        lifetime=days * 24 * 3600,
    )


def invite(
    address: str, origin: str | None, data: Path, request: InvitationRequest
) -> InvitationAnswer:
    """Ask the ledger at `address` for an invitation, with the registrar's key in the folder `data`.

    `origin` is the ledger's, when that is not the address. Raises `NotInvited` when the ledger cannot be reached or
    refuses, `ValueError` for an unusable key.
    """
    if not (data / "registrar.pem").exists():
        raise NotInvited(
            f"{data} holds no registrar.pem: set PROVENITE_DATA to the ledger's folder"
        )
    key = keys.registrar(data)
    with httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS, follow_redirects=False) as http:
        audience = origin or _origin(http, address)
        bearer = token.issue(
            key=key, audience=audience, now=int(time.time()), jti=secrets.token_urlsafe(16)
        )
        answer = _send(
            http,
            "POST",
            paths.INVITATIONS,
            content=msgspec.json.encode(request),
            headers={"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"},
        )
    return msgspec.json.decode(answer, type=InvitationAnswer)


def _origin(http: httpx.Client, address: str) -> str:
    answered = msgspec.json.decode(_send(http, "GET", paths.LEDGER), type=LedgerAnswer).origin
    if not names_ledger_at(answered, address):
        # A token of the registrar's, signed for whatever origin is answered, could be used at another ledger.
        raise NotInvited(
            f"the ledger at {address} says that it is {answered!r}: "
            f"if it is this ledger, set PROVENITE_ORIGIN to {answered!r}"
        )
    return answered


def _send(http: httpx.Client, method: str, path: str, **what: Any) -> bytes:
    try:
        response = http.request(method, path, **what)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise NotInvited(f"no ledger answers at {http.base_url}{path}: {error}") from error
    if not response.is_success:
        raise NotInvited(_said(response.content, response.status_code))
    return response.content


def _said(body: bytes, status: int) -> str:
    try:
        problem = msgspec.json.decode(body, type=ProblemAnswer)
    except msgspec.DecodeError:
        return f"the answer has status {status} and is not a ledger's"
    return f"{problem.slug}: {problem.detail} {problem.remedy}"
