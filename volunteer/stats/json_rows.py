"""Several small result sets in one statement: rows packed as JSON text, on both engines alike."""

import json
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class json_rows(FunctionElement[str]):
    """Aggregate the given columns of all rows into ``[[...], ...]``.

    Moments come out as seconds, days as ISO text, enums as their values; the order of rows is open.
    """

    name = "json_rows"
    type = Text()
    inherit_cache = True


@compiles(json_rows, "sqlite")
def _on_sqlite(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(json_rows, "postgresql")
def _on_postgresql(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:
    columns = compiler.process(element.clauses, **kw)
    return f"CAST(coalesce(json_agg(json_build_array({columns})), '[]') AS TEXT)"


def rows_in(text: str) -> list[list[Any]]:
    """Return the rows of a :class:`json_rows`; most often there are none."""
    return [] if text == "[]" else json.loads(text)


class nested(FunctionElement[str]):
    """Put the JSON text of a subquery into an outer :class:`json_rows` as the rows that it is."""

    name = "nested"
    type = Text()
    inherit_cache = True


@compiles(nested, "sqlite")
def _nested_on_sqlite(element: nested, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json({compiler.process(element.clauses, **kw)})"


@compiles(nested, "postgresql")
def _nested_on_postgresql(element: nested, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS JSON)"


def spelled(value: StrEnum) -> ColumnElement[str]:
    """Return a value of a closed list as part of the statement's text.

    As a bound value it would keep SQLite from its partial indexes, and make it plan the statement anew
    each time.
    """
    return literal_column(f"'{value.value}'")
