"""What the kept sums cost a scan, and whether a busy post is a queue; in ratios of one run.

    .venv/bin/python benchmarks/kept.py [sqlite] [postgresql]

First members come and two hours later leave, one after the other: with the index by which changed visits are
found and the triggers by which a window keeps its sum, and without them; then their visits are taken over
into the sums. Afterwards so many come at once, all at one post and spread over twenty. Rounds are interleaved
and their medians compared.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

import time_machine
from flask import Flask
from sqlalchemy import Engine, update

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.college import handle_of  # noqa: E402 - after the path is set
from benchmarks.databases import pair  # noqa: E402
from benchmarks.in_process import settings_for  # noqa: E402
from benchmarks.phones import KEYRING, check_in  # noqa: E402
from tests import engines  # noqa: E402
from volunteer import create_app  # noqa: E402
from volunteer.actions.kept import AT_ONCE, keep_sums  # noqa: E402
from volunteer.clock import utc_now  # noqa: E402
from volunteer.database import in_transaction, table_of  # noqa: E402
from volunteer.models import ProbationWindow, Visit  # noqa: E402
from volunteer.revisions import SUMMING, summing_of  # noqa: E402
from volunteer.rules.codes import live_code  # noqa: E402

ENGINES = ("sqlite", "postgresql")
AT_THE_SAME_TIME = 8
VISITS_EACH = 6
SERVED = timedelta(hours=2)
_INDEX = next(index for index in table_of(Visit).indexes if index.name == "ix_visit_not_kept")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("engines", nargs="*", default=list(ENGINES))
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--scans", type=int, default=100, help="of a round and kind")
    chosen = asked.parse_args()
    for name in chosen.engines:
        members = 4 * (chosen.rounds + 1) * chosen.scans
        with pair(name, members=members, visits_each=VISITS_EACH) as (url, _):
            _measure(name, url, rounds=chosen.rounds, scans=chosen.scans)


def _measure(name: str, url: str, *, rounds: int, scans: int) -> None:
    app, engine = create_app(settings_for(url)), engines.open_engine(url)
    numbers = iter(range(1, 1_000_000))
    take: Callable[[], list[int]] = lambda: [next(numbers) for _ in range(scans)]  # noqa: E731
    keep: Callable[[], int] = lambda: _keep(app)  # noqa: E731
    while keep() >= AT_ONCE:
        pass
    times: dict[str, list[float]] = {"with": [], "without": [], "keeping": [], "one": [], "spread": []}
    for number in range(rounds + 1):
        with _without_sums(engine):
            took = {"without": _timed(lambda: _come_and_leave(app, take()))}
        keep()
        took["with"] = _timed(lambda: _come_and_leave(app, take()))
        took["keeping"] = _timed(keep)
        # In turn first: what is put off to the next writer falls on both.
        for what in ("one", "spread") if number % 2 else ("spread", "one"):
            took[what] = _timed(lambda what=what: _at_once(app, take(), at_one_post=what == "one"))
        # The first round only warms up.
        for what in took if number else ():
            times[what].append(took[what])
    ms = {what: 1000 * median(found) / scans for what, found in times.items()}
    print(f"{name}: coming and leaving {ms['without']:.2f} ms, with what is kept {ms['with']:.2f}", end="")
    print(f", taking the visit over {ms['keeping']:.2f}; together {_ratio(ms):.2f} of without")
    print(f"{name}: at one post against spread over many {ms['spread'] / ms['one']:.2f}", flush=True)
    engine.dispose()


def _ratio(ms: dict[str, float]) -> float:
    return (ms["with"] + ms["keeping"]) / ms["without"]


def _keep(app: Flask) -> int:
    with app.app_context():
        return in_transaction(keep_sums)


def _come_and_leave(app: Flask, numbers: Sequence[int]) -> None:
    client, now = app.test_client(), utc_now()
    for number in numbers:
        for action, at in (("in", now - SERVED), ("out", now)):
            with time_machine.travel(at, tick=False):
                more = {"action": action, "client_ref": _ref(action, number)}
                call = check_in(number, at, **more)
                answer = client.post(call.path, data=call.body, headers=dict(call.headers))
            if answer.status_code != 201:
                raise SystemExit(f"{number} {action}: {answer.text}")


def _ref(action: str, number: int) -> str:
    return f"019c0000-0000-7000-8{'0' if action == 'in' else '1'}00-{number:012d}"


def _at_once(app: Flask, numbers: Sequence[int], *, at_one_post: bool) -> None:
    """Let members come and leave from several threads."""

    def scan(number: int) -> None:
        client, now = app.test_client(), utc_now()
        code = {"code": live_code(bytes.fromhex(handle_of(1)), now, KEYRING)} if at_one_post else {}
        for action in ("in", "out"):
            call = check_in(number, now, action=action, client_ref=_ref(action, number), **code)
            answer = client.post(call.path, data=call.body, headers=dict(call.headers))
            if answer.status_code != 201:
                raise SystemExit(f"{number} {action}: {answer.text}")

    with ThreadPoolExecutor(AT_THE_SAME_TIME) as pool:
        list(pool.map(scan, numbers))


@contextmanager
def _without_sums(engine: Engine) -> Iterator[None]:
    """Take away what a scan does for the sums."""
    dialect = engine.dialect.name
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        _INDEX.drop(connection)
        for name, what in SUMMING[dialect].items():
            of = f" ON {'credit' if ' ON credit ' in what else 'probation'}"
            connection.exec_driver_sql(f"DROP TRIGGER {name}{of if dialect == 'postgresql' else ''}")
    yield
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        _INDEX.create(connection)
        for statement in summing_of(dialect):
            connection.exec_driver_sql(statement)
        connection.execute(update(table_of(ProbationWindow)).values(counted_min=0))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
