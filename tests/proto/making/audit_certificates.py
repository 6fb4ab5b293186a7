"""Packs with certificates: what holds, and what an operator, or somebody on the way, makes of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from provenite_proto import certificate as certificates
from provenite_proto.certificate import Credential, Issuance
from provenite_proto.certificate.building import performances
from provenite_proto.certificate.model import Regulation
from provenite_proto.content import LENSES
from provenite_proto.log import log_name
from provenite_proto.pack import Issued
from provenite_proto.policy import (
    Assessment,
    Facts,
    Part,
    Policy,
    assess,
    definition,
    digest,
    lenses_needed,
    policy_named,
)
from provenite_proto.policy.answers import answer
from provenite_proto.record import (
    Certificate,
    CertificateIdentities,
    CertificateStatus,
    Declaration,
    Retraction,
    RetractionReason,
    StatusEntry,
    Validity,
)
from provenite_proto.replay import Replay
from provenite_proto.statement import PublicKey
from tests.proto.forging import Forged, Made, forged, redacted
from tests.proto.packing import claimed

from .certifying import certificate_id
from .firms import Firms
from .keys import AUDIENCE, TestKey
from .models import copper

KEY = TestKey("certificates")
DID = certificates.did_of(AUDIENCE)
RECYCLED = policy_named("claim.recycled?share=0.24&class=post_consumer")
CLEAR = policy_named("claim.non-covered-nation")
HOUR = 3_600
NO_FACTS = Facts()


class Certified:
    """A recycler makes copper of 60 kg that were mined and 40 that were collected, and has it certified.

    `certify` issues a certificate as a ledger does, and logs it; what is `issued` goes into the pack.
    """

    def __init__(self, mined_in: str = "CL") -> None:
        self.firms = Firms("miner", "recycler", "auditor")
        firms = self.firms
        self.mined = firms.add("miner", firms.extracted(copper("60"), country=mined_in))
        sent = firms.delivered("miner", "recycler", {f"{self.mined}.0": "60"})
        self.collected = firms.add("recycler", firms.collected(copper("40")))
        made = firms.add(
            "recycler",
            firms.transformed(
                {f"{sent}.0": "60", f"{self.collected}.0": "40"}, copper("100"), country="BE"
            ),
        )
        self.batch = f"{made}.0"
        self.texts: dict[str, str] = {}
        self.policies: dict[str, bytes] = {}
        self.statements: list[str] = []
        self.suspended: list[int] = []

    def assessed(self, policy: Policy, facts: Facts, size: int) -> Assessment:
        """By a replay of the first statements, through the policy's lenses."""
        day = self.day
        replay = Replay(AUDIENCE, {*LENSES.values(), *lenses_needed(policy, facts, day)})
        for step in self.firms.earlier[:size]:
            replay.add(step["statement"], step["recordedAt"])
        batch = replay.state.batches[self.batch]
        part = Part(batch.material, batch.mass, replay.content(self.batch))
        return assess(policy, [part], facts, day)

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.firms.now, UTC).date()

    def credential(
        self,
        policy: Policy,
        facts: Facts = NO_FACTS,
        *,
        declared: bool = False,
        size: int | None = None,
    ) -> Credential:
        """What a ledger certifies of the batch as the log is now."""
        number = len(self.texts)
        size = len(self.firms.earlier) if size is None else size
        found = answer(self.batch, size, self.assessed(policy, facts, size), ())
        return certificates.credential(
            Issuance(
                origin=AUDIENCE,
                issuer="The ledger of the examples",
                log=log_name(AUDIENCE),
                id=certificate_id(f"certificate {number}"),
                status_list=0,
                index=number,
                party=self.firms.ids["recycler"],
                holder="Recycler",
                material="copper-cathode",
                issued_at=self.firms.time(),
                product=facts.product,
                declared=declared,
            ),
            policy,
            found,
        )

    def certify(
        self,
        policy: Policy = RECYCLED,
        credential: Credential | None = None,
        /,
        *,
        declaration: str | None = None,
        key: TestKey = KEY,
        carries: Policy | None = None,
        **members: Any,
    ) -> str:
        """Issue a credential, or this one, and log the statement, of which `members` are others; its id."""
        credential = credential or self.credential(policy)
        text = certificates.sign_certificate(credential, key)
        return self.log(text, policy, declaration=declaration, carries=carries, **members)

    def log(
        self,
        text: str,
        policy: Policy,
        /,
        *,
        declaration: str | None = None,
        carries: Policy | None = None,
        **members: Any,
    ) -> str:
        """Let the log commit to the text, as it does to every certificate; `members` of the statement are others."""
        found = certificates.read_certificate(text)
        said, entry = found.credential.provenance, found.credential.credential_status
        record = Certificate(
            credential=found.digest,
            policy=said.policy_digest,
            as_of=said.as_of,
            size=said.size,
            valid_until=found.credential.valid_until,
            status=StatusEntry(list=0, index=entry.status_list_index),
            identities=CertificateIdentities(
                certificate=found.id,
                party=self.firms.ids["recycler"],
                batch=self.batch,
                declaration=declaration,
            ),
        )
        self.statements.append(
            self.firms.add("registrar", msgspec.structs.replace(record, **members))
        )
        self.texts[found.id] = text
        carried = carries or policy
        self.policies[digest(carried)] = definition(carried)
        return found.id

    def stands(self, status: Validity, number: int = 0) -> None:
        """Let the log say how a certificate stands, and its bit too."""
        self.firms.add(
            "registrar",
            CertificateStatus(
                certificate=self.statements[number], status=status, reason="It no longer passes."
            ),
        )
        if status is Validity.VALID:
            self.suspended.remove(number)
        elif number not in self.suspended:
            self.suspended.append(number)

    def issued(self, suspended: Iterable[int] | None = None, later: int = 0) -> Issued:
        """What a ledger puts into the pack; its status list was signed so many seconds later than the pack is made."""
        now = datetime.fromtimestamp(self.firms.earlier[-1]["recordedAt"] + later, UTC)
        bits = self.suspended if suspended is None else suspended
        found = certificates.status_list(AUDIENCE, 0, bits, now)
        document = certificates.did_document(DID, [PublicKey(KEY.jwk)])
        return Issued(
            certificates=dict(self.texts),
            policies=dict(self.policies),
            did=msgspec.json.encode(document),
            status_lists={0: certificates.sign_status_list(found, KEY)},
        )

    def forged(self, **members: Any) -> Forged:
        """The pack, with `members` of what is issued replaced."""
        made = forged(self.firms, self.batch, claimed(self.firms.replay.content(self.batch)))
        made.issued = msgspec.structs.replace(self.issued(), **members)
        return made


