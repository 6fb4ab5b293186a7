"""Every refusal over HTTP: its slug, its status, where it points and what it says."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import pytest

from provenite_ledger.http.problems import STATUSES
from provenite_proto.problem import KINDS
from provenite_proto.record import (
    InputQuantity,
    Jwk,
    Key,
    Output,
    OutputQuantity,
    Role,
    Site,
    SiteIdentities,
    SourceQuantities,
    Stage,
    TransferQuantities,
)
from provenite_proto.statement import SigningKey
from provenite_proto.statement.jws import compose
from tests.ledger.running import (
    Firm,
    Ledger,
    day,
    extraction,
    further_key,
    newcomer,
    receipt,
    refining,
    transfer,
)


class Cast(NamedTuple):
    """The ledger with firms that have nothing to do with other tests."""

    ledger: Ledger
    miner: Firm
    refiner: Firm


@pytest.fixture(scope="module")
def cast(ledger: Ledger) -> Cast:
    return Cast(ledger, ledger.enrol("miner", country="CL"), ledger.enrol("refiner"))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def crafted(firm: Firm, record: dict[str, Any], *disclosures: list[Any], **members: Any) -> str:
    """A signed statement with a payload that our own writer would not write."""
    payload = {
        "iat": int(time.time()),
        "aud": firm.ledger.origin,
        "record": record,
        "_sd_alg": "sha-256",
        **members,
    }
    token = compose(msgspec.json.encode(payload), "provenite+sd-jwt", firm.key)
    return "~".join([token, *(b64(msgspec.json.encode(each)) for each in disclosures), ""])


def digest_of(disclosure: list[Any]) -> str:
    return b64(hashlib.sha256(b64(msgspec.json.encode(disclosure)).encode()).digest())


SALT = "AAAAAAAAAAAAAAAAAAAAAA"
BARE_SITE = {"type": "site", "country": "US", "stages": ["refining"]}


def mined(cast: Cast, kg: str = "100") -> str:
    (batch,) = cast.miner.record(extraction(kg))
    return batch


def held(cast: Cast, kg: str = "100") -> str:
    return cast.miner.ships(mined(cast, kg), cast.refiner, kg)


def tampered(text: str) -> str:
    """The same statement with another signature of the right length."""
    token, tilde, rest = text.partition("~")
    signed, _, _ = token.rpartition(".")
    return f"{signed}.{b64(secrets.token_bytes(64))}{tilde}{rest}"


def header(firm: Firm, **changes: str) -> str:
    """A statement whose header says something else; signed all the same."""
    signed = firm.sign(extraction())
    _, rest = signed.split(".", 1)
    members = {
        "alg": firm.key.algorithm,
        "kid": firm.key.key_id,
        "typ": "provenite+sd-jwt",
        **changes,
    }
    return f"{b64(msgspec.json.encode(members))}.{rest}"


def quantities(*outputs: OutputQuantity) -> SourceQuantities:
    return SourceQuantities(outputs=outputs)


def received_twice(cast: Cast) -> str:
    shipped = held(cast)
    return cast.refiner.sign(receipt(shipped, accepted=False))


def used_twice(cast: Cast) -> str:
    batch = held(cast)
    return cast.refiner.sign(refining([(batch, "1"), (batch, "1")], "0.3"))


def spaced(cast: Cast) -> str:
    payload = msgspec.json.encode(
        {"iat": 0, "aud": cast.ledger.origin, "record": BARE_SITE, "_sd_alg": "sha-256"}
    )
    spaced = payload.replace(b'"aud":', b'"aud": ')
    return compose(spaced, "provenite+sd-jwt", cast.miner.key) + "~"


def foreign_site(cast: Cast) -> str:
    cast.refiner.submit(Site(country="US", stages=(Stage.REFINING,)))
    return str(cast.refiner.get("/v1/sites").json()["items"][0]["id"])


def own_site(cast: Cast) -> str:
    answer = cast.miner.submit(Site(country="PE", stages=(Stage.EXTRACTION,)))
    return str(answer.json()["digest"])


def at_site(site: str) -> Any:
    return extraction(identities=SiteIdentities(site=site))


NOBODY = "A" * 43
SELF_TAUGHT = SigningKey.generate()

CASES: dict[str, tuple[Callable[[Cast], str], str]] = {
    # The form.
    "malformed-statement": (lambda c: "not a statement", ""),
    "statement-too-large": (lambda c: "A" * (256 * 1024 + 1), ""),
    "header-not-allowed": (lambda c: header(c.miner, typ="vc+sd-jwt"), ""),
    "algorithm-mismatch": (lambda c: header(c.miner, alg="Ed25519"), ""),
    "not-compact-json": (
        spaced,
        "",
    ),
    "malformed-record": (
        lambda c: crafted(c.miner, {**BARE_SITE, "stages": ["digging"]}),
        "/record/stages/0",
    ),
    "section-not-sealed": (
        lambda c: crafted(c.miner, {**BARE_SITE, "identities": {"name": "Here"}}),
        "/record/identities",
    ),
    "section-missing": (
        lambda c: c.miner.sign(extraction(quantities=None)),
        "/record/quantities",
    ),
    "disclosure-malformed": (
        lambda c: crafted(
            c.miner,
            {**BARE_SITE, "_sd": [digest_of(["AAAA", "identities", {"name": "Here"}])]},
            ["AAAA", "identities", {"name": "Here"}],
        ),
        "",
    ),
    "disclosure-missing": (
        lambda c: crafted(c.miner, {**BARE_SITE, "_sd": [NOBODY]}),
        "/record/_sd",
    ),
    "disclosure-unexpected": (
        lambda c: crafted(c.miner, BARE_SITE, [SALT, "identities", {"name": "Here"}]),
        "",
    ),
    "disclosure-repeated": (
        lambda c: crafted(c.miner, {**BARE_SITE, "_sd": [NOBODY, NOBODY]}),
        "/record/_sd",
    ),
    # Who speaks.
    "signature-invalid": (lambda c: tampered(c.miner.sign(extraction())), ""),
    "key-unknown": (lambda c: c.miner.sign(extraction(), key=SELF_TAUGHT), ""),
    "key-not-yet-valid": (
        lambda c: c.miner.sign(extraction(), issued_at=int(day(1).timestamp())),
        "/iat",
    ),
    "key-taken": (
        lambda c: c.miner.sign(further_key(c.miner.id, c.refiner.key)),
        "/record/key",
    ),
    "key-malformed": (
        lambda c: c.miner.sign(
            Key(
                party=c.miner.id,
                key=Jwk(kty="EC", crv="P-256", x=NOBODY, y=NOBODY),
                proof=NOBODY * 2,
            )
        ),
        "/record/key",
    ),
    "audience-mismatch": (
        lambda c: c.miner.sign(extraction(), audience="https://another.example"),
        "/aud",
    ),
    "issued-ahead": (
        lambda c: c.miner.sign(extraction(), issued_at=int(time.time()) + 400),
        "/iat",
    ),
    "role-not-allowed": (lambda c: c.refiner.sign(extraction()), "/record/type"),
    "party-unknown": (
        lambda c: c.miner.sign(transfer(mined(c), NOBODY, "1")),
        "/record/parties/to",
    ),
    "party-not-own": (
        lambda c: c.miner.sign(further_key(c.refiner.id, SigningKey.generate())),
        "/record/party",
    ),
    "site-unknown": (lambda c: c.miner.sign(at_site(NOBODY)), "/record/identities/site"),
    "site-not-own": (
        lambda c: c.miner.sign(at_site(foreign_site(c))),
        "/record/identities/site",
    ),
    "site-country-mismatch": (lambda c: c.miner.sign(at_site(own_site(c))), "/record/country"),
    # When.
    "time-ahead": (
        lambda c: c.miner.sign(extraction(occurred_at=day(0) + timedelta(days=60))),
        "/record/occurredAt",
    ),
    "time-reversed": (
        lambda c: c.miner.sign(transfer(mined(c), c.refiner.id, "1", departed_at=day(-1))),
        "/record/departedAt",
    ),
    # Custody.
    "batch-unknown": (
        lambda c: c.miner.sign(transfer(f"{NOBODY}.0", c.refiner.id, "1")),
        "/record/inputs/0",
    ),
    "input-repeated": (
        used_twice,
        "/record/inputs/1",
    ),
    "not-holder": (
        lambda c: c.refiner.sign(refining([(mined(c), "10")], "3")),
        "/record/inputs/0",
    ),
    "insufficient-mass": (
        lambda c: c.miner.sign(transfer(mined(c, "120.5"), c.refiner.id, "130")),
        "/record/quantities/inputs/0/mass",
    ),
    "transfer-not-received": (
        lambda c: c.refiner.sign(
            refining([(c.miner.record(transfer(mined(c), c.refiner.id, "50"))[0], "10")], "3")
        ),
        "/record/inputs/0",
    ),
    "transfer-unknown": (
        lambda c: c.refiner.sign(receipt(f"{NOBODY}.0")),
        "/record/transfer",
    ),
    "transfer-closed": (received_twice, "/record/transfer"),
    "not-counterparty": (
        lambda c: c.miner.sign(receipt(c.miner.record(transfer(mined(c), c.refiner.id, "1"))[0])),
        "/record/transfer",
    ),
    "transfer-to-self": (
        lambda c: c.miner.sign(transfer(mined(c), c.miner.id, "1")),
        "/record/parties/to",
    ),
    # Matter.
    "material-unknown": (
        lambda c: c.miner.sign(
            extraction(outputs=(Output(material="unobtainium", elements=("Cu",)),))
        ),
        "/record/outputs/0/material",
    ),
    "element-unknown": (
        lambda c: c.miner.sign(
            extraction(
                outputs=(Output(material="copper-concentrate", elements=("Xx",)),),
                quantities=quantities(OutputQuantity(mass="1", composition={"Xx": "0.1"})),
            )
        ),
        "/record/outputs/0/elements",
    ),
    "country-unknown": (lambda c: c.miner.sign(extraction(country="XX")), "/record/country"),
    "composition-mismatch": (
        lambda c: c.miner.sign(
            extraction(
                quantities=quantities(
                    OutputQuantity(mass="1", composition={"Cu": "0.3", "Fe": "0.2"})
                )
            )
        ),
        "/record/quantities/outputs/0/composition",
    ),
    "impossible-assay": (
        lambda c: c.miner.sign(
            extraction(quantities=quantities(OutputQuantity(mass="1", composition={"Cu": "0.9"})))
        ),
        "/record/quantities/outputs/0/composition/Cu",
    ),
    "element-created": (
        lambda c: c.refiner.sign(refining([(held(c, "30000"), "30000")], "10000")),
        "/record/quantities/outputs",
    ),
    "uncertainty-too-large": (
        lambda c: c.miner.sign(
            extraction(
                quantities=quantities(
                    OutputQuantity(mass="1", composition={"Cu": "0.3"}, uncertainty="0.06")
                )
            )
        ),
        "/record/quantities/outputs/0/uncertainty",
    ),
    "mass-missing": (
        lambda c: c.miner.sign(
            transfer(
                mined(c),
                c.refiner.id,
                "1",
                quantities=TransferQuantities(inputs=(InputQuantity(mass="0"),)),
            )
        ),
        "/record/quantities/inputs/0/mass",
    ),
}

ELSEWHERE = {"token-invalid", "invitation-invalid", "not-submitted"}
"""Slugs that a single statement cannot meet; `test_reading` and `test_joining` have them."""


def test_every_slug_of_the_protocol_has_a_case() -> None:
    assert CASES.keys() | ELSEWHERE == KINDS.keys()


@pytest.mark.parametrize("slug", CASES)
def test_refused(cast: Cast, slug: str) -> None:
    make, pointer = CASES[slug]
    statement = make(cast)
    before = cast.ledger.http.get("/v1/ledger").json()["size"]
    response = cast.ledger.send(statement)
    problem = response.json()
    assert problem["type"] == f"urn:provenite:problem:{slug}", problem
    assert response.status_code == problem["status"] == STATUSES[slug]
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.get("pointer", "") == pointer
    assert (problem["title"], problem["remedy"]) == (KINDS[slug].title, KINDS[slug].remedy)
    assert problem["detail"]
    assert problem["requestId"] == response.headers["x-request-id"]
    assert cast.ledger.http.get("/v1/ledger").json()["size"] == before


def test_figures_say_how_much_is_there(cast: Cast) -> None:
    refused = cast.ledger.send(CASES["insufficient-mass"][0](cast)).json()
    assert refused["figures"] == {"availableKg": "120.5", "askedKg": "130"}


def test_copper_cannot_grow(cast: Cast) -> None:
    # UNTP 0.7's sample passport: 30,000 kg of concentrate at 30 % Cu, 10,000 kg of cathode at 99.99 %.
    refused = cast.ledger.send(CASES["element-created"][0](cast)).json()
    assert refused["figures"]["inKg"] == "9000"
    assert refused["figures"]["outKg"] == "9999"
    assert refused["figures"]["ratio"] == "111.1 %"


def test_only_one_registrar(cast: Cast) -> None:
    second = cast.ledger.registrar.submit(newcomer(SigningKey.generate(), Role.REGISTRAR))
    assert second.json()["type"].endswith("role-not-allowed")
