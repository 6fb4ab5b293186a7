"""Statements that are not of the form."""

import msgspec

from provenite_proto.statement.jws import compose
from tests.ledger.refused.cast import NOBODY, Case, Cases, Cast, crafted, digest_of, header
from tests.ledger.running import extraction

SALT = "AAAAAAAAAAAAAAAAAAAAAA"
BARE_SITE = {"type": "site", "country": "US", "stages": ["refining"]}
SHORT_SALT = ["AAAA", "identities", {"name": "Here"}]


def spaced(cast: Cast) -> str:
    payload = msgspec.json.encode(
        {"iat": 0, "aud": cast.ledger.origin, "record": BARE_SITE, "_sd_alg": "sha-256"}
    )
    spaced = payload.replace(b'"aud":', b'"aud": ')
    return compose(spaced, "provenite+sd-jwt", cast.miner.key) + "~"


CASES: Cases = {
    "malformed-statement": Case(lambda c: "not a statement", ""),
    "statement-too-large": Case(lambda c: "A" * (256 * 1024 + 1), "", ("bytes", "limit")),
    "header-not-allowed": Case(lambda c: header(c.miner, typ="vc+sd-jwt"), ""),
    "algorithm-mismatch": Case(lambda c: header(c.miner, alg="Ed25519"), ""),
    "not-compact-json": Case(spaced, ""),
    "malformed-record": Case(
        lambda c: crafted(c.miner, {**BARE_SITE, "stages": ["digging"]}), "/record/stages/0"
    ),
    "section-not-sealed": Case(
        lambda c: crafted(c.miner, {**BARE_SITE, "identities": {"name": "Here"}}),
        "/record/identities",
    ),
    "section-missing": Case(
        lambda c: c.miner.sign(extraction(quantities=None)), "/record/quantities", ("section",)
    ),
    "disclosure-malformed": Case(
        lambda c: crafted(c.miner, {**BARE_SITE, "_sd": [digest_of(SHORT_SALT)]}, SHORT_SALT),
        "",
        ("bits", "limit"),
    ),
    "disclosure-missing": Case(
        lambda c: crafted(c.miner, {**BARE_SITE, "_sd": [NOBODY]}),
        "/record/_sd",
        ("digests", "disclosures"),
    ),
    "disclosure-unexpected": Case(
        lambda c: crafted(c.miner, BARE_SITE, [SALT, "identities", {"name": "Here"}]), ""
    ),
    "disclosure-repeated": Case(
        lambda c: crafted(c.miner, {**BARE_SITE, "_sd": [NOBODY, NOBODY]}), "/record/_sd"
    ),
}
