"""Vectors of what later statements make of earlier ones: attested, proxy, controllers, withdrawn, disowned.

Each is a chain of copper with one question; figures by hand, in milligrams.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from provenite_proto.record import (
    COUNTERSIGNATURE,
    Accreditation,
    Attestation,
    Document,
    Documents,
    Outcome,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    Party,
    PartyIdentities,
    Principal,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    Role,
    Site,
    SiteIdentities,
    Stage,
    Subject,
    SubjectKind,
    Supplier,
)

from .firms import Firms
from .keys import TestKey, digest_of
from .models import KILOGRAM, Made, copper

SCHEME = "copper-mark"
EVER = datetime(2020, 1, 1, tzinfo=UTC)
SUPPLIER = Supplier(name="Mina Azul", country="PE", identifiers=("LEI 529900AZUL",))


def contents() -> Iterator[tuple[str, Made]]:
    """File name below `content/` and what it is made of."""
    yield from _attested()
    yield from _proxies()
    yield from _controllers()
    yield from _void()


class _Chain:
    """A miner's 100 kg, refined by its owner at its site: `mined` and `refined` are the statements."""

    def __init__(self, *names: str) -> None:
        self.firms = Firms("miner", "auditor", *names)
        self.site = self.firms.add("miner", Site(country="CL", stages=(Stage.REFINING,)))

    def mine(self, **members: Any) -> str:
        self.mined = self.firms.add("miner", self.firms.extracted(copper("100"), **members))
        return self.mined

    def refine(self, **members: Any) -> str:
        record = self.firms.transformed(
            {f"{self.mined}.0": "100"},
            copper("100"),
            country="CL",
            identities=SiteIdentities(site=self.site),
            **members,
        )
        self.refined = self.firms.add("miner", record)
        return self.refined

    def accredit(self, until: datetime | None = None, since: datetime = EVER) -> str:
        record = Accreditation(
            party=self.firms.ids["auditor"], scheme=SCHEME, valid_from=since, valid_until=until
        )
        return self.firms.add("registrar", record)

    def attest(
        self,
        kind: SubjectKind,
        subject: str,
        outcome: Outcome = Outcome.CONFORMS,
        *,
        by: str = "auditor",
        scheme: str = SCHEME,
        until: datetime | None = None,
    ) -> str:
        record = Attestation(
            subject=Subject(kind=kind, id=subject),
            scheme=scheme,
            outcome=outcome,
            valid_from=EVER,
            valid_until=until,
        )
        return self.firms.add(by, record)

    def own(
        self, *links: OwnershipLink, since: datetime = EVER, until: datetime | None = None
    ) -> str:
        record = Ownership(
            valid_from=since, valid_until=until, parties=OwnershipParties(links=links)
        )
        return self.firms.add("miner", record)

    def made(self, description: str, **lenses: str | Mapping[str, int]) -> Made:
        """What the refined batch holds, or the mined one when nothing was refined."""
        batch = getattr(self, "refined", self.mined) + ".0"
        labels = {
            lens: {label: 100 * KILOGRAM} if isinstance(label, str) else label
            for lens, label in lenses.items()
        }
        return description, self.firms, batch, {"Cu": labels}


def _chain() -> _Chain:
    chain = _Chain()
    chain.accredit()
    chain.mine()
    chain.refine()
    return chain


