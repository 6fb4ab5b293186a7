"""What stands against a certificate whatever its figures are, case by case."""

import pytest

from provenite_proto.ledger.resting import UNDECLARED, VOID, WITHDRAWN, Said, against

STANDS = Said(withdrawn=False, recorded_at=100)
RETRACTED = Said(withdrawn=True, recorded_at=100)
DISOWNED = Said(withdrawn=False, recorded_at=100, compromised_from=100)
OLDER = Said(withdrawn=False, recorded_at=100, compromised_from=101)


@pytest.mark.parametrize(
    ("brought", "made", "declaration", "sentence"),
    [
        (STANDS, STANDS, None, None),
        (STANDS, STANDS, STANDS, None),
        (OLDER, OLDER, OLDER, None),
        (None, None, None, None),
        (RETRACTED, STANDS, STANDS, WITHDRAWN),
        (RETRACTED, RETRACTED, RETRACTED, WITHDRAWN),
        (DISOWNED, STANDS, STANDS, VOID),
        (STANDS, RETRACTED, STANDS, VOID),
        (STANDS, DISOWNED, RETRACTED, VOID),
        (None, DISOWNED, None, VOID),
        (STANDS, STANDS, RETRACTED, UNDECLARED),
        (STANDS, STANDS, DISOWNED, UNDECLARED),
    ],
)
def test_the_first_statement_that_does_not_stand_is_told(
    brought: Said | None, made: Said | None, declaration: Said | None, sentence: str | None
) -> None:
    assert against(brought, made, declaration) == sentence
