"""The databases to measure on: a SQLite file, and a PostgreSQL of our own that really writes to its disk.

Large ones are slow to write and may be kept for the next time, in a folder that is named.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from benchmarks import university
from benchmarks.college import found
from benchmarks.floor import found_floor
from tests import engines
from volunteer.clock import utc_now
from volunteer.migrate import upgrade

ENGINES = ("sqlite", "postgresql")

# The tests' server forgoes durability. What we compare must have it, as in service.
_DURABLE = (
    "ALTER SYSTEM SET fsync = on",
    "ALTER SYSTEM SET synchronous_commit = on",
    "ALTER SYSTEM SET full_page_writes = on",
    "SELECT pg_reload_conf()",
)


@contextmanager
def pair(engine_name: str, *, members: int, visits_each: int) -> Iterator[tuple[str, str]]:
    """Give the URLs of two databases on one engine: one with a college, one for the floor."""
    with tempfile.TemporaryDirectory(prefix="fifty-hours-bench-") as folder:
        opened = _sqlite(Path(folder)) if engine_name == "sqlite" else _postgresql()
        with opened as (app_url, floor_url):
            upgrade(app_url)
            engine = engines.open_engine(app_url)
            found(engine, members=members, visits_each=visits_each, now=utc_now())
            engine.dispose()
            found_floor(floor_url, members=members)
            yield app_url, floor_url


@contextmanager
def _sqlite(folder: Path) -> Iterator[tuple[str, str]]:
    yield f"sqlite:///{folder / 'app.db'}", f"sqlite:///{folder / 'floor.db'}"


@contextmanager
def _postgresql() -> Iterator[tuple[str, str]]:
    with engines.postgresql_server() as server_url:
        with engines.one_off(server_url) as connection:
            for statement in _DURABLE:
                connection.exec_driver_sql(statement)
        empty = "template1"
        yield (
            engines.new_database(server_url, "bench_app", template=empty),
            engines.new_database(server_url, "bench_floor", template=empty),
        )


def asked(about: str | None, parts: str) -> argparse.Namespace:
    """Return what the command line asks of a bench over universities.

    Args:
        about: The bench's own docstring; its first line is the help.
        parts: What ``--only`` picks, in the plural.
    """
    line = argparse.ArgumentParser(description=about.splitlines()[0] if about else None)
    line.add_argument("engines", nargs="*", default=list(ENGINES))
    line.add_argument("--visits", type=int, nargs="+", default=[100_000, 1_000_000])
    line.add_argument("--branch", type=int, default=university.BRANCH, help="members of a branch")
    line.add_argument("--rounds", type=int, default=7)
    line.add_argument("--keep", type=Path, help="a folder in which the databases stay for the next time")
    line.add_argument("--only", nargs="+", default=[""], help=f"{parts} whose name has one of these in it")
    return line.parse_args()


@contextmanager
def universities(engine_name: str, chosen: argparse.Namespace) -> Iterator[list[Engine]]:
    """Give a university of each size that was asked for; without a folder to keep them in they go."""
    keep: Path | None = chosen.keep
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fifty-hours-bench-")))
        server = None if engine_name == "sqlite" else stack.enter_context(engines.postgresql_server(keep))
        made = []
        for visits in chosen.visits:
            name = f"university_{visits}" + (
                f"_{chosen.branch}" if chosen.branch != university.BRANCH else ""
            )
            url = f"sqlite:///{folder / name}.db" if server is None else _database(server, name)
            engine = engines.open_engine(url)
            stack.callback(engine.dispose)
            began = time.perf_counter()
            university.ready(engine, visits=visits, branch=chosen.branch)
            print(
                f"{engine_name}: {visits:,} visits ready in {time.perf_counter() - began:.0f} s", flush=True
            )
            made.append(engine)
        yield made


def _database(server_url: str, name: str) -> str:
    with engines.one_off(server_url) as connection:
        found = "SELECT 1 FROM pg_database WHERE datname = %s"
        is_there = connection.exec_driver_sql(found, (name,)).one_or_none() is not None
    if is_there:
        return engines.database_url(server_url, name)
    return engines.new_database(server_url, name, template="template1")
