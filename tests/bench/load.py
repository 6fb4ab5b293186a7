"""The load generator: a process of its own, with keep-alive connections and statements signed beforehand.

Reads a plan (JSON) on standard input and writes what it measured (JSON) to standard output:

    {"host", "port", "path", "type", "connections": [[body, …], …]}               closed loop
    {"host", "port", "path", "type", "rate": per second, "connections": [[…], …]} open loop

In the open loop a request's latency counts from the moment at which it was due.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop


class Connection:
    """One keep-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def post(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Send one request; its status and body."""
        self._writer.write(head % len(body) + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        lower = answer.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at : lower.index(b"\r\n", at)])
        return int(answer[9:12]), await self._reader.readexactly(length)


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    head = (
        f"POST {plan['path']} HTTP/1.1\r\nHost: {plan['host']}\r\nContent-Type: {plan['type']}\r\n"
        "Content-Length: %d\r\n\r\n"
    ).encode()
    bodies = [[body.encode() for body in each] for each in plan["connections"]]
    connections = [
        Connection(*await asyncio.open_connection(plan["host"], plan["port"])) for _ in bodies
    ]
    latencies: list[float] = []
    admitted = 0

    async def send(connection: Connection, body: bytes, since: float) -> None:
        nonlocal admitted
        status, answer = await connection.post(head, body)
        latencies.append(time.perf_counter() - since)
        if status == 201:
            admitted += 1
        elif status == 200:
            admitted += answer.count(b'"status":201')
        if admitted == 0:
            raise SystemExit(f"refused: {status} {answer[:500]!r}")

    async def closed(connection: Connection, own: list[bytes]) -> None:
        for body in own:
            await send(connection, body, time.perf_counter())

    async def opened(connection: Connection, number: int, own: list[bytes], start: float) -> None:
        for position, body in enumerate(own):
            due = start + (position * len(bodies) + number) / plan["rate"]
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            await send(connection, body, due)

    start = time.perf_counter()
    if "rate" in plan:
        begin = start + 0.1
        await asyncio.gather(
            *(
                opened(connection, number, own, begin)
                for number, (connection, own) in enumerate(zip(connections, bodies, strict=True))
            )
        )
    else:
        await asyncio.gather(*map(closed, connections, bodies))
    seconds = time.perf_counter() - start
    latencies.sort()
    return {
        "seconds": seconds,
        "admitted": admitted,
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)],
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
