"""What SPEC.md and deploy/README.md say of witnesses is what the code does."""

from pathlib import Path

from provenite_ledger.cosigning import Failure
from provenite_ledger.held import ANSWER_SECONDS
from provenite_ledger.witnessing import Timing
from provenite_proto.log.submission import ADD_CHECKPOINT, MAX_BYTES, MAX_PROOF, SIZE_MEDIA_TYPE
from provenite_witness.http import STATUSES
from provenite_witness.serving import CONNECTIONS, REQUEST_SECONDS

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "proto/SPEC.md").read_text("utf-8")
OPERATING = (ROOT / "deploy/README.md").read_text("utf-8")
PROTOCOL = SPEC[SPEC.index("### 13.11") : SPEC.index("## 14.")]


def test_what_a_witness_takes_and_answers() -> None:
    for said in (
        f"POST <prefix>{ADD_CHECKPOINT}",
        f"at most {MAX_PROOF} lines",
        f"more than {MAX_BYTES:,} bytes",
        f"`{SIZE_MEDIA_TYPE}`",
        *map(str, STATUSES.values()),
    ):
        assert said in PROTOCOL, said


def test_what_an_operator_is_told() -> None:
    witnesses = OPERATING[OPERATING.index("## Witnesses") : OPERATING.index("## Keys")]
    assert f"{REQUEST_SECONDS} seconds for a request" in witnesses
    assert f"{CONNECTIONS} connections at a time" in witnesses
    assert f"for {ANSWER_SECONDS:g} seconds at the most" in witnesses
    assert f"more than {Timing().answer:g} seconds" in witnesses
    for failure in Failure:
        assert f"`{failure}`" in witnesses, failure
