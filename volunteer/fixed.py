"""Statements of the busiest path: SQLAlchemy writes them once for each engine, the driver runs them.

The way through ``Connection.execute`` costs ten times what such a statement costs itself.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Engine,
    Enum,
    Insert,
    Select,
    String,
    Update,
    bindparam,
    false,
    literal_column,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from volunteer.database import refuse_nul
from volunteer.driver import Driver, driver_from, driver_of, plain_dialect

Bind = Callable[[Any], Any]
# What an Enum type does to a choice, without asking again whether it is one.
_VALUE = attrgetter("_value_")


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in one engine's words, and what the types do to each value on its way in."""

    text: str | bytes
    binds: tuple[tuple[str, Bind | None], ...]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order in which the text wants them."""
        return [given[name] if bind is None else bind(given[name]) for name, bind in self.binds]


class Fixed:
    """One statement. Values go through their types; rows come as the driver has them: moments as seconds."""

    def __init__(self, statement: Select[Any] | Insert | Update, columns: str = "") -> None:
        """Keep *statement*. Of an INSERT, *columns* get a value each time; the others have their defaults."""
        self._columns = columns.split()
        self._statement = statement
        self._row: Callable[[Any], Any] = tuple
        self._only_reads = isinstance(statement, Select)
        if isinstance(statement, Select):
            names = statement.selected_columns.keys()
            self._row = namedtuple("Row", names)._make  # type: ignore[attr-defined]
        elif isinstance(statement, Insert):
            self._statement = _with_defaults(statement, self._columns)
        self._written: dict[str, _Written] = {}

    def run(self, session: Session, values: Mapping[str, Any]) -> Any:
        """Execute the statement in the session's transaction and return the driver's cursor."""
        driver = driver_of(session)
        if not self._only_reads:
            driver.begin()
        written = self._in_words_of(driver.dialect)
        return driver.run(written.text, written.values(values))

    def run_many(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute the statement for each of *rows*."""
        driver = driver_of(session)
        driver.begin()
        written = self._in_words_of(driver.dialect)
        driver.run_many(written.text, [written.values(values) for values in rows])

    def row(self, session: Session, values: Mapping[str, Any]) -> Any:
        """Execute the statement and return its one row, by the names of its columns, or None."""
        return self._first(self.run(session, values))

    def glance(self, engine: Engine, values: Mapping[str, Any]) -> Any:
        """Execute the statement by itself, in no transaction, and return its one row or None."""
        with driver_from(engine) as driver:
            written = self._in_words_of(driver.dialect)
            return self._first(driver.run(written.text, written.values(values)))

    def row_alone(self, driver: Driver, values: Mapping[str, Any]) -> Any:
        """Execute the statement as the only one that writes, and return its one row."""
        written = self._in_words_of(driver.dialect)
        return self._first(driver.run_alone(written.text, written.values(values)))

    def _first(self, cursor: Any) -> Any:
        rows = cursor.fetchall()
        return self._row(rows[0]) if rows else None

    def _in_words_of(self, dialect: Dialect) -> _Written:
        return self._written.get(dialect.name) or self._write(dialect)

    def _write(self, dialect: Dialect) -> _Written:
        plain = plain_dialect(dialect)
        compiled = self._statement.compile(dialect=plain, column_keys=self._columns or None)
        assert isinstance(compiled, SQLCompiler)
        names = compiled.positiontup or ()
        binds = tuple((name, _bind(compiled.binds[name].type, plain)) for name in names)
        # As bytes, psycopg sends the text as it is, and knows it again by a hash that is kept with it.
        text = compiled.string if dialect.name == "sqlite" else compiled.string.encode()
        self._written[dialect.name] = written = _Written(text, binds)
        return written


class Linked:
    """An INSERT and others that name the key of its row.

    PostgreSQL takes them as one statement, which can be a transaction by itself; SQLite one by one, for
    there no way to a server is saved.
    """

    def __init__(self, first: Insert, columns: str, *others: tuple[Insert, str, str]) -> None:
        """Keep the INSERTs; of each other one also its columns with a value, and which one names the key."""
        self._first = Fixed(first.returning(_key_of(first)), columns)
        self._others = [(Fixed(other, f"{columns} {named}"), named) for other, columns, named in others]
        self._as_one = Fixed(_as_one(first, columns.split(), others))

    def run(self, session: Session, values: Mapping[str, Any], *others: Mapping[str, Any]) -> int:
        """Execute all and return the key of the first row.

        In a quick transaction that has written nothing yet it is all that is written: whoever wants to write
        more afterwards says so before, by :func:`volunteer.database.begin_several`.
        """
        driver = driver_of(session)
        if driver.dialect.name == "sqlite":
            (key,) = self._first.row(session, values)
            for (statement, named), row in zip(self._others, others, strict=True):
                statement.run(session, {**row, named: key})
        else:
            given = {
                f"{name}_{number}": value
                for number, row in enumerate((values, *others))
                for name, value in row.items()
            }
            (key,) = self._as_one.row_alone(driver, given)
        return int(key)


def _key_of(insert: Insert) -> ColumnElement[Any]:
    return insert.table.columns["id"]


def _as_one(first: Insert, columns: list[str], others: Sequence[tuple[Insert, str, str]]) -> Select[Any]:
    """Return the statement that makes all rows and returns the key of the first."""
    made = _numbered(first, columns, 0).returning(_key_of(first)).cte("made")
    key = select(made).scalar_subquery()
    rows = [
        _numbered(other, columns.split(), number).values({named: key}).cte(f"other_{number}")
        for number, (other, columns, named) in enumerate(others, 1)
    ]
    return select(made).add_cte(*rows)


def _numbered(insert: Insert, columns: list[str], number: int) -> Insert:
    table = insert.table.columns
    given = {name: bindparam(f"{name}_{number}", type_=table[name].type) for name in columns}
    return _with_defaults(insert, columns).values(given)


def _with_defaults(statement: Insert, columns: list[str]) -> Insert:
    """Return the INSERT with the defaults of all other columns in its text."""
    defaults = {
        column.key: _spelled(column.default.arg)  # type: ignore[attr-defined]
        for column in statement.table.columns
        if column.key not in columns and column.default is not None
    }
    # Inline: PostgreSQL is not asked for the key of each new row.
    return statement.values(defaults).inline() if defaults else statement.inline()


def _spelled(default: object) -> ColumnElement[Any]:
    if isinstance(default, bool):
        return true() if default else false()
    if isinstance(default, int):
        return literal_column(str(default))
    raise ValueError(f"a default that is no plain number: {default!r}")


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Bind | None:
    if isinstance(kind, Enum):
        return _VALUE
    bind = kind.dialect_impl(dialect).bind_processor(dialect)
    return _without_nul if bind is None and type(kind) is String else bind


def _without_nul(value: str | None) -> str | None:
    if value is not None:
        refuse_nul(value)
    return value
