"""How far a late fact reaches: the statements whose standing a change of the register may have changed.

In two steps, so that whoever keeps the register in tables looks up no more than what the first step names.
"""

from collections.abc import Iterable

import msgspec

from ..ledger import Accredited, Attested, Effect, Owned, Recorded, RegisteredKey
from ..record import SubjectKind
from .facts import Facts, Making


class Reach(msgspec.Struct, frozen=True):
    """The makings with one of the `statements`, at one of the `sites`, by one of the `parties`, signed with one of the `keys`.

    And, until it is `widened`, through attestations: those signed with one of the `keys`, or made under one
    of the `accredited` (party, scheme).
    """

    statements: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    accredited: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.statements or self.sites or self.parties or self.keys or self.accredited)

    def holds(self, making: Making) -> bool:
        """Whether the standing of the statement may have changed."""
        return (
            making.statement in self.statements
            or making.site in self.sites
            or making.issuer in self.parties
            or making.key_id in self.keys
        )

    def widened(self, facts: Facts) -> "Reach":
        """With what it reaches through other entries of the register.

        `facts` has at least the accreditations and ownerships signed with one of the `keys`, the
        attestations signed with one of them or made under what is then accredited, and the statements of
        all these.
        """

        def signed(statement: str) -> bool:
            return facts.statements[statement].key_id in self.keys

        accredited = self.accredited | {
            (each.party, each.scheme) for each in facts.accreditations if signed(each.id)
        }
        return _joined(
            self,
            Reach(accredited=accredited),
            *(
                _subject(each)
                for each in facts.attestations
                if (each.attester, each.scheme) in accredited or signed(each.id)
            ),
            Reach(
                parties=frozenset(each.party for each in facts.ownerships if signed(each.id)),
            ),
        )


_NOTHING = Reach()


def reach(effects: Iterable[Effect]) -> Reach:
    """What the effects of an admission reach; nothing for one that only adds to the log."""
    parts = [part for part in map(_of, effects) if part is not _NOTHING]
    return _joined(*parts) if parts else _NOTHING


def _of(effect: Effect) -> Reach:
    match effect:
        case Recorded() if effect.retracted_by is not None:
            return Reach(statements=frozenset((effect.id,)))
        case RegisteredKey() if effect.compromised_from is not None:
            return Reach(keys=frozenset((effect.id,)))
        case Attested():
            return _subject(effect)
        case Accredited():
            return Reach(accredited=frozenset(((effect.party, effect.scheme),)))
        case Owned():
            return Reach(parties=frozenset((effect.party,)))
        case _:
            return _NOTHING


def _subject(attestation: Attested) -> Reach:
    subject = frozenset((attestation.subject,))
    match attestation.kind:
        case SubjectKind.STATEMENT:
            return Reach(statements=subject)
        case SubjectKind.BATCH:
            return Reach(statements=frozenset((attestation.subject.partition(".")[0],)))
        case SubjectKind.SITE:
            return Reach(sites=subject)
        case SubjectKind.PARTY:
            return Reach(parties=subject)


def _joined(*parts: Reach) -> Reach:
    return Reach(
        *(
            frozenset().union(*(getattr(part, name) for part in parts))
            for name in Reach.__struct_fields__
        )
    )
