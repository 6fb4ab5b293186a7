"""`make bench`: the ledger beside the peer that one would write instead, in one run, as ratios.

run.py           some six minutes: prints a table, writes build/bench/bench.json, fails below a goal
run.py --quick   a few seconds, to see that it works; its figures mean nothing and are not judged
"""

import argparse
import asyncio
import itertools
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from provenite_ledger.postgres import EmbeddedPostgres
from provenite_proto.statement import SigningKey, parse
from tests.bench import audits, proofs, running, statements
from tests.bench.goals import (
    FLAT_LEDGER,
    FLAT_PACK,
    GOALS,
    OFFLINE,
    OFFLINE_PEER,
    PROCESSES,
    PROOF,
    START,
    STORAGE,
    TREE,
    missed,
)
from tests.bench.running import Server

RESULTS = Path("build/bench/bench.json")


_EXPLAINED = """\
Statements recorded a second, and the time within which 99 % were answered.
  peer         what one would write instead (tests/bench/peer.py): FastAPI and
               SQL, the same checks, one statement a request
  single       the ledger, one statement a request
  lines        the ledger, 100 statements a request; p99 is the request's
  peer_rate    the peer at a fixed 500 statements a second
  single_rate  the ledger at a fixed 1,000 statements a second
"""


@dataclass(frozen=True)
class Plan:
    """How much is sent: connections, rounds, statements of a round, seconds at a fixed rate; entries of two logs;
    statements verified offline, and those of two logs that are audited whole."""

    connections: int
    rounds: int
    ledger_single: int
    ledger_lines: int
    peer_single: int
    seconds: int
    small_log: int
    large_log: int
    audited: int
    small_audit: int
    large_audit: int


FULL = Plan(64, 3, 6_400, 12_800, 1_920, 6, 10_000, 1_000_000, 2_000, 10_000, 100_000)
QUICK = Plan(4, 1, 80, 400, 40, 1, 100, 1_000, 100, 20, 100)


async def measure(plan: Plan) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="provenite-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        async with (
            EmbeddedPostgres(folder / "postgres") as postgres,
            running.both(postgres.dsn, folder, plan.connections) as (ledger, peer),
        ):
            found = await _measure(plan, ledger, peer)
    print("proofs")
    found["proofs"] = proofs.measure(plan.small_log, plan.large_log)
    print("audits")
    found["audits"] = audits.measure(plan.audited, plan.rounds) | audits.whole(
        plan.small_audit, plan.large_audit
    )
    return found


