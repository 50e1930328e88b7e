"""Sheets of other platforms: their columns have names of their own, so a mapping says which one is meant.

A platform's header may stand below a title, in two rows with merged cells, and again on every printed page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from volunteer.roster.faults import BadFile, Fault
from volunteer.roster.tables import ROW_LIMIT, Layout, Row, filled_rows, is_blank
from volunteer.roster.workbook import Cell

HEADER_WITHIN = 10
"""Rows from the top in which the header is looked for."""
LONGEST_HEADING = 60


class OutsideColumn(StrEnum):
    """What is read from such a sheet, by its English name."""

    STUDENT_NO = "student_no"
    NAME = "name"
    WHAT = "what"
    DATE = "date"
    START = "start"
    END = "end"
    HOURS = "hours"
    MINUTES = "minutes"


Mapped = Mapping[OutsideColumn, str]
"""The heading in the sheet for each column that is read from it."""
NOTHING: Mapped = {}
OUTSIDE = Layout(
    chinese={
        OutsideColumn.STUDENT_NO: "学号",
        OutsideColumn.NAME: "姓名",
        OutsideColumn.WHAT: "活动",
        OutsideColumn.DATE: "日期",
        OutsideColumn.START: "开始",
        OutsideColumn.END: "结束",
        OutsideColumn.HOURS: "时长(小时)",
        OutsideColumn.MINUTES: "时长(分钟)",
    },
    required=(OutsideColumn.WHAT,),
)
# How platforms and branches head these columns, most usual first; blanks and case do not matter.
WORDS: Mapping[OutsideColumn, Sequence[str]] = {
    OutsideColumn.STUDENT_NO: (
        "学号",
        "学工号",
        "学号/工号",
        "学(工)号",
        "工号",
        "student_no",
        "studentnumber",
    ),
    OutsideColumn.NAME: ("姓名", "志愿者姓名", "真实姓名", "志愿者", "name"),
    OutsideColumn.WHAT: (
        "活动名称",
        "项目名称",
        "志愿项目名称",
        "志愿项目",
        "服务项目",
        "活动",
        "项目",
        "服务内容",
        "what",
        "activity",
    ),
    OutsideColumn.DATE: ("服务日期", "活动日期", "日期", "date", "day"),
    OutsideColumn.START: (
        "开始时间",
        "服务开始时间",
        "活动开始时间",
        "签到时间",
        "起始时间",
        "开始",
        "start",
    ),
    OutsideColumn.END: ("结束时间", "服务结束时间", "活动结束时间", "签退时间", "终止时间", "结束", "end"),
    OutsideColumn.HOURS: (
        "服务时长(小时)",
        "时长(小时)",
        "志愿时长(小时)",
        "服务时长",
        "志愿服务时长",
        "志愿时长",
        "记录时长",
        "时长",
        "小时",
        "小时数",
        "hours",
    ),
    OutsideColumn.MINUTES: ("服务时长(分钟)", "时长(分钟)", "分钟", "分钟数", "minutes"),
}
_COLUMN_OF = {word: column for column, words in WORDS.items() for word in words}
_WIDE = str.maketrans("（）／：", "()/:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet whose header was found.

    Attributes:
        headings: As they stand there, by their place; an empty one has none.
    """

    headings: Sequence[str]
    rows: Sequence[Row]

    def places(self, mapped: Mapped) -> dict[str, int]:
        """Return where each mapped column stands.

        Raises:
            BadFile: ``REPEATED_COLUMNS`` or ``MISSING_COLUMNS``.
        """
        keys = [key_of(heading) for heading in self.headings]
        wanted = {column: key_of(heading) for column, heading in mapped.items()}
        repeated = [mapped[column] for column, key in wanted.items() if keys.count(key) > 1]
        if repeated:
            raise BadFile(Fault.REPEATED_COLUMNS, columns=", ".join(repeated))
        missing = missing_of({column for column, key in wanted.items() if key in keys})
        if missing:
            raise BadFile(Fault.MISSING_COLUMNS, columns=", ".join(missing))
        return {column.value: keys.index(key) for column, key in wanted.items() if key in keys}


