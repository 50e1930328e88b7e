"""What single cells say, whatever the table."""

import re
from datetime import UTC, date, datetime, time, timedelta

from volunteer.roster.faults import BadCell, Fault
from volunteer.roster.workbook import Cell
from volunteer.rules.names import NAME_LENGTH, clean_line
from volunteer.rules.reasons import Refusal

EXACT_BELOW = 1e15
"""Spreadsheets keep fifteen digits of a number."""
YEARS = range(1921, 2101)
NUMBER_LENGTH = 40
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]*")
_FLOAT = re.compile(r"([0-9]+)\.0+")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:：]([0-5][0-9])(?:[:：]00)?")
_DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.|年([0-9]{1,2})月)([0-9]{1,2})日?"
)


def text_in(cell: Cell) -> str:
    """Return what a cell that must be filled says, whole numbers in digits."""
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            raise BadCell(Fault.EMPTY)
        return text
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadCell(Fault.WRONG_KIND, value=str(cell))
    if not abs(cell) < EXACT_BELOW:
        raise BadCell(Fault.LOST_DIGITS, value=str(cell))
    return str(int(cell)) if int(cell) == cell else str(cell)


def day_in(cell: Cell) -> date:
    """Return the day in a cell: a date of the spreadsheet, or text with year, month and day in this order."""
    day: date | None = None
    if isinstance(cell, datetime):
        day = cell.date()
    elif isinstance(cell, date):
        day = cell
    elif isinstance(cell, str) and (match := _DAY.fullmatch(cell.strip())):
        year, *months, last = match.groups()
        try:
            day = date(int(year), int(next(filter(None, months))), int(last))
        except ValueError:
            day = None
    if day is None or day.year not in YEARS:
        raise BadCell(Fault.BAD_DATE, value=str(cell))
    return day


def clock_in(cell: Cell) -> time:
    """Return the time in a cell: one of the spreadsheet, or text; 24:00 is midnight."""
    if isinstance(cell, datetime):
        # A spreadsheet's time without a day is a fraction of its first day.
        cell = cell.time()
    if isinstance(cell, timedelta):
        cell = (datetime.min.replace(tzinfo=UTC) + cell % timedelta(days=1)).time()
    if isinstance(cell, time):
        if cell.second or cell.microsecond:
            raise BadCell(Fault.BAD_TIME, value=str(cell))
        return cell
    if isinstance(cell, str) and not cell.strip():
        raise BadCell(Fault.EMPTY)
    if isinstance(cell, str) and (found := _CLOCK.fullmatch(cell.strip())):
        hour, minute = int(found[1]), int(found[2])
        if hour < 24 or minute == 0:
            return time(hour % 24, minute)
    raise BadCell(Fault.BAD_TIME, value=str(cell))


def line_in(text: str, field: str, longest: int) -> str:
    """Return a line of text without what nobody can see."""
    try:
        return clean_line(text, field, longest=longest)
    except Refusal as refusal:
        if "character" in refusal.facts:
            raise BadCell(Fault.INVISIBLE, character=str(refusal.facts["character"])) from refusal
        raise BadCell(Fault.TOO_LONG, longest=str(longest)) from refusal


def number_in(cell: Cell) -> str:
    """Return the student number in a cell, which a spreadsheet may have made a number."""
    text = line_in(text_in(cell), "student_no", NUMBER_LENGTH)
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell(Fault.LOST_DIGITS, value=text)
    if whole := _FLOAT.fullmatch(text):
        text = whole[1]
    # Full-width digits and letters that only look alike would make two people of one.
    if not _NUMBER.fullmatch(text) or (not isinstance(cell, str) and not text.isdecimal()):
        raise BadCell(Fault.BAD_NUMBER, value=text)
    return text


def name_in(cell: Cell) -> str:
    """Return the name in a cell."""
    if not isinstance(cell, str):
        raise BadCell(Fault.WRONG_KIND, value=str(cell))
    name = line_in(text_in(cell), "name", NAME_LENGTH)
    if name[0] in "=+-@":
        raise BadCell(Fault.FORMULA, value=name)
    return name
