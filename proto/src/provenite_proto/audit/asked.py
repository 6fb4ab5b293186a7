"""What an auditor asks of the batch of a pack: whether it meets a policy, whatever the ledger has said of it."""

from datetime import date

import msgspec

from ..policy import Facts, Policy, digest
from ..policy.answers import AssessmentAnswer
from .assessing import Question, Unanswered
from .verdict import AssessmentVerdict

UNTOLD = Unanswered("Nothing follows from a pack in which something is false.")


class Asked(msgspec.Struct, frozen=True):
    """What a policy says of the batch on a day, with what is said of the product."""

    policy: Policy
    facts: Facts
    day: date

    def by(self, size: int) -> Question:
        """The question about the log's first `size` statements."""
        return Question(self.policy, self.facts, self.day, size)

    def verdict(self, found: AssessmentAnswer | Unanswered) -> AssessmentVerdict:
        """What it comes to."""
        return AssessmentVerdict(
            policy=self.policy.id,
            version=self.policy.version,
            policy_digest=digest(self.policy),
            as_of=self.day,
            found=None if isinstance(found, Unanswered) else found,
            reason=found.reason if isinstance(found, Unanswered) else None,
        )
