"""The databases to measure on: a SQLite file, and a PostgreSQL of our own that really writes to its disk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.college import found
from benchmarks.floor import found_floor
from tests import engines
from volunteer.clock import utc_now
from volunteer.migrate import upgrade

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
