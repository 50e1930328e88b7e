"""What lies at or below a unit, in SQL on both engines."""

from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class is_below(FunctionElement[bool]):
    """Whether the first path is the second, or goes on from it.

    SQLite takes no index for a LIKE, and would go through all units each time. As a stretch it is found: a
    path ends with a stroke, and the sign after the stroke is the nought.
    """

    name = "is_below"
    inherit_cache = True


@compiles(is_below, "sqlite")
def _on_sqlite(element: is_below, compiler: SQLCompiler, **kw: Any) -> str:
    path, top = element.clauses
    at, first, last, longest = (compiler.process(clause, **kw) for clause in (path, top, top, top))
    return f"({at} >= {first} AND {at} < substr({last}, 1, length({longest}) - 1) || '0')"


@compiles(is_below, "postgresql")
def _on_postgresql(element: is_below, compiler: SQLCompiler, **kw: Any) -> str:
    path, top = element.clauses
    return compiler.process(path.like(top.concat(literal_column("'%'"))), **kw)
