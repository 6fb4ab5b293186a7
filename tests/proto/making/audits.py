"""Packs and what an audit finds: what holds, and chains that are broken, each named by its defect."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import NoteSignature, NoteSigner, WitnessSigner
from provenite_proto.matter.quantity import kilograms, milligrams
from provenite_proto.pack import Content
from provenite_proto.record import (
    AnyRecord,
    CustodyModel,
    Party,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    Role,
    Site,
    SiteIdentities,
    Stage,
)
from tests.proto.forging import Forged, Made, altered, forged
from tests.proto.packing import LOG, claimed

from . import audit_gaps, audit_recomputed, audit_standing
from .firms import Firms
from .keys import TestKey, signed
from .models import copper

Case = dict[str, Any]


class Timeless(WitnessSigner):
    """A witness that signs for any time."""

    def cosign(self, text: str, time: int) -> NoteSignature:
        signed = self._key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
        return NoteSignature(self.key.name, self.key.key_id, time.to_bytes(8, "big") + signed)


WITNESSES = [
    Timeless(
        f"witness-{number}.example", Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
    )
    for number in (1, 2)
]
POLICY = (
    "".join(f"witness w{number} {each.key}\n" for number, each in enumerate(WITNESSES))
    + "group both all w0 w1\nquorum both\n"
)
NOBODYS = "quorum none\n"
FOUNDED = 3
"""Statements before the first of matter: the registrar, the miner, the refiner."""
MINED, SHIPPED, RECEIVED, REFINED = range(FOUNDED, FOUNDED + 4)


class Chain:
    """A mine ships 60 of 100 kg to a refiner, who makes 55 kg of it."""

    def __init__(self) -> None:
        self.firms = Firms("miner", "refiner")
        self.mined = self.firms.add("miner", self.firms.extracted(copper("100")))
        self.sent = self.firms.delivered("miner", "refiner", {f"{self.mined}.0": "60"})
        self.refined = self.firms.add(
            "refiner",
            self.firms.transformed({f"{self.sent}.0": "60"}, copper("55"), losses={"Cu": "5"}),
        )

    @property
    def batch(self) -> str:
        return f"{self.refined}.0"

    def said(self, name: str, record: AnyRecord | str) -> str:
        """A statement that the operator logs without admitting it."""
        return self.firms.say(name, record)

    def forged(self) -> Forged:
        claims = claimed(self.firms.replay.content(self.batch))
        return forged(self.firms, self.batch, claims)


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `audit/` and the case."""
    for made in MAKERS:
        for name, pack, outcome, members in made():
            yield name, case(name, pack, outcome, **members)


def case(  # the members of a vector
    name: str,
    pack: Forged,
    outcome: str,
    failures: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    withheld: tuple[str, ...] = (),
    policy: str | None = None,
    *,
    trusted: bool = True,
) -> Case:
    expected = {
        "outcome": outcome,
        "failures": sorted(failures),
        "missing": sorted(missing),
        "withheld": sorted(withheld),
    }
    return {
        "description": name.replace("-", " ").capitalize() + ".",
        **({"logKey": str(LOG.key)} if trusted else {}),
        **({"policy": policy} if policy else {}),
        "pack": b64encode(pack.packed()).decode(),
        "expected": expected,
    }


def _good() -> Iterator[Made]:
    yield "whole", Chain().forged(), "verified", {}
    yield "log-key-taken-from-the-pack", Chain().forged(), "verified", {"trusted": False}
    made = Chain().forged()
    witnessed(made)
    yield "witnessed", made, "verified", {"policy": POLICY}
    made = Chain().forged()
    made.policy = POLICY
    witnessed(made)
    yield "witnessed-by-its-own-policy", made, "verified", {}


def witnessed(made: Forged, after: int = 60, count: int = 2) -> None:
    """So many witnesses cosign, so many seconds after the last statement was recorded."""
    time = made.lines[-1].recorded_at + after
    made.cosigned = [(each, time) for each in WITNESSES[:count]]