def _attested() -> Iterator[tuple[str, Made]]:
    chain = _chain()
    chain.attest(SubjectKind.STATEMENT, chain.mined)
    yield (
        "attested-in-part",
        chain.made("One of two statements is attested.", attested="not_attested"),
    )
    chain = _chain()
    chain.attest(SubjectKind.BATCH, f"{chain.mined}.0")
    chain.attest(SubjectKind.SITE, chain.site)
    yield (
        "attested-at-every-step",
        chain.made("A batch of the one statement, and the site of the other.", attested="attested"),
    )
    chain = _chain()
    chain.attest(SubjectKind.PARTY, chain.firms.ids["miner"])
    yield "attested-party", chain.made("An attestation of the issuer.", attested="attested")
    chain.attest(SubjectKind.STATEMENT, chain.mined, Outcome.DOES_NOT_CONFORM)
    yield (
        "attested-and-denied",
        chain.made(
            "One finding that it does not conform outweighs the other.", attested="not_attested"
        ),
    )
    chain = _Chain()
    chain.accredit()
    chain.mine()
    chain.attest(SubjectKind.PARTY, chain.firms.ids["miner"], until=chain.firms.time(1))
    chain.refine()
    yield (
        "attestation-lapsed-before-the-step",
        chain.made(
            "The mine worked within the period, the refinery at its end.", attested="not_attested"
        ),
    )
    chain = _Chain()
    chain.accredit(until=chain.firms.time(3))
    chain.mine()
    chain.refine()
    chain.attest(SubjectKind.PARTY, chain.firms.ids["miner"])
    yield (
        "attester-accreditation-lapsed",
        chain.made(
            "The accreditation ended when the attestation was recorded.", attested="not_attested"
        ),
    )
    chain = _chain()
    word = chain.attest(SubjectKind.PARTY, chain.firms.ids["miner"])
    withdrawn = Retraction(statement=word, reason=RetractionReason.WITHDRAWN)
    chain.firms.add("auditor", withdrawn)
    yield "attestation-withdrawn", chain.made("Nobody vouches any more.", attested="not_attested")
    chain = _chain()
    chain.attest(SubjectKind.PARTY, chain.firms.ids["miner"])
    _compromise(chain.firms, "auditor")
    yield (
        "attestation-disowned",
        chain.made("The attester's key was compromised.", attested="not_attested"),
    )


def _proxy() -> _Chain:
    chain = _Chain()
    chain.accredit()
    chain.mine(
        proxy=True,
        parties=Principal(on_behalf_of=SUPPLIER),
        documents=Documents(
            documents=(Document(kind="declaration", digest=digest_of("declaration")),)
        ),
    )
    chain.refine()
    chain.attest(SubjectKind.PARTY, chain.firms.ids["miner"])
    return chain


def _proxies() -> Iterator[tuple[str, Made]]:
    chain = _proxy()
    yield "proxy", chain.made("A step after a proxy does not make up for it.", attested="proxy")
    for name, outcome, label, sentence in (
        ("proxy-countersigned", Outcome.CONFORMS, "attested", "The supplier has confirmed it."),
        ("proxy-denied", Outcome.DOES_NOT_CONFORM, "proxy", "The supplier has denied it."),
    ):
        chain = _proxy()
        chain.firms.keys["supplier"] = TestKey("supplier")
        party = Party(
            country="PE",
            roles=(Role.MINER,),
            key=chain.firms.keys["supplier"].jwk,
            identities=PartyIdentities(name=SUPPLIER.name),
        )
        chain.firms.add("registrar", party)
        chain.attest(
            SubjectKind.STATEMENT, chain.mined, outcome, by="supplier", scheme=COUNTERSIGNATURE
        )
        yield name, chain.made(sentence, attested=label)


