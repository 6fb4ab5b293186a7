"""Statements: the signed envelope around a record."""

from . import base64url
from .envelope import MAX_BYTES, TYP, Statement, issue, parse, read_record, redact
from .key import PublicKey, SigningKey, Signs, possession

__all__ = [
    "MAX_BYTES",
    "TYP",
    "PublicKey",
    "SigningKey",
    "Signs",
    "Statement",
    "base64url",
    "issue",
    "parse",
    "possession",
    "read_record",
    "redact",
]
