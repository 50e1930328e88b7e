"""What can be wrong with a file or a row: one closed list, each with a sentence at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The key of what is wrong. First those of whole files, then those of rows."""

    EMPTY_FILE = "empty_file"
    BROKEN_FILE = "broken_file"
    PASSWORD = "password"
    OLD_WORKBOOK = "old_workbook"
    TOO_LARGE = "too_large"
    TOO_WIDE = "too_wide"
    SEVERAL_SHEETS = "several_sheets"
    UNKNOWN_SHEET = "unknown_sheet"
    UNKNOWN_COLUMNS = "unknown_columns"
    MISSING_COLUMNS = "missing_columns"
    REPEATED_COLUMNS = "repeated_columns"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"

    EMPTY = "empty"
    TOO_LONG = "too_long"
    INVISIBLE = "invisible"
    WRONG_KIND = "wrong_kind"
    LOST_DIGITS = "lost_digits"
    BAD_NUMBER = "bad_number"
    FORMULA = "formula"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_STAGE = "unknown_stage"
    BAD_DATE = "bad_date"
    DATE_NEEDED = "date_needed"
    DATE_NOT_HERE = "date_not_here"
    NO_COLUMN = "no_column"
    TWICE = "twice"
    DIFFERS = "differs"
    ELSEWHERE = "elsewhere"

    UNKNOWN_POST = "unknown_post"
    BAD_CODE = "bad_code"
    CODE_TAKEN = "code_taken"
    BAD_TIME = "bad_time"
    BAD_BREAK = "bad_break"
    BREAK_OUTSIDE = "break_outside"
    BAD_CAPACITY = "bad_capacity"
    IN_THE_PAST = "in_the_past"
    OVERLAPS = "overlaps"

    STRANGER = "stranger"
    NAMESAKES = "namesakes"
    OTHER_NAME = "other_name"
    CLOSED = "closed"
    NOT_YET = "not_yet"
    BAD_SPAN = "bad_span"
    BAD_HOURS = "bad_hours"
    MORE_THAN_SPAN = "more_than_span"
    OVER_LIMIT = "over_limit"
    OVERLAPS_SERVICE = "overlaps_service"
    OVERLAPS_OUTSIDE = "overlaps_outside"
    OVERLAPS_ROW = "overlaps_row"
    UNCLEAR_SERVICE = "unclear_service"
    UNCLEAR_OUTSIDE = "unclear_outside"
    UNCLEAR_ROW = "unclear_row"


class BadFile(Exception):
    """The file as a whole cannot be taken.

    Args:
        facts: What the sentence names. It comes from the file: show it with care.
    """

    def __init__(self, fault: Fault, **facts: str) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.facts = facts


class BadCell(Exception):
    """One cell cannot be taken; raised within a row, told as a :class:`BadRow`."""

    def __init__(self, fault: Fault, **facts: str) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """The first thing that is wrong in a row.

    Attributes:
        row: As the spreadsheet numbers it, the first is 1.
        column: The key of the column, or its letter where it has no name.
    """

    row: int
    column: str
    fault: Fault
    facts: Mapping[str, str]
