"""An audit from beginning to end, in a process of its own so that its memory is seen: `auditing.py ledger|pack FOLDER N`.

Prints seconds, the most memory that the process had (MB), and the statements audited, as JSON.
"""

import json
import re
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from provenite._tables import FileTables, scratch_tables
from provenite._verifying import Verifying
from provenite_proto.answers import LogStatements
from provenite_proto.audit import Evidence, LedgerAudit, Trust, Verdict, audit_pack, save

_answer = msgspec.json.Decoder(LogStatements).decode


def _ledger(folder: Path, verifying: Verifying) -> Verdict:
    """As `provenite audit --ledger` does, but that the answers are read from a file."""
    evidence = msgspec.json.decode((folder / "evidence").read_bytes(), type=Evidence)
    with (
        tempfile.TemporaryDirectory(prefix="provenite-bench-") as name,
        (folder / "answers").open("rb") as answers,
        FileTables(Path(name) / "state") as tables,
    ):
        audit = LedgerAudit(evidence, Trust(), tables)
        for verified in verifying(audit.works(map(_answer, answers))):
            audit.add(verified)
            tables.keep(save(audit, evidence.log_key))
        return audit.verdict()


def _pack(folder: Path, verifying: Verifying) -> Verdict:
    """As `provenite audit FILE` does."""
    with scratch_tables() as tables, (folder / "pack").open("rb") as pack:
        return audit_pack(pack, Trust(), verifying, tables=tables)


def _most_memory() -> float:
    """Of this process since it was started; what it inherited from its parent does not count."""
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(kilobytes) / 1000


def main(kind: str, folder: str, processes: str) -> None:
    """Audit, and say what it took."""
    began = time.perf_counter()
    with Verifying(int(processes)) as verifying:
        verdict = {"ledger": _ledger, "pack": _pack}[kind](Path(folder), verifying)
        seconds = time.perf_counter() - began
    if verdict.failures or verdict.verified["admission"] != verdict.size:
        raise SystemExit(f"{kind}: {verdict}")
    if kind == "pack" and verdict.verified.get("figures") != 2:
        raise SystemExit(f"the content of the pack was not computed: {verdict}")
    print(json.dumps({"seconds": seconds, "memory": _most_memory(), "statements": verdict.size}))


if __name__ == "__main__":
    main(*sys.argv[1:])
