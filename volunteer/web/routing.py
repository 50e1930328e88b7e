"""What may stand in a path or a query: row numbers that every engine can hold, and text without NUL."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request, session
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter, Map, UnicodeConverter

LARGEST_ROW = 2**53 - 1
LONGEST_CODE = 40
FILE_LIMIT_BYTES = 8_000_000
"""A roster of ten thousand people is a tenth of it."""
V = TypeVar("V", bound=Callable[..., Any])


class RowConverter(BaseConverter):
    """The number of a row. What no table can hold is not found, never an error of the database."""

    regex = r"[1-9]\d{0,15}"

    def to_python(self, value: str) -> int:
        return min(int(value), LARGEST_ROW)


class CodeConverter(UnicodeConverter):
    """A code of the registry: of a unit, base, post, site or shift."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, minlength=1, maxlength=LONGEST_CODE)


class FormConverter(BaseConverter):
    """The form of a list that is taken along."""

    regex = "csv|xlsx|json"


def init_app(app: Flask) -> None:
    """Know these kinds of path, and refuse NUL wherever an address or a form carries it."""
    app.url_map.converters["row"] = RowConverter
    app.url_map.converters["code"] = CodeConverter
    app.url_map.converters["form"] = FormConverter
    app.before_request(_refuse_nul)
    app.before_request(_let_files_in)


def takes_files(view: V) -> V:
    """Let those who are signed in send files to the view, larger than any other body."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def _let_files_in() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    # The form token is looked for before the gate is asked, so strangers are held to the usual size here.
    if getattr(view, "takes_files", False) and "_user_id" in session:
        request.max_content_length = FILE_LIMIT_BYTES


def _refuse_nul() -> None:
    # PostgreSQL refuses NUL in text with an error, SQLite keeps it: neither is an answer.
    if "\0" in request.path or "%00" in request.environ.get("QUERY_STRING", ""):
        raise BadRequest("NUL in the address")