def key_of(heading: object) -> str:
    """Return how a heading is compared: without blanks, line ends and case, in narrow signs."""
    return "".join(str(heading).translate(_WIDE).split()).casefold()


def missing_of(found: set[OutsideColumn]) -> list[str]:
    """Return what a sheet with these columns does not tell: who, what, when or how long."""
    column = OutsideColumn
    missing = [] if found & {column.STUDENT_NO, column.NAME} else [OUTSIDE.heading(column.STUDENT_NO)]
    if column.WHAT not in found:
        missing.append(OUTSIDE.heading(column.WHAT))
    if {column.START, column.END} <= found:
        return missing
    if column.DATE not in found:
        missing.append(OUTSIDE.heading(column.DATE))
    if not found & {column.HOURS, column.MINUTES}:
        missing.append(OUTSIDE.heading(column.HOURS))
    return missing


def proposed(headings: Sequence[str], saved: Mapped) -> dict[OutsideColumn, str]:
    """Return which heading is meant by each column: the one that was chosen last time, or the usual one."""
    keys = {key_of(heading): heading for heading in reversed(headings) if heading}
    found: dict[OutsideColumn, str] = {}
    for column, words in WORDS.items():
        chosen = key_of(saved[column]) if column in saved else ""
        fitting = next((key for key in (chosen, *words) if key in keys), None)
        # A column that was left out last time is left out again.
        if fitting is not None and (not saved or column in saved):
            found[column] = keys[fitting]
    return found


def read_sheet(content: bytes, *, is_text: bool, sheet: str | None = None, saved: Mapped = NOTHING) -> Sheet:
    """Return the sheet in a file, with its header.

    Args:
        saved: Headings that were meant last time: they too tell a header.

    Raises:
        BadFile: With the fault and what it is about.
    """
    rows = filled_rows(content, is_text=is_text, sheet=sheet)
    known = _COLUMN_OF | {key_of(heading): column for column, heading in saved.items()}
    start, headings = _header(rows, known)
    below = [row for row in rows[start:] if not _repeats(row.cells, headings)]
    if not below:
        raise BadFile(Fault.NO_ROWS)
    if len(below) > ROW_LIMIT:
        raise BadFile(Fault.TOO_MANY_ROWS, limit=str(ROW_LIMIT))
    return Sheet(headings=headings, rows=below)


def _header(rows: Sequence[Row], known: Mapping[str, OutsideColumn]) -> tuple[int, list[str]]:
    """Return where the rows below the header begin, and the headings: of one row, or of two as one."""
    best, start, headings = 0, 1, _texts(rows[0].cells)
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        one = _texts(row.cells)
        both = _merged(one, _texts(rows[index + 1].cells)) if index + 1 < len(rows) else []
        for end, texts in ((index + 1, one), (index + 2, both)):
            score = len({known[key] for text in texts if (key := key_of(text)) in known})
            if score > best:
                best, start, headings = score, end, texts
    return start, headings


def _texts(cells: Sequence[Cell]) -> list[str]:
    return ["" if is_blank(cell) else " ".join(str(cell).split())[:LONGEST_HEADING] for cell in cells]


def _merged(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return two header rows as one: what stands below says more."""
    width = max(len(above), len(below))
    filled = [list(row) + [""] * (width - len(row)) for row in (above, below)]
    return [under or over for over, under in zip(*filled, strict=True)]


def _repeats(cells: Sequence[Cell], headings: Sequence[str]) -> bool:
    """Whether a row is the header once more, as on every printed page."""
    texts = [text for text in _texts(cells) if text]
    return len(texts) > 1 and set(texts) <= set(headings)