def _credential(made: Certified, identity: str) -> Credential:
    """What a certificate that was issued says."""
    return certificates.read_certificate(made.texts[identity]).credential


def with_provenance(credential: Credential, **members: Any) -> Credential:
    """A credential that says other things of what was computed."""
    subject = credential.credential_subject
    assessment = subject.conformity_assessment[0]
    provenance = msgspec.structs.replace(assessment.provenance, **members)
    assessment = msgspec.structs.replace(
        assessment,
        provenance=provenance,
        assessed_performance=performances(credential.id, provenance.policy, provenance.figures),
    )
    subject = msgspec.structs.replace(subject, conformity_assessment=(assessment,))
    return msgspec.structs.replace(credential, credential_subject=subject)


def with_assessment(credential: Credential, **members: Any) -> Credential:
    """A credential that says other things in the terms of UNTP."""
    subject = credential.credential_subject
    assessment = msgspec.structs.replace(subject.conformity_assessment[0], **members)
    subject = msgspec.structs.replace(subject, conformity_assessment=(assessment,))
    return msgspec.structs.replace(credential, credential_subject=subject)


def better(credential: Credential) -> Credential:
    """A credential whose figure is a tenth higher."""
    (figure,) = credential.provenance.figures
    more = msgspec.structs.replace(figure, lower="0.5", upper="0.5")
    return with_provenance(credential, figures=(more,))


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
        {"missing": ("certificate",) * 2},
    )


def _altered() -> Iterator[Made]:
    made = Certified()
    identity = made.certify(RECYCLED)
    other = certificates.sign_certificate(better(_credential(made, identity)), TestKey("other"))
    header, _, signature = made.texts[identity].split(".")
    altered = ".".join((header, other.split(".")[1], signature))
    yield (
        "certificate-with-a-figure-altered",
        made.forged(certificates={identity: altered}),
        "false",
        {"failures": ("certificate-false", "figures-false", "log-commits-otherwise")},
    )
    resigned = certificates.sign_certificate(better(_credential(made, identity)), KEY)
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
        RECYCLED, scope=msgspec.structs.replace(RECYCLED.scope, products=("anode", "cathode"))
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


