"""A ledger of one's own, as a process: started in a data folder, stopped at the end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

_START_SECONDS = 60


@contextlib.contextmanager
def ledger(data: Path, *, port: int = 0) -> Iterator[str]:
    """Run `provenite-ledger serve` with its own PostgreSQL under `data`; yields its URL once it is ready."""
    port = port or _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "PROVENITE_DATA": str(data),
        "PROVENITE_HOST": "127.0.0.1",
        "PROVENITE_PORT": str(port),
    }
    log = data / "ledger.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "provenite_ledger", "serve"],
            env=environment,
            stdout=output,
            stderr=output,
            # Ctrl-C reaches this program, which then stops the ledger in order.
            start_new_session=True,
        )
    try:
        _ready(url, process, log)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/ready").status_code == 200:
                return
        time.sleep(0.05)
    raise SystemExit(f"the ledger did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