async def _measure(plan: Plan, ledger: Server, peer: Server) -> dict[str, Any]:
    results: dict[str, list[dict[str, float]]] = {
        name: [] for name in ("single", "lines", "peer", "single_rate", "peer_rate")
    }
    sent = {ledger.name: 0, peer.name: 0}

    async def one(name: str, server: Server, total: int, **options: Any) -> None:
        source = statements.extractions if options.get("rate") else statements.mixed
        bodies = _bodies(server, total // plan.connections, source, options["lines"])
        outcome = await running.load(server, bodies, **options)
        sent[server.name] += total
        if outcome["admitted"] != total:
            raise SystemExit(f"{server.name} admitted {outcome['admitted']} of {total}")
        results[name].append({**outcome, "rate": total / outcome["seconds"]})
        print(
            f"  {name:12} {total / outcome['seconds']:8.0f}/s  p99 {outcome['p99'] * 1000:6.1f} ms"
        )

    for number in range(plan.rounds):
        print(f"round {number + 1} of {plan.rounds}")
        await one("peer", peer, plan.peer_single, lines=False)
        await one("single", ledger, plan.ledger_single, lines=False)
        await one("lines", ledger, plan.ledger_lines, lines=True)
        at_500 = 500 * plan.seconds // plan.connections * plan.connections
        await one("peer_rate", peer, at_500, lines=False, rate=500)
        at_1000 = 1000 * plan.seconds // plan.connections * plan.connections
        await one("single_rate", ledger, at_1000, lines=False, rate=1000)
    for server in (ledger, peer):
        recorded, size = await running.count(server.dsn)
        founded = 1 + 2 * plan.connections
        if not recorded == size == sent[server.name] + founded:
            raise SystemExit(f"{server.name}: {recorded} statements, indices up to {size}")
    return {
        "rounds": results,
        "ratios": _ratios(results),
        "storage": await running.storage(ledger.dsn),
        "start": statistics.median(running.start() for _ in range(plan.rounds)),
        "costs": _costs(),
    }


def _bodies(
    server: Server,
    each: int,
    source: Callable[[statements.Pair, str], Iterator[str]],
    lines: bool,
) -> list[list[str]]:
    bodies = []
    for pair in server.pairs:
        own = list(itertools.islice(source(pair, running.ORIGIN), each))
        if lines:
            own = ["\n".join(own[start : start + 100]) for start in range(0, len(own), 100)]
        bodies.append(own)
    return bodies


def _ratios(results: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Round by round against the peer of the same round; median, least and most."""

    def ratio(name: str, figure: str, peer: str) -> dict[str, float]:
        each = [
            own[figure] / other[figure]
            for own, other in zip(results[name], results[peer], strict=True)
        ]
        return {"median": statistics.median(each), "least": min(each), "most": max(each)}

    return {
        "single POST, rate": ratio("single", "rate", "peer"),
        "100 a POST, rate": ratio("lines", "rate", "peer"),
        "p99 at 1,000/s to peer's at 500/s": ratio("single_rate", "p99", "peer_rate"),
    }


def _costs() -> dict[str, float]:
    """Microseconds in this process: what verifying and reading a statement costs."""
    key = SigningKey.generate()
    firm = statements.Enrolled(key, "A" * 43)
    text = next(statements.mixed(statements.Pair(firm, firm), running.ORIGIN))
    statement = parse(text)

    def each(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        for _ in range(2_000):
            work()
        return (time.perf_counter() - start) / 2_000 * 1e6

    return {
        "verify a P-256 signature, µs": each(lambda: statement.verify(key.public)),
        "parse, µs": each(lambda: parse(text)),
        "length, bytes": float(len(text)),
    }


def report(found: dict[str, Any], *, judged: bool) -> None:
    print(f"\n{'ratio to the peer':44}{'median':>8}{'least':>8}{'most':>8}  goal")
    for name, ratio in found["ratios"].items():
        figures = "".join(f"{ratio[column]:8.2f}" for column in ("median", "least", "most"))
        print(f"{name:44}{figures}  {_verdict(name, ratio['median'], judged)}")
    for name, figure in _single(found).items():
        print(f"{name:44}{figure:8.2f}{'':16}  {_verdict(name, figure, judged)}")
    if statistics.median(each["rate"] for each in found["rounds"]["peer"]) < 500:
        print("(the peer does not reach 500/s on this machine, so its requests queue up: see p99)")
    print("\nof one proof out of the log’s files, nothing being in memory, made and checked")
    for name, figure in found["proofs"].items():
        print(f"{name:44}{figure:8.2f}")
    print("\nof one statement, audited: verified only, then whole logs and packs (memory in all)")
    for name, figure in found["audits"].items():
        print(f"{name:44}{figure:8.2f}")
    print("\nof one statement, in one process")
    for name, figure in found["costs"].items():
        print(f"{name:44}{figure:8.1f}")


def _single(found: dict[str, Any]) -> dict[str, float]:
    """The figures that are judged beside the ratios to the peer."""
    recorded = statistics.median(each["rate"] for each in found["rounds"]["lines"])
    audited = found["audits"]
    return {
        STORAGE: found["storage"],
        START: found["start"],
        PROOF: found["proofs"][proofs.LARGE] / found["proofs"][proofs.SMALL],
        TREE: found["proofs"][proofs.TREE] * recorded / 1e6,
        OFFLINE: audited[audits.BARE] / audited[audits.OURS],
        OFFLINE_PEER: audited[audits.PEER] / audited[audits.OURS],
        PROCESSES: audited[audits.CHUNKED] / audited[audits.TWO],
        FLAT_LEDGER: audited[audits.large("ledger")] / audited[audits.small("ledger")],
        FLAT_PACK: audited[audits.large("pack")] / audited[audits.small("pack")],
    }


def _verdict(name: str, ratio: float, judged: bool) -> str:
    """The goal, and whether it is met."""
    verdict = "not judged" if not judged else "met" if GOALS[name].met(ratio) else "missed"
    return f"{GOALS[name]!s:14}{verdict}"


def main() -> int:
    """Measure, report and judge; 1 when a goal was missed."""
    arguments = argparse.ArgumentParser(description="The ledger beside its peer, as ratios.")
    arguments.add_argument("--quick", action="store_true", help="see that it works")
    quick = arguments.parse_args().quick
    print(_EXPLAINED)
    began = time.monotonic()
    found = asyncio.run(measure(QUICK if quick else FULL))
    found["seconds"] = round(time.monotonic() - began)
    found["at"] = datetime.now(UTC).isoformat(timespec="seconds")
    found["machine"] = {
        "processor": platform.machine(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("litestar", "fastapi", "asyncpg", "uvicorn")},
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    report(found, judged=not quick)
    print(f"\nDone in {found['seconds']} s. Raw figures: {RESULTS}")
    medians = {name: ratio["median"] for name, ratio in found["ratios"].items()}
    short = [] if quick else list(missed({**medians, **_single(found)}))
    for sentence in short:
        print(f"Missed: {sentence}", file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
