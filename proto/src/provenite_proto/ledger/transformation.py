"""Admission of a transformation: inputs are consumed, outputs made, and each element balances."""

from ..matter.balance import excess, excess_findings, total
from ..matter.quantity import milligrams
from ..problem import Problem
from ..record import Transformation
from . import allocation, averaging
from .drawing import draw, less
from .issuer import Issuer, known_country, needed
from .making import made
from .matter import assayed, input_masses, known_elements
from .plausible import balance, certificates, identity, output
from .proxy import check
from .state import Admission, State


def admit(record: Transformation, issuer: Issuer, state: State) -> Admission:
    """Its inputs are drawn from, its outputs become batches that the issuer holds."""
    check(record)
    quantities = needed(record.quantities, "quantities")
    known_country(record.country, "/record/country")
    issuer.event_at(record.occurred_at, "/record/occurredAt")
    site = issuer.site(record.identities.site if record.identities else None, state, record.country)
    known_elements(record.untraced, "/record/untraced")
    known_elements(tuple(quantities.losses), "/record/quantities/losses")
    if quantities.untraced.keys() != set(record.untraced) or len(record.untraced) != len(
        quantities.untraced
    ):
        raise Problem(
            "composition-mismatch",
            "The open member untraced lists other elements than the quantities.",
            pointer="/record/quantities/untraced",
        )
    allocation.allowed(record)
    averaging.site_named(record)
    batches, draws = draw(
        issuer,
        record.inputs,
        input_masses(record.inputs, quantities.inputs),
        record.occurred_at,
        "/record/occurredAt",
        state,
    )
    matter, findings = assayed(record.outputs, quantities.outputs)
    drawn = total([batch.drawn(taken.mass) for batch, taken in zip(batches, draws, strict=True)])
    untraced = {element: milligrams(mass) for element, mass in quantities.untraced.items()}
    losses = {element: milligrams(mass) for element, mass in quantities.losses.items()}
    over = excess(drawn, untraced, matter, losses)
    doubts = (
        output(site, record.occurred_at, sum(each.mass for each in matter), state)
        + certificates(record, issuer, state)
        + balance(
            record,
            issuer,
            total([drawn, untraced]),
            total([each.elements for each in matter]),
            losses,
            state,
        )
    )
    allocation.check(
        quantities.allocation,
        [batch.drawn(taken.mass) for batch, taken in zip(batches, draws, strict=True)],
        [each.elements for each in matter],
    )
    average = averaging.looked_back(record, issuer.digest, state)
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        findings=findings + excess_findings(over) + identity(record, batches) + doubts.findings,
        created=made(issuer, record.outputs, matter, record.occurred_at),
        draws=draws,
        effects=(*less(batches, draws), *doubts.effects, *average.effects),
        averaged=average.statements,
    )