def _standing() -> Iterator[Made]:
    made = Certified()
    made.certify(RECYCLED)
    made.stands(Validity.SUSPENDED)
    yield "certificate-suspended", made.forged(), "verified", {}
    lists = made.issued(suspended=(), later=HOUR).status_lists
    pack = made.forged(status_lists=lists)
    pack.created = pack.lines[-1].recorded_at + HOUR
    yield (
        "certificate-suspended-and-its-list-does-not-say-so",
        pack,
        "false",
        {"failures": ("status-false",)},
    )
    older = made.issued(suspended=(), later=-2 * HOUR).status_lists
    yield (
        "certificate-suspended-after-its-list-was-signed",
        made.forged(status_lists=older),
        "unchecked",
        {"missing": ("certificate",)},
    )
    made.stands(Validity.VALID)
    yield "certificate-reinstated", made.forged(), "verified", {}
    yield (
        "certificate-suspended-by-what-is-not-carried",
        made.forged(status_lists=made.issued(suspended=(0,)).status_lists),
        "unchecked",
        {"missing": ("certificate",)},
    )
    old = made.issued(later=-2 * 24 * HOUR).status_lists
    yield (
        "certificate-with-a-list-of-another-day",
        made.forged(status_lists=old),
        "unchecked",
        {"missing": ("certificate",)},
    )
    strange = certificates.status_list(AUDIENCE, 0, (), made.firms.time())
    signed = certificates.sign_status_list(strange, TestKey("other"))
    yield (
        "certificate-with-a-list-signed-by-another",
        made.forged(status_lists={0: signed}),
        "false",
        {"failures": ("issuer-key-unknown",)},
    )
    yield (
        "certificate-without-a-list",
        made.forged(status_lists={}),
        "unchecked",
        {"missing": ("certificate",)},
    )


def _maker(made: Certified) -> str:
    return made.batch.partition(".")[0]


def _withdrawn() -> Iterator[Made]:
    """What a certificate rests on stands no more, whatever its figures would be."""
    made = Certified()
    declared = made.firms.add(
        "recycler", Declaration(batch=made.batch, costs=Facts(product="cathode"))
    )
    credential = made.credential(RECYCLED, Facts(product="cathode"), declared=True)
    made.certify(RECYCLED, credential, declaration=declared)
    other = Certified()
    other.certify(RECYCLED)
    for name, certified, what in (
        ("declaration", made, declared),
        ("batch", other, _maker(other)),
    ):
        reason = RetractionReason.INCORRECT_DATA
        certified.firms.add("recycler", Retraction(statement=what, reason=reason))
        pack = certified.forged()
        yield (
            f"certificate-whose-{name}-was-just-retracted",
            pack,
            "unchecked",
            {"missing": ("certificate",)},
        )
        pack.created = pack.lines[-1].recorded_at + HOUR + 1
        yield (
            f"certificate-whose-{name}-was-retracted-long-ago",
            pack,
            "false",
            {"failures": ("suspension-missing",)},
        )
        certified.stands(Validity.SUSPENDED)
        yield (
            f"certificate-suspended-with-its-{name}",
            certified.forged(),
            "verified",
            {},
        )


def _fallen() -> Iterator[Made]:
    """What was collected was retracted after the certificate was issued."""
    made = Certified()
    made.certify(RECYCLED)
    made.firms.add("recycler", Retraction(statement=made.collected, reason=RetractionReason.FRAUD))
    yield (
        "certificate-that-has-just-fallen",
        made.forged(),
        "unchecked",
        {"missing": ("certificate",)},
    )
    pack = made.forged()
    pack.created = pack.lines[-1].recorded_at + HOUR + 1
    yield (
        "certificate-that-has-fallen-and-was-not-suspended",
        pack,
        "false",
        {"failures": ("suspension-missing",)},
    )
    # Its suspension is behind what witnesses have seen, and so behind what is in the pack.
    pack.issued = made.issued(suspended=(0,), later=HOUR)
    yield (
        "certificate-that-has-fallen-and-is-suspended-in-the-list-alone",
        pack,
        "unchecked",
        {"missing": ("certificate",) * 2},
    )
    made.stands(Validity.SUSPENDED)
    yield "certificate-that-has-fallen-and-was-suspended", made.forged(), "verified", {}
    made = Certified()
    brief = msgspec.structs.replace(RECYCLED, as_of=made.day, verify_by=made.day)
    made.certify(brief)
    made.firms.idle = 24 * HOUR
    made.firms.add("recycler", Retraction(statement=made.collected, reason=RetractionReason.FRAUD))
    pack = made.forged()
    pack.created = pack.lines[-1].recorded_at + HOUR + 1
    yield (
        "certificate-that-had-ended-when-it-fell",
        pack,
        "unchecked",
        {"missing": ("certificate",)},
    )
    made = Certified()
    made.firms.add("recycler", Retraction(statement=made.collected, reason=RetractionReason.FRAUD))
    before = made.firms.at(_maker(made)) + 1
    credential = made.credential(RECYCLED, size=before)
    size = len(made.firms.earlier)
    made.certify(RECYCLED, with_provenance(credential, size=size))
    yield (
        "certificate-of-what-had-fallen-before",
        made.forged(),
        "false",
        {"failures": ("figures-false",)},
    )


MAKERS = (_whole, _altered, _worded, _policies, _standing, _fallen, _withdrawn)
"""Packs and what an audit finds."""
