"""Packs of which the certificates are as the ledger issued them, or say, are signed or committed to otherwise."""

from collections.abc import Iterator

import msgspec

from provenite_proto import certificate as certificates
from provenite_proto.certificate.model import Regulation
from provenite_proto.policy import Facts, definition, digest, policy_named
from provenite_proto.record import (
    Declaration,
)
from tests.proto.forging import Made, redacted

from .audit_certificates import (
    CLEAR,
    KEY,
    RECYCLED,
    Certified,
    better,
    credential_of,
    with_assessment,
    with_provenance,
)
from .certifying import certificate_id
from .keys import TestKey
from .models import copper


def _whole() -> Iterator[Made]:
    made = Certified()
    made.certify(RECYCLED)
    made.certify(CLEAR)
    yield "certificates", made.forged(), "verified", {}
    declared = made.firms.add(
        "recycler", Declaration(batch=made.batch, costs=Facts(product="cathode"))
    )
    credential = made.credential(RECYCLED, Facts(product="cathode"), declared=True)
    made.certify(RECYCLED, credential, declaration=declared)
    yield "certificate-on-a-declaration", made.forged(), "verified", {}
    yield from _products()
    pack = made.forged()
    redacted(pack, lambda index, section: section == "costs")
    yield (
        "certificate-on-a-declaration-withheld",
        pack,
        "unchecked",
        {"missing": ("certificate",), "withheld": ("declared",)},
    )
    made = Certified()
    made.certify(RECYCLED)
    pack = made.forged()
    redacted(pack, lambda index, section: index == made.firms.at(made.collected))
    yield (
        "certificate-of-masses-withheld",
        pack,
        "unchecked",
        {
            "missing": ("certificate",),
            "withheld": ("assay", "balance", "content", "mass", "mass"),
        },
    )
    pack = made.forged()
    redacted(pack, lambda index, section: index == len(pack.lines) - 1)
    yield (
        "certificate-with-its-statement-withheld",
        pack,
        "unchecked",
        {"missing": ("certificate",), "withheld": ("certified",)},
    )
    pack = made.forged()
    del pack.lines[-1]
    yield (
        "certificate-without-its-statement",
        pack,
        "unchecked",
        {"missing": ("certificate",)},
    )
    pack = made.forged(policies={})
    yield (
        "certificate-without-its-policy",
        pack,
        "unchecked",
        {"missing": ("certificate",)},
    )


def _altered() -> Iterator[Made]:
    made = Certified()
    identity = made.certify(RECYCLED)
    other = certificates.sign_certificate(better(credential_of(made, identity)), TestKey("other"))
    header, _, signature = made.texts[identity].split(".")
    altered = ".".join((header, other.split(".")[1], signature))
    yield (
        "certificate-with-a-figure-altered",
        made.forged(certificates={identity: altered}),
        "false",
        {"failures": ("certificate-false", "figures-false", "log-commits-otherwise")},
    )
    resigned = certificates.sign_certificate(better(credential_of(made, identity)), KEY)
    yield (
        "certificate-with-a-figure-signed-anew",
        made.forged(certificates={identity: resigned}),
        "false",
        {"failures": ("figures-false", "log-commits-otherwise")},
    )
    made = Certified()
    made.certify(RECYCLED, better(made.credential(RECYCLED)))
    yield (
        "certificate-of-a-figure-that-does-not-follow",
        made.forged(),
        "false",
        {"failures": ("figures-false",)},
    )
    made = Certified()
    made.certify(RECYCLED, key=TestKey("other"))
    yield (
        "certificate-signed-by-another",
        made.forged(),
        "false",
        {"failures": ("issuer-key-unknown",)},
    )
    made = Certified()
    other = certificates.batch_digest(certificate_id("certificate 0"), f"{made.collected}.0")
    made.certify(RECYCLED, with_provenance(made.credential(RECYCLED), batch_digest=other))
    yield (
        "certificate-of-another-batch",
        made.forged(),
        "false",
        {"failures": ("batch-differs", "figures-false", "log-commits-otherwise")},
    )
    made = Certified()
    credential = made.credential(RECYCLED)
    made.firms.add("miner", made.firms.extracted(copper("1")))
    made.certify(RECYCLED, credential, size=len(made.firms.earlier))
    yield (
        "certificate-of-another-size-than-logged",
        made.forged(),
        "false",
        {"failures": ("log-commits-otherwise",)},
    )
    made = Certified()
    early = with_provenance(made.credential(RECYCLED), size=made.firms.at(made.mined) + 1)
    made.certify(RECYCLED, early, size=len(made.firms.earlier))
    yield (
        "certificate-as-of-a-log-without-its-batch",
        made.forged(),
        "false",
        {"failures": ("log-commits-otherwise", "size-false"), "missing": ("certificate",)},
    )


