"""Bring a database to the newest revision, and tell whether it is there.

The migrations in ``migrations/versions`` are numbered in the order in which they run. All that are missing
run in one transaction, behind one lock: a failed one leaves the database as it was, and of two processes
that start together one waits and finds the work done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

from volunteer.config import shipped
from volunteer.database import listen
from volunteer.revisions import GUARDED_TABLES

# Any number, the same in every process: "fift" in ASCII.
_LOCK = 0x66696674


class BrokenReference(RuntimeError):
    """A migration left rows that point to nothing; nothing of it was kept."""


def upgrade(engine_or_url: Engine | str, revision: str = "head") -> None:
    """Bring the database to *revision*. Makes the SQLite file and its folder where they are missing.

    Raises:
        BrokenReference: On SQLite, a row points to nothing afterwards.
    """
    engine = _engine(engine_or_url) if isinstance(engine_or_url, str) else engine_or_url
    try:
        if revision == "head" and current(engine) == _newest():
            # Nobody has to wait for a long writer only to find nothing to do.
            return
        with _alone(engine) as connection:
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        if isinstance(engine_or_url, str):
            engine.dispose()


def grant_to(url: str, role: str) -> None:
    """Let the PostgreSQL role *role* do all that the application does, and nothing to what only grows.

    It owns no table, so it can neither lift a guard nor change a line of the ledger. Said again after a
    migration, it covers what is new.

    Raises:
        ValueError: The database is not PostgreSQL.
    """
    engine = _engine(url)
    try:
        if engine.dialect.name != "postgresql":
            raise ValueError(f"no roles on {engine.dialect.name}")
        name = engine.dialect.identifier_preparer.quote_identifier(role)
        grown = ", ".join(GUARDED_TABLES)
        with _alone(engine) as connection:
            for statement in (
                f"GRANT USAGE ON SCHEMA public TO {name}",
                f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
                f"REVOKE UPDATE, DELETE ON {grown} FROM {name}",
                f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
            ):
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Return whether the database stands at the newest revision."""
    return current(engine) == head()


def current(engine: Engine) -> str | None:
    """Return the revision at which the database stands; None: nothing was migrated yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str | None:
    """Return the newest revision that this version of the program knows."""
    return _newest()


def _newest() -> str | None:
    return ScriptDirectory.from_config(configuration()).get_current_head()


def configuration() -> Config:
    """Return Alembic's configuration: no file, so that it works from any folder."""
    config = Config()
    # The parser behind it reads a per cent sign as the start of a placeholder.
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    listen(engine)
    database = make_url(url).database
    if engine.dialect.name == "sqlite" and database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    return engine


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection with a transaction that no other migration shares, and commit it."""
    with engine.connect().execution_options(is_writer=True) as connection:
        if engine.dialect.name == "sqlite":
            with _unchecked_references(connection), connection.begin():
                yield connection
                _check_references(connection)
            return
        with connection.begin():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection


@contextmanager
def _unchecked_references(connection: Connection) -> Iterator[None]:
    """Let tables be rebuilt on SQLite: dropping the old one would count as deleting its rows.

    The setting only takes effect outside a transaction, hence the driver's own connection.
    """
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if broken:
        raise BrokenReference(f"rows point to nothing: {[tuple(row) for row in broken]}")
