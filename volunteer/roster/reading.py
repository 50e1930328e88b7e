"""What single cells say, whatever the table."""

import re
from datetime import date, datetime

from volunteer.roster.faults import BadCell, Fault
from volunteer.roster.workbook import Cell

EXACT_BELOW = 1e15
"""Spreadsheets keep fifteen digits of a number."""
YEARS = range(1921, 2101)
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
