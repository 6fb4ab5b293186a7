"""All routes."""

from . import (
    batches,
    content,
    joining,
    ledger,
    registry,
    shipments,
    statements,
    submitting,
    traces,
)

HANDLERS = (
    ledger.ledger,
    submitting.submit,
    submitting.submit_many,
    statements.statement,
    batches.list_batches,
    batches.batch,
    traces.trace,
    shipments.list_shipments,
    shipments.shipment,
    content.content,
    registry.list_parties,
    registry.party,
    registry.list_sites,
    registry.site,
    registry.key,
    joining.invite,
    joining.enrol,
    ledger.health,
    ledger.ready,
)
