"""The cases of `proto/vectors/admission/` about who takes part, with which keys and where."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from provenite_proto.record import (
    AnyRecord,
    Jwk,
    Party,
    PartyIdentities,
    Revocation,
    RevocationReason,
    Role,
    Site,
    SiteDetails,
    SiteQuantities,
    Stage,
)
from provenite_proto.statement import base64url

from .firms import Firms
from .keys import START, TestKey, signed
from .outcomes import CONCENTRATE, NOBODY, Case, admitted, doubted, refused


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_registering, _proving, _placing, _revoking, _compromised, _left_without):
        yield from group()


def _registering() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner", "auditor")
    new = TestKey("fresh", "Ed25519")
    fresh = new.jwk
    at = "/record/key"

    def case(name: str, record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, name, record, (slug, pointer), **figures)

    yield (
        "party",
        admitted(
            firms, "registrar", Party(country="PE", roles=(Role.MINER, Role.TRADER), key=fresh)
        ),
    )
    second = Party(country="PE", roles=(Role.REGISTRAR,), key=fresh)
    yield "second-registrar", case("registrar", second, "role-not-allowed", "/record/roles")
    self_made = Party(country="PE", roles=(Role.MINER,), key=fresh)
    named = PartyIdentities(name="Minera Siete SpA", identifiers=("LEI 7",))
    yield (
        "party-with-a-name",
        admitted(
            firms,
            "registrar",
            Party(country="PE", roles=(Role.MINER,), key=fresh, identities=named),
        ),
    )
    yield "party-by-a-party", case("miner", self_made, "role-not-allowed", "/record/type")
    taken = Party(country="PE", roles=(Role.MINER,), key=firms.keys["refiner"].jwk)
    yield (
        "key-of-another-party",
        case("registrar", taken, "key-taken", at, key=firms.keys["refiner"].key_id),
    )
    off_curve = Jwk(kty="EC", crv="P-256", x=fresh.x, y=base64url.encode(bytes(32)))
    bad = Party(country="PE", roles=(Role.MINER,), key=off_curve)
    yield "key-not-on-the-curve", case("registrar", bad, "key-malformed", at)
    for name, encoded in {
        # RFC 8032 section 5.1.3 refuses a y that is not below p = 2^255 - 19: this one is p + 3, y = 3 again.
        "ed25519-key-not-canonical": (2**255 - 16).to_bytes(32, "little"),
        "ed25519-key-not-on-the-curve": (2).to_bytes(32, "little"),
        "ed25519-key-of-order-one": (1).to_bytes(32, "little"),
        "ed25519-key-of-order-two": (2**255 - 20).to_bytes(32, "little"),
        "ed25519-key-of-order-four": bytes(31) + b"\x80",
        "ed25519-key-of-order-eight": bytes.fromhex(
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
        ),
    }.items():
        weak = Jwk(kty="OKP", crv="Ed25519", x=base64url.encode(encoded))
        bad = Party(country="PE", roles=(Role.MINER,), key=weak)
        yield name, case("registrar", bad, "key-malformed", at)
    mixed = Jwk(kty="OKP", crv="P-256", x=fresh.x)
    bad = Party(country="PE", roles=(Role.MINER,), key=mixed)
    yield "key-type-and-curve-differ", case("registrar", bad, "key-malformed", at)
    yield "key", admitted(firms, "miner", firms.key(firms.ids["miner"], new))
    by_registrar = firms.key(firms.ids["auditor"], new)
    yield "key-by-the-registrar", admitted(firms, "registrar", by_registrar)
    for_other = firms.key(firms.ids["refiner"], new)
    yield "key-for-another-party", case("miner", for_other, "party-not-own", "/record/party")
    for_nobody = firms.key(NOBODY, new)
    yield "key-for-nobody", case("miner", for_nobody, "party-unknown", "/record/party")
    again = firms.key(firms.ids["miner"], firms.keys["miner"])
    yield "key-twice", case("miner", again, "key-taken", at, key=firms.keys["miner"].key_id)
    yield "site", admitted(firms, "miner", Site(country="CL", stages=(Stage.EXTRACTION,)))
    nowhere = Site(country="ZZ", stages=(Stage.EXTRACTION,))
    yield "site-in-no-country", case("miner", nowhere, "country-unknown", "/record/country")


def _proving() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    new = TestKey("fresh", "Ed25519")
    found = ("possession-unproven", "/record/proof")
    figures = {"key": new.key_id, "party": firms.ids["miner"]}
    stolen = firms.key(firms.ids["miner"], new, proof_of=firms.keys["miner"])
    yield "key-that-did-not-sign-its-proof", refused(firms, "miner", stolen, found, **figures)
    proof = firms.key(firms.ids["refiner"], new).proof
    other = firms.key(firms.ids["miner"], new)
    moved = type(other)(party=other.party, key=other.key, proof=proof)
    yield "key-with-the-proof-for-another-party", refused(firms, "miner", moved, found, **figures)
    es256 = TestKey("fresh")
    yield "key-es256", admitted(firms, "miner", firms.key(firms.ids["miner"], es256))
    # The signing key is valid from its registration, which iat precedes by less than the tolerance.
    text = signed(other, firms.keys["miner"], START + 60 - 300)
    yield "key-no-older-than-the-one-that-signs", admitted(firms, "", text)


def _placing() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")

    def site(latitude: str, longitude: str, **members: Any) -> Site:
        details = SiteDetails(name="Mina 7", latitude=latitude, longitude=longitude)
        return Site(country="CL", stages=(Stage.EXTRACTION,), identities=details, **members)

    there = site("-22.288333", "-68.901111", quantities=SiteQuantities(capacity="1000000"))
    yield "site-with-place-and-capacity", admitted(firms, "miner", there)
    first = firms.add("miner", there)
    again = site("-22.2885", "-68.9015")
    yield "site-at-a-place-of-its-own-party", doubted(firms, "miner", again)
    figures = {"site": first}
    doubt = ("site-shared", "/record/identities/latitude", figures)
    yield "site-at-anothers-place", doubted(firms, "refiner", again, doubt)
    # -22.289 is the southern border of the first site's cell, and belongs to it.
    border = site("-22.289", "-68.902")
    yield "site-in-the-corner-of-anothers-place", doubted(firms, "refiner", border, doubt)
    beside = site("-22.289001", "-68.902")
    yield "site-beside-anothers-place", doubted(firms, "refiner", beside)


def _revoking() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    new = TestKey("fresh")
    miner = firms.keys["miner"].key_id
    superseded = RevocationReason.SUPERSEDED
    compromise = RevocationReason.KEY_COMPROMISE

    def case(name: str, record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, name, record, (slug, pointer), **figures)

    yield "revocation", admitted(firms, "miner", Revocation(key=miner, reason=superseded))
    by_registrar = Revocation(key=miner, reason=RevocationReason.CESSATION_OF_OPERATION)
    yield "revocation-by-the-registrar", admitted(firms, "registrar", by_registrar)
    unknown = Revocation(key=NOBODY, reason=superseded)
    yield "revocation-of-no-key", case("miner", unknown, "key-unknown", "/record/key")
    other = Revocation(key=firms.keys["refiner"].key_id, reason=superseded)
    yield "revocation-of-anothers-key", case("miner", other, "party-not-own", "/record/key")
    at = "/record/compromisedAt"
    undated = Revocation(key=miner, reason=compromise)
    yield "compromise-without-a-date", case("miner", undated, "compromise-undated", at)
    dated = Revocation(key=miner, reason=superseded, compromised_at=firms.time())
    yield "date-of-compromise-without-one", case("miner", dated, "compromise-undated", at)
    late = firms.time() + timedelta(seconds=301)
    ahead = Revocation(key=miner, reason=compromise, compromised_at=late)
    figures = {
        "at": late.isoformat(),
        "latest": (firms.time() + timedelta(seconds=300)).isoformat(),
    }
    yield "compromise-301-seconds-ahead", case("miner", ahead, "time-ahead", at, **figures)
    firms.add("miner", firms.key(firms.ids["miner"], new))
    firms.add("miner", Revocation(key=miner, reason=superseded))
    revoked = {"revokedAt": str(firms.now - 60)}
    mined = firms.extracted(CONCENTRATE)
    yield "signed-with-a-revoked-key", case("miner", mined, "key-revoked", "", **revoked)
    text = signed(mined, new, firms.now)
    yield "signed-with-the-key-that-supersedes-it", admitted(firms, "", text)
    again = signed(Revocation(key=miner, reason=superseded), new, firms.now)
    found = ("key-revoked", "/record/key")
    yield "revocation-of-a-revoked-key", refused(firms, "", again, found, **revoked)
    found_out = Revocation(key=miner, reason=compromise, compromised_at=firms.time(-2))
    yield "compromise-of-a-revoked-key", admitted(firms, "", signed(found_out, new, firms.now))


def _compromised() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner")
    miner = firms.ids["miner"]
    before, after, last = (TestKey(name) for name in ("before", "after", "last"))
    firms.add("miner", firms.key(miner, before))
    date = firms.time()
    firms.add("miner", firms.key(miner, after))
    text = signed(firms.key(miner, last), after, firms.now)
    firms.replay.add(text, firms.now)
    firms.earlier.append({"recordedAt": firms.now, "statement": text})
    record = Revocation(
        key=firms.keys["miner"].key_id,
        reason=RevocationReason.KEY_COMPROMISE,
        compromised_at=date,
    )
    # With the key go the one that it has registered since, and the one that this has registered.
    yield "compromise-takes-later-keys-along", admitted(firms, "registrar", record)


def _left_without() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner")
    registrar = firms.keys["registrar"].key_id
    own = Revocation(key=registrar, reason=RevocationReason.SUPERSEDED)
    found = ("registrar-keyless", "/record/key")
    figures = {"revoked": "1", "left": "0"}
    yield (
        "revocation-of-the-registrars-only-key",
        refused(firms, "registrar", own, found, **figures),
    )
    date = firms.time()
    firms.add("registrar", firms.key(firms.ids["registrar"], TestKey("spare")))
    yield "revocation-of-one-of-the-registrars-keys", admitted(firms, "registrar", own)
    stolen = Revocation(key=registrar, reason=RevocationReason.KEY_COMPROMISE, compromised_at=date)
    figures = {"revoked": "2", "left": "0"}
    yield (
        "compromise-that-takes-the-registrars-keys-along",
        refused(firms, "registrar", stolen, found, **figures),
    )
