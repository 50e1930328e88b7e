"""One description of a table, three writers: CSV that spreadsheets open rightly, XLSX with numbers, JSON.

Each gives its file in pieces, so that a list of ten thousand is on its way before its last row is written.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import xlsxwriter

from volunteer.rules.tally import hundredths, hundredths_text

T = TypeVar("T")
LONGEST_SHEET_NAME = 31
# What a spreadsheet would run as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ROWS_AT_ONCE = 200
BYTES_AT_ONCE = 64 * 1024


class Kind(Enum):
    """What a column holds, and so how each file writes it."""

    TEXT = auto()
    NUMBER = auto()
    # Whole minutes, shown as hours that are never rounded up.
    HOURS = auto()
    # Hundredths of an hour, already as they are shown.
    HUNDREDTHS = auto()
    # A share in per cent with one decimal.
    PERCENT = auto()
    DAY = auto()
    MOMENT = auto()


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its key for programs, its title for people, what it holds, and where a row has it."""

    key: str
    title: str
    kind: Kind
    value: Callable[[T], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[T]):
    """A table to take along. ``lines`` stand above it: what it is, its basis, policy, time and user.

    Attributes:
        name: Of the file, without its ending.
    """

    name: str
    lines: Sequence[str]
    columns: Sequence[Column[T]]
    rows: Sequence[T]
    zone: ZoneInfo


def safe_cell(value: object) -> str:
    """Return a cell's text, so that no spreadsheet takes it for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(table: Table[T], *, mark: bool = True) -> Iterator[str]:
    """Give the table as CSV.

    Args:
        mark: Begin with a byte order mark: without it spreadsheets read Chinese as something else.
    """
    yield ("\ufeff" if mark else "") + _csv_lines(
        [*([safe_cell(line)] for line in table.lines), [safe_cell(column.title) for column in table.columns]]
    )
    for rows in _portions(table.rows):
        yield _csv_lines(
            [_said(column.kind, column.value(row), table.zone) for column in table.columns] for row in rows
        )


def _portions(rows: Iterable[T]) -> Iterator[Sequence[T]]:
    left = iter(rows)
    while portion := list(islice(left, ROWS_AT_ONCE)):
        yield portion


def _csv_lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def as_json(table: Table[T]) -> Iterator[str]:
    """Give the table as JSON: what stands above it, its columns, and its rows as objects by column key."""
    columns = [
        {"key": column.key, "title": column.title, "holds": column.kind.name.lower()}
        for column in table.columns
    ]
    yield f'{{"lines":{_json(list(table.lines))},"columns":{_json(columns)},"rows":['
    before = "\n"
    for rows in _portions(table.rows):
        yield before + ",\n".join(_json(_as_object(table, row)) for row in rows)
        before = ",\n"
    yield "\n]}\n"


def _as_object(table: Table[T], row: T) -> dict[str, Any]:
    return {column.key: _plain(column.kind, column.value(row), table.zone) for column in table.columns}


def _plain(kind: Kind, value: Any, zone: ZoneInfo) -> str | float | None:
    """Return a cell as JSON has it: figures are numbers, days and moments are ISO 8601."""
    if value is None:
        return None
    if kind in _NUMBERS:
        return _number(kind, value)
    if kind is Kind.MOMENT:
        return _moment(value).astimezone(zone).isoformat()
    return value.isoformat() if kind is Kind.DAY else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_xlsx(table: Table[T]) -> Iterator[bytes]:
    """Give the table as a workbook of one sheet: text stays text, numbers and days are numbers and days.

    The workbook is whole before its first byte is given: its list of contents is at the end.
    """
    yield from _given([(None, table)])


def as_book(tables: Sequence[Table[Any]]) -> Iterator[bytes]:
    """Give a workbook with a sheet for each table, called by its name."""
    yield from _given([(table.name[:LONGEST_SHEET_NAME], table) for table in tables])


def _given(tables: Sequence[tuple[str | None, Table[Any]]]) -> Iterator[bytes]:
    with TemporaryFile() as file:
        _write_book(tables, file)
        file.seek(0)
        while piece := file.read(BYTES_AT_ONCE):
            yield piece


def _write_book(tables: Sequence[tuple[str | None, Table[Any]]], file: Any) -> None:
    # A row at a time goes to the disk, however long the table is.
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _SHAPES.items()}
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, table in tables:
            _fill(book.add_worksheet(name), table, formats, strong)


def _fill(sheet: Any, table: Table[T], formats: dict[Kind, Any], strong: Any) -> None:
    for number, line in enumerate(table.lines):
        sheet.write_string(number, 0, line)
    head = len(table.lines)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, 22 if column.kind is Kind.TEXT else 13)
        sheet.write_string(head, place, column.title, strong)
    sheet.freeze_panes(head + 1, 0)
    for number, row in enumerate(table.rows, head + 1):
        for place, column in enumerate(table.columns):
            _write(sheet, number, place, column.kind, column.value(row), formats, table.zone)


_SHAPES = {
    Kind.TEXT: "@",
    Kind.NUMBER: "0",
    Kind.HOURS: "0.00",
    Kind.HUNDREDTHS: "0.00",
    Kind.PERCENT: "0.0",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
_NUMBERS = frozenset({Kind.NUMBER, Kind.HOURS, Kind.HUNDREDTHS, Kind.PERCENT})


def _write(
    sheet: Any, row: int, place: int, kind: Kind, value: Any, formats: dict[Kind, Any], zone: ZoneInfo
) -> None:
    shape = formats[kind]
    if value is None:
        sheet.write_blank(row, place, None, shape)
    elif kind is Kind.TEXT:
        sheet.write_string(row, place, str(value), shape)
    elif kind is Kind.DAY:
        sheet.write_datetime(row, place, value, shape)
    elif kind is Kind.MOMENT:
        sheet.write_datetime(row, place, _local(value, zone), shape)
    else:
        sheet.write_number(row, place, _number(kind, value), shape)


def _number(kind: Kind, value: float) -> float:
    if kind is Kind.HOURS:
        return hundredths(int(value)) / 100
    return value / 100 if kind is Kind.HUNDREDTHS else value


def _said(kind: Kind, value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if kind is Kind.TEXT:
        return safe_cell(value)
    if kind in (Kind.HOURS, Kind.HUNDREDTHS):
        return hundredths_text(hundredths(value) if kind is Kind.HOURS else value)
    return f"{_local(value, zone):%Y-%m-%d %H:%M}" if kind is Kind.MOMENT else str(value)


def _local(value: date | datetime, zone: ZoneInfo) -> datetime:
    """Return a moment as campus people read it; workbooks know no zones."""
    return _moment(value).astimezone(zone).replace(tzinfo=None)


def _moment(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        raise ValueError(f"not a moment: {value!r}")
    return value
