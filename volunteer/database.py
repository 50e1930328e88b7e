"""The engine, the base of all models, and the only commit.

On SQLite a write begins as a writer (``BEGIN IMMEDIATE``): a deferred transaction that turns writer later
loses to "database is locked" under load. Reads begin deferred and never wait.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Table,
    TypeDecorator,
    event,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.sql.compiler import DDLCompiler

from volunteer.driver import DRIVER, Driver, driver_from, driver_of

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 10_000
ATTEMPTS = 4
# A CHECK that is an IN and nothing else; the values of our lists are plain words.
_CLOSED_LIST = re.compile(r"""(?<=CHECK \()("?\w+"?) IN \(('\w+'(?:, '\w+')*)\)(?=\))""")
T = TypeVar("T")
Begin = Callable[[], AbstractContextManager[Session]]
# FULL, not NORMAL: an acknowledged record survives a power cut as well as a killed process.
SQLITE_PRAGMAS = (
    # First: the change to WAL waits for others only once there is a timeout.
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Without it INSERT OR REPLACE would slip past the ledger's DELETE trigger.
    "PRAGMA recursive_triggers=ON",
)
RowId = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC, kept as whole seconds since 1970: the same order on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value}")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


def one_of(kind: type[StrEnum], *, name: str | None = None) -> Enum:
    """Return a column type for the values of *kind*, held by a CHECK constraint on every engine.

    Args:
        name: Of the constraint, where a table has two columns of one kind.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        length=24,
        name=name or kind.__name__.lower(),
    )


@compiles(CheckConstraint, "sqlite")
def _check_one_by_one(constraint: CheckConstraint, compiler: DDLCompiler, **kw: Any) -> str:
    """Spell a closed list as single comparisons: for a longer IN, SQLite builds a table in every INSERT."""
    text = compiler.visit_check_constraint(constraint, **kw)  # type: ignore[no-untyped-call]
    return _CLOSED_LIST.sub(
        lambda list_: " OR ".join(f"{list_[1]} = {value}" for value in list_[2].split(", ")), text
    )


class Model(DeclarativeBase):
    """The base of all tables."""

    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: Instant})


class Numbered(Model):
    """A table with a running number as its key."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(RowId, primary_key=True)


db = SQLAlchemy(model_class=Model)


def table_of(model: type[Model]) -> Table:
    """Return the table of a model, for Core statements on paths where the ORM would cost too much."""
    return cast(Table, model.__table__)


@contextmanager
def transaction() -> Iterator[Session]:
    """Give a session that writes, and commit it: all of the block or nothing.

    What was read before in this request is let go first, so that the block sees the newest rows.
    """
    with writing(db.session()) as session:
        yield session


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """Make *session* a writer for the block, and commit it: all of the block or nothing."""
    session.rollback()
    connection = session.connection(execution_options={"is_writer": True})
    session.info[DRIVER] = Driver(connection.dialect, connection.connection)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[DRIVER]


@contextmanager
def quick_transaction() -> Iterator[Session]:
    """Do as :func:`transaction` with the driver alone: for the busiest path, which has read nothing before.

    The session is for the rare statement that the driver is not handed directly. On PostgreSQL the
    transaction begins with the first write: what is contested is found by constraints and row versions.
    """
    with driver_from(db.engine) as driver:
        if driver.dialect.name == "sqlite":
            driver.begin()
        session = _QuickSession(db.engine, driver)
        try:
            yield session
            if session.in_transaction():
                session.commit()
            driver.commit()
        except BaseException:
            if session.in_transaction():
                session.rollback()
            raise


def begin_several(session: Session) -> None:
    """Say that more than one statement is going to write: on the busiest path one could stand alone."""
    driver_of(session).begin()


class _QuickSession(Session):
    """A session in a transaction that the driver has begun; its own connection is made when asked for."""

    def __init__(self, engine: Engine, driver: Driver) -> None:
        super().__init__(engine)
        self.info[DRIVER] = driver
        self._connection: Connection | None = None

    def get_bind(self, *_args: Any, **_which: Any) -> Connection:
        """Return the one connection that there is."""
        if self._connection is None:
            self.info[DRIVER].begin()
            self._connection = Connection(db.engine, self.info[DRIVER].connection)
        return self._connection


class StaleRow(Exception):
    """Somebody else changed the row between our reading and our writing."""


def in_transaction(work: Callable[[Session], T], *, begin: Begin = transaction) -> T:
    """Run *work* in a transaction, again when another writer came in between.

    Contested writes are found by constraints and row versions, not by locks; whoever loses starts over
    and then sees what the winner wrote.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            with begin() as session:
                return work(session)
        except (IntegrityError, StaleRow):
            continue
    with begin() as session:
        return work(session)


def listen(engine: Engine) -> None:
    """Set up every connection of *engine*: settings on SQLite, and who begins as a writer."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "before_cursor_execute", _refuse_nul)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions behind our back.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        _insist(connection, pragma)


def _insist(connection: Any, pragma: str) -> None:
    """Set it as soon as may be: of two who open a new file at once, SQLite lets neither wait for WAL."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    driver = Driver(connection.dialect, connection.connection)
    # A quick transaction has begun before SQLAlchemy's connection was asked for.
    if not driver.connection.in_transaction:
        is_writer = connection.get_execution_options().get("is_writer", False)
        driver.run("BEGIN IMMEDIATE" if is_writer else "BEGIN", ())


def _refuse_nul(
    _connection: Connection, _cursor: object, _statement: str, values: Any, _context: object, _is_many: bool
) -> None:
    for row in values if isinstance(values, list) else (values,):
        for value in row.values() if isinstance(row, dict) else row:
            if type(value) is str:
                refuse_nul(value)


def refuse_nul(text: str) -> None:
    """PostgreSQL keeps no NUL in text; SQLite would, and could then never be moved there.

    Raises:
        ValueError: *text* has one.
    """
    if "\0" in text:
        raise ValueError(f"NUL in text: {text!r}")
