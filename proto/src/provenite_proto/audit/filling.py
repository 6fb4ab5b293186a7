"""Sealed sections that an auditor was not shown, filled with what no rule refuses.

So the ledger's own rules run on a redacted statement: each that needs none of the withheld sections decides as
it would on the whole statement, and each that needs one is satisfied. What is satisfied in this way is reported
as withheld, never as verified.
"""

from collections.abc import Mapping

import msgspec

from ..record import (
    AnyRecord,
    Audience,
    Certificate,
    CertificateIdentities,
    Collection,
    Counterparty,
    CustodyModel,
    Declaration,
    Document,
    Documents,
    Extraction,
    Facts,
    Grant,
    Grantee,
    InputQuantity,
    Output,
    OutputQuantity,
    Ownership,
    OwnershipParties,
    Principal,
    SourceQuantities,
    Supplier,
    Transfer,
    TransferQuantities,
    Transformation,
    TransformationQuantities,
)
from ..statement import Statement

SOMEBODY = "?"
"""The party, supplier or name that a withheld section names."""
MILLIGRAM = "0.000001"
"""The least that a withheld mass can be."""
SOME_BATCH = f"{SOMEBODY}.0"
"""The batch that a withheld section names."""
_NOBODY_KNOWS = "A" * 43

CHECKS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "extraction": {
        "quantities": ("mass", "assay"),
        "identities": ("site",),
        "parties": ("proxy",),
        "documents": ("documents",),
    },
    "collection": {
        "quantities": ("mass", "assay"),
        "identities": ("site",),
        "parties": ("proxy",),
        "documents": ("documents",),
    },
    "transformation": {
        "quantities": ("mass", "assay", "balance"),
        "identities": ("site",),
        "parties": ("proxy",),
        "documents": ("documents",),
    },
    "transfer": {
        "quantities": ("mass",),
        "parties": ("receiver",),
        "identities": ("site",),
        "documents": ("documents",),
    },
    "receipt": {
        "quantities": ("mass", "assay"),
        "identities": ("site",),
        "documents": ("documents",),
    },
    "attestation": {"documents": ("documents",)},
    "retraction": {"documents": ("documents",)},
    "grant": {"parties": ("grantee",)},
    "party": {"identities": ("name",), "documents": ("documents",)},
    "key": {"documents": ("documents",)},
    "revocation": {"documents": ("documents",)},
    "site": {
        "quantities": ("capacity",),
        "identities": ("place",),
        "documents": ("documents",),
    },
    "accreditation": {"documents": ("documents",)},
    "ownership": {"parties": ("controllers",), "documents": ("documents",)},
    "declaration": {"costs": ("declared",), "documents": ("documents",)},
    "certificate": {"identities": ("certified",)},
    "certificate_status": {"identities": ("cause",)},
}
"""By type and section the checks that need it. All of them need its form to be right besides."""


class Absent(msgspec.Struct, frozen=True):
    """Which sections a redacted statement lacks: a digest does not tell of which section it is.

    `surely` are withheld. Of `perhaps` so many more are as there are digests left. `short` are sections that the
    record must have, and for which there is no digest.
    """

    surely: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    short: tuple[str, ...] = ()

    def may_be(self, section: str) -> bool:
        """Whether the section may be withheld."""
        return section in self.surely or section in self.perhaps


def absent(statement: Statement) -> Absent:
    """The sections that are or may be withheld from whoever was shown the statement so."""
    if not statement.withheld:
        return Absent()
    record = statement.record
    names = [name for name in record.sections if getattr(record, name) is None]
    needed = [name for name in names if name in required(record)]
    others = [name for name in names if name not in needed]
    left = statement.withheld - len(needed)
    if left < 0:
        return Absent(surely=tuple(needed), short=tuple(needed))
    if left == len(others):
        return Absent(surely=tuple(names))
    return Absent(surely=tuple(needed), perhaps=tuple(others) if left else ())


def filled(statement: Statement) -> Statement:
    """The statement as if everything had been shown, with what no rule refuses in place of what was not."""
    lacking = absent(statement)
    record = statement.record
    for name in (*lacking.surely, *lacking.perhaps):
        record = _with(record, name, lacking)
    return msgspec.structs.replace(statement, record=record, withheld=0)


def required(record: AnyRecord) -> frozenset[str]:
    """The sections for which the ledger's rules ask (`ledger.issuer.needed`)."""
    match record:
        case Extraction() | Collection() | Transformation():
            return frozenset({"quantities", *(("parties", "documents") if record.proxy else ())})
        case Transfer():
            return frozenset({"quantities", "parties"})
        case Grant() if record.audience is Audience.PARTY:
            return frozenset({"parties"})
        case Ownership():
            return frozenset({"parties"})
        case Declaration():
            return frozenset({"costs"})
        case Certificate():
            return frozenset({"identities"})
    return frozenset()


def _with(record: AnyRecord, name: str, lacking: Absent) -> AnyRecord:
    match record, name:
        case Extraction() | Collection(), "quantities":
            return msgspec.structs.replace(
                record, quantities=SourceQuantities(outputs=_made(record.outputs))
            )
        case Transformation(), "quantities":
            return msgspec.structs.replace(
                record,
                quantities=TransformationQuantities(
                    inputs=_drawn(record.inputs),
                    outputs=_made(record.outputs),
                    untraced=dict.fromkeys(record.untraced, "0"),
                ),
            )
        case Transfer(), "quantities":
            return msgspec.structs.replace(
                record, quantities=TransferQuantities(inputs=_drawn(record.inputs))
            )
        case Transfer(), "parties":
            return msgspec.structs.replace(record, parties=Counterparty(to=SOMEBODY))
        case Grant(), "parties" if record.audience is Audience.PARTY:
            return msgspec.structs.replace(record, parties=Grantee(to=SOMEBODY))
        case Ownership(), "parties":
            return msgspec.structs.replace(record, parties=OwnershipParties(links=()))
        case Declaration(), "costs":
            return msgspec.structs.replace(record, costs=Facts())
        case Certificate(), "identities":
            # Two certificates have not the same id, nor the same credential.
            unknown = CertificateIdentities(
                certificate=record.credential, party=SOMEBODY, batch=SOME_BATCH
            )
            return msgspec.structs.replace(record, identities=unknown)
        case Extraction() | Collection() | Transformation(), "parties" if record.proxy:
            supplier = Supplier(name=SOMEBODY, country=record.country)
            return msgspec.structs.replace(record, parties=Principal(on_behalf_of=supplier))
        case Extraction() | Collection() | Transformation(), "documents" if record.proxy:
            document = Document(kind="withheld", digest=_NOBODY_KNOWS)
            return msgspec.structs.replace(record, documents=Documents(documents=(document,)))
        case Transformation(), "identities" if (
            record.custody_model is CustodyModel.MASS_BALANCE_ROLLING_AVERAGE
        ):
            # The site over which it averages is withheld; no other rule knows the two models apart.
            return msgspec.structs.replace(record, custody_model=CustodyModel.SEGREGATED)
    return record


def _made(outputs: tuple[Output, ...]) -> tuple[OutputQuantity, ...]:
    return tuple(
        OutputQuantity(mass=MILLIGRAM, composition=dict.fromkeys(each.elements, "0"))
        for each in outputs
    )


def _drawn(inputs: tuple[str, ...]) -> tuple[InputQuantity, ...]:
    return tuple(InputQuantity(mass=MILLIGRAM) for _ in inputs)
