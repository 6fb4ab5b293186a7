"""The one text of a policy, and its digest: whoever spells the file otherwise has the same."""

import hashlib
from typing import Any

import msgspec

from ..statement import base64url
from .model import Policy

MAX_DEFINITION = 262_144
"""Bytes of a definition: of a file that may be read it can be longer than the file, since parameters are filled in."""


def definition(policy: Policy) -> bytes:
    """The policy as compact JSON with sorted members, without those that say what is so without them."""
    return msgspec.json.encode(_said(policy), order="sorted")


def digest(policy: Policy) -> str:
    """SHA-256 of the definition, in base64url."""
    return base64url.encode(hashlib.sha256(definition(policy)).digest())


def _said(value: Any) -> Any:
    """The value without what is as it would be if the file did not say so."""
    match value:
        case msgspec.Struct():
            tag = value.__struct_config__.tag
            said = {
                field.encode_name: _said(member)
                for field in msgspec.structs.fields(value)
                if (member := getattr(value, field.name)) not in (field.default, {}, ())
            }
            return said | ({"kind": tag} if tag else {})
        case dict():
            return {key: _said(member) for key, member in value.items()}
        case tuple():
            return [_said(member) for member in value]
        case _:
            return value
