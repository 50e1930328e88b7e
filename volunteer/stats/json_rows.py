"""Several small result sets in one statement: rows packed as JSON text, on both engines alike."""

from typing import Any

from sqlalchemy import Text
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
