"""The secretive chain's statements: matter from its sources to the trader, and what the register says of it."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from provenite_proto import paths
from provenite_proto.record import (
    Accreditation,
    Attestation,
    Collection,
    Cost,
    Counterparty,
    CustodyModel,
    Declaration,
    Extraction,
    Facts,
    InputQuantity,
    Key,
    Mode,
    Outcome,
    Output,
    OutputIdentity,
    OutputQuantity,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    Principal,
    Receipt,
    ReceiptQuantities,
    ReceivedQuantity,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    ShipmentIdentities,
    Site,
    SiteDetails,
    SiteIdentities,
    SiteQuantities,
    Source,
    SourceQuantities,
    Stage,
    Subject,
    SubjectKind,
    Supplier,
    Transfer,
    TransferQuantities,
    Transformation,
    TransformationQuantities,
    Validity,
)
from provenite_proto.statement import SigningKey, base64url, possession
from tests.ledger.certified import certifying, standing_so
from tests.ledger.running import Ledger, day
from tests.ledger.secretive import FIRMS, Secretive, papers
from tests.proto.own_rule import own_rule


def build(ledger: Ledger) -> Secretive:
    """Record the chain."""
    chain = Secretive(ledger)
    for short, (name, country, roles) in FIRMS.items():
        chain.firms[short] = ledger.enrol(*roles, country=country, name=name)
        chain.digests[f"party-{short}"] = chain.firms[short].id
        chain.texts[f"party-{short}", "identities"] = (name,)
    chain.firms["registrar"] = ledger.registrar
    _sources(chain)
    _refined(chain)
    _sold(chain)
    _register(chain)
    _withdrawn(chain)
    _certified(chain)
    return chain


def _output(mass: str, material: str, **composition: str) -> dict[str, Any]:
    moisture = "0.08" if material == "copper-concentrate" else None
    return {
        "outputs": (Output(material=material, elements=tuple(composition)),),
        "quantities": SourceQuantities(
            outputs=(OutputQuantity(mass=mass, composition=composition, moisture=moisture),)
        ),
    }


def _sources(chain: Secretive) -> None:
    site_papers, site_secrets = papers("site")
    site = chain.add(
        "site",
        "miner",
        Site(
            country="CL",
            stages=(Stage.EXTRACTION,),
            quantities=SiteQuantities(capacity="987654.321"),
            identities=SiteDetails(
                name="Pit Esperanza", latitude="-23.456789", longitude="-69.087654"
            ),
            documents=site_papers,
        ),
        quantities=("987654.321",),
        identities=("Pit Esperanza", "-23.456789", "-69.087654"),
        documents=site_secrets,
    )
    documents, hidden = papers("extraction", "assay")
    chain.add(
        "extraction",
        "miner",
        Extraction(
            country="CL",
            occurred_at=day(0),
            **_output("7319.137", "copper-concentrate", Cu="0.287153"),
            identities=SiteIdentities(
                site=site, outputs=(OutputIdentity(lot="LOT-KESTREL", product="Grade-Wren"),)
            ),
            documents=documents,
        ),
        quantities=("7319.137", "0.287153", "2101.712147"),
        identities=("LOT-KESTREL", "Grade-Wren", site),
        documents=hidden,
    )
    documents, hidden = papers("collection")
    chain.add(
        "collection",
        "miner",
        Collection(
            country="CL",
            occurred_at=day(0),
            source=Source.POST_CONSUMER,
            stream="printed-circuit-boards",
            **_output("413.577", "copper-scrap", Cu="0.971357"),
            identities=SiteIdentities(outputs=(OutputIdentity(lot="LOT-MAGPIE"),)),
            documents=documents,
        ),
        quantities=("413.577", "0.971357"),
        identities=("LOT-MAGPIE",),
        documents=hidden,
    )
    documents, hidden = papers("proxy")
    chain.add(
        "proxy",
        "refiner",
        Extraction(
            country="PE",
            occurred_at=day(0),
            proxy=True,
            **_output("1711.313", "copper-concentrate", Cu="0.281357"),
            identities=SiteIdentities(outputs=(OutputIdentity(lot="LOT-HERON"),)),
            parties=Principal(
                on_behalf_of=Supplier(
                    name="Cooperativa Yanacocha", country="PE", identifiers=("LEI-YANA-5501",)
                )
            ),
            documents=documents,
        ),
        quantities=("1711.313", "0.281357"),
        identities=("LOT-HERON",),
        parties=("Cooperativa Yanacocha", "LEI-YANA-5501"),
        documents=hidden,
    )


def _shipped(
    chain: Secretive, name: str, sender: str, receiver: str, batch: str, mass: str, departed: int
) -> str:
    """A transfer and its receipt; the batch that the receiver has."""
    documents, hidden = papers(name)
    to = chain.firms[receiver].id
    reference = f"REF-{name}-{secrets.token_hex(4)}"
    transfer = chain.add(
        name,
        sender,
        Transfer(
            inputs=(batch,),
            from_country="CL",
            to_country="DE",
            departed_at=day(departed),
            mode=Mode.SEA,
            quantities=TransferQuantities(inputs=(InputQuantity(mass=mass),)),
            parties=Counterparty(to=to),
            identities=ShipmentIdentities(
                reference=reference, outputs=(OutputIdentity(lot=f"LOT-{reference}"),)
            ),
            documents=documents,
        ),
        quantities=(mass,),
        parties=(to,),
        identities=(reference,),
        documents=hidden,
    )
    documents, hidden = papers(f"{name}-receipt")
    whole, _, decimals = mass.partition(".")
    found = f"{whole}.{int(decimals or 0) - 1:03}"
    chain.add(
        f"{name}-receipt",
        receiver,
        Receipt(
            transfer=transfer,
            accepted=True,
            received_at=day(departed + 1),
            quantities=ReceiptQuantities(
                inputs=(ReceivedQuantity(mass=found, uncertainty="0.005317"),)
            ),
            identities=ShipmentIdentities(reference=f"GRN-{reference}"),
            documents=documents,
        ),
        quantities=(found, "0.005317"),
        identities=(f"GRN-{reference}",),
        documents=hidden,
    )
    return chain.batches[f"{name}.0"]


def _transformed(
    chain: Secretive,
    name: str,
    firm: str,
    taken: Mapping[str, str],
    mass: str,
    fraction: str,
    stage: Stage,
    at: int,
) -> str:
    documents, hidden = papers(name)
    chain.add(
        name,
        firm,
        Transformation(
            country="DE",
            occurred_at=day(at),
            stage=stage,
            custody_model=CustodyModel.CONTROLLED_BLENDING,
            inputs=tuple(taken),
            outputs=(Output(material="copper-cathode", elements=("Cu",)),),
            quantities=TransformationQuantities(
                inputs=tuple(InputQuantity(mass=each) for each in taken.values()),
                outputs=(OutputQuantity(mass=mass, composition={"Cu": fraction}),),
                losses={"Cu": "0.713579"},
            ),
            identities=SiteIdentities(
                outputs=(OutputIdentity(lot=f"LOT-of-{name}", product=f"Product-of-{name}"),)
            ),
            documents=documents,
        ),
        quantities=(mass, fraction, *taken.values(), "0.713579"),
        identities=(f"LOT-of-{name}", f"Product-of-{name}"),
        documents=hidden,
    )
    return chain.batches[f"{name}.0"]


def _refined(chain: Secretive) -> None:
    mined = _shipped(
        chain, "to-refiner", "miner", "refiner", chain.batches["extraction.0"], "7211.519", 1
    )
    scrap = _shipped(
        chain, "scrap-to-refiner", "miner", "refiner", chain.batches["collection.0"], "401.539", 1
    )
    taken = {mined: "7111.733", scrap: "397.151", chain.batches["proxy.0"]: "1693.771"}
    made = _transformed(
        chain, "refining", "refiner", taken, "2777.359", "0.999531", Stage.REFINING, 5
    )
    _shipped(chain, "to-maker", "refiner", "maker", made, "2531.377", 6)


def _sold(chain: Secretive) -> None:
    taken = {chain.batches["to-maker.0"]: "2519.391"}
    made = _transformed(chain, "forming", "maker", taken, "2503.717", "0.999357", Stage.FORMING, 8)
    _shipped(chain, "to-trader", "maker", "trader", made, "1999.573", 9)


def _register(chain: Secretive) -> None:
    miner, auditor = chain.firms["miner"], chain.firms["auditor"]
    documents, hidden = papers("ownership")
    chain.add(
        "ownership",
        "miner",
        Ownership(
            valid_from=day(-400),
            parties=OwnershipParties(
                links=(
                    OwnershipLink(
                        holder="Baron von Hohenfels", country="AT", equity="0.613579", votes="0.6"
                    ),
                )
            ),
            documents=documents,
        ),
        parties=("Baron von Hohenfels", "0.613579"),
        documents=hidden,
    )
    documents, hidden = papers("accreditation")
    chain.add(
        "accreditation",
        "registrar",
        Accreditation(party=auditor.id, scheme="rmap", valid_from=day(-400), documents=documents),
        documents=hidden,
    )
    documents, hidden = papers("attestation")
    chain.add(
        "attestation",
        "auditor",
        Attestation(
            subject=Subject(kind=SubjectKind.STATEMENT, id=chain.digests["extraction"]),
            scheme="rmap",
            outcome=Outcome.CONFORMS,
            valid_from=day(0),
            documents=documents,
        ),
        documents=hidden,
    )
    further = SigningKey.generate()
    proof = further.sign(possession(miner.id, further.public.key_id))
    documents, hidden = papers("key")
    chain.add(
        "key",
        "miner",
        Key(
            party=miner.id,
            key=further.public.jwk,
            proof=base64url.encode(proof),
            documents=documents,
        ),
        documents=hidden,
    )
    documents, hidden = papers("revocation")
    chain.add(
        "revocation",
        "registrar",
        Revocation(
            key=chain.firms["revoked"].key.public.key_id,
            reason=RevocationReason.KEY_COMPROMISE,
            compromised_at=day(29) + timedelta(hours=1),
            documents=documents,
        ),
        documents=hidden,
    )


def _withdrawn(chain: Secretive) -> None:
    """A retraction of what has been used, and one of what has not."""
    for name, mass in (("mistake", "3.217351"), ("used", "611.733")):
        documents, hidden = papers(name)
        chain.add(
            name,
            "miner",
            Extraction(
                country="CL",
                occurred_at=day(2),
                **_output(mass, "copper-concentrate", Cu="0.267531"),
                documents=documents,
            ),
            quantities=(mass, "0.267531"),
            documents=hidden,
        )
    _shipped(chain, "sent", "miner", "refiner", chain.batches["used.0"], "571.319", 3)
    for name in ("mistake", "used"):
        documents, hidden = papers(f"{name}-retraction")
        chain.add(
            f"{name}-retraction",
            "miner",
            Retraction(
                statement=chain.digests[name],
                reason=RetractionReason.INCORRECT_DATA,
                documents=documents,
            ),
            documents=hidden,
        )


def _certified(chain: Secretive) -> None:
    """What is declared for a certificate, a certificate, and that it is suspended."""
    documents, hidden = papers("declaration")
    costs = Facts(
        product="foil",
        acquired=date(2026, 1, 1),
        cost=Cost(total="83117.413", prohibited="917.531"),
    )
    declared = chain.add(
        "declaration",
        "trader",
        Declaration(batch=chain.batches["to-trader.0"], costs=costs, documents=documents),
        costs=("83117.413", "917.531"),
        documents=hidden,
    )
    record = certifying(
        chain.ledger,
        chain.firms["trader"].id,
        chain.batches["to-trader.0"],
        certificate="KestrelMagpieWrenFinkQ",
        declaration=declared,
    )
    certificate = chain.add(
        "certificate", "registrar", record, identities=("KestrelMagpieWrenFinkQ",)
    )
    suspended = standing_so(certificate, Validity.SUSPENDED, chain.digests["used-retraction"])
    chain.add("suspension", "registrar", suspended, identities=(chain.digests["used-retraction"],))
    _issued(chain, declared)


OWN_POLICY = (
    own_rule(
        "lagoon.origin",
        """kind = "share"
name = "mined in Chile"
lens = "origin"
good = ["CL"]
other = "bad"
""",
        as_of="2026-01-01",
        verify_by="2099-01-01",
    )
    .replace("Acme purchasing rules", "Lagoon purchasing rules")
    .replace("date_basis =", "ended = 2099-01-01\ndate_basis =")
)


def _issued(chain: Secretive, declared: str) -> None:
    """A certificate that the ledger issues to the trader."""
    trader = chain.firms["trader"]
    registered = chain.ledger.http.post(
        paths.POLICIES,
        content=OWN_POLICY,
        headers={**trader.authorized(), "Content-Type": "application/toml"},
    )
    assert registered.status_code == 201, registered.text
    asked = {
        "batch": chain.batches["to-trader.0"],
        "policy": "own.lagoon.origin",
        "declaration": declared,
    }
    issued = trader.post(paths.CERTIFICATES, asked)
    assert issued.status_code == 201, issued.text
    chain.certificates["trader"] = issued.json()
