"""Which of an answer's forms a request accepts (RFC 9110 section 12.5.1)."""

from litestar.datastructures.headers import Accept

from provenite_proto.problem import Problem

from .parts import AnyRequest


def accepted(request: AnyRequest, *offered: str) -> str:
    """The media type, of those offered, that the request likes best, the first when it does not mind.

    `Problem` `not-acceptable` when it accepts none.
    """
    header = request.headers.get("accept", "*/*")
    found = Accept(header).best_match(list(offered))
    if found is None:
        raise Problem("not-acceptable", f"Answers are {' or '.join(offered)}.")
    return found
