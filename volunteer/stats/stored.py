"""Everything that is stored about one person, read in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Date, Enum, Text, cast, literal, select, union_all
from sqlalchemy.orm import Session

from volunteer.database import Instant
from volunteer.stats.json_rows import json_rows, rows_in
from volunteer.stats.personal import KEPT, Kept, Person

# What stands in an export where a row of another table is meant.
_CALLED: Mapping[str, str] = {
    "unit": "name",
    "post": "name",
    "base": "name",
    "site": "name",
    "shift": "code",
    "account": "name",
}
MOST_ROWS = 5000
"""Of one table. It is far above what one person can come to, but for the trail of an office."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The rows of one table about a person, each by the names of its columns."""

    key: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]


def stored_about(session: Session, who: Person, *, only: str | None = None) -> list[Stored]:
    """Return everything that is stored about a person, table by table, in one statement.

    Rows come in the order of their keys. Of units, posts, shifts and other people the name stands there, not
    the number; the number of what she cannot look up, such as an office's screen, is of no use to her.

    Args:
        only: The one table that is wanted.
    """
    wanted = [(place, kept) for place, kept in enumerate(KEPT) if only in (None, kept.key)]
    parts = [_part(place, kept, who) for place, kept in wanted]
    texts = {row[0]: row[1] for row in session.execute(union_all(*parts)).all()}
    return [
        Stored(kept.key, [_title(column) for column in kept.columns], _rows(kept, texts[place]))
        for place, kept in wanted
    ]


def _part(place: int, kept: Kept, who: Person) -> Any:
    """Return the statement of one table: its place among all, and its rows as one text."""
    columns = [_readable(column) for column in kept.columns]
    order = [*kept.table.primary_key]
    inner = (
        select(*(column.label(f"c{number}") for number, column in enumerate(columns)))
        .where(kept.which(kept.table, who))
        .order_by(*(column.desc() for column in order))
        .limit(MOST_ROWS)
        .subquery()
    )
    return select(literal(place), cast(json_rows(*inner.columns), Text))


def _readable(column: Column[Any]) -> ColumnElement[Any]:
    """Return the column, or the name of what it points to."""
    for key in column.foreign_keys:
        if (name := _CALLED.get(key.column.table.name)) is not None:
            other = key.column.table.alias()
            return select(other.c[name]).where(other.c.id == column).scalar_subquery()
    return column


def _title(column: Column[Any]) -> str:
    points = any(key.column.table.name in _CALLED for key in column.foreign_keys)
    return column.name.removesuffix("_id") if points else column.name


def _rows(kept: Kept, text: str) -> list[dict[str, Any]]:
    return [
        {_title(column): _value(column, value) for column, value in zip(kept.columns, row, strict=True)}
        for row in rows_in(text)
    ]


def _value(column: Column[Any], value: Any) -> Any:
    if value is None or column.foreign_keys:
        return value
    if isinstance(column.type, Instant):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    return bool(value) if isinstance(column.type, Boolean) else value
