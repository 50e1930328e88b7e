"""One description of a table, two writers: CSV that spreadsheets open rightly, and XLSX with real numbers."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import xlsxwriter

from volunteer.rules.tally import hundredths, hundredths_text

T = TypeVar("T")
LONGEST_SHEET_NAME = 31
# What a spreadsheet would run as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    """A column: its title, what it holds, and where a row has it."""

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
    rows: Iterable[T]
    zone: ZoneInfo


def safe_cell(value: object) -> str:
    """Return a cell's text, so that no spreadsheet takes it for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(table: Table[T], *, mark: bool = True) -> str:
    """Return the table as CSV.

    Args:
        mark: Begin with a byte order mark: without it spreadsheets read Chinese as something else.
    """
    text = io.StringIO()
    text.write("\ufeff" if mark else "")
    writer = csv.writer(text)
    writer.writerows([safe_cell(line)] for line in table.lines)
    writer.writerow([safe_cell(column.title) for column in table.columns])
    writer.writerows(
        [_said(column.kind, column.value(row), table.zone) for column in table.columns] for row in table.rows
    )
    return text.getvalue()


def as_xlsx(table: Table[T]) -> bytes:
    """Return the table as a workbook of one sheet: text stays text, numbers and days are numbers and days."""
    return _book([(None, table)])


def as_book(tables: Sequence[Table[Any]]) -> bytes:
    """Return a workbook with a sheet for each table, called by its name."""
    return _book([(table.name[:LONGEST_SHEET_NAME], table) for table in tables])


def _book(tables: Sequence[tuple[str | None, Table[Any]]]) -> bytes:
    stream = io.BytesIO()
    # A row at a time goes to the disk, however long the table is.
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
        formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _SHAPES.items()}
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, table in tables:
            _fill(book.add_worksheet(name), table, formats, strong)
    return stream.getvalue()


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
    if not isinstance(value, datetime):
        raise ValueError(f"not a moment: {value!r}")
    return value.astimezone(zone).replace(tzinfo=None)
