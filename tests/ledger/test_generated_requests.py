"""Requests generated from the OpenAPI document: none is answered with a failure, each answer is as described."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from provenite_ledger.http.documenting import STATEMENT_TYPE, STATEMENTS_TYPE, TOML_TYPE
from provenite_proto import paths
from provenite_proto.policy import digest, policy_named
from provenite_proto.record import Site, Stage
from tests.ledger.running import Firm, Ledger, extraction, transfer

Operations = dict[str, APIOperation[Any, Any, Any, Any]]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
WITHOUT_INPUT = (
    "getLedger",
    "getHealth",
    "getReadiness",
    "listLenses",
    "listPolicies",
    "getLog",
    "getCheckpoint",
    "getIssuer",
    "getContext",
)
WITH_INPUT = (
    "submitStatement",
    "submitStatements",
    "getStatement",
    "getReceipt",
    "getTile",
    "getConsistency",
    "listLogStatements",
    "getPack",
    "listBatches",
    "getBatch",
    "traceBatch",
    "getContent",
    "getContributions",
    "getAssessment",
    "getPortfolio",
    "getConsequences",
    "listShipments",
    "getShipment",
    "registerLens",
    "registerPolicy",
    "getPolicy",
    "getImpact",
    "getCertificateConsequences",
    "getSupposedConsequences",
    "certify",
    "listCertificates",
    "getCertificate",
    "showCertificate",
    "getStatusList",
    "listNotices",
    "listParties",
    "getParty",
    "listSites",
    "getSite",
    "getKey",
    "invite",
    "enrol",
)


@schemathesis.serializer(STATEMENT_TYPE, STATEMENTS_TYPE, TOML_TYPE)
def as_text(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """What is generated for the body of a submission, which is text and may be no string."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@pytest.fixture(scope="module")
def firm(ledger: Ledger) -> Firm:
    return ledger.enrol("miner")


@pytest.fixture(scope="module")
def known(firm: Firm, ledger: Ledger) -> dict[str, str]:
    """Path parameters that lead to something."""
    (batch,) = firm.record(extraction(lot="A"))
    (shipped,) = firm.record(transfer(batch, ledger.enrol("trader").id, "1"))
    certified = firm.post(
        paths.CERTIFICATES, {"batch": batch, "policy": "claim.non-covered-nation"}
    )
    assert certified.status_code == 201, certified.text
    certificate = certified.json()["id"]
    site = firm.submit(Site(country="CL", stages=(Stage.EXTRACTION,))).json()["digest"]
    return {
        "digest": batch.partition(".")[0],
        "batch_id": batch,
        "transfer": shipped.partition(".")[0],
        "party_id": firm.id,
        "site_id": site,
        "key_id": firm.key.key_id,
        "tile": "0/000.p/1",
        "certificate_id": certificate,
        "certificate": certificate,
        "number": "0",
        "policy": digest(policy_named("us.uflpa")),
    }


@pytest.fixture(scope="module")
def operations(ledger: Ledger) -> Operations:
    document = ledger.http.get("/schema/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=ledger.url)
    found = (each.ok() for each in schema.get_all_operations() if isinstance(each, Ok))
    return {each.definition.raw["operationId"]: each for each in found}


def test_all_are_tried(operations: Operations) -> None:
    assert operations.keys() == {*WITHOUT_INPUT, *WITH_INPUT}


@pytest.mark.parametrize(
    ("name", "mode"),
    [(name, GenerationMode.POSITIVE) for name in (*WITHOUT_INPUT, *WITH_INPUT)]
    + [(name, GenerationMode.NEGATIVE) for name in WITH_INPUT],
)
def test_answers_as_described(
    operations: Operations, firm: Firm, known: dict[str, str], name: str, mode: GenerationMode
) -> None:
    operation = operations[name]
    reader = firm.ledger.registrar if name == "invite" else firm

    @given(case=operation.as_strategy(generation_mode=mode), leads_somewhere=st.booleans())
    @settings(
        max_examples=25, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def answered(case: schemathesis.Case[Any], leads_somewhere: bool) -> None:
        case.headers["Authorization"] = reader.authorized()["Authorization"]
        if leads_somewhere:
            case.path_parameters = {each: known[each] for each in case.path_parameters}
        case.call_and_validate(checks=CHECKS)

    answered()
