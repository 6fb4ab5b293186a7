"""What can go wrong, as a tree:

    ProveniteError
      TransportError          the ledger was not reached, or its answer did not arrive
        ConnectionFailed
        TimedOut
      AnswerError             an answer that is not the ledger's kind of answer
        OriginMismatch        the ledger says that it is another one than was asked
        NotProven             what should prove that a statement is in the log does not
      RefusedError            the ledger says no: RFC 9457 problem details
        Invalid               400, 415, 422: the statement or the question is wrong
        NotAuthenticated      401
        NotEntitled           403
        NotFound              404
        Conflict              409: the state of the ledger does not allow it
        TooLarge              413
        Unavailable           429, 503: try again later
      KeyFileError            a key file cannot be read or written
      NoSigner                signing was asked of a client that has no signer

A transport error leaves open whether a statement was recorded; submitting it again is safe. It leaves open
too whether an invitation was made; inviting again makes another.
"""

from collections.abc import Mapping

from provenite_proto.answers import ProblemAnswer


class ProveniteError(Exception):
    """Any error of the SDK."""


class TransportError(ProveniteError):
    """The ledger was not reached, or its answer did not arrive."""


class ConnectionFailed(TransportError):
    """No connection to the ledger, or one that broke."""


class TimedOut(TransportError):
    """The ledger did not answer in time."""


class AnswerError(ProveniteError):
    """The answer is not one that a ledger gives: another service, or a proxy in between."""


class OriginMismatch(AnswerError):
    """The ledger at the URL has another origin than the URL: nothing is signed for it unless it was meant."""

    def __init__(self, url: str, origin: str) -> None:
        """Of the ledger's URL and the origin that it answers."""
        super().__init__(
            f"the ledger at {url} says that it is {origin!r}, for which nothing is signed: whoever answers "
            "there could use it at that ledger. Use that address; or, if this is another way to the ledger "
            f"that you mean, say so with origin={origin!r} (command: --origin or PROVENITE_ORIGIN)"
        )
        self.origin = origin


class NotProven(AnswerError):
    """What should prove that a statement is in the log does not prove it: keep it, and ask others what the log says."""

    def __init__(self, digest: str, reason: str) -> None:
        """Of the statement's digest, and why not."""
        super().__init__(f"not proven to be in the log: statement {digest}: {reason}")
        self.digest = digest


class KeyFileError(ProveniteError):
    """A key file cannot be read or written; the text says why."""


class NoSigner(ProveniteError):
    """The operation signs something, and the client was made without a signer."""


class RefusedError(ProveniteError):
    """The ledger refuses: `problem` says what, where and what to do."""

    def __init__(self, problem: ProblemAnswer) -> None:
        """Of a problem's answer."""
        super().__init__(f"{problem.slug}: {problem.detail}")
        self.problem = problem

    @property
    def slug(self) -> str:
        """The problem's stable name."""
        return self.problem.slug

    @property
    def detail(self) -> str:
        """One sentence for this case."""
        return self.problem.detail

    @property
    def pointer(self) -> str:
        """RFC 6901 pointer of the offending member; empty for the whole."""
        return self.problem.pointer

    @property
    def figures(self) -> Mapping[str, str]:
        """The numbers by name."""
        return self.problem.figures

    @property
    def remedy(self) -> str:
        """What to do."""
        return self.problem.remedy

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def request_id(self) -> str:
        """What the operator's log calls the request."""
        return self.problem.request_id


class Invalid(RefusedError):
    """The statement or the question is wrong."""


class NotAuthenticated(RefusedError):
    """The ledger does not know who asks: no key, an unknown one, or a wrong clock."""


class NotEntitled(RefusedError):
    """The asker may not see or do this."""


class NotFound(RefusedError):
    """There is no such thing."""


class Conflict(RefusedError):
    """The state of the ledger does not allow it: matter is spent, a transfer closed."""


class TooLarge(RefusedError):
    """The body is larger than allowed."""


class Unavailable(RefusedError):
    """The ledger cannot do it now: try again later."""


_BY_STATUS: Mapping[int, type[RefusedError]] = {
    400: Invalid,
    401: NotAuthenticated,
    403: NotEntitled,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: Invalid,
    422: Invalid,
    429: Unavailable,
    503: Unavailable,
}


def refused(problem: ProblemAnswer) -> RefusedError:
    """The error of a problem, by its status."""
    return _BY_STATUS.get(problem.status, RefusedError)(problem)