def _controllers() -> Iterator[tuple[str, Made]]:
    def holder(part: str, **members: Any) -> OwnershipLink:
        return OwnershipLink(
            **({"holder": "State fund", "country": "CN", "equity": part} | members)
        )

    rest = OwnershipLink(holder="Founders", country="CL", board="0.76", votes="0.76", equity="0.75")
    own = {"board": "0.24", "votes": "0.24"}
    chain = _chain()
    chain.own(holder("0.25", **own), rest)
    yield (
        "controlled-at-25-percent",
        chain.made("A quarter of the equity counts.", controllers="CL+CN"),
    )
    chain = _chain()
    chain.own(holder("0.249999999", **own), rest)
    yield "not-controlled-below-25-percent", chain.made("Less does not.", controllers="CL")
    chain = _chain()
    chain.own(
        holder("0.15", holder="One government", board="0.15", votes="0.15"),
        holder("0.1", holder="Another government", country="RU", board="0.1", votes="0.1"),
        OwnershipLink(holder="Founders", country="CL", board="0.75", votes="0.75", equity="0.75"),
    )
    yield (
        "governments-with-25-percent-together",
        chain.made("What several countries hold is not added up.", controllers="CL"),
    )
    chain = _chain()
    majority = OwnershipLink(holder="Holding", board="0.5", votes="0.5", equity="0.5")
    through = OwnershipLink(
        holder="State fund", held="Holding", country="CN", board="0.25", votes="0.25", equity="0.25"
    )
    others = OwnershipLink(
        holder="Partners", held="Holding", country="SG", board="0.75", votes="0.75", equity="0.75"
    )
    half = OwnershipLink(holder="Founders", country="CL", board="0.5", votes="0.5", equity="0.5")
    chain.own(majority, half, through, others)
    yield (
        "controlled-through-a-majority",
        chain.made(
            "A half passes through whole: a quarter of it is a quarter.", controllers="CL+CN+SG"
        ),
    )
    chain = _proxy()
    chain.own(rest, holder("0.25", **own))
    yield (
        "controllers-of-a-proxy",
        chain.made(
            "Who records for a supplier does not lend it his owners.", controllers="CL+CN+unknown"
        ),
    )
    chain = _Chain()
    sale = chain.firms.time(3)
    chain.own(holder("1", board="1", votes="1"), until=sale)
    chain.own(
        OwnershipLink(holder="New", country="US", board="1", votes="1", equity="1"), since=sale
    )
    chain.mine(occurred_at=chain.firms.time(-60))
    chain.refine()
    yield (
        "controlled-by-another-later",
        chain.made("Mined under the one owner, refined under the other.", controllers="CN+US"),
    )
    chain = _chain()
    chain.own(holder("1", board="1", votes="1"), since=chain.firms.time(60))
    yield "controllers-unknown", chain.made("No ownership covers the time.", controllers="unknown")
    chain = _chain()
    many = (
        OwnershipLink(holder=name, country=name, board="0.2", votes="0.2", equity="0.2")
        for name in ("CL", "PE", "US", "JP", "DE")
    )
    chain.own(*many)
    yield "controlled-by-nobody", chain.made("Nobody has a quarter.", controllers="none")


def _void() -> Iterator[tuple[str, Made]]:
    everything = {
        "origin": "unknown",
        "source": "unknown",
        "custody": "unknown",
        "attested": "unknown",
        "stage/extraction": "unknown",
        "stage/refining": "CL",
    }
    chain = _chain()
    untrue = Retraction(statement=chain.mined, reason=RetractionReason.INCORRECT_DATA)
    chain.firms.add("miner", untrue)
    yield (
        "retracted-is-unknown",
        chain.made(
            "What was made of it keeps its mass, and nothing of its origin is known.", **everything
        ),
    )
    chain = _Chain()
    chain.mine()
    _compromise(chain.firms, "miner")
    yield (
        "compromised-is-unknown",
        chain.made(
            "Recorded when the key was in other hands.",
            **(everything | {"stage/refining": "unknown"}),
        ),
    )
    chain = _Chain()
    chain.mine()
    _compromise(chain.firms, "miner", minutes=0)
    yield "recorded-before-the-compromise", chain.made("Recorded before.", origin="CL")


def _compromise(firms: Firms, name: str, minutes: int = -1) -> None:
    """The registrar revokes a firm's key, compromised so many minutes from now."""
    record = Revocation(
        key=firms.keys[name].key_id,
        reason=RevocationReason.KEY_COMPROMISE,
        compromised_at=firms.time(minutes),
    )
    firms.add("registrar", record)
