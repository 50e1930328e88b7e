"""What may stand in a path or a query: row numbers that every engine can hold, and text without NUL."""

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter, Map, UnicodeConverter

LARGEST_ROW = 2**53 - 1
LONGEST_CODE = 40


class RowConverter(BaseConverter):
    """The number of a row. What no table can hold is not found, never an error of the database."""

    regex = r"[1-9]\d{0,15}"

    def to_python(self, value: str) -> int:
        return min(int(value), LARGEST_ROW)


class CodeConverter(UnicodeConverter):
    """A code of the registry: of a unit, base, post, site or shift."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, minlength=1, maxlength=LONGEST_CODE)


def init_app(app: Flask) -> None:
    """Know both kinds of path, and refuse NUL wherever an address or a form carries it."""
    app.url_map.converters["row"] = RowConverter
    app.url_map.converters["code"] = CodeConverter
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    # PostgreSQL refuses NUL in text with an error, SQLite keeps it: neither is an answer.
    if "\0" in request.path or "%00" in request.environ.get("QUERY_STRING", ""):
        raise BadRequest("NUL in the address")
