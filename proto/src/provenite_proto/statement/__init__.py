"""Statements: the signed envelope around a record."""

from .envelope import MAX_BYTES, TYP, Statement, issue, parse, read_record, redact
from .key import PublicKey, SigningKey

__all__ = [
    "MAX_BYTES",
    "TYP",
    "PublicKey",
    "SigningKey",
    "Statement",
    "issue",
    "parse",
    "read_record",
    "redact",
]
