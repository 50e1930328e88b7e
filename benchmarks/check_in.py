"""Check-ins a second against the floor: Flask with one raw SELECT and one raw INSERT a request.

Both are served by the same gunicorn on the same engine, with the application's PRAGMAs, and called from a
second process in turn: floor, application, floor, application. What counts is the median of the rounds and
the ratio of the two; absolute numbers say more about the machine.
"""

import argparse
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.databases import pair  # noqa: E402 - after the path is set
from benchmarks.in_process import settings_for  # noqa: E402
from benchmarks.phones import check_in  # noqa: E402
from benchmarks.statements import overheard  # noqa: E402
from volunteer import create_app  # noqa: E402
from volunteer.clock import utc_now  # noqa: E402
from volunteer.database import db  # noqa: E402

ENGINES = ("sqlite", "postgresql")
MEMBERS = 12_000
VISITS_EACH = 6
WARM_UP = 200
STARTS_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Round:
    """What the phones saw in one round."""

    per_second: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("engines", nargs="*", default=list(ENGINES))
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=float, default=3, help="the longest that a round takes")
    chosen = asked.parse_args()
    print(f"{'':12}{'':8}{'calls/s':>10}{'p50 ms':>10}{'p99 ms':>10}   median of {chosen.rounds} rounds")
    lines = [_compare(engine, chosen.rounds, chosen.seconds) for engine in chosen.engines]
    print("\n".join(lines))


def _compare(engine: str, rounds: int, seconds: float) -> str:
    """Measure on one engine, print the table's lines, and return the line with the ratio."""
    with pair(engine, members=MEMBERS, visits_each=VISITS_EACH) as (app_url, floor_url):
        statements = _statements_of(app_url)
        with served("floor", floor_url) as floor_port, served("app", app_url) as app_port:
            seen = _rounds({"floor": floor_port, "app": app_port}, rounds, seconds)
    for which, one in seen.items():
        mid = [median(getattr(each, name) for each in one) for name in ("per_second", "p50_ms", "p99_ms")]
        print(f"{engine:12}{which:8}{mid[0]:10.0f}{mid[1]:10.1f}{mid[2]:10.1f}", end="")
        print(f"   {statements} statements a check-in" if which == "app" else "", flush=True)
    ratio = median(one.per_second for one in seen["app"]) / median(one.per_second for one in seen["floor"])
    return f"{engine} ratio {ratio:.2f}"


def _rounds(ports: dict[str, int], rounds: int, seconds: float) -> dict[str, list[Round]]:
    # The last members are those of the warm-up and of the counted statements.
    calls = (MEMBERS - 2 * WARM_UP) // rounds
    seen: dict[str, list[Round]] = {which: [] for which in ports}
    for which, port in ports.items():
        round_of(which, port, first=MEMBERS - 2 * WARM_UP + 1, calls=WARM_UP, seconds=seconds)
    for number in range(rounds):
        for which, port in ports.items():
            one = round_of(which, port, first=1 + number * calls, calls=calls, seconds=seconds)
            seen[which].append(one)
    return seen


def round_of(which: str, port: int, *, first: int, calls: int, seconds: float) -> Round:
    command = [sys.executable, "-m", "benchmarks.load"]
    command += [which, *(str(number) for number in (port, first, calls, seconds))]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60 + 10 * seconds
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    if told["refused"]:
        raise SystemExit(f"{which} refused: " + "\n".join(told["refused"]))
    return Round(told["calls"] / told["seconds"], told["p50_ms"], told["p99_ms"])


def _statements_of(app_url: str) -> int:
    """Return how many statements a check-in takes."""
    app = create_app(settings_for(app_url))
    with app.app_context():
        engine = db.engine
    call = check_in(MEMBERS, utc_now())
    with overheard(engine) as heard:
        answer = app.test_client().post(call.path, data=call.body, headers=dict(call.headers))
    if answer.status_code != 201:
        raise SystemExit(answer.text)
    return len(heard)


@contextmanager
def served(which: str, database_url: str) -> Iterator[int]:
    """Start a server, wait until it answers, and stop it after the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "benchmarks.serve", which, database_url, str(port)]
    with subprocess.Popen(command, cwd=ROOT) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
