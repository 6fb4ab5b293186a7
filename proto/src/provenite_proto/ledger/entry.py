"""Admission of extraction and collection: matter enters the record."""

from ..record import Collection, Extraction
from .issuer import Issuer, known_country, needed
from .making import made
from .matter import assayed
from .plausible import certificates, output
from .proxy import check
from .state import Admission, State


def admit(record: Extraction | Collection, issuer: Issuer, state: State) -> Admission:
    """Its outputs become batches that the issuer holds."""
    check(record)
    quantities = needed(record.quantities, "quantities")
    known_country(record.country, "/record/country")
    issuer.event_at(record.occurred_at, "/record/occurredAt")
    site = issuer.site(record.identities.site if record.identities else None, state, record.country)
    matter, findings = assayed(record.outputs, quantities.outputs)
    doubts = output(
        site, record.occurred_at, sum(each.mass for each in matter), state
    ) + certificates(record, issuer, state)
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        findings=findings + doubts.findings,
        created=made(issuer, record.outputs, matter, record.occurred_at),
        effects=doubts.effects,
    )
