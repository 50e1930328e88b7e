"""The database drivers themselves, for the busiest path: their connections come from SQLAlchemy's pool.

Whatever they raise is told as SQLAlchemy tells it, so that nobody needs to know which way a statement took.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from psycopg import RawCursor
from sqlalchemy import Dialect, Engine, PoolProxiedConnection
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

# Where a session keeps the driver's connection of its transaction.
DRIVER = "driver"


class Driver:
    """A driver's connection. What it raises is told as SQLAlchemy tells it.

    Before a transaction is begun each statement stands by itself: a way to the server less for what only
    reads, two for what is written by one statement.
    """

    __slots__ = ("_is_begun", "_is_over", "connection", "dialect")

    def __init__(self, dialect: Dialect, connection: PoolProxiedConnection, *, is_begun: bool = True) -> None:
        self.dialect = dialect
        self.connection = connection
        self._is_begun = is_begun
        self._is_over = False

    def begin(self) -> None:
        """Begin to write, unless a transaction goes on already.

        Raises:
            ValueError: What was written alone was not all.
        """
        if self._is_begun:
            return
        if self._is_over:
            raise ValueError("a second write, after one that was to stand alone")
        self._is_begun = True
        if self.dialect.name == "sqlite":
            self.run("BEGIN IMMEDIATE", ())
        else:
            # The driver then begins before the next statement.
            cast(Any, self.connection.driver_connection).autocommit = False

    def run_alone(self, text: str | bytes, values: Sequence[Any]) -> Any:
        """Execute the only statement that writes: outside a transaction it is one by itself."""
        self._is_over = not self._is_begun
        return self.run(text, values)

    def run(self, text: str | bytes, values: Sequence[Any]) -> Any:
        """Execute a statement and return the driver's cursor."""
        cursor = self._cursor()
        try:
            cursor.execute(text, values)
        except self.dialect.loaded_dbapi.Error as error:
            raise _told(error, self.dialect, text) from error
        return cursor

    def run_many(self, text: str | bytes, rows: Sequence[Sequence[Any]]) -> None:
        """Execute a statement once for each of *rows*."""
        try:
            self._cursor().executemany(text, rows)
        except self.dialect.loaded_dbapi.Error as error:
            raise _told(error, self.dialect, text) from error

    def _cursor(self) -> Any:
        if self.dialect.name == "sqlite":
            return self.connection.cursor()
        # Without a search for placeholders in the text.
        return RawCursor(cast(Any, self.connection.driver_connection))

    def commit(self) -> None:
        """Commit, if a transaction is going on."""
        try:
            self.connection.commit()
        except self.dialect.loaded_dbapi.Error as error:
            raise _told(error, self.dialect) from error


@contextmanager
def driver_from(engine: Engine) -> Iterator[Driver]:
    """Give a pooled connection without a transaction; one begun and not committed is rolled back."""
    try:
        connection = engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error as error:
        raise _told(error, engine.dialect) from error
    own: Any = connection.driver_connection
    begins_by_itself = engine.dialect.name != "sqlite"
    if begins_by_itself:
        own.autocommit = True
    try:
        yield Driver(engine.dialect, connection, is_begun=False)
    except OperationalError:
        # It may be broken: the pool makes another.
        connection.invalidate()
        raise
    finally:
        if begins_by_itself and connection.is_valid and own.autocommit:
            # As the pool's others have it. Were it kept, a later transaction would be none.
            own.autocommit = False
        connection.close()


def driver_of(session: Session) -> Driver:
    """Return the driver's connection within the session's transaction; a writer has it at hand."""
    driver: Driver | None = session.info.get(DRIVER)
    # A session begins a savepoint only when its connection is asked for.
    if driver is None or session.in_nested_transaction():
        connection = session.connection()
        driver = Driver(connection.dialect, connection.connection)
    return driver


def plain_dialect(dialect: Dialect) -> Dialect:
    """Return the dialect in which statements are written for :class:`Driver`."""
    return dialect if dialect.name == "sqlite" else PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


def _told(error: Exception, dialect: Dialect, text: str | bytes = "") -> Exception:
    return DBAPIError.instance(str(text), None, error, dialect.loaded_dbapi.Error, dialect=dialect)
