"""The cases of `proto/vectors/certificate/`: certificates with what comes with them, and what is to be thought of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from provenite_proto.record import StatusEntry
from provenite_proto.statement import parse
from tests.proto.certifying import (
    BATCH,
    DID,
    KEY,
    LIST,
    NOW,
    ORIGIN,
    OTHER,
    PLACE,
    credential,
    status_list,
    text,
)

from .certificate_parts import (
    DID_DOCUMENT,
    IDENTITIES,
    LISTED,
    POLICY,
    WRITTEN,
    changed,
    forged,
    good,
    listed,
    packed,
    receipt,
    statement,
)
from .keys import compact, digest_of
from .log_parts import FORK, OTHER_LOG, Case

ALL = ("signature", "dates", "status", "log", "witnesses")
ASSESSED = "credentialSubject/conformityAssessment/0"
METHOD = DID_DOCUMENT["verificationMethod"][0]


def cases() -> Iterator[tuple[str, Case]]:
    for name, case in (*relied_on(), *unread(), *unsigned(), *unlisted(), *unlogged(), *open_()):
        yield name, case | {"description": name.replace("-", " ").capitalize() + "."}


def judged(case: Case, *subjects: str, **otherwise: str | tuple[str, str]) -> Case:
    """The case with what is expected: each check holds but those given, by result or by result and slug."""
    checks = []
    for subject in subjects or ALL:
        found = otherwise.get(subject, "holds")
        result, slug = (found, "") if isinstance(found, str) else found
        checks.append({"subject": subject, "result": result} | ({"slug": slug} if slug else {}))
    results = {each["result"] for each in checks}
    whole = next((each for each in ("false", "unchecked") if each in results), "holds")
    return case | {"expected": {"result": whole, "checks": checks}}


def false(case: Case, subject: str, slug: str) -> Case:
    return judged(case, **{subject: ("false", slug)})


def relied_on() -> Iterator[tuple[str, Case]]:
    yield "all-there", judged(good())
    yield (
        "another-is-suspended",
        judged(good() | {"statusList": status_list([PLACE - 1, PLACE + 1])}),
    )
    keys = {
        "verificationMethod": [
            METHOD | {"id": f"{DID}#{OTHER.key_id}", "publicKeyJwk": jwk()},
            METHOD,
        ],
        "assertionMethod": [f"{DID}#{OTHER.key_id}", f"{DID}#{KEY.key_id}"],
    }
    yield (
        "signed-with-an-earlier-key",
        judged(good() | {"document": DID_DOCUMENT | keys, "statusList": status_list(key=OTHER)}),
    )
    by_code = good() | {
        "trusted": good()["trusted"] | {"digest": digest_of(text()), "batch": BATCH}
    }
    yield "printed-code-and-batch", judged(by_code, "copy", *ALL, "batch")
    said = {"logKey": good()["trusted"]["logKey"], "policy": POLICY, "trusted": {}}
    yield "on-the-ledgers-word", judged(good() | said, log="claimed", witnesses="claimed")
    alone = {"trusted": {"logKey": good()["trusted"]["logKey"]}}
    yield "without-witnesses", judged(good(witnesses=()) | alone, witnesses="claimed")
    behind = NOW - timedelta(seconds=300)
    yield "clock-behind", judged(good() | at(behind))
    yield (
        "last-second",
        judged(
            good()
            | at(credential().valid_until)
            | {"statusList": status_list(now=credential().valid_until)}
        ),
    )


def jwk() -> Case:
    return {"kty": "EC", "crv": "P-256", "x": OTHER.jwk.x, "y": OTHER.jwk.y or ""}


def at(time: object) -> Case:
    return {"now": moment(time)}


def moment(time: object) -> str:
    return str(time).replace(" ", "T").replace("+00:00", "Z")


def unread() -> Iterator[tuple[str, Case]]:
    def bad(jwt: str, slug: str = "certificate-malformed") -> Case:
        return {"certificate": jwt, "expected": {"badCertificate": slug}}

    def other(path: str, value: object, slug: str = "certificate-malformed") -> Case:
        return bad(forged(changed(WRITTEN, path, value)), slug)

    header = "certificate-header"
    yield "typ-jwt", bad(forged(typ="JWT"), header)
    yield "typ-of-a-statement", bad(forged(typ="provenite+sd-jwt"), header)
    yield "typ-missing", bad(forged(without="typ"), header)
    yield "alg-none", bad(forged(alg="none"), header)
    yield "alg-hs256", bad(forged(alg="HS256"), header)
    yield "alg-eddsa", bad(forged(alg="EdDSA"), header)
    yield "cty-missing", bad(forged(without="cty"), header)
    yield "key-in-the-header", bad(forged(jwk=jwk()), header)
    yield "critical-member-in-the-header", bad(forged(crit=["b64"], b64=False), header)
    yield "header-in-another-order", bad(forged(backwards=True), header)
    yield "two-parts", bad(text().rpartition(".")[0])
    yield "padding", bad(f"{text()}==")
    yield "unknown-member", other("termsOfUse", [{"type": "Free"}])
    yield "claims-of-a-jwt", other("iss", DID)
    yield "null-member", bad(forged(compact(WRITTEN)[:-1] + b',"evidence":null}'))
    yield "member-twice", bad(forged(compact(WRITTEN)[:-1] + b',"name":"Another"}'))
    yield "white-space", bad(forged(compact(WRITTEN).replace(b'","', b'", "', 1)))
    yield "members-in-another-order", bad(forged(dict(reversed(WRITTEN.items()))))
    yield "time-spelled-otherwise", other("validFrom", "2026-11-24T12:30:15+00:00")
    yield "share-as-a-number", other(f"{ASSESSED}/provenance/figures/0/lower", 0.25)
    yield (
        "context-of-another-version",
        other(
            "@context",
            [*WRITTEN["@context"][:1], "https://vocabulary.uncefact.org/untp/0.6.0/context/"],
        ),
    )
    yield "type-of-another-credential", other("type", ["VerifiableCredential"])
    yield "does-not-conform", other(f"{ASSESSED}/conformance", False)
    yield (
        "endorsed-by-an-authority",
        other("credentialSubject/assessmentLevel", "authority-mandate"),
    )
    yield "status-of-another-purpose", other("credentialStatus/statusPurpose", "revocation")
    yield "status-beyond-the-list", other("credentialStatus/statusListIndex", 131_072)
    yield "address-with-a-query", other("id", f"{WRITTEN['id']}?x=1")
    yield (
        "address-of-another-ledger",
        other("id", WRITTEN["id"].replace("ledger.", "other."), "issuer-mismatch"),
    )
    yield "issuer-of-another-ledger", other("issuer/id", "did:web:other.example", "issuer-mismatch")
    yield (
        "status-list-elsewhere",
        other(
            "credentialStatus/statusListCredential",
            "https://ledger.example.evil.example/certificates/status/0",
            "issuer-mismatch",
        ),
    )

    inconsistent = "certificate-inconsistent"
    performance = f"{ASSESSED}/assessedPerformance/0"
    yield (
        "context-elsewhere",
        other(
            "@context",
            [*WRITTEN["@context"][:2], "https://other.example/contexts/provenite-v1.jsonld"],
            "issuer-mismatch",
        ),
    )
    yield "figure-in-per-cent-of-another", other(f"{performance}/measure/value", 99.0, inconsistent)
    yield (
        "exact-figure-of-another",
        other(f"{ASSESSED}/provenance/figures/0/lower", "0.99", inconsistent),
    )
    yield "figure-left-out-in-per-cent", other(f"{ASSESSED}/assessedPerformance", [], inconsistent)
    yield (
        "policy-digest-of-another",
        other(f"{ASSESSED}/provenance/policyDigest", digest_of("another"), inconsistent),
    )
    yield "day-of-another", other(f"{ASSESSED}/provenance/asOf", "2026-11-23", inconsistent)
    yield "bit-of-another", other("credentialStatus/statusListIndex", PLACE + 1, inconsistent)


def unsigned() -> Iterator[tuple[str, Case]]:
    def signature(jwt: str, slug: str, **more: object) -> Case:
        # What the log and the list say of it holds: the ledger could have recorded such a text.
        return false(good(jwt) | more, "signature", slug)

    altered = forged(changed(WRITTEN, f"{ASSESSED}/provenance/size", 11))
    header, _, tail = text().split(".")
    yield (
        "tampered-payload",
        signature(".".join((header, altered.split(".")[1], tail)), "certificate-false"),
    )
    yield (
        "tampered-signature",
        signature(
            text()[:-2] + ("Q" if text()[-2] != "Q" else "g") + text()[-1], "certificate-false"
        ),
    )
    yield (
        "signed-by-another-key",
        signature(forged(key=OTHER, kid=f"{DID}#{KEY.key_id}"), "certificate-false"),
    )
    yield "key-not-in-the-document", signature(forged(key=OTHER), "issuer-key-unknown")
    yield (
        "kid-of-another-issuer",
        signature(forged(kid=f"did:web:other.example#{KEY.key_id}"), "issuer-mismatch"),
    )
    for name, change, slug in (
        ("document-of-another-issuer", {"id": "did:web:other.example"}, "issuer-mismatch"),
        (
            "key-retired",
            {"assertionMethod": [f"{DID}#{OTHER.key_id}"]},
            "issuer-key-retired",
        ),
        (
            "key-of-another-controller",
            method(controller="did:web:other.example"),
            "issuer-key-unknown",
        ),
        ("key-under-anothers-name", method(publicKeyJwk=jwk()), "issuer-document"),
        ("key-off-the-curve", method(publicKeyJwk=jwk() | {"y": jwk()["x"]}), "issuer-document"),
        ("document-without-keys", {"verificationMethod": []}, "issuer-document"),
    ):
        case = good() | {"document": DID_DOCUMENT | change}
        yield name, judged(case, signature=("false", slug), status=("false", slug))


def method(**members: object) -> Case:
    return {"verificationMethod": [METHOD | members]}


def unlisted() -> Iterator[tuple[str, Case]]:
    def status(text: str, slug: str) -> Case:
        return false(good() | {"statusList": text}, "status", slug)

    late = credential().valid_until + timedelta(seconds=1)
    early = NOW - timedelta(seconds=301)
    yield (
        "expired",
        false(
            good() | at(late) | {"statusList": status_list(now=late)},
            "dates",
            "certificate-expired",
        ),
    )
    yield (
        "not-yet-valid",
        false(
            good() | at(early) | {"statusList": status_list(now=early)},
            "dates",
            "certificate-early",
        ),
    )
    yield from told()
    mismatch, malformed = "status-list-mismatch", "status-list-malformed"
    yield "status-list-of-another-issuer", status(listed(issuer="did:web:other.example"), mismatch)
    yield (
        "status-list-of-another-number",
        status(listed(id=f"{ORIGIN}/certificates/status/1"), mismatch),
    )
    yield (
        "status-list-for-another-purpose",
        status(
            forged(changed(LISTED, "credentialSubject/statusPurpose", "revocation")),
            "certificate-malformed",
        ),
    )
    yield "status-list-signed-by-another-key", status(listed(key=OTHER), "issuer-key-unknown")
    yield (
        "status-list-tampered",
        status(
            ".".join(
                (
                    *status_list().split(".")[:1],
                    status_list([1]).split(".")[1],
                    status_list().split(".")[2],
                )
            ),
            "certificate-false",
        ),
    )
    yield "status-list-too-short", status(listed(packed(bytes(16_383))), malformed)
    yield "status-list-too-long", status(listed(packed(bytes(16_385))), malformed)
    yield "status-list-that-inflates", status(listed(packed(bytes(2**22))), malformed)
    yield "status-list-with-more-behind", status(listed(packed(bytes(16_384), b"more")), malformed)
    yield "status-list-cut-off", status(listed(packed(bytes(16_384))[:-8]), malformed)
    yield "status-list-in-another-base", status(listed("z" + packed(bytes(16_384))[1:]), malformed)
    yield "status-list-not-packed", status(listed("uAAAA"), malformed)


def told() -> Iterator[tuple[str, Case]]:
    """What the list marks, and what the ledger, or a pack, tells of that beside it."""
    marked = status_list([PLACE])
    both = "certificate-suspended-or-revoked"

    def case(slug: str, status: str, told_at: datetime = NOW, **more: object) -> Case:
        one = {"status": status, "by": "what its ledger answers", "toldAt": moment(told_at)}
        return false(good() | {"told": [one]} | more, "status", slug)

    before = NOW - timedelta(days=1)
    yield "marked", false(good() | {"statusList": marked}, "status", both)
    yield (
        "marked-and-told-to-be-suspended",
        case("certificate-suspended", "suspended", statusList=marked),
    )
    yield "marked-and-told-to-be-revoked", case("certificate-revoked", "revoked", statusList=marked)
    yield (
        "marked-and-told-to-have-been-suspended-before",
        case(both, "suspended", before, statusList=marked),
    )
    yield (
        "marked-and-told-to-have-been-revoked-before",
        case("certificate-revoked", "revoked", before, statusList=marked),
    )
    yield "told-to-be-suspended", case("certificate-suspended", "suspended")
    yield "told-to-have-been-revoked-before", case("certificate-revoked", "revoked", before)
    lifted = case("", "suspended", before)
    yield "told-to-have-been-suspended-before", judged(lifted, status="unchecked")
    suspended_then_revoked = case("certificate-revoked", "suspended")
    suspended_then_revoked["told"] += case("", "revoked")["told"]
    yield "told-to-be-suspended-and-to-be-revoked", suspended_then_revoked


def unlogged() -> Iterator[tuple[str, Case]]:
    made = statement(text())
    digest = parse(made, complete=False).digest

    def log(slug: str, **more: object) -> Case:
        return judged(good() | more, *ALL[:4], log=("false", slug))

    otherwise = "log-commits-otherwise"
    another = statement(text(OTHER))
    yield (
        "statement-of-another-certificate",
        log(
            otherwise,
            statement=another,
            receipt=receipt(parse(another, complete=False).digest, 1, 2),
        ),
    )
    foreign = statement(text(), audience="https://other.example")
    yield (
        "statement-for-another-ledger",
        log(
            otherwise,
            statement=foreign,
            receipt=receipt(parse(foreign, complete=False).digest, 1, 2),
        ),
    )
    for name, members in (
        ("policy", {"policy": digest_of("another")}),
        ("day", {"as_of": credential().provenance.as_of - timedelta(days=1)}),
        ("size", {"size": 11}),
        ("end", {"valid_until": credential().valid_until + timedelta(days=1)}),
        ("status-list", {"status": StatusEntry(list=LIST + 1, index=PLACE)}),
        ("bit", {"status": StatusEntry(list=LIST, index=PLACE + 1)}),
        ("id", {"identities": replace(IDENTITIES, certificate=digest_of("id")[:21] + "A")}),
        ("batch", {"identities": replace(IDENTITIES, batch=f"{digest_of('batch')}.1")}),
        ("party", {"identities": replace(IDENTITIES, party=digest_of("another"))}),
        ("declaration", {"identities": replace(IDENTITIES, declaration=digest_of("declared"))}),
    ):
        differs = statement(text(), **members)
        yield (
            f"statement-of-another-{name}",
            log(
                otherwise,
                statement=differs,
                receipt=receipt(parse(differs, complete=False).digest, 1, 2),
            ),
        )
    yield "statement-malformed", log(otherwise, statement=made[:-1])
    yield "recorded-before-what-it-is-of", log(otherwise, receipt=receipt(digest, 1, 2, index=11))
    yield (
        "proof-of-another-statement",
        log("inclusion-false", receipt=receipt(digest_of("x"), 1, 2)),
    )
    unknown: Case = {"trusted": {}}
    yield (
        "proof-of-another-statement-without-log-key",
        log("inclusion-false", receipt=receipt(digest_of("x"), 1, 2), **unknown),
    )
    yield (
        "statement-of-another-certificate-without-log-key",
        log(
            otherwise,
            statement=another,
            receipt=receipt(parse(another, complete=False).digest, 1, 2),
            **unknown,
        ),
    )
    yield (
        "proof-in-another-log-without-log-key",
        log("origin-mismatch", receipt=receipt(digest, log=OTHER_LOG), **unknown),
    )
    yield "proof-malformed", log("proof-malformed", receipt="c2sp.org/tlog-proof@v2\n")
    yield "proof-by-another-key", log("signature-missing", receipt=receipt(digest, log=FORK))
    foreign_log = {"trusted": {"logKey": str(OTHER_LOG.key), "policy": POLICY}}
    yield (
        "another-log",
        log("origin-mismatch", receipt=receipt(digest, log=OTHER_LOG), **foreign_log),
    )
    yield (
        "log-key-of-another-log-is-said",
        log("origin-mismatch", logKey=str(OTHER_LOG.key), trusted={}),
    )
    yield (
        "too-few-witnesses",
        judged(good(witnesses=(1,)), witnesses=("false", "quorum-missing")),
    )
    code = good() | {"trusted": good()["trusted"] | {"digest": digest_of("another")}}
    yield "code-of-another-copy", judged(code, "copy", *ALL, copy=("false", "certificate-differs"))
    batch = good() | {"trusted": good()["trusted"] | {"batch": f"{digest_of('batch')}.1"}}
    yield "batch-of-another", judged(batch, *ALL, "batch", batch=("false", "batch-differs"))


def open_() -> Iterator[tuple[str, Case]]:
    """What is not false, but could not be checked."""

    def without(*names: str) -> Case:
        return {name: value for name, value in good().items() if name not in names}

    yield (
        "alone",
        judged(
            without("document", "statusList", "statement", "receipt"),
            *ALL[:4],
            signature="unchecked",
            status="unchecked",
            log="unchecked",
        ),
    )
    yield "without-status-list", judged(without("statusList"), status="unchecked")
    yield "without-proof", judged(without("receipt"), *ALL[:4], log="unchecked")
    yield "without-log-key", judged(good() | {"trusted": {}}, *ALL[:4], log="unchecked")
    old = {"statusList": status_list(now=NOW - timedelta(days=2))}
    yield "status-list-of-the-day-before-yesterday", judged(good() | old, status="unchecked")
    said = {"policy": POLICY, "trusted": {"logKey": good()["trusted"]["logKey"]}}
    yield (
        "too-few-witnesses-by-its-own-policy",
        judged(good(witnesses=(1,)) | said, witnesses="unchecked"),
    )
