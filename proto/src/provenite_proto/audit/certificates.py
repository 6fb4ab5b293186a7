"""The certificates of the audited batch: whether each is what the log commits to, and follows from the statements.

What is withheld or not carried leaves a check open: it never counts as holding.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ..certificate import (
    BadCertificate,
    Certificate,
    CertifiedFigure,
    Check,
    DidDocument,
    batch_digest,
    certified,
    did_url,
    numbered,
    overstates,
    reassessed,
)
from ..certificate.committing import otherwise
from ..certificate.verdict import claimed, false, holds, together, unchecked
from ..log import log_name
from ..pack import Certified, Head
from ..policy import (
    OWN,
    Assessment,
    Facts,
    Outcome,
    Policy,
    asked_as,
    has_shipped_version,
    is_own,
    is_shipped,
)
from ..policy.answers import answer
from ..policy.wording import threshold_of
from ..record import Validity
from .asked import Asked
from .assessing import Assessing, Question, Unanswered
from .committed import Commitment, Committing, Standing
from .listed import Listed, listed, status
from .rewriting import differing
from .verdict import CertificateVerdict, FigureVerdict

PATIENCE = 3_600
"""Seconds within which a ledger has suspended what no longer follows."""


class Presented(msgspec.Struct, frozen=True, kw_only=True):
    """What the auditor brings beside a pack: certificates of its batch, the issuer's DID document, policies by digest.

    And what he `asked` of the batch besides.
    """

    certificates: tuple[Certificate, ...] = ()
    did: DidDocument | None = None
    policies: Mapping[str, Policy] = {}
    asked: tuple[Asked, ...] = ()


class _Seen(msgspec.Struct, frozen=True):
    """A certificate with what the statements say of it."""

    certificate: Certificate
    carried: bool
    commitment: Commitment | None
    standing: Standing | None


_Answer = Assessment | Unanswered


class Certificates:
    """Audits all certificates of a pack, and those that are brought, once all statements are taken."""

    def __init__(
        self, head: Head, carried: Certified, presented: Presented, committing: Committing
    ) -> None:
        self._head = head
        self._carried = carried
        self._presented = presented
        self._committing = committing

    def verdicts(self, assessing: Assessing) -> tuple[CertificateVerdict, ...]:
        """Those that are brought, then those that the pack carries besides."""
        brought = {each.digest for each in self._presented.certificates}
        all_of = [
            *self._presented.certificates,
            *(each for each in self._carried.certificates if each.digest not in brought),
        ]
        inside = {each.digest for each in self._carried.certificates}
        seen = [self._seen(each, carried=each.digest in inside) for each in all_of]
        questions = [self._questions(each) for each in seen]
        asked = [each for pair in questions if not isinstance(pair, Unanswered) for each in pair]
        answers = iter(assessing.answers(asked))
        return tuple(
            self._verdict(each, pair, pair)
            if isinstance(pair, Unanswered)
            else self._verdict(each, next(answers), next(answers))
            for each, pair in zip(seen, questions, strict=True)
        )

    def _seen(self, certificate: Certificate, *, carried: bool) -> _Seen:
        found = self._committing.commitment(certificate)
        standing = None if found is None else self._committing.standing(found)
        return _Seen(certificate, carried, found, standing)

    def _verdict(self, seen: _Seen, then: _Answer, now: _Answer) -> CertificateVerdict:
        certificate = seen.certificate
        said = certificate.credential.provenance
        document = self._presented.did or self._carried.did
        lists, created = self._carried.status_lists, self._head.created
        on_list = listed(certificate, lists, document, created)
        checks = (
            self._signature(certificate),
            self._batch(certificate),
            self._log(seen),
            self._policy(certificate),
            status(on_list, seen.standing),
            self._recomputed(seen, then),
            self._now(seen, on_list, now),
        )
        stands = seen.standing.status if seen.standing else Validity.VALID
        return CertificateVerdict(
            result=together(checks),
            id=certificate.credential.id,
            digest=certificate.digest,
            carried=seen.carried,
            policy=said.policy,
            version=said.version,
            policy_digest=said.policy_digest,
            as_of=said.as_of,
            size=said.size,
            statement=seen.commitment.statement if seen.commitment else None,
            index=seen.commitment.index if seen.commitment else None,
            status=stands if seen.commitment else None,
            since=seen.standing.recorded_at if seen.standing else None,
            reason=seen.standing.reason if seen.standing else None,
            then=None if isinstance(then, Unanswered) else then.outcome,
            now=None if isinstance(now, Unanswered) else now.outcome,
            figures=tuple(_compared(said.figures, _figures(then), _figures(now) or ())),
            checks=checks,
        )

    def _signature(self, certificate: Certificate) -> Check:
        issuer = certificate.credential.issuer
        if certificate.origin != self._head.ledger:
            sentence = f"It is of {certificate.origin}, the pack of {self._head.ledger}."
            return false("signature", "issuer-mismatch", sentence)
        document = self._presented.did or self._carried.did
        if document is None:
            return unchecked("signature", f"The DID document of {issuer.id} is not there.")
        try:
            certificate.verify(document)
        except BadCertificate as bad:
            return false("signature", bad.slug, bad.detail)
        if self._presented.did is not None:
            return holds("signature", f"Signed by {issuer.id}.")
        return claimed(
            "signature",
            f"The keys of {issuer.id} were taken from what is audited: compare {did_url(certificate.origin)}.",
        )

    def _batch(self, certificate: Certificate) -> Check:
        batch = self._head.batch
        if batch_digest(certificate.id, batch) == certificate.credential.provenance.batch_digest:
            return holds("batch", f"It is of batch {batch}.")
        return false("batch", "batch-differs", f"It is not of batch {batch}.")

    def _log(self, seen: _Seen) -> Check:
        certificate, found = seen.certificate, seen.commitment
        log = log_name(self._head.ledger)
        if (named := certificate.credential.provenance.log) != log:
            return false("log", "origin-mismatch", f"It names the log {named}, not {log}.")
        if found is None:
            return unchecked("log", "The statement that commits to it is not carried.")
        if (differs := otherwise(certificate, found.record)) is not None:
            sentence = f"{differs} by statement {found.statement}."
            return false("log", "log-commits-otherwise", sentence)
        if found.record.identities is None:
            return unchecked("log", f"The identities of statement {found.statement} are withheld.")
        return holds("log", f"Recorded at {found.index:,}.")

    def _policy(self, certificate: Certificate) -> Check:
        said = certificate.credential.provenance
        policy = self._by_digest(said.policy_digest)
        if policy is None:
            return unchecked("policy", _no_policy(certificate))
        if (policy.id, policy.version) != (said.policy, said.version):
            return false(
                "policy",
                "policy-differs",
                f"It says {said.policy} {said.version}; the policy with its digest is {policy.id} {policy.version}.",
            )
        if is_own(policy.id):
            return claimed(
                "policy",
                f"By {policy.id} {policy.version}. {OWN}",
            )
        if said.policy_digest in self._presented.policies or is_shipped(policy):
            return holds("policy", f"By {asked_as(policy)}, version {policy.version}.")
        if has_shipped_version(policy):
            return false(
                "policy",
                "policy-differs",
                f"It is not {policy.id} {policy.version} as that ships, however its parameters are set.",
            )
        return unchecked(
            "policy",
            f"{policy.id} {policy.version} does not ship here: read it before you rely on it.",
        )

    def _recomputed(self, seen: _Seen, found: _Answer) -> Check:
        said = seen.certificate.credential.provenance
        if isinstance(found, Unanswered) and found.false:
            return false("recomputed", "size-false", found.reason)
        where = f"as of the first {said.size:,} statements"
        if (against := self._committing.against(_declaration(seen), said.size)) is not None:
            return false("recomputed", "figures-false", f"{against.removesuffix('.')}, {where}.")
        if isinstance(found, Unanswered):
            return unchecked("recomputed", found.reason)
        if found.outcome is not Outcome.PASS:
            return false("recomputed", "figures-false", f"{_outcome(found)} {where}.")
        row = None if found.row is None else found.row + 1
        for name, says, follows in (
            ("row", said.row, row),
            ("exemption", said.exemption, found.exemption),
        ):
            if says != follows:
                sentence = f"Its {name} is {says}; {follows} follows {where}."
                return false("recomputed", "figures-false", sentence)
        figures = _figures(found) or ()
        for each in _compared(said.figures, figures, ()):
            if not each.holds:
                return false("recomputed", "figures-false", f"{_differing(each)} {where}.")
        policy = self._by_digest(said.policy_digest)
        assert policy is not None  # noqa: S101 # it was assessed by it
        again = answer(self._head.batch, said.size, found, ())
        material = self._committing.material(self._head.batch)
        product = self._facts(seen).product
        if (other := differing(seen.certificate, policy, again, material, product)) is not None:
            return false("recomputed", "figures-false", f"{other}, {where}.")
        return holds("recomputed", f"Each of its figures follows {where}.")

    def _now(self, seen: _Seen, on_list: Listed | Check, found: _Answer) -> Check:
        if isinstance(found, Unanswered):
            return unchecked("now", found.reason)
        where = f"as of the first {self._head.size:,} statements"
        against = self._committing.against(_declaration(seen), self._head.size)
        sentence = against and against.removesuffix(".")
        if sentence is None and found.outcome is Outcome.PASS:
            again = reassessed(answer(self._head.batch, self._head.size, found, ()))
            if not overstates(seen.certificate.credential.provenance, again):
                return holds("now", f"It passes {where} too.")
            sentence = f"It passes with less than it says {where}"
        sentence = sentence or f"{_outcome(found)} {where}"
        if seen.standing is not None and seen.standing.status is not Validity.VALID:
            return holds("now", f"{sentence}, and it is {seen.standing.status}.")
        index, recorded_at = self._committing.newest
        if against is None and index < seen.certificate.credential.provenance.size:
            return holds("now", "Nothing that changes it has come since.")
        if isinstance(on_list, Check) or on_list.suspended:
            return unchecked("now", f"{sentence}, and its suspension is not carried.")
        suspended_by = recorded_at + PATIENCE
        if seen.certificate.credential.valid_until.timestamp() <= suspended_by:
            return unchecked("now", f"{sentence}, and it had ended before it had to be suspended.")
        if suspended_by < self._head.created and seen.commitment:
            return false("now", "suspension-missing", f"{sentence}, and it was not suspended.")
        return unchecked("now", f"{sentence}, and it is said to be valid: ask how it stands.")

    def _questions(self, seen: _Seen) -> tuple[Question, Question] | Unanswered:
        """What to ask for, as of the certificate's size of the log and as of the pack's."""
        said = seen.certificate.credential.provenance
        policy = self._by_digest(said.policy_digest)
        if policy is None:
            return Unanswered(_no_policy(seen.certificate))
        if said.size > self._head.size:
            return Unanswered(
                f"It is about {said.size:,} statements, the pack about {self._head.size:,}: fetch a newer one."
            )
        made_at = self._committing.made_at(self._head.batch)
        if made_at is not None and said.size <= made_at:
            return Unanswered(
                f"It is about {said.size:,} statements, and the batch was made by that at {made_at:,}.",
                false=True,
            )
        if (reason := self._undeclared(seen)) is not None:
            return Unanswered(reason)
        then = Question(policy, self._facts(seen), said.as_of, said.size)
        return then, msgspec.structs.replace(then, size=self._head.size)

    def _undeclared(self, seen: _Seen) -> str | None:
        """Why what was declared is not known."""
        if not seen.certificate.credential.provenance.declared:
            return None
        declaration = _declaration(seen)
        if declaration is None:
            return "It rests on a declaration, and which one is not shown."
        declared = self._committing.declared(declaration)
        if declared is None:
            return f"The declaration {declaration} is not carried."
        return f"The declaration {declaration} is withheld." if declared.facts is None else None

    def _facts(self, seen: _Seen) -> Facts:
        declaration = _declaration(seen)
        declared = None if declaration is None else self._committing.declared(declaration)
        return Facts() if declared is None or declared.facts is None else declared.facts

    def _by_digest(self, wanted: str) -> Policy | None:
        found = self._presented.policies.get(wanted)
        return found or self._carried.policies.get(wanted)


def _outcome(found: Assessment) -> str:
    return f"Its outcome is {found.outcome.replace('_', ' ')}"


def _no_policy(certificate: Certificate) -> str:
    said = certificate.credential.provenance
    return f"The policy {said.policy} with the digest {said.policy_digest} is not there."


def _declaration(seen: _Seen) -> str | None:
    if seen.commitment is None or seen.commitment.record.identities is None:
        return None
    return seen.commitment.record.identities.declaration


def _figures(found: _Answer) -> tuple[CertifiedFigure, ...] | None:
    if isinstance(found, Unanswered):
        return None
    return tuple(map(certified, answer("", 0, found, ()).figures))


def _compared(
    said: Sequence[CertifiedFigure],
    then: Sequence[CertifiedFigure] | None,
    now: Sequence[CertifiedFigure],
) -> Iterator[FigureVerdict]:
    columns = [numbered(figures) for figures in (said, then or (), now)]
    for name in dict.fromkeys(name for column in columns for name in column):
        test, of, _ = name
        declared, follows, newer = (column.get(name) for column in columns)
        yield FigureVerdict(
            test=test,
            of=of,
            said=declared,
            then=follows,
            now=newer,
            holds=None if then is None else declared == follows,
        )


def _differing(each: FigureVerdict) -> str:
    said, then = _words(each.said), _words(each.then)
    if said == then:
        # Where the bounds are the same it is the threshold that is not.
        said, then = _asked(each.said), _asked(each.then)
    return f"{each.of}, {each.test}: {said} is said, {then} follows"


def _words(figure: CertifiedFigure | None) -> str:
    return "nothing" if figure is None else f"{figure.lower} to {figure.upper} ({figure.verdict})"


def _asked(figure: CertifiedFigure | None) -> str:
    return (figure and threshold_of(figure.at_least, figure.below)) or "no threshold"
