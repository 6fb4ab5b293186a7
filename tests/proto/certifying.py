"""A certificate to look at from all sides: its assessment, its credential, its issuer's document, its status list."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import msgspec

from provenite_proto import certificate as certificates
from provenite_proto.certificate import Credential, DidDocument, Issuance
from provenite_proto.log import log_name
from provenite_proto.policy import Outcome, Policy, digest, policy_named
from provenite_proto.policy.answers import AssessmentAnswer, FigureAnswer
from provenite_proto.statement import PublicKey
from tests.proto.making.keys import TestKey, digest_of

ORIGIN = "https://ledger.example"
DID = "did:web:ledger.example"
KEY = TestKey("certificates")
OTHER = TestKey("other certificates")
NOW = datetime(2026, 11, 24, 12, 30, 15, tzinfo=UTC)
POLICY: Policy = policy_named("claim.recycled?share=0.24&class=post_consumer")
BATCH = f"{digest_of('batch')}.0"
ID = digest_of("certificate")[:21] + "A"
LIST, PLACE = 0, 4_711

FIGURES = (
    FigureAnswer(
        test="post_consumer",
        of="Nd",
        lower="2500",
        upper="3333",
        whole="10000",
        lower_share="0.25",
        upper_share="0.3333",
        verdict="pass",
        at_least="0.24",
    ),
)


def assessment(policy: Policy = POLICY) -> AssessmentAnswer:
    return AssessmentAnswer(
        batch=BATCH,
        size=12,
        policy=policy.id,
        version=policy.version,
        digest=digest(policy),
        as_of=date(2026, 11, 24),
        outcome=Outcome.PASS,
        row=1,
        figures=FIGURES,
        notes=("Something to say along with it.",),
    )


ISSUANCE = Issuance(
    origin=ORIGIN,
    issuer="Ledger of the examples",
    log="ledger.example/log",
    id=ID,
    status_list=LIST,
    index=PLACE,
    party=digest_of("holder"),
    holder="Magnet Works",
    material="ndfeb-magnet",
    issued_at=NOW,
)


def credential(origin: str = ORIGIN, issued_at: datetime | None = None) -> Credential:
    """The certificate; with `issued_at` by a policy that still holds then, whenever that is."""
    issuance = msgspec.structs.replace(ISSUANCE, origin=origin, log=log_name(origin))
    if issued_at is None:
        return certificates.credential(issuance, POLICY, assessment())
    issuance = msgspec.structs.replace(issuance, issued_at=issued_at)
    policy = msgspec.structs.replace(POLICY, verify_by=issued_at.date() + timedelta(days=400))
    return certificates.credential(issuance, policy, assessment(policy))


def text(key: TestKey = KEY, origin: str = ORIGIN, issued_at: datetime | None = None) -> str:
    return certificates.sign_certificate(credential(origin, issued_at), key)


def document(*keys: TestKey, origin: str = ORIGIN) -> DidDocument:
    did = certificates.did_of(origin)
    return certificates.did_document(did, [PublicKey(each.jwk) for each in keys or (KEY,)])


def status_list(
    suspended: Iterable[int] = (),
    now: datetime = NOW,
    key: TestKey = KEY,
    origin: str = ORIGIN,
) -> str:
    found = certificates.status_list(origin, LIST, suspended, now)
    return certificates.sign_status_list(found, key)
