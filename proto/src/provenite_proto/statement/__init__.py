"""Statements: the signed envelope around a record."""

from .envelope import MAX_BYTES, TYP, Statement, issue, parse, read_record, redact
from .key import PublicKey, SigningKey, Signs

__all__ = [
    "MAX_BYTES",
    "TYP",
    "PublicKey",
    "SigningKey",
    "Signs",
    "Statement",
    "issue",
    "parse",
    "read_record",
    "redact",
]
