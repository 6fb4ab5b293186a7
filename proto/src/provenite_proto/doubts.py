"""The slugs of findings, and those that not everybody sees who sees what they point to."""

from collections.abc import Mapping

from .kind import Kind, kinds

FINDINGS: Mapping[str, Kind] = kinds(
    {
        "moisture-missing": (
            "A material that is always wet has no moisture",
            "Give the moisture of the wet matter; mass and assay are of its dry part.",
        ),
        "receipt-differs": (
            "The receiver found other figures than the sender",
            "Compare scales and assays with the counterparty; a retraction and a new statement correct an error.",
        ),
        "transit-too-fast": (
            "The shipment was faster than its mode allows",
            "Check the times, the sites and the mode.",
        ),
        "shipment-barred": (
            "The shipment of waste is barred",
            "Do not ship so; `provenite shipment check` says where the waste may go.",
        ),
        "consent-missing": (
            "The shipment of waste lacks documents that it needs",
            "Name the documents, or retract the transfer and state it anew with them.",
        ),
        "capacity-exceeded": (
            "The site has put out more than it says it can",
            "Check the figures, or register the site anew with its capacity.",
        ),
        "balance-too-perfect": (
            "Balances have been too perfect for too long",
            "Weigh what goes in and what comes out, each by itself, and declare losses.",
        ),
        "document-reused": (
            "An assay certificate has been used for another batch",
            "Name the certificate of this very batch.",
        ),
        "site-shared": (
            "Two parties have registered the same place",
            "Check who runs the site.",
        ),
        "custody-model-doubtful": (
            "Matter of several sources cannot keep its identity",
            "Use segregated or controlled_blending.",
        ),
        "attester-not-accredited": (
            "The attester is not accredited for the scheme",
            "The attestation does not count; ask the registrar for an accreditation and attest again.",
        ),
        "retraction-of-used": (
            "What the statement made has gone on",
            "Tell the parties that hold matter made of it.",
        ),
        "assay-unusual": (
            "An assay is outside the usual range of its material",
            "Check the assay, its unit and the choice of material.",
        ),
        "balance-excess": (
            "More of an element comes out than went in, within the uncertainty",
            "The excess is counted as unknown; a better assay removes it.",
        ),
    }
)

CONFIDENTIAL = frozenset({"document-reused", "site-shared", "transit-too-fast"})
"""Findings that tell of another party's sealed sections: they are for the registrar alone.

Even whether a shipment was too fast is one: with receipts from sites at will, each of them retracted, its receiver
could find out how far away the sender's site lies, and so where.
"""

UNSHARED = frozenset(
    {
        "receipt-differs",
        "capacity-exceeded",
        "balance-too-perfect",
        "balance-excess",
    }
)
"""Findings that weigh a statement against sealed sections of others.

They are for its issuer and the party that it concerns, who know those: a grant of the section does not open them.
"""
