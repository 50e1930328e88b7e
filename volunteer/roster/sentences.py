"""What is wrong with a file or a row, in words: the same for the command line and for pages.

English in the source; the edge that speaks another language hands in its translation.
"""

from collections.abc import Callable, Mapping

from volunteer.roster.faults import BadFile, BadRow, Fault

LONGEST_VALUE = 200


def N_(sentence: str) -> str:
    """Mark an English sentence for the catalogues."""
    return sentence


SENTENCES: Mapping[Fault, str] = {
    Fault.EMPTY_FILE: N_("the file is empty"),
    Fault.BROKEN_FILE: N_("the file cannot be read: it is damaged, or neither xlsx nor csv (utf-8, gb18030)"),
    Fault.PASSWORD: N_("the workbook is protected by a password; save it without one"),
    Fault.OLD_WORKBOOK: N_("this is an old workbook (xls); save it as xlsx"),
    Fault.TOO_LARGE: N_("the file is, or unpacks to, more than {limit} MB"),
    Fault.TOO_WIDE: N_(
        "the sheet reaches to row {rows} and column {columns}; delete what lies beyond the table"
    ),
    Fault.SEVERAL_SHEETS: N_("several sheets hold something; say which one is meant: {sheets}"),
    Fault.UNKNOWN_SHEET: N_("there is no sheet {sheet}; there are: {sheets}"),
    Fault.UNKNOWN_COLUMNS: N_("unknown columns: {columns}"),
    Fault.MISSING_COLUMNS: N_("missing columns: {columns}"),
    Fault.REPEATED_COLUMNS: N_("columns that stand there twice: {columns}"),
    Fault.NO_ROWS: N_("there is nothing below the header"),
    Fault.TOO_MANY_ROWS: N_("more than {limit} rows; split the file"),
    Fault.EMPTY: N_("is empty (of merged cells only the first holds anything)"),
    Fault.TOO_LONG: N_("is longer than {longest} characters"),
    Fault.INVISIBLE: N_("has a character that nobody can see: {character}"),
    Fault.WRONG_KIND: N_("is not text: {value}"),
    Fault.LOST_DIGITS: N_("has lost digits as a number; make the column text: {value}"),
    Fault.BAD_NUMBER: N_("may have letters A to Z, digits and . _ / - only: {value}"),
    Fault.FORMULA: N_("begins like a formula: {value}"),
    Fault.UNKNOWN_UNIT: N_("no branch or group has this code: {value}"),
    Fault.UNKNOWN_STAGE: N_("is none of activist, candidate, probationary, full: {value}"),
    Fault.BAD_DATE: N_("is no day such as 2026-03-01: {value}"),
    Fault.DATE_NEEDED: N_("is empty, and a probationary member has a first day"),
    Fault.DATE_NOT_HERE: N_("only a probationary member has one: {value}"),
    Fault.NO_COLUMN: N_("stands outside the named columns: {value}"),
    Fault.TWICE: N_("is in row {first} already"),
    Fault.DIFFERS: N_("the roster has {was}, the file {value}; nothing is changed by an import"),
    Fault.ELSEWHERE: N_("stands on the roster of another college; ask there for the transfer"),
    Fault.UNKNOWN_POST: N_("no post in your care has this code or name: {value}"),
    Fault.BAD_CODE: N_("may have letters A to Z, digits and . _ - only, 40 at most: {value}"),
    Fault.CODE_TAKEN: N_("another shift has this code: {value}"),
    Fault.BAD_TIME: N_("is no time such as 08:30: {value}"),
    Fault.BAD_BREAK: N_("is no break such as 12:00-13:00: {value}"),
    Fault.BREAK_OUTSIDE: N_("the break {value} does not lie within the shift {shift}"),
    Fault.BAD_CAPACITY: N_("is no whole number from 1 to 9999: {value}"),
    Fault.IN_THE_PAST: N_("the shift {value} has begun already; publish shifts before they start"),
    Fault.OVERLAPS: N_("the shift {value} overlaps the shift {other} of this post"),
    Fault.STRANGER: N_("nobody of this unit has this number or name: {value}"),
    Fault.NAMESAKES: N_("{count} members of this unit are called {value}; the student number must be there"),
    Fault.OTHER_NAME: N_("the roster has {was} under this number, the sheet {value}"),
    Fault.CLOSED: N_("her candidacy was cancelled; nothing more is recorded"),
    Fault.NOT_YET: N_("lies in the future: {value}"),
    Fault.BAD_SPAN: N_("must end after it starts, within 24 hours: {value}"),
    Fault.BAD_HOURS: N_("is no length such as 2.5 hours, up to 24: {value}"),
    Fault.MORE_THAN_SPAN: N_("{value} h are more than the {span} h from start to end"),
    Fault.OVER_LIMIT: N_("{value} h go over what a member may bring from elsewhere; {left} h are left"),
    Fault.OVERLAPS_SERVICE: N_("overlaps a service with us on {day}; nobody is at two places"),
    Fault.OVERLAPS_OUTSIDE: N_("overlaps a record of {day} that was taken in before"),
    Fault.OVERLAPS_ROW: N_("overlaps row {row} of this sheet"),
    Fault.UNCLEAR_SERVICE: N_("she served with us on {day}; only start and end tell whether both overlap"),
    Fault.UNCLEAR_OUTSIDE: N_(
        "there is a record of {day} already; only start and end tell whether both overlap"
    ),
    Fault.UNCLEAR_ROW: N_("row {row} is of the same day; only start and end tell whether both overlap"),
}


def sentence(wrong: BadFile | BadRow, translated: Callable[[str], str] = str) -> str:
    """Return what is wrong; what comes from the file is cut and made visible."""
    facts = {name: _shown(value) for name, value in wrong.facts.items()}
    return translated(SENTENCES[wrong.fault]).format(**facts)


def _shown(value: str) -> str:
    """Return text from a file such that it cannot steer a terminal or break a line."""
    cut = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}..."
    return "".join(one if one.isprintable() else f"\\u{{{ord(one):04X}}}" for one in cut)
