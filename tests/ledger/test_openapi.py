"""The OpenAPI document: valid, complete, and true of what the ledger answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from provenite_proto import paths
from provenite_proto.policy import digest as digest_of
from provenite_proto.policy import policy_named
from tests.ledger.running import Firm, Ledger, extraction, transfer

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(ledger: Ledger) -> Document:
    answer = ledger.http.get("/schema/openapi.json")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    found: Document = answer.json()
    return found


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_valid(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    validate(document)


def test_has_every_route(document: Document) -> None:
    shared = {
        value for name, value in vars(paths).items() if name.isupper() and isinstance(value, str)
    }
    assert shared - {paths.KEYS, paths.LOG, paths.PUBLIC_CERTIFICATES} <= document["paths"].keys()
    assert {f"{method} {path}" for path, method, _ in operations(document)} >= {
        "post /v1/statements",
        "post /v1/statements/batch",
        "get /v1/statements/{digest}",
        "get /v1/keys/{key_id}",
        "get /v1/batches/{batch_id}/trace",
        "get /v1/batches/{batch_id}/content",
        "post /v1/invitations",
        "post /v1/enrolments",
    }


def test_everything_is_described(document: Document) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, operation in operations(document):
        assert operation["summary"] and operation["description"], path
        assert "security" in operation, path
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (path, parameter["name"])
        if path != paths.HEALTH:
            problem = operation["responses"]["500"]["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/ProblemAnswer"}
        if method == "post":
            assert operation["requestBody"]["content"], path
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or "enum" in schema, name


def test_every_schema_is_used_and_every_reference_leads_somewhere(document: Document) -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    defined = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) == defined


def test_answers_are_as_described(ledger: Ledger, document: Document) -> None:
    firm = ledger.enrol("miner")
    (batch,) = firm.record(extraction(lot="A"))
    (shipped,) = firm.record(transfer(batch, ledger.enrol("trader").id, "1"))
    digest = batch.partition(".")[0]
    told = {
        "/v1/statements/{digest}": paths.statement(digest),
        "/v1/batches/{batch_id}": paths.batch(batch),
        "/v1/batches/{batch_id}/trace": paths.trace(batch),
        "/v1/batches/{batch_id}/content": paths.content(batch),
        "/v1/batches/{batch_id}/contributions": (
            f"{paths.contributions(batch)}?element=Cu&lens=origin&label=CL"
        ),
        "/v1/batches/{batch_id}/assessment": (
            f"{paths.assessment(batch)}?policy=claim.non-covered-nation.share&asOf=2026-11-24"
        ),
        "/v1/statements/{digest}/consequences": paths.consequences(digest),
        "/v1/statements/{digest}/consequences/certificates": (
            paths.certificate_consequences(digest)
        ),
        "/v1/policies/{policy}": paths.policy(digest_of(policy_named("us.uflpa"))),
        "/v1/shipments/{transfer}": paths.shipment(shipped.partition(".")[0]),
        "/v1/parties/{party_id}": paths.party(firm.id),
        "/v1/keys/{key_id}": paths.key(firm.key.key_id),
        **{
            path: path
            for path in (
                paths.LEDGER,
                paths.BATCHES,
                paths.PARTIES,
                paths.SITES,
                paths.READY,
                paths.LENSES,
                paths.POLICIES,
                paths.SHIPMENTS,
                paths.PORTFOLIO,
            )
        },
    }
    for template, path in told.items():
        check(document, template, firm, path)


def check(document: Document, template: str, firm: Firm, path: str) -> None:
    answer = firm.get(path)
    assert answer.status_code == 200, path
    described = document["paths"][template]["get"]["responses"]["200"]["content"]
    (schema,) = (described[kind]["schema"] for kind in described)
    OAS31Validator({**schema, "components": document["components"]}).validate(answer.json())
