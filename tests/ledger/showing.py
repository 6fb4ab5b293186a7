"""Certificates to be shown: of what a policy measured, for whom, and how they stand."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from hypothesis import strategies as st

from provenite_ledger.pages import Shown
from provenite_proto import certificate as certificates
from provenite_proto.certificate import Issuance
from provenite_proto.policy import Policy, policy_named
from provenite_proto.policy.answers import AssessmentAnswer, FigureAnswer
from provenite_proto.policy.model import Citation
from tests.proto.certifying import ISSUANCE, KEY, NOW, assessment
from tests.proto.making.keys import digest_of

AT = NOW + timedelta(days=1)
STATEMENT = digest_of("certificate statement")
INDEX = 1_234
RECYCLED = policy_named("claim.recycled?class=post_consumer&share=0.2")
NOWHERE = policy_named("claim.non-covered-nation")


def figure(
    test: str,
    of: str,
    lower: str,
    upper: str | None = None,
    *,
    at_least: str | None = None,
    below: str | None = None,
) -> FigureAnswer:
    return FigureAnswer(
        test=test,
        of=of,
        lower="1",
        upper="1",
        whole="1",
        lower_share=lower,
        upper_share=upper or lower,
        verdict="pass",
        at_least=at_least,
        below=below,
    )


RECYCLED_FIGURES = (
    figure("of the class post_consumer", "Nd", "0.2418", "0.311", at_least="0.2"),
    figure("of the class post_consumer", "Pr", "0.2207", at_least="0.2"),
)


def shown(
    policy: Policy = RECYCLED,
    figures: Sequence[FigureAnswer] = RECYCLED_FIGURES,
    *,
    issuance: Issuance = ISSUANCE,
    exemption: str | None = None,
    row: int = 1,
) -> Shown:
    """Valid, a day after it was issued; `replaced` makes another of it."""
    found: AssessmentAnswer = msgspec.structs.replace(
        assessment(policy), figures=tuple(figures), exemption=exemption, row=row, notes=()
    )
    lasting = msgspec.structs.replace(policy, verify_by=NOW.date() + timedelta(days=400))
    credential = certificates.credential(issuance, lasting, found)
    return Shown(
        credential=credential,
        jwt=certificates.sign_certificate(credential, KEY),
        policy=policy,
        status="valid",
        index=INDEX,
        statement=STATEMENT,
        at=AT,
    )


replaced = msgspec.structs.replace
SUSPENDED = replaced(shown(), status="suspended", since=AT, reason="An assay was withdrawn")
STANDINGS = {
    "valid": shown(),
    "suspended": SUSPENDED,
    "revoked": replaced(shown(), status="revoked", since=AT, reason="It was issued in error"),
    "expired": replaced(shown(), at=NOW + timedelta(days=800)),
}


MARKUP = "</p><script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;{{ 7*7 }}"


def hostile() -> Shown:
    """All texts that others may have written are markup."""
    policy = replaced(
        RECYCLED,
        title=MARKUP,
        summary=MARKUP,
        caveat=(MARKUP,),
        source=(Citation(title=MARKUP, confidence="high"),),
    )
    issuance = replaced(ISSUANCE, holder=MARKUP, lot=MARKUP, issuer=MARKUP)
    made = shown(policy, [figure(MARKUP, MARKUP, "0.5", at_least="0.2")], issuance=issuance)
    return replaced(made, status="suspended", reason=MARKUP)


def crowded(letter: str, *, tests: int = 12, figures: int = 32, own: bool = False) -> Shown:
    """All texts as long as they may be, in words of this letter, and more figures than a page has room for."""
    names = [f"{number} {_words(letter, 250)}" for number in range(tests)]
    row = replaced(
        NOWHERE.row[0],
        test=tuple(replaced(NOWHERE.row[0].test[0], name=name) for name in names),
        until=date(2027, 5, 1),
    )
    policy = replaced(
        NOWHERE,
        id="own.acme.crowded" if own else NOWHERE.id,
        title=_words(letter, 256),
        summary=_words(letter, 1_200),
        jurisdiction=_words(letter, 256),
        caveat=(_words(letter, 1_200),) * 16,
        source=(Citation(title=_words(letter, 1_200), confidence="low"),) * 16,
        row=(row,),
        attestation="required",
    )
    issuance = replaced(
        ISSUANCE, holder=letter * 256, lot=letter * 256, declared=True, product="p" * 64
    )
    elements = ("Nd", "Pr", "Dy", "Tb")
    measured = [
        figure(
            names[each % tests],
            elements[each // tests % 4],
            "0.123456789",
            "0.987654321",
            at_least="0.1",
        )
        for each in range(figures)
    ]
    made = shown(policy, measured, issuance=issuance)
    return replaced(made, status="suspended", since=AT, reason=letter * 256)


TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What turns the direction of writing: no text of a statement or a policy holds it."""


def line(longest: int = 256) -> st.SearchStrategy[str]:
    """Any text that others may have written into a statement or a policy."""
    letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=TURNING)
    return st.text(letters, min_size=1, max_size=longest)


def _words(letter: str, length: int) -> str:
    return ((letter * 11 + " ") * (length // 12)).strip()
