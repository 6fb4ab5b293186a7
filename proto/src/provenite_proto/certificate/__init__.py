"""Certificates: W3C Verifiable Credentials that say what was computed, made, signed, opened and verified."""

from .addresses import (
    batch_digest,
    certificate_url,
    context_url,
    did_of,
    did_url,
    digest_of,
    qr_text,
    read_qr,
    status_list_url,
)
from .building import Issuance, certified, credential, valid_until
from .changing import Cascade, ChangedCertificate, Reassessed, differs, reassessed
from .context import CONTEXT
from .did import DidDocument, did_document, read_did
from .errors import KINDS, BadCertificate
from .holding import Shortfall, numbered, overstates, says_the_same, shortfalls
from .judging import Evidence, Told, Trusted, judged
from .model import BITS, CertifiedFigure, Credential, Provenance
from .opening import Certificate, opened, read_certificate, sign_certificate
from .suspension import PER_LIST, StatusList, sign_status_list, status_list
from .verdict import Check, Result, Subject, Verdict, unreadable

__all__ = [
    "BITS",
    "CONTEXT",
    "KINDS",
    "PER_LIST",
    "BadCertificate",
    "Cascade",
    "Certificate",
    "CertifiedFigure",
    "ChangedCertificate",
    "Check",
    "Credential",
    "DidDocument",
    "Evidence",
    "Issuance",
    "Provenance",
    "Reassessed",
    "Result",
    "Shortfall",
    "StatusList",
    "Subject",
    "Told",
    "Trusted",
    "Verdict",
    "batch_digest",
    "certificate_url",
    "certified",
    "context_url",
    "credential",
    "did_document",
    "did_of",
    "did_url",
    "differs",
    "digest_of",
    "judged",
    "numbered",
    "opened",
    "overstates",
    "qr_text",
    "read_certificate",
    "read_did",
    "read_qr",
    "reassessed",
    "says_the_same",
    "shortfalls",
    "sign_certificate",
    "sign_status_list",
    "status_list",
    "status_list_url",
    "unreadable",
    "valid_until",
]
