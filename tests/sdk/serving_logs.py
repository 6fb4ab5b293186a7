"""Logs as folders of files, served by an ordinary web server, which shows whatever history it is told to."""

import contextlib
import functools
import gzip
import shutil
import socketserver
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from provenite_proto.log import new_tiles
from tests.witness.growing import GrowingLog


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL of a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextlib.contextmanager
def saying(answer: bytes, drips: bytes = b"", seconds: float = 0) -> Iterator[str]:
    """The URL of a server that gives everybody this answer; then, after so many seconds each, single bytes."""

    class Saying(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            with contextlib.suppress(ConnectionError):
                self.wfile.write(answer)
                for each in drips:
                    time.sleep(seconds)
                    self.wfile.write(bytes([each]))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Saying) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def coded_twice(plain: bytes = bytes(30_000_000), content_type: str = "text/plain") -> bytes:
    """An answer of gzip in gzip: 30 MB in 200 bytes or so."""
    body = gzip.compress(gzip.compress(plain))
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Encoding: gzip, gzip\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def publish(
    folder: Path, log: GrowingLog, size: int, *, checkpoint: bytes | None = None, anew: bool = True
) -> None:
    """Write the files of a log's tree of this size, instead of what was there or beside it."""
    if anew:
        shutil.rmtree(folder, ignore_errors=True)
    for tile in new_tiles(0, size):
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log.fetch(tile))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "checkpoint").write_bytes(checkpoint or log.signed(size))
