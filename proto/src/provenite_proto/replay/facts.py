"""From the register to a `Standing`: what later statements say of one that made batches.

Pure, and a function of the log's statements alone: of all that is recorded, whenever it was recorded.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from ..content import UNKNOWN, Standing
from ..content.standing import Attested as AttestedLabel
from ..ledger import Accredited, Attested, Effect, Owned, Recorded, RegisteredKey
from ..ledger.vouching import accredited, disowned, owned, within
from ..record import Collection, Extraction, SubjectKind, Transformation

_Entry = TypeVar("_Entry", bound=Any)


class Making(msgspec.Struct, frozen=True):
    """A statement that made batches: what the facts about it depend on.

    `recorded_at` in seconds since 1970; `site` as far as the issuer says.
    """

    statement: str
    issuer: str
    key_id: str
    recorded_at: int
    site: str | None
    occurred_at: datetime
    proxy: bool


class Facts(msgspec.Struct, frozen=True):
    """What the register has about a statement; more than that does no harm.

    `keys` by id: the statement's, and those that signed the other entries. `statements` by digest: the
    statement and those of the other entries. `attestations` about the statement, its batches, its site and
    its issuer; `accreditations` of their attesters; `ownerships` of the issuer.
    """

    keys: Mapping[str, RegisteredKey]
    statements: Mapping[str, Recorded]
    attestations: Iterable[Attested]
    accreditations: Iterable[Accredited]
    ownerships: Iterable[Owned]

    def owned_up(self, statement: str) -> bool:
        """Whether a statement was not disowned."""
        recorded = self.statements[statement]
        return not disowned(recorded.recorded_at, self.keys[recorded.key_id].compromised_from)

    def stands(self, statement: str) -> bool:
        """Whether a statement was neither retracted nor disowned."""
        return self.statements[statement].retracted_by is None and self.owned_up(statement)

    def after(self, effects: Iterable[Effect]) -> "Facts":
        """What the register would have after these effects of an admission."""
        effects = tuple(effects)

        def changed(entries: Iterable[_Entry], kind: type[_Entry]) -> dict[str, _Entry]:
            news = (each for each in effects if isinstance(each, kind))
            return {each.id: each for each in (*entries, *news)}

        return Facts(
            keys=changed(self.keys.values(), RegisteredKey),
            statements=changed(self.statements.values(), Recorded),
            attestations=changed(self.attestations, Attested).values(),
            accreditations=changed(self.accreditations, Accredited).values(),
            ownerships=changed(self.ownerships, Owned).values(),
        )


def making_of(record: Extraction | Collection | Transformation, recorded: Recorded) -> Making:
    """The statement, from its record and its entry in the state."""
    return Making(
        statement=recorded.id,
        issuer=recorded.issuer,
        key_id=recorded.key_id,
        recorded_at=recorded.recorded_at,
        site=record.identities.site if record.identities else None,
        occurred_at=record.occurred_at,
        proxy=record.proxy,
    )


def standing(making: Making, facts: Facts) -> Standing:
    """Whether the statement is void, whether it is attested, and who controlled its issuer.

    It is attested when somebody accredited found that it conforms, and nobody accredited that it does not.
    A proxy stays one until the supplier has countersigned that it conforms; who controls the supplier is
    not known.
    """
    about = [
        each
        for each in facts.attestations
        if covers(each, making) and not each.retracted and facts.stands(each.id)
    ]
    return Standing(
        void=not facts.stands(making.statement),
        attested=_attested(making.proxy, about, facts),
        controllers=_controllers(making, facts),
    )


def _attested(proxy: bool, about: list[Attested], facts: Facts) -> AttestedLabel:
    if proxy and not any(each.countersigns and each.conforms for each in about):
        return "proxy"
    vouching = [each for each in about if not each.countersigns]
    attesters = {each.attester for each in vouching}
    # One that was withdrawn later held when the attestation was recorded.
    accreditations = [
        each for each in facts.accreditations if each.party in attesters and facts.owned_up(each.id)
    ]
    outcomes = {
        each.conforms
        for each in vouching
        if accredited(accreditations, each.attester, each.scheme, each.recorded_at)
    }
    return "attested" if outcomes == {True} else "not_attested"


def covers(attestation: Attested, making: Making) -> bool:
    """Whether the attestation speaks of the statement: of it, a batch of it, its site or its issuer at the time."""
    match attestation.kind:
        case SubjectKind.STATEMENT:
            return attestation.subject == making.statement
        case SubjectKind.BATCH:
            return attestation.subject.partition(".")[0] == making.statement
        case SubjectKind.SITE:
            subject = making.site
        case SubjectKind.PARTY:
            subject = making.issuer
    return attestation.subject == subject and within(
        making.occurred_at, attestation.valid_from, attestation.valid_until
    )


def _controllers(making: Making, facts: Facts) -> tuple[str, ...]:
    if making.proxy:
        # The supplier had the matter in hand, and nobody says here who controls it.
        return (UNKNOWN,)
    newest = owned(
        facts.ownerships,
        making.issuer,
        making.occurred_at,
        lambda each: not each.retracted and facts.stands(each.id),
    )
    return (UNKNOWN,) if newest is None else newest.controllers
