"""Who speaks, with which key, when and for whom."""

import time
from datetime import timedelta
from typing import Any

from provenite_proto.record import (
    Audience,
    Jwk,
    Key,
    OwnershipLink,
    OwnershipParties,
    RevocationReason,
    Site,
    SiteIdentities,
    Stage,
)
from provenite_proto.statement import SigningKey, base64url, possession
from tests.ledger.refused.cast import NOBODY, Case, Cases, Cast, mined, tampered
from tests.ledger.running import day, extraction, further_key, transfer
from tests.ledger.speaking import opening, owned, revoking, submitted

SELF_TAUGHT = SigningKey.generate()


def fresh_key(cast: Cast) -> SigningKey:
    key = SigningKey.generate()
    cast.miner.record(further_key(cast.miner.id, key))
    return key


def signed_with_a_revoked_key(cast: Cast) -> str:
    key = fresh_key(cast)
    cast.miner.record(revoking(key.key_id))
    return cast.miner.sign(extraction(), key=key)


def proved_by_another(cast: Cast) -> str:
    key, other = SigningKey.generate(), SigningKey.generate()
    proof = base64url.encode(other.sign(possession(cast.miner.id, key.key_id)))
    return cast.miner.sign(Key(party=cast.miner.id, key=key.public.jwk, proof=proof))


def foreign_site(cast: Cast) -> str:
    return submitted(cast.refiner, Site(country="US", stages=(Stage.REFINING,)))


def own_site(cast: Cast) -> str:
    return submitted(cast.miner, Site(country="PE", stages=(Stage.EXTRACTION,)))


def at_site(site: str) -> Any:
    return extraction(identities=SiteIdentities(site=site))


def beyond_the_whole(cast: Cast) -> str:
    links = tuple(
        OwnershipLink(holder=f"Holder {number}", country="CL", votes="0.6") for number in range(2)
    )
    return cast.miner.sign(owned("CL", parties=OwnershipParties(links=links)))


OFF_THE_CURVE = Jwk(kty="EC", crv="P-256", x=NOBODY, y=NOBODY)

CASES: Cases = {
    "signature-invalid": Case(lambda c: tampered(c.miner.sign(extraction())), ""),
    "key-unknown": Case(lambda c: c.miner.sign(extraction(), key=SELF_TAUGHT), "", ("key",)),
    "key-not-yet-valid": Case(
        lambda c: c.miner.sign(extraction(), issued_at=int(day(1).timestamp())),
        "/iat",
        ("iat", "validFrom", "toleranceSeconds"),
    ),
    "key-revoked": Case(signed_with_a_revoked_key, "", ("revokedAt",)),
    "key-taken": Case(
        lambda c: c.miner.sign(further_key(c.miner.id, c.refiner.key)), "/record/key", ("key",)
    ),
    "key-malformed": Case(
        lambda c: c.miner.sign(Key(party=c.miner.id, key=OFF_THE_CURVE, proof=NOBODY * 2)),
        "/record/key",
    ),
    "possession-unproven": Case(proved_by_another, "/record/proof", ("key", "party")),
    "compromise-undated": Case(
        lambda c: c.miner.sign(revoking(fresh_key(c).key_id, RevocationReason.KEY_COMPROMISE)),
        "/record/compromisedAt",
    ),
    "registrar-keyless": Case(
        lambda c: c.ledger.registrar.sign(revoking(c.ledger.registrar.key.key_id)),
        "/record/key",
        ("revoked", "left"),
    ),
    "audience-mismatch": Case(
        lambda c: c.miner.sign(extraction(), audience="https://another.example"),
        "/aud",
        ("signedFor", "ledger"),
    ),
    "issued-ahead": Case(
        lambda c: c.miner.sign(extraction(), issued_at=int(time.time()) + 400),
        "/iat",
        ("aheadSeconds", "limit"),
    ),
    "role-not-allowed": Case(lambda c: c.refiner.sign(extraction()), "/record/type"),
    "party-unknown": Case(
        lambda c: c.miner.sign(transfer(mined(c), NOBODY, "1")), "/record/parties/to", ("party",)
    ),
    "party-not-own": Case(
        lambda c: c.miner.sign(further_key(c.refiner.id, SigningKey.generate())),
        "/record/party",
        ("party",),
    ),
    "site-unknown": Case(
        lambda c: c.miner.sign(at_site(NOBODY)), "/record/identities/site", ("site",)
    ),
    "site-not-own": Case(
        lambda c: c.miner.sign(at_site(foreign_site(c))), "/record/identities/site", ("site",)
    ),
    "site-country-mismatch": Case(
        lambda c: c.miner.sign(at_site(own_site(c))), "/record/country", ("site", "record")
    ),
    "ownership-impossible": Case(
        beyond_the_whole, "/record/parties/links", ("measure", "sum", "limit")
    ),
    "grant-mismatch": Case(
        lambda c: c.miner.sign(opening("quantities", audience=Audience.PARTY)), "/record/audience"
    ),
    "section-unknown": Case(
        lambda c: c.miner.sign(opening("secrets")), "/record/opened/0", ("section",)
    ),
    # When.
    "time-ahead": Case(
        lambda c: c.miner.sign(extraction(occurred_at=day(0) + timedelta(days=60))),
        "/record/occurredAt",
        ("at", "latest"),
    ),
    "time-reversed": Case(
        lambda c: c.miner.sign(transfer(mined(c), c.refiner.id, "1", departed_at=day(-1))),
        "/record/departedAt",
        ("availableAt", "at"),
    ),
    "validity-reversed": Case(
        lambda c: c.miner.sign(owned("CL", valid_until=day(-1))),
        "/record/validUntil",
        ("from", "until"),
    ),
}
