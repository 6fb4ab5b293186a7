"""Provenite's main job, once: a ledger, twelve firms, their chains, and what can be asked of a magnet.

    python demo.py           run it, print what was found, stop everything
    python demo.py --serve   leave the ledger running with the data, until Ctrl-C

What is printed, the answers as JSON and the firms' keys are left in build/demo.
"""

import argparse
import contextlib
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import rare_earths
import refused
from firms import Firm, join
from ledger_process import ledger
from rich.console import Console

from provenite import Client, ElementContent, RefusedError, Signer
from provenite.cli.showing import content_tables, share_text
from provenite.cli.tracing import trace_tree

RESULTS = Path("build/demo")


def main() -> None:
    """Run the demo."""
    arguments = argparse.ArgumentParser(description="Provenite's main job, once.")
    arguments.add_argument("--serve", action="store_true", help="leave the ledger running")
    arguments.add_argument("--port", type=int, help="the ledger's port (8080 with --serve)")
    options = arguments.parse_args()
    signal.signal(signal.SIGTERM, _interrupted)
    keys = RESULTS / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    for old in keys.glob("*.pem"):
        old.unlink()
    console = Console(record=True, highlight=False)
    began = time.monotonic()
    with contextlib.suppress(KeyboardInterrupt), _data_folder() as data:
        with console.status("Starting a ledger with its own PostgreSQL …"):
            running = contextlib.ExitStack()
            url = running.enter_context(
                ledger(data, port=options.port or (8080 if options.serve else 0))
            )
        with running:
            console.print(f"Ledger ready at {url} after {time.monotonic() - began:.1f} s")
            _run(console, url, data, keys)
            console.print(
                f"\nDone in {time.monotonic() - began:.1f} s. Results: {RESULTS}/ "
                "(report.txt, content.json, trace.json, refusals.json, keys/)"
            )
            (RESULTS / "report.txt").write_text(console.export_text(), "utf-8")
            if options.serve:
                _serve(console, url)


def _run(console: Console, url: str, data: Path, keys: Path) -> None:
    registrar = Client(url, Signer.load(data / "registrar.pem"))
    with console.status("Enrolling the firms …"):
        firms = join(url, registrar, {**rare_earths.FIRMS, **refused.FIRMS}, keys)
    console.print(f"{len(firms)} firms enrolled, each with a key of its own\n")
    with console.status("Submitting statements …"):
        batches = rare_earths.submit(firms, lambda done: console.print(f"  {done}"))
    _ask(console, firms["magnet_maker"], batches["magnets"])
    console.print("\nWhat the ledger refuses\n")
    found = refused.refusals(url, firms, batches)
    _show_refusals(console, found)
    _save("refusals.json", {name: refusal.problem for name, (_, refusal) in found.items()})


def _ask(console: Console, maker: Firm, magnets: str) -> None:
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
        "\nWhere it came from: the open parts, without names; tonnages only of its own steps\n"
    )
    console.print(trace_tree(trace))
    _save("batch.json", batch)
    _save("content.json", content)
    _save("trace.json", trace)


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


def _serve(console: Console, url: str) -> None:
    console.print(
        f"\nThe ledger is running. API: {url}/schema  Keys: {RESULTS}/keys\n"
        "Ask it, in another terminal:\n"
        f"  .venv/bin/provenite --ledger {url} --key {RESULTS}/keys/magnet_maker.pem batches\n"
        "Ctrl-C stops it; its data goes with it.",
        soft_wrap=True,
    )
    signal.pause()


def _save(name: str, answer: object) -> None:
    text = msgspec.json.format(msgspec.json.encode(answer), indent=2)
    (RESULTS / name).write_bytes(text + b"\n")


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
