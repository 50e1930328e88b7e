"""Phones at a server's door: ``python -m benchmarks.load app PORT FIRST COUNT SECONDS``.

Every call is by another member, over connections that stay open. It ends by itself after so many calls or
seconds, and prints what it saw as JSON. Requests are written by hand: the client is not what is measured.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from benchmarks.phones import Call, check_in, floor_call
from volunteer.clock import utc_now

CONNECTIONS = 8
CALLS: dict[str, Callable[[int, datetime], Call]] = {
    "app": check_in,
    "floor": floor_call,
    "out_one": partial(check_in, where="one", action="out"),
    "out_spread": partial(check_in, where="spread", action="out"),
}


@dataclass
class Seen:
    """What the phones saw so far; each thread adds to it."""

    times: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def main(which: str, port: int, first: int, count: int, seconds: float) -> None:
    numbers = iter(range(first, first + count))
    seen = Seen()
    start = time.perf_counter()
    threads = [
        threading.Thread(target=_phone, args=(which, port, numbers, seen, start + seconds))
        for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    times = sorted(seen.times)
    told = {"calls": len(times), "seconds": took, "refused": seen.refused[:3]}
    for pct in (50, 99):
        told[f"p{pct}_ms"] = 1000 * times[len(times) * pct // 100] if times else 0
    print(json.dumps(told))


def _phone(which: str, port: int, numbers: Iterator[int], seen: Seen, until: float) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in numbers:
            request = _written(CALLS[which](number, utc_now()), port)
            asked_at = time.perf_counter()
            connection.sendall(request)
            answer = _answer(connection)
            now = time.perf_counter()
            seen.times.append(now - asked_at)
            if not answer.startswith(b"HTTP/1.1 201 ") or b'"accepted"' not in answer:
                seen.refused.append(answer.decode(errors="replace"))
            if now > until:
                return


def _written(call: Call, port: int) -> bytes:
    headers = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(call.body)), **call.headers}
    lines = [f"POST {call.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + call.body


def _answer(connection: socket.socket) -> bytes:
    """Return head and body of one answer."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError(f"closed in the middle of an answer: {got!r}")
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
