"""A batch that is certified, its statements and its pack: what the vectors of audits of certificates are made of."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from provenite_proto import certificate as certificates
from provenite_proto.certificate import Credential, Issuance
from provenite_proto.certificate.building import performances
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
    StatusEntry,
    Validity,
)
from provenite_proto.replay import Replay
from provenite_proto.statement import PublicKey
from tests.proto.forging import Forged, forged
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
        admitted: bool = True,
        **members: Any,
    ) -> str:
        """Let the log commit to the text, as it does to every certificate; `members` of the statement are others.

        An operator logs it all the same when it is not `admitted`.
        """
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
        says = self.firms.add if admitted else self.firms.say
        self.statements.append(says("registrar", msgspec.structs.replace(record, **members)))
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


def credential_of(made: Certified, identity: str) -> Credential:
    """What a certificate that was issued says."""
    return certificates.read_certificate(made.texts[identity]).credential


def maker(made: Certified) -> str:
    """The statement that made the batch."""
    return made.batch.partition(".")[0]


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
