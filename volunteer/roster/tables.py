"""A file becomes a table: its header found and understood, its rows numbered as the spreadsheet does."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from volunteer.roster.faults import BadFile, Fault
from volunteer.roster.workbook import UNPACKED_LIMIT, Cell, read_workbook

ROW_LIMIT = 100_000
ENCODINGS = ("utf-8-sig", "gb18030")
_ZIP = b"PK"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# How an encrypted workbook names the part that holds it all.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Column(StrEnum):
    """A column of a roster, by its English name."""

    STUDENT_NO = "student_no"
    NAME = "name"
    UNIT = "unit"
    STAGE = "stage"
    PROBATION_START = "probation_start"


CHINESE: Mapping[str, str] = {
    Column.STUDENT_NO: "学号",
    Column.NAME: "姓名",
    Column.UNIT: "支部代码",
    Column.STAGE: "发展阶段",
    Column.PROBATION_START: "预备期起",
}
# A branch of full members has no probation to tell of.
REQUIRED = tuple(column for column in Column if column is not Column.PROBATION_START)


class ShiftColumn(StrEnum):
    """A column of a table of shifts, by its English name."""

    CODE = "code"
    POST = "post"
    DATE = "date"
    START = "start"
    END = "end"
    BREAKS = "breaks"
    CAPACITY = "capacity"


CHINESE_OF_SHIFTS: Mapping[str, str] = {
    ShiftColumn.CODE: "班次代码",
    ShiftColumn.POST: "服务岗",
    ShiftColumn.DATE: "日期",
    ShiftColumn.START: "开始",
    ShiftColumn.END: "结束",
    ShiftColumn.BREAKS: "休息",
    ShiftColumn.CAPACITY: "人数",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a kind of file.

    Attributes:
        chinese: The Chinese name of each column by its English one; either may stand in the header.
        required: Those that must be there.
    """

    chinese: Mapping[str, str]
    required: Sequence[str]

    def heading(self, column: str) -> str:
        """Return both names of a column, or its letter where it has no name."""
        name = self.chinese.get(column)
        return f"{name} {column}" if name else column


MEMBERS = Layout(chinese=CHINESE, required=REQUIRED)
SHIFTS = Layout(
    chinese=CHINESE_OF_SHIFTS,
    required=(ShiftColumn.POST, ShiftColumn.DATE, ShiftColumn.START, ShiftColumn.END),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a file holds, with the place of each column."""

    places: Mapping[str, int]
    rows: Sequence[Row]


def read_table(content: bytes, *, is_text: bool, sheet: str | None = None, layout: Layout = MEMBERS) -> Table:
    """Return the table in a file.

    Args:
        content: Its bytes; no more than ``UNPACKED_LIMIT`` need be read.
        is_text: What its name promises: csv, not a workbook. A workbook is known by its bytes all the same.
        sheet: The name of the workbook's sheet, where it has several.

    Raises:
        BadFile: With the fault and what it is about.
    """
    return _table(filled_rows(content, is_text=is_text, sheet=sheet), layout)


def filled_rows(content: bytes, *, is_text: bool, sheet: str | None = None) -> list[Row]:
    """Return the rows of a file that hold something, numbered as the spreadsheet does; there is at least one.

    Raises:
        BadFile: With the fault and what it is about.
    """
    if len(content) > UNPACKED_LIMIT:
        raise BadFile(Fault.TOO_LARGE, limit=str(UNPACKED_LIMIT // 1024 // 1024))
    if not content.strip():
        raise BadFile(Fault.EMPTY_FILE)
    if content.startswith(_OLE):
        raise BadFile(Fault.PASSWORD if _ENCRYPTED in content else Fault.OLD_WORKBOOK)
    is_book = content.startswith(_ZIP) or not is_text
    rows = read_workbook(content, sheet) if is_book else _read_text(content)
    filled = [
        Row(number, cells)
        for number, cells in enumerate(rows, 1)
        if not all(is_blank(cell) for cell in cells)
    ]
    if not filled:
        raise BadFile(Fault.EMPTY_FILE)
    return filled


def is_blank(cell: Cell) -> bool:
    """Whether there is nothing in a cell."""
    return isinstance(cell, str) and not cell.strip()


def _table(filled: Sequence[Row], layout: Layout) -> Table:
    start = _header_index(filled)
    places = _places(filled[start].cells, layout)
    if start + 1 == len(filled):
        raise BadFile(Fault.NO_ROWS)
    if len(filled) - start - 1 > ROW_LIMIT:
        raise BadFile(Fault.TOO_MANY_ROWS, limit=str(ROW_LIMIT))
    return Table(places=places, rows=filled[start + 1 :])


def _header_index(rows: Sequence[Row]) -> int:
    """Return where the header stands: in the first row with two filled cells. Above it may be a title."""
    for index, row in enumerate(rows):
        if sum(not is_blank(cell) for cell in row.cells) > 1:
            return index
    return 0


def _places(header: Sequence[Cell], layout: Layout) -> dict[str, int]:
    headings = {name: column for column in layout.chinese for name in (column, layout.chinese[column])}
    places: dict[str, int] = {}
    unknown, repeated = [], []
    for place, cell in enumerate(header):
        if is_blank(cell):
            continue
        column = headings.get(str(cell).strip().casefold())
        if column is None:
            unknown.append(str(cell).strip())
        elif column in places:
            repeated.append(str(cell).strip())
        else:
            places[column] = place
    if unknown:
        raise BadFile(Fault.UNKNOWN_COLUMNS, columns=", ".join(unknown))
    if repeated:
        raise BadFile(Fault.REPEATED_COLUMNS, columns=", ".join(repeated))
    missing = [layout.heading(column) for column in layout.required if column not in places]
    if missing:
        raise BadFile(Fault.MISSING_COLUMNS, columns=", ".join(missing))
    return places


def _read_text(content: bytes) -> list[list[Cell]]:
    text = _decoded(content)
    first = text.lstrip().partition("\n")[0]
    # Spreadsheets write commas, tabs or semicolons, as the country and the menu entry have it.
    delimiter = max(",\t;", key=first.count)
    try:
        return [
            list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        ]
    except csv.Error as error:
        raise BadFile(Fault.BROKEN_FILE) from error


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFile(Fault.BROKEN_FILE)
