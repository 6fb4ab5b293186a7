"""Packs of which the certificates are suspended, lifted, fallen, or should have been: their status, and whether they still pass."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from provenite_proto import certificate as certificates
from provenite_proto.policy import Facts, policy_named
from provenite_proto.record import (
    Declaration,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    Validity,
)
from tests.proto.forging import Made

from .audit_certificates import (
    HOUR,
    KEY,
    RECYCLED,
    Certified,
    maker,
    with_provenance,
)
from .keys import AUDIENCE, START, TestKey


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
        ("batch", other, maker(other)),
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
    brief = msgspec.structs.replace(RECYCLED, id="own.brief", as_of=made.day, verify_by=made.day)
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
    before = made.firms.at(maker(made)) + 1
    credential = made.credential(RECYCLED, size=before)
    size = len(made.firms.earlier)
    made.certify(RECYCLED, with_provenance(credential, size=size))
    yield (
        "certificate-of-what-had-fallen-before",
        made.forged(),
        "false",
        {"failures": ("figures-false",)},
    )


def _void() -> Iterator[Made]:
    """A stolen key has made the batch, as the log says before it is certified by what anything passes."""
    anything = policy_named("claim.recycled?share=0&class=post_consumer")
    for name, newer in (("of-a-stolen-key", False), ("of-a-stolen-key-with-a-newer-one", True)):
        made = Certified()
        firms = made.firms
        if newer:
            firms.add("recycler", firms.key(firms.ids["recycler"], TestKey("newer")))
        firms.add(
            "registrar",
            Revocation(
                key=firms.keys["recycler"].key_id,
                reason=RevocationReason.KEY_COMPROMISE,
                compromised_at=datetime.fromtimestamp(START, UTC),
            ),
        )
        text = certificates.sign_certificate(made.credential(anything), KEY)
        made.log(text, anything, admitted=False)
        yield (
            f"certificate-of-a-batch-{name}",
            made.forged(),
            "false",
            {"failures": ("batch-retracted", "figures-false"), "missing": ("certificate",) * 2},
        )


MAKERS = (_standing, _fallen, _withdrawn, _void)
"""Packs and what an audit finds."""
