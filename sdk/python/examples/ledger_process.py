"""A ledger of one's own, as a process: started in a data folder, stopped at the end."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_START_SECONDS = 60
_SERVING = re.compile(r"^Provenite ledger \S+ at (\S+)$", re.MULTILINE)
_SAID = re.compile(r"^provenite-ledger: (.+)$", re.MULTILINE)
_KEPT = ("PROVENITE_POSTGRES_BIN",)


@contextlib.contextmanager
def ledger(data: Path, *, port: int | str = 0) -> Iterator[str]:
    """Run `provenite-ledger serve` with its own PostgreSQL under `data`; yields its URL once it is ready.

    Port 0 takes any free one. `SystemExit` says why it did not start.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if not _is_setting(name)},
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
        yield _url(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _url(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Where it serves, by its own word: at a port that is taken, another process would answer."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        said = log.read_text(errors="replace")
        if serving := _SERVING.search(said):
            return serving[1]
        if ended:
            reasons = _SAID.findall(said)
            raise SystemExit(
                f"The ledger did not start: {reasons[-1] if reasons else said[-2000:]}"
            )
        time.sleep(0.05)
    raise SystemExit(f"The ledger did not start within {_START_SECONDS} seconds.")


def _is_setting(name: str) -> bool:
    """Whether a variable would make this ledger another one, such as one that is in use."""
    return name.startswith(("DATABASE_URL", "PROVENITE_")) and name not in _KEPT
