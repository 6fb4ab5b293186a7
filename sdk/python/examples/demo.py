"""Provenite's main job, once: a ledger, fourteen firms, their chains, and what can be asked of a magnet.

    python demo.py           run it, print what was found, stop everything
    python demo.py --serve   leave the ledger running with the data, until Ctrl-C

What is printed, the answers as JSON and the keys of firms and operator are left in build/demo, with --serve in build/run.
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import certifying
import defence
import later
import magnets
import msgspec
import not_from_china
import packs
import policy_change
import rare_earths
import recomputed
import recycled_content
import recycled_magnets
import refused
import stock
import suspended
import verifying
import waste
from firms import Firm, join
from ledger_process import ledger
from results_folder import results
from rich.console import Console

from provenite import AssessmentAnswer, Client, RefusedError, Signer


def main() -> None:
    """Run the demo."""
    arguments = argparse.ArgumentParser(description="Provenite's main job, once.")
    arguments.add_argument("--serve", action="store_true", help="leave the ledger running")
    arguments.add_argument(
        "--port", type=int, help="the ledger's port (with --serve PROVENITE_PORT or 8080)"
    )
    options = arguments.parse_args()
    signal.signal(signal.SIGTERM, _interrupted)
    folder = Path("build/run" if options.serve else "build/demo")
    port = options.port or (os.environ.get("PROVENITE_PORT", "8080") if options.serve else 0)
    console = Console(record=True, highlight=False)
    try:
        with results(folder) as (new, put), _data_folder() as data:
            _demo(console, data, port, folder, new, put, serve=options.serve)
    except KeyboardInterrupt:
        print(f"Stopped; {folder} is as it was.", file=sys.stderr)
        sys.exit(130)


def _demo(
    console: Console,
    data: Path,
    port: int | str,
    folder: Path,
    new: Path,
    put: Callable[[], None],
    *,
    serve: bool,
) -> None:
    """The chain and the answers; what is to be left is written into `new`, which `put` makes `folder`."""
    began = time.monotonic()
    with contextlib.ExitStack() as running:
        with console.status("Starting a ledger with its own PostgreSQL …"):
            url = running.enter_context(ledger(data, port=port))
        console.print(f"Ledger ready at {url} after {time.monotonic() - began:.1f} s")
        _run(console, url, data, folder, new)
        console.print(
            f"\nDone in {time.monotonic() - began:.1f} s. Results: {folder}/\n"
            "(report.txt, *.certificate.jwt with their pages, *.pack.zip, keys/, and\n"
            "the answers as *.json)"
        )
        report = "\n".join(line.rstrip() for line in console.export_text().splitlines())
        (new / "report.txt").write_text(report + "\n", "utf-8")
        put()
        if serve:
            with contextlib.suppress(KeyboardInterrupt):
                _serve(console, url, folder)


def _run(console: Console, url: str, data: Path, folder: Path, new: Path) -> None:
    keys = new / "keys"
    keys.mkdir()
    registrar = Client(url, Signer.load(data / "registrar.pem"))
    # The operator's own key stays where the ledger has it: this is for trying out what an operator does.
    shutil.copy2(data / "registrar.pem", keys)
    with console.status("Enrolling the firms …"):
        firms = join(
            url,
            registrar,
            {**rare_earths.FIRMS, **refused.FIRMS, **later.FIRMS, **waste.FIRMS},
            keys,
        )
    console.print(f"{len(firms)} firms enrolled, each with a key of its own\n")
    with console.status("Submitting statements …"):
        batches = _chains(console, firms)
    made = magnets.ask(firms, batches)
    magnets.show(console, made)
    for name, answer in (
        ("batch", made.batch),
        ("content", made.content),
        ("trace", made.trace),
    ):
        _save(new / f"{name}.json", answer)
    _save(new / "assessments.json", _ask_rules(console, firms, batches))
    with console.status("Having batches certified …"):
        certified = certifying.ask(firms, batches, new)
    certifying.show(console, certified, folder)
    held = stock.ask(firms)
    stock.show(console, held)
    _save(new / "portfolio.json", held)
    found = refused.refusals(url, firms, batches)
    refused.show(console, found)
    _save(new / "refusals.json", {name: refusal.problem for name, (_, refusal) in found.items()})
    shipped = waste.barred(firms)
    waste.show(console, shipped)
    _save(new / "shipment.json", shipped.shipment)
    _save(new / "alternatives.json", shipped.instead)
    shown = later.later(firms)
    later.show(console, shown)
    with console.status("Waiting for what a retraction changes …"):
        fallen = suspended.fall(firms, shown.mined, shown.granted.id, new)
    suspended.show(console, fallen)
    changed = policy_change.ask(firms)
    policy_change.show(console, changed)
    _save(new / "policy-change.json", changed)
    _save(new / "consequences.json", fallen.changed)
    _save(new / "suspension.json", fallen.fallen)
    _save(new / "notice.json", fallen.notice)
    with console.status("Fetching packs, and auditing them …"):
        (wasted,) = shipped.shipment.batches
        held_by_others = {"cathode": shown.granted.id, "waste": wasted.id}
        audited = packs.packs(registrar, firms, {**batches, **held_by_others}, new)
        found_anew = recomputed.recompute(audited)
    packs.show(console, audited, folder)
    recomputed.show(console, found_anew, folder)
    names = [each.name for each in certified if not isinstance(each.outcome, RefusedError)]
    with console.status("Verifying certificates …"):
        verifying.keep_public(new / f"{suspended.NAME}.certificate.jwt")
        checked = verifying.verify([*names, suspended.NAME], new)
    verifying.show(console, checked, folder)


def _chains(console: Console, firms: Mapping[str, Firm]) -> dict[str, str]:
    """Record them; the ids of their batches by name."""

    def told(done: str) -> None:
        console.print(f"  {done}")

    return {**rare_earths.submit(firms, told), **recycled_magnets.submit(firms, told)}


def _ask_rules(
    console: Console, firms: Mapping[str, Firm], batches: Mapping[str, str]
) -> dict[str, AssessmentAnswer]:
    """Each question that a buyer asks, shown; the answers by name."""
    console.print("\nWhat buyers ask of magnets, and what the records answer\n")
    before, after = delivered = defence.ask(firms, batches)
    defence.show(console, delivered)
    console.print()
    strict = not_from_china.ask(firms, batches)
    not_from_china.show(console, strict)
    console.print()
    reclaimed, enriched = claimed = recycled_content.ask(firms, batches)
    recycled_content.show(console, claimed)
    return {
        "defence-2026": before,
        "defence-2027": after,
        "not-from-china": strict.answer,
        "recycled": reclaimed,
        "recycled-enriched": enriched,
    }


def _serve(console: Console, url: str, folder: Path) -> None:
    console.print(
        f"\nThe ledger is running. API: {url}/schema  Keys: {folder}/keys\n"
        "Ask it, in another terminal:\n"
        f"  export PROVENITE_LEDGER={url}\n"
        f"  export PROVENITE_KEY={folder}/keys/magnet_maker.pem\n"
        "  .venv/bin/provenite batches\n"
        "Ctrl-C stops it; its data goes with it.",
        soft_wrap=True,
    )
    signal.pause()


def _save(file: Path, answer: object) -> None:
    text = msgspec.json.format(msgspec.json.encode(answer), indent=2)
    file.write_bytes(text + b"\n")


@contextlib.contextmanager
def _data_folder() -> Iterator[Path]:
    """A folder outside of private homes: started by root, PostgreSQL runs under an account without rights."""
    with tempfile.TemporaryDirectory(prefix="provenite-demo-") as folder:
        Path(folder).chmod(0o711)
        data = Path(folder) / "data"
        data.mkdir()
        yield data


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