def _products() -> Iterator[Made]:
    """A policy that asks which product it is: the certificate says what was declared, beside what the batch is."""
    policy = msgspec.structs.replace(
        RECYCLED,
        id="own.cathode",
        scope=msgspec.structs.replace(RECYCLED.scope, products=("anode", "cathode")),
    )
    for name, product, result, found in (
        ("the-declared", "cathode", "verified", {}),
        ("another", "anode", "false", {"failures": ("figures-false",)}),
    ):
        made = Certified()
        facts = Facts(product="cathode")
        declared = made.firms.add("recycler", Declaration(batch=made.batch, costs=facts))
        credential = made.credential(policy, Facts(product=product), declared=True)
        made.certify(policy, credential, declaration=declared)
        yield f"certificate-of-{name}-product", made.forged(), result, found


def _worded() -> Iterator[Made]:
    """What does not follow beside figures that do."""
    law = Regulation(
        id="https://law.example/magnets", name="The law of magnets", type=("Regulation",)
    )
    plain = Certified().credential(RECYCLED)
    said = plain.assessment
    (criterion,) = said.assessment_criteria
    stricter = msgspec.structs.replace(criterion, description="at least 99 %")
    (evidence,) = said.evidence
    for name, changed in (
        ("with-a-condition-left-out", {"specified_condition": said.specified_condition[1:]}),
        ("with-a-condition-of-its-own", {"specified_condition": ("It says all there is.",)}),
        ("with-a-regulation-of-its-own", {"reference_regulation": (law,)}),
        ("without-its-standards", {"reference_standard": ()}),
        ("with-another-criterion", {"assessment_criteria": (stricter,)}),
        (
            "with-another-topic",
            {
                "conformity_topic": (
                    msgspec.structs.replace(said.conformity_topic[0], name="carbon"),
                )
            },
        ),
        (
            "with-evidence-of-another-name",
            {"evidence": (msgspec.structs.replace(evidence, link_name="An audit"),)},
        ),
    ):
        made = Certified()
        made.certify(RECYCLED, with_assessment(made.credential(RECYCLED), **changed))
        yield f"certificate-{name}", made.forged(), "false", {"failures": ("figures-false",)}
    made = Certified()
    made.certify(RECYCLED, msgspec.structs.replace(plain, name="DFARS 252.225-7052"))
    yield "certificate-of-another-name", made.forged(), "false", {"failures": ("figures-false",)}


def _policies() -> Iterator[Made]:
    lenient = policy_named("claim.recycled?share=0.1&class=post_consumer")
    made = Certified()
    made.certify(RECYCLED)
    yield (
        "certificate-with-another-policy-in-its-place",
        made.forged(policies={digest(RECYCLED): definition(lenient)}),
        "false",
        {"failures": ("pack-malformed",)},
    )
    made = Certified()
    made.certify(lenient, policy=digest(RECYCLED))
    yield (
        "certificate-by-another-policy-than-logged",
        made.forged(),
        "false",
        {"failures": ("log-commits-otherwise",)},
    )
    made = Certified()
    credential = with_provenance(made.credential(lenient), policy="iso.14021")
    made.certify(lenient, credential)
    yield (
        "certificate-that-names-another-policy",
        made.forged(),
        "false",
        {"failures": ("figures-false", "policy-differs")},
    )
    strict = policy_named("claim.recycled?share=0.9&class=post_consumer")
    (row,) = strict.row
    nothing = tuple(msgspec.structs.replace(each, at_least="0") for each in row.test)
    made = Certified()
    made.certify(msgspec.structs.replace(strict, row=(msgspec.structs.replace(row, test=nothing),)))
    yield (
        "certificate-by-a-policy-that-ships-otherwise",
        made.forged(),
        "false",
        {"failures": ("policy-differs",)},
    )
    made = Certified()
    made.certify(msgspec.structs.replace(RECYCLED, version="0"))
    yield (
        "certificate-by-a-version-that-does-not-ship",
        made.forged(),
        "unchecked",
        {"missing": ("certificate",)},
    )


MAKERS = (_whole, _altered, _worded, _policies)
"""Packs and what an audit finds."""
