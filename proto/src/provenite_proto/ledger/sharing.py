"""Admission of grants: a firm opens sealed sections of its own statements."""

from ..problem import Problem
from ..record import AnyRecord, Audience, Grant
from .issuer import Issuer, in_order
from .register import Granted
from .state import Admission, State

SECTIONS = frozenset(name for kind in AnyRecord.__args__ for name in kind.sections)
"""The names of all sealed sections."""


def admit(record: Grant, issuer: Issuer, state: State) -> Admission:
    """The sections are open to the grantee from now on, within the period."""
    to = _grantee(record, issuer, state)
    for number, name in enumerate(record.opened):
        if name not in SECTIONS:
            raise Problem(
                "section-unknown",
                f"There is no section {name!r}; there are {', '.join(sorted(SECTIONS))}.",
                pointer=f"/record/opened/{number}",
                figures={"section": name},
            )
    for number, digest in enumerate(record.statements):
        issuer.statement(digest, f"/record/statements/{number}", state)
    in_order(record.valid_from, record.valid_until)
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        effects=(
            Granted(
                id=issuer.digest,
                recorded_at=issuer.recorded_at,
                issuer=issuer.party.id,
                opened=record.opened,
                statements=record.statements,
                to=to,
                valid_from=record.valid_from,
                valid_until=record.valid_until,
            ),
        ),
    )


def _grantee(record: Grant, issuer: Issuer, state: State) -> str | None:
    named = record.parties.to if record.parties is not None else None
    if (record.audience is Audience.PARTY) != (named is not None):
        raise Problem(
            "grant-mismatch",
            "A grant to a party names it in its section parties; one to all holders names none.",
            pointer="/record/audience",
        )
    if named is not None and named not in state.parties:
        raise Problem(
            "party-unknown",
            f"No party {named} is enrolled.",
            pointer="/record/parties/to",
            figures={"party": named},
        )
    if named == issuer.party.id:
        raise Problem(
            "grant-mismatch", "The issuer sees its own sections.", pointer="/record/parties/to"
        )
    return named
