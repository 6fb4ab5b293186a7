"""Packs that refer to what comes later, or that lack what more than one of their statements refers to."""

from collections.abc import Iterator

from provenite_proto.record import (
    Accreditation,
    Attestation,
    CustodyModel,
    Outcome,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    Site,
    SiteIdentities,
    Stage,
    Subject,
    SubjectKind,
)
from tests.proto.forging import Made, forged
from tests.proto.packing import claimed

from .firms import Firms
from .keys import TestKey, signed
from .models import copper

NOBODY = "A" * 43


def _too_early() -> Iterator[Made]:
    """What is said of something before it is in the log, by an operator who would have it without effect."""
    late = {"failures": ("order-false",), "missing": ("content",)}
    firms, spare = Firms("miner"), TestKey("spare")
    registered = firms.add("miner", firms.key(firms.ids["miner"], spare))
    revoked = firms.add(
        "registrar", Revocation(key=spare.key_id, reason=RevocationReason.SUPERSEDED)
    )
    other = firms.copy()
    claims = claimed(other.replay.content(_mined(other)))
    text = signed(firms.extracted(copper("100")), spare, firms.now)
    mined = firms.say("miner", text)
    made = forged(firms, f"{mined}.0", claims)
    made.swap(firms.at(registered), firms.at(revoked))
    yield "revoked-before-its-key-is-registered", made, "false", late

    firms = Firms("miner")
    registered = firms.add("miner", firms.key(firms.ids["miner"], spare))
    text = signed(firms.extracted(copper("100")), spare, firms.now)
    firms.replay.add(text, firms.now)
    mined = firms.say("miner", text)
    made = forged(firms, f"{mined}.0", claimed(firms.replay.content(f"{mined}.0")))
    made.swap(firms.at(registered), firms.at(mined))
    yield (
        "signed-before-its-key-is-registered",
        made,
        "false",
        {"failures": ("order-false",), "missing": ("batch", "key")},
    )

    firms = Firms("miner")
    mined = firms.add("miner", firms.extracted(copper("100")))
    claims = claimed(firms.replay.content(f"{mined}.0"))
    retracted = firms.add("miner", Retraction(statement=mined, reason=RetractionReason.FRAUD))
    made = forged(firms, f"{mined}.0", claims)
    made.swap(firms.at(mined), firms.at(retracted))
    yield "retracted-before-it-is-said", made, "false", late

    firms = Firms("miner")
    mined, wrong, right = (
        firms.add("miner", firms.extracted(copper(mass))) for mass in ("100", "1", "2")
    )
    claims = claimed(firms.replay.content(f"{mined}.0"))
    retracted = firms.add(
        "miner",
        Retraction(statement=wrong, reason=RetractionReason.INCORRECT_DATA, replacement=right),
    )
    made = forged(firms, f"{mined}.0", claims)
    made.swap(firms.at(right), firms.at(retracted))
    yield "replaced-by-what-is-said-later", made, "false", {"failures": ("order-false",)}

    firms = Firms("miner", "auditor")
    firms.add(
        "registrar",
        Accreditation(party=firms.ids["auditor"], scheme="irma", valid_from=firms.time(-100)),
    )
    mined = firms.add("miner", firms.extracted(copper("100")))
    good, bad = (
        Attestation(
            subject=Subject(kind=SubjectKind.STATEMENT, id=mined),
            scheme="irma",
            outcome=outcome,
            valid_from=firms.time(-50),
        )
        for outcome in (Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM)
    )
    other = firms.copy()
    other.add("auditor", good)
    attested = firms.add("auditor", bad)
    firms.add("auditor", good)
    made = forged(firms, f"{mined}.0", claimed(other.replay.content(f"{mined}.0")))
    made.swap(firms.at(mined), firms.at(attested))
    yield "attested-before-it-is-said", made, "false", late


def _here_and_beside() -> Iterator[Made]:
    """What is missing on the way, and something beside the way has asked for it first."""
    firms = Firms("miner")
    other = firms.copy()
    claims = claimed(other.replay.content(_mined(other)))
    for mass in ("1", "100"):
        nowhere = SiteIdentities(site=NOBODY)
        mined = firms.say("miner", firms.extracted(copper(mass), identities=nowhere))
    made = forged(firms, f"{mined}.0", claims)
    yield "site-missing-on-the-way-and-beside", made, "unchecked", {"missing": ("site",)}

    firms = Firms("miner")
    firms.ids["ghost"] = NOBODY
    beside, mined = (firms.add("miner", firms.extracted(copper(mass))) for mass in ("1", "100"))
    firms.say("miner", firms.shipped("ghost", {f"{beside}.0": "1"}))
    sent = firms.say("miner", firms.shipped("ghost", {f"{mined}.0": "100"}))
    made = forged(firms, f"{sent}.0", claimed(firms.replay.content(f"{mined}.0")))
    made.change(firms.at(sent), before=("100",))
    yield "receiver-missing-on-the-way-and-beside", made, "unchecked", {"missing": ("party",)}

    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(copper("100"), copper("50")))
    sent = firms.add("miner", firms.shipped("refiner", {f"{mined}.0": "100", f"{mined}.1": "50"}))
    other = firms.copy()
    other.add("refiner", other.received(sent))
    refined = other.add("refiner", other.transformed({f"{sent}.0": "100"}, copper("100")))
    claims = claimed(other.replay.content(f"{refined}.0"))
    firms.say("refiner", firms.transformed({f"{sent}.1": "50"}, copper("50")))
    refined = firms.say("refiner", firms.transformed({f"{sent}.0": "100"}, copper("100")))
    made = forged(firms, f"{refined}.0", claims)
    made.change(firms.at(refined), before=("100",))
    yield "receipt-missing-on-the-way-and-beside", made, "unchecked", {"missing": ("receipt",)}


def _behind_an_average() -> Iterator[Made]:
    """What is missing of a lot over which the audited one averages."""
    firms = Firms("miner", "recycler")
    site = firms.add("recycler", Site(country="BE", stages=(Stage.REFINING,)))
    refined, receipts = [], []
    for country in ("CL", "AU"):
        mined = firms.add("miner", firms.extracted(copper("10"), country=country))
        sent = firms.add("miner", firms.shipped("recycler", {f"{mined}.0": "10"}))
        receipts.append(firms.at(firms.add("recycler", firms.received(sent))))
        record = firms.transformed(
            {f"{sent}.0": "10"},
            copper("10"),
            country="BE",
            custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
            identities=SiteIdentities(site=site),
        )
        refined.append(firms.add("recycler", record))
    batch = f"{refined[-1]}.0"
    made = forged(firms, batch, claimed(firms.replay.content(batch)))
    first, last = map(firms.at, refined)
    made.change(first, averaged=())
    made.change(last, averaged=(first,))
    del made.lines[receipts[0]]
    yield "receipt-missing-behind-an-average", made, "unchecked", {"missing": ("receipt",)}


def _mined(firms: Firms) -> str:
    return f"{firms.add('miner', firms.extracted(copper('100')))}.0"


def _of_the_registrar() -> Iterator[Made]:
    firms = Firms("miner")
    mined = _mined(firms)
    claims = claimed(firms.replay.content(mined))
    only = firms.keys["registrar"].key_id
    firms.say("registrar", Revocation(key=only, reason=RevocationReason.SUPERSEDED))
    made = forged(firms, mined, claims)
    yield "registrar-without-a-key", made, "unchecked", {"missing": ("spare-key",)}


MAKERS = (_of_the_registrar, _too_early, _here_and_beside, _behind_an_average)
