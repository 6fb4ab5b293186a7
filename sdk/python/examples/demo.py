"""Provenite's main job, once: a ledger, fourteen firms, their chains, and what can be asked of a magnet.

    python demo.py           run it, print what was found, stop everything
    python demo.py --serve   leave the ledger running with the data, until Ctrl-C

What is printed, the answers as JSON and the firms' keys are left in build/demo, with --serve in build/run.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import later
import msgspec
import packs
import rare_earths
import refused
import waste
from firms import Firm, join
from ledger_process import ledger
from results_folder import results
from rich.console import Console

from provenite import Client, ElementContent, RefusedError, Signer
from provenite.cli.checking import verdict_line
from provenite.cli.showing import content_tables, share_text
from provenite.cli.tracing import trace_tree
from provenite.cli.verdicts import verdict_text


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
            "(report.txt, batch.json, content.json, trace.json, refusals.json,\n"
            "shipment.json, consequences.json, keys/, *.pack.zip)"
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
    with console.status("Enrolling the firms …"):
        firms = join(
            url,
            registrar,
            {**rare_earths.FIRMS, **refused.FIRMS, **later.FIRMS, **waste.FIRMS},
            keys,
        )
    console.print(f"{len(firms)} firms enrolled, each with a key of its own\n")
    with console.status("Submitting statements …"):
        batches = rare_earths.submit(firms, lambda done: console.print(f"  {done}"))
    _ask(console, firms["magnet_maker"], batches["magnets"], new)
    console.print("\nWhat the ledger refuses\n")
    found = refused.refusals(url, firms, batches)
    _show_refusals(console, found)
    _save(new / "refusals.json", {name: refusal.problem for name, (_, refusal) in found.items()})
    shipped = waste.barred(firms)
    _show_waste(console, shipped)
    _save(new / "shipment.json", shipped.shipment)
    with console.status("Waiting for what a retraction changes …"):
        after = later.later(firms)
    _show_later(console, after)
    _save(new / "consequences.json", after.changed)
    with console.status("Fetching packs, and auditing them …"):
        audited = packs.packs(registrar, firms, batches, new)
    _show_packs(console, audited, folder)


def _ask(console: Console, maker: Firm, magnets: str, new: Path) -> None:
    """What is in the magnets, and where it came from, asked by the firm that made them."""
    batch = maker.client.batch(magnets)
    content = maker.client.content(magnets, elements=["Nd", "Pr"])
    trace = maker.client.trace(magnets)
    console.print(
        f"\nWhat {maker.name} can say of {batch.mass} kg of {batch.material} {batch.lot}\n"
    )
    content_tables(console, content, everything=False)
    console.print()
    for element in content.elements:
        console.print(f"[bold]{element.element}[/]: {_summary(element)}")
    console.print(
        "\nWhere it came from: the open parts, without names; tonnages of its own steps\n"
    )
    console.print(trace_tree(trace))
    _save(new / "batch.json", batch)
    _save(new / "content.json", content)
    _save(new / "trace.json", trace)


def _summary(element: ElementContent) -> str:
    """The shares that a customer asks for, in a sentence."""
    shares = {
        (lens.lens, label.label): label.share for lens in element.lenses for label in lens.labels
    }
    return "; ".join(
        f"{share_text(shares[lens, label])} {meaning}"
        for lens, label, meaning in (
            ("source", "post_consumer", "recycled after use"),
            ("stage/extraction", "US", "mined in the US"),
            ("stage/extraction", "CN", "mined in China"),
            ("stage/separation", "CN", "separated in China"),
            ("origin", "unknown", "unknown"),
        )
    )


def _show_refusals(console: Console, found: Mapping[str, tuple[str, RefusedError]]) -> None:
    for tried, refusal in found.values():
        console.print(f"[bold]{tried}[/]")
        console.print(f"  refused: [red]{refusal.slug}[/] at {refusal.pointer or 'the statement'}")
        console.print(f"  {refusal.detail}")


def _show_waste(console: Console, found: waste.Found) -> None:
    console.print("\nWhat the law says of waste\n")
    console.print("[bold]500 kg of circuit boards (Y49) shipped from Ghana to the US[/]")
    if found.shipment.verdict is not None:
        console.print(f"  {verdict_line(found.shipment.verdict)}")
        console.print(f"  {found.shipment.verdict.reason}")
    console.print(f"  recorded, and doubted: {', '.join(each.slug for each in found.findings)}")
    console.print("  lawful instead: to process it in Ghana, or, with consent, in one of")
    console.print(f"  {len(found.instead) - 1} other states, and to ship the product. Ask before:")
    console.print("  provenite shipment check --from GH --to US --code Y49 --date 2026-03-01")


def _show_later(console: Console, found: later.Found) -> None:
    console.print("\nWhat comes later\n")
    console.print("[bold]the smelter shows its auditor the quantities of a statement[/]")
    console.print(f"  before: {', '.join(found.sealed.withheld)} withheld")
    console.print(f"  after: {found.granted.mass} kg of {found.granted.material}")
    console.print("[bold]the copper mine withdraws its extraction: the data were incorrect[/]")
    for batch in found.changed.items:
        for change in batch.changes:
            if change.lens == "origin":
                before, after = (
                    ", ".join(f"{share_text(each.share)} {each.label}" for each in labels)
                    for labels in (change.before, change.after)
                )
                console.print(
                    f"  {change.element} of {batch.batch}:\n    by origin {before}; now {after}"
                )


def _show_packs(console: Console, found: Sequence[packs.Audited], folder: Path) -> None:
    console.print("\nWhat can be taken along, and audited without the ledger\n")
    for each in found:
        verdict = each.verdict
        counts = ", ".join(
            f"{count} {words}"
            for count, words in (
                (sum(verdict.verified.values()), "checks held"),
                (verdict.counts.get("failures", 0), "failed"),
                (verdict.counts.get("withheld", 0), "need what is withheld"),
            )
        )
        console.print(f"[bold]{each.what}[/]\n  {each.file.name}\n  {verdict.outcome}: {counts}")
    whole = found[1]
    console.print(f"\nprovenite audit {folder / whole.file.name}\n")
    console.print(verdict_text(whole.verdict), soft_wrap=True)


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