def _statements() -> Iterator[Made]:
    chain = Chain()
    made = chain.forged()
    text = altered(made.lines[MINED].statement, '"country":"CL"', '"country":"PE"')
    made.change(MINED, statement=text)
    false = ("inclusion-false", "signature-invalid")
    lost = ("batch", "content")
    yield "statement-altered", made, "false", {"failures": false, "missing": lost}
    made = chain.forged()
    made.change(MINED, statement=text)
    made.relog()
    yield (
        "statement-altered-in-the-log",
        made,
        "false",
        {"failures": ("signature-invalid",), "missing": lost},
    )
    made = chain.forged()
    token, _, rest = made.lines[MINED].statement.partition("~")
    other = made.lines[REFINED].statement.partition("~")[0].rpartition(".")[2]
    made.change(MINED, statement=f"{token.rpartition('.')[0]}.{other}~{rest}")
    yield "signature-of-another", made, "false", {"failures": ("signature-invalid",)}
    made = chain.forged()
    token, *disclosures = made.lines[MINED].statement.split("~")
    changed = disclosures[0][:-4] + ("AAAA" if disclosures[0][-4:] != "AAAA" else "BBBB")
    made.change(MINED, statement="~".join([token, changed, *disclosures[1:]]))
    yield (
        "disclosure-altered",
        made,
        "false",
        {"failures": ("disclosure-unexpected",), "missing": lost},
    )
    made = chain.forged()
    made.lines.insert(MINED + 1, made.lines[MINED])
    made.relog()
    yield "statement-twice-in-the-log", made, "false", {"failures": ("statement-repeated",)}


def _rules() -> Iterator[Made]:
    chain = Chain()
    chain.said("refiner", chain.firms.transformed({f"{chain.sent}.0": "60"}, copper("50")))
    yield "over-spent", chain.forged(), "false", {"failures": ("insufficient-mass",)}
    chain = Chain()
    chain.said("refiner", chain.firms.transformed({f"{chain.mined}.0": "1"}, copper("1")))
    yield "used-by-another-than-its-holder", chain.forged(), "false", {"failures": ("not-holder",)}
    chain = Chain()
    chain.said("miner", chain.firms.transformed({f"{chain.mined}.0": "1"}, copper("2")))
    yield "element-created", chain.forged(), "false", {"failures": ("element-created",)}
    chain = Chain()
    early = chain.firms.time() - timedelta(days=1)
    record = chain.firms.transformed({f"{chain.mined}.0": "1"}, copper("1"), occurred_at=early)
    chain.said("miner", record)
    yield "used-before-it-was-there", chain.forged(), "false", {"failures": ("time-reversed",)}
    chain = Chain()
    chain.said("refiner", chain.firms.extracted(copper("1")))
    yield "role-not-allowed", chain.forged(), "false", {"failures": ("role-not-allowed",)}


def _register() -> Iterator[Made]:
    chain = Chain()
    stranger = TestKey("stranger")
    party = Party(country="CL", roles=(Role.MINER,), key=stranger.jwk)
    chain.said("miner", party)
    yield "enrolled-by-another", chain.forged(), "false", {"failures": ("role-not-allowed",)}
    chain = Chain()
    key = chain.firms.keys["miner"].key_id
    chain.firms.add("registrar", Revocation(key=key, reason=RevocationReason.SUPERSEDED))
    chain.said("miner", chain.firms.extracted(copper("1")))
    yield "signed-with-a-revoked-key", chain.forged(), "false", {"failures": ("key-revoked",)}
    chain = Chain()
    text = signed(chain.firms.extracted(copper("1")), stranger, chain.firms.now)
    chain.said("miner", text)
    yield "signed-with-a-key-not-carried", chain.forged(), "unchecked", {"missing": ("key",)}
    chain = Chain()
    text = signed(
        chain.firms.extracted(copper("1")),
        chain.firms.keys["miner"],
        chain.firms.now,
        "https://other.example",
    )
    chain.said("miner", text)
    yield "issued-for-another-ledger", chain.forged(), "false", {"failures": ("audience-mismatch",)}
    chain = Chain()
    chain.said("refiner", chain.firms.received(chain.sent))
    yield "received-twice", chain.forged(), "false", {"failures": ("transfer-closed",)}
    chain = Chain()
    chain.firms.add(
        "refiner", Retraction(statement=chain.refined, reason=RetractionReason.INCORRECT_DATA)
    )
    chain.said("refiner", chain.firms.shipped("miner", {chain.batch: "1"}))
    yield "used-after-its-retraction", chain.forged(), "false", {"failures": ("batch-retracted",)}
    chain = Chain()
    shipped = chain.firms.shipped("miner", {chain.batch: "1"})
    text = chain.firms.sign("refiner", msgspec.structs.replace(shipped, parties=None))
    chain.said("refiner", text)
    made = chain.forged()
    line = made.lines[-1]
    made.change(-1, statement=line.statement.partition("~")[0] + "~")
    yield (
        "fewer-digests-than-sections",
        made,
        "false",
        {"failures": ("section-missing",), "withheld": ("mass", "receiver")},
    )


