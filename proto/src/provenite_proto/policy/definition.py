"""The bytes of a policy: compact JSON, in which all is said that a digest stands for."""

import hashlib
from typing import Any

import msgspec

from ..statement import base64url
from .model import Policy


def definition(policy: Policy) -> bytes:
    """The policy as compact JSON, parameters filled in: what its digest is of.

    The members of every object are in code-point order, and those that say what is so without them are left
    out: how the file spelled it does not count.
    """
    return msgspec.json.encode(_said(policy), order="sorted")


def digest(policy: Policy) -> str:
    """SHA-256 of the policy's definition, in base64url."""
    return digest_of(definition(policy))


def digest_of(defined: bytes) -> str:
    """The digest of the policy of this definition."""
    return base64url.encode(hashlib.sha256(defined).digest())


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
