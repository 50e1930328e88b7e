"""Workbooks (xlsx), measured before they are read.

A workbook is a zip of XML: a few kilobytes can unpack to gigabytes, and one cell at the far corner of a
sheet makes the reader, which lays a sheet out in full, ask for more memory than there is and end the
process. So every part is unpacked here up to a limit, the reach of its cells is found, and the reader is
given a new archive of exactly what was measured.
"""

import io
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from volunteer.roster.faults import BadFile, Fault

Cell = str | float | bool | date | datetime | time | timedelta
UNPACKED_LIMIT = 100 * 1024 * 1024
"""Bytes of a file, packed and unpacked. Ten thousand rows take two million."""
CELL_LIMIT = 6 * 1024 * 1024
"""Six columns down to the last row that a sheet can have."""
PARTS_LIMIT = 2_000
_MAIN_PART = "xl/workbook.xml"
_ENCRYPTED = 0x1


def read_workbook(content: bytes, sheet: str | None = None) -> list[list[Cell]]:
    """Return the rows of a workbook's sheet from its first row on; of a formula, the value kept with it.

    Args:
        sheet: Its name; without one, the only visible sheet that holds anything.

    Raises:
        BadFile: It is broken, encrypted or too large, or which sheet is meant is open.
    """
    measured = _measured(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(measured)) as book:
            return _rows_of(book, sheet)
    except PasswordError as error:
        raise BadFile(Fault.PASSWORD) from error
    except CalamineError as error:
        raise BadFile(Fault.BROKEN_FILE) from error


def _rows_of(book: CalamineWorkbook, wanted: str | None) -> list[list[Cell]]:
    names = [
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    ]
    if wanted is not None:
        if wanted not in names:
            raise BadFile(Fault.UNKNOWN_SHEET, sheet=wanted, sheets=", ".join(names))
        names = [wanted]
    filled = {name: found for name in names if (found := book.get_sheet_by_name(name)).start is not None}
    if len(filled) > 1:
        raise BadFile(Fault.SEVERAL_SHEETS, sheets=", ".join(filled))
    # Rows are numbered from the top of the sheet, so what is empty there is kept.
    return [row for found in filled.values() for row in found.to_python(skip_empty_area=False)]


def _measured(content: bytes) -> bytes:
    """Return the workbook's XML parts as an archive whose size and reach are known."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _unpacked(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ) as error:
        # All of these come from archives that were cut off or made by hand.
        raise BadFile(Fault.BROKEN_FILE) from error
    if _MAIN_PART not in parts:
        raise BadFile(Fault.BROKEN_FILE)
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w") as archive:
        for name, text in parts.items():
            reach = Reach()
            if reach.is_told_by(text):
                reach.check()
                archive.writestr(name, text)
    return again.getvalue()


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the parts by name. The directory tells their sizes; a part that is longer fails its check."""
    entries = archive.infolist()
    if len(entries) > PARTS_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise BadFile(Fault.TOO_LARGE, limit=str(UNPACKED_LIMIT // 1024 // 1024))
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise BadFile(Fault.PASSWORD)
    return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}


class Reach:
    """How far down and right the cells of a sheet lie, counted as the reader counts."""

    def __init__(self) -> None:
        self.rows = self.columns = self.promised = 0
        self._row = self._column = 0

    def is_told_by(self, text: bytes) -> bool:
        """Walk through a part; False for what is not XML, such as pictures, which nobody needs."""
        parser = expat.ParserCreate("UTF-8")
        parser.StartElementHandler = self._open
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(text, True)
        except expat.ExpatError:
            return False
        return True

    def check(self) -> None:
        """Refuse a sheet that would not fit into memory.

        Raises:
            BadFile: ``TOO_WIDE``, or ``BROKEN_FILE`` where a list promises more than could be in it.
        """
        if self.promised > CELL_LIMIT:
            raise BadFile(Fault.BROKEN_FILE)
        if self.rows * self.columns > CELL_LIMIT:
            raise BadFile(Fault.TOO_WIDE, rows=str(self.rows), columns=str(self.columns))

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        # The reader makes room for as many as it is promised.
        for promise in ("count", "uniqueCount"):
            self.promised = max(self.promised, _number(attributes.get(promise, "")))
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row = _number(attributes.get("r", "")) or self._row + 1
            self._column = 0
            self.rows = max(self.rows, self._row)
        elif kind == "c":
            place = attributes.get("r", "")
            letters = place.rstrip("0123456789")
            self._column = _column_number(letters) if letters else self._column + 1
            self.rows = max(self.rows, _number(place[len(letters) :]))
            self.columns = max(self.columns, self._column)


def _refuse_doctype(*_declared: object) -> None:
    raise BadFile(Fault.BROKEN_FILE)


def _number(digits: str) -> int:
    # Longer ones are no row of any sheet, and int() would take its time.
    return int(digits[:12]) if digits.isdecimal() else 0


def _column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + (ord(letter) & 0x1F)
    return number


def column_letters(index: int) -> str:
    """Return A for 0, AA for 26."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