def _log() -> Iterator[Made]:
    chain = Chain()
    made = chain.forged()
    made.change(MINED, recorded_at=made.lines[MINED].recorded_at - 1)
    yield "back-dated", made, "false", {"failures": ("inclusion-false",)}
    made = chain.forged()
    made.change(REFINED, recorded_at=made.lines[MINED].recorded_at)
    made.relog()
    yield "back-dated-in-the-log", made, "false", {"failures": ("recorded-backwards",)}
    made = chain.forged()
    witnessed(made, after=-301)
    yield (
        "recorded-after-it-was-witnessed",
        made,
        "false",
        {
            "policy": POLICY,
            "failures": ("recorded-ahead",),
        },
    )
    made = chain.forged()
    order = [0, 1, 2, SHIPPED, MINED, RECEIVED, REFINED]
    times = [line.recorded_at for line in made.lines]
    made.lines = [made.lines[index] for index in order]
    for index, time in enumerate(times):
        made.change(index, recorded_at=time)
    made.relog()
    yield (
        "reordered-in-the-log",
        made,
        "false",
        {
            "failures": ("order-false",),
            "missing": ("batch",),
        },
    )
    stranger = NoteSigner(LOG.key.name, Ed25519PrivateKey.from_private_bytes(bytes([9] * 32)))
    made = chain.forged()
    made.key = stranger
    yield "another-log-key", made, "false", {"failures": ("log-key-differs", "signature-missing")}
    made = chain.forged()
    made.key = stranger
    made.said_key = f"{LOG.key}\n"
    yield "signed-by-another-than-it-says", made, "false", {"failures": ("signature-missing",)}
    made = chain.forged()
    other = NoteSigner("other.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    made.key = other
    yield (
        "checkpoint-of-another-log",
        made,
        "false",
        {
            "trusted": False,
            "failures": ("origin-mismatch",),
        },
    )
    made = chain.forged()
    made.said_size = len(made.lines) + 1
    yield "checkpoint-of-another-size", made, "false", {"failures": ("size-mismatch",)}
    made = chain.forged()
    made.root = bytes(32)
    yield "another-root", made, "false", {"failures": ("inclusion-false",) * len(made.lines)}
    made = chain.forged()
    witnessed(made, count=1)
    yield "too-few-witnesses", made, "false", {"policy": POLICY, "failures": ("quorum-missing",)}
    made.policy = POLICY
    yield "too-few-witnesses-by-its-own-policy", made, "unchecked", {"missing": ("quorum",)}
    made = chain.forged()
    made.policy = NOBODYS
    yield "policy-swapped", made, "false", {"policy": POLICY, "failures": ("quorum-missing",)}


def _claims() -> Iterator[Made]:
    chain = Chain()
    made = chain.forged()
    assert made.claims is not None
    claim = made.claims.elements["Cu"]
    more = kilograms(milligrams(claim.mass) + 1)
    lenses = claim.lenses | {"origin": {"PE": claim.mass}}
    changed = msgspec.structs.replace(claim, mass=more)
    made.claims = Content(elements={"Cu": changed})
    yield "content-of-another-mass", made, "false", {"failures": ("content-false",)}
    made = chain.forged()
    made.claims = Content(elements={"Cu": msgspec.structs.replace(claim, lenses=lenses)})
    yield "content-of-another-origin", made, "false", {"failures": ("content-false",) * 2}
    made = chain.forged()
    made.claims = Content(elements={})
    yield "content-without-an-element", made, "false", {"failures": ("content-false",)}
    made = chain.forged()
    fewer = {name: labels for name, labels in claim.lenses.items() if name != "origin"}
    made.claims = Content(elements={"Cu": msgspec.structs.replace(claim, lenses=fewer)})
    yield "content-without-a-lens", made, "unchecked", {"missing": ("lens",)}
    made = chain.forged()
    made.change(SHIPPED, before=("100.000001",))
    yield (
        "more-left-than-there-was",
        made,
        "false",
        {
            "failures": ("remaining-false",),
            "withheld": ("content, by earlier draws",),
        },
    )
    made = chain.forged()
    made.change(SHIPPED, before=("50",))
    yield (
        "less-left-than-was-taken",
        made,
        "false",
        {
            "failures": ("insufficient-mass",),
            "withheld": ("content, by earlier draws",),
        },
    )
    made = chain.forged()
    made.change(SHIPPED, before=("withheld",))
    yield "range-withheld", made, "unchecked", {"withheld": ("content, by earlier draws",)}
    made = chain.forged()
    made.report_of = "https://other.example"
    yield "report-of-another-pack", made, "unchecked", {"missing": ("report",)}


def _averages() -> Iterator[Made]:
    firms = Firms("miner", "recycler")
    site = firms.add("recycler", Site(country="BE", stages=(Stage.REFINING,)))
    refined = []
    for _ in range(2):
        sent = firms.delivered(
            "miner", "recycler", {f"{firms.add('miner', firms.extracted(copper('10')))}.0": "10"}
        )
        record = firms.transformed(
            {f"{sent}.0": "10"},
            copper("10"),
            country="BE",
            custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
            identities=SiteIdentities(site=site),
        )
        refined.append(firms.add("recycler", record))
    batch = f"{refined[-1]}.0"
    claims = claimed(firms.replay.content(batch))
    first, last = map(firms.at, refined)
    made = forged(firms, batch, claims)
    made.change(first, averaged=())
    made.change(last, averaged=(first,))
    yield "rolling-average", made, "verified", {}
    made = forged(firms, batch, claims)
    made.change(first, averaged=())
    yield "rolling-average-over-what-is-not-said", made, "unchecked", {"missing": ("average",)}
    made.change(last, averaged=())
    yield (
        "rolling-average-over-less",
        made,
        "false",
        {
            "failures": ("average-false",),
            "missing": ("average",),
        },
    )
    made.change(last, averaged=(0, first))
    yield "rolling-average-over-more", made, "unchecked", {"missing": ("average",)}

    made = Chain().forged()
    made.change(MINED, averaged=())
    yield "averaged-where-nothing-averages", made, "false", {"failures": ("average-false",)}


def _times() -> Iterator[Made]:
    made = Chain().forged()
    made.created = made.lines[-1].recorded_at - 301
    yield "created-before-it-was-recorded", made, "false", {"failures": ("created-early",)}
    made = Chain().forged()
    witnessed(made, after=301)
    early = {"policy": POLICY, "failures": ("created-early",)}
    yield "created-before-it-was-witnessed", made, "false", early
    made = Chain().forged()
    witnessed(made)
    made.cosigned = [(WITNESSES[0], 1), *made.cosigned[1:]]
    yield "witnessed-in-1970-by-one-of-two", made, "verified", {"policy": POLICY}
    made = Chain().forged()
    made.cosigned = [(each, 1) for each in WITNESSES]
    late = {"policy": POLICY, "failures": ("recorded-ahead",) * len(made.lines)}
    yield "witnessed-in-1970-by-all", made, "false", late
    made = Chain().forged()
    made.cosigned = [(each, (1 << 63) - 1) for each in WITNESSES]
    never = {"policy": POLICY, "failures": ("signature-false",)}
    yield "witnessed-beyond-the-year-9999", made, "false", never


def _left_out() -> Iterator[Made]:
    def without(chain: Chain, *indices: int) -> Forged:
        made = chain.forged()
        made.lines = [line for line in made.lines if line.index not in indices]
        return made

    yield (
        "registrar-left-out",
        without(Chain(), 0),
        "unchecked",
        {"missing": ("key",) * 3 + ("batch",)},
    )
    yield "maker-left-out", without(Chain(), MINED), "unchecked", {"missing": ("batch", "content")}
    yield "receipt-left-out", without(Chain(), RECEIVED), "unchecked", {"missing": ("receipt",)}
    yield (
        "batch-left-out",
        without(Chain(), REFINED),
        "unchecked",
        {"missing": ("batch",)},
    )
    chain = Chain()
    first = len(chain.firms.earlier)
    chain.firms.delivered("miner", "refiner", {f"{chain.mined}.0": "10"})
    last = chain.firms.delivered("miner", "refiner", {f"{chain.mined}.0": "10"})
    chain.refined = chain.firms.add(
        "refiner", chain.firms.transformed({f"{last}.0": "10"}, copper("10"))
    )
    yield (
        "earlier-consumer-left-out",
        without(chain, first, first + 1),
        "unchecked",
        {
            "missing": ("consumer",),
            "withheld": ("content, by earlier draws",),
        },
    )


MAKERS = (
    _good,
    _statements,
    _rules,
    _register,
    _log,
    _claims,
    _averages,
    _times,
    _left_out,
    *audit_gaps.MAKERS,
    *audit_recomputed.MAKERS,
    *audit_standing.MAKERS,
)
