"""The floor: Flask with one raw SELECT and one raw INSERT a request, each on the driver itself.

It has the application's PRAGMAs, begins as a writer as the application does, and keeps its connections open.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import psycopg
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import make_url

from volunteer.database import BUSY_TIMEOUT_MS, SQLITE_PRAGMAS

_TABLES = (
    "CREATE TABLE floor_token (digest text PRIMARY KEY, member_id integer NOT NULL)",
    "CREATE TABLE floor_scan (id {serial}, member_id integer NOT NULL, at integer NOT NULL, code text)",
)
_SERIAL = {"sqlite": "integer PRIMARY KEY", "postgresql": "bigserial PRIMARY KEY"}


def found_floor(database_url: str, *, members: int) -> None:
    """Make the two tables in an empty database and fill the first."""
    name, connect, mark = _driver(database_url)
    connection = connect()
    if name == "sqlite":
        connection.execute("BEGIN IMMEDIATE")
    for table in _TABLES:
        connection.execute(table.format(serial=_SERIAL[name]))
    rows = [(f"digest-{number}", number) for number in range(1, members + 1)]
    connection.cursor().executemany(f"INSERT INTO floor_token VALUES ({mark}, {mark})", rows)
    connection.execute("COMMIT")
    connection.close()


def create_floor(database_url: str) -> Flask:
    """Return the floor for a database that :func:`found_floor` made."""
    name, connect, mark = _driver(database_url)
    begin = "BEGIN IMMEDIATE" if name == "sqlite" else None
    select = f"SELECT member_id FROM floor_token WHERE digest = {mark}"
    insert = f"INSERT INTO floor_scan (member_id, at, code) VALUES ({mark}, {mark}, {mark})"
    app = Flask(__name__, static_folder=None)
    pool: SimpleQueue[Any] = SimpleQueue()

    @contextmanager
    def pooled() -> Iterator[Any]:
        try:
            connection = pool.get_nowait()
        except Empty:
            connection = connect()
        yield connection
        pool.put(connection)

    @app.post("/floor/<int:number>")
    def scan(number: int) -> ResponseReturnValue:
        with pooled() as connection:
            if begin:
                connection.execute(begin)
            (member_id,) = connection.execute(select, (f"digest-{number}",)).fetchone()
            connection.execute(insert, (member_id, 1_700_000_000, "A" * 31))
            connection.commit()
        return {"verdict": "accepted"}, 201

    return app


def _driver(database_url: str) -> tuple[str, Callable[[], Any], str]:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return "sqlite", lambda: _open_sqlite(Path(str(url.database))), "?"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return "postgresql", lambda: psycopg.connect(plain), "%s"


def _open_sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
    )
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    return connection
