"""Sheets of other platforms: what their headers mean, and what is wrong with a row. No database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.test_import import book_of, text_of
from volunteer.roster.elsewhere import Known, OutsideJudging, Person
from volunteer.roster.faults import BadFile, Fault
from volunteer.roster.judging import Judged
from volunteer.roster.sheet import OutsideColumn, Sheet, missing_of, proposed, read_sheet
from volunteer.rules.outside import Origin, OutsideEntry, Taken
from volunteer.rules.spans import Span

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 16)
HEADER = ("学号", "姓名", "活动名称", "开始时间", "结束时间", "服务时长(小时)")
GOOD = ("1", "李梅", "社区清洁", "2026-03-07 09:00", "2026-03-07 11:30", "2.5")
PEOPLE = [
    Person(member_id=1, student_no="1", name="李梅", is_closed=False),
    Person(member_id=2, student_no="2", name="王明", is_closed=False),
    Person(member_id=3, student_no="3", name="王明", is_closed=False),
    Person(member_id=4, student_no="4", name="赵一", is_closed=True),
]


def sheet_of(rows: Sequence[Sequence[Any]], saved: Mapping[OutsideColumn, str] | None = None) -> Sheet:
    return read_sheet(book_of(rows), is_text=False, saved=saved or {})


def judged(
    rows: Sequence[Sequence[Any]],
    *,
    header: Sequence[str] = HEADER,
    taken: Mapping[int, Sequence[Taken]] | None = None,
    refs: Collection[str] = (),
    left: int = 1200,
) -> Judged[OutsideEntry]:
    sheet = sheet_of([header, *rows])
    judging = OutsideJudging(
        sheet.places(proposed(sheet.headings, {})), people=PEOPLE, source="i志愿", zone=ZONE, today=TODAY
    )
    for row in sheet.rows:
        judging.take(row)
    known = Known(taken=taken or {}, refs=refs, left_min=lambda _member, _on: left)
    return judging.outcome(lambda _ids, _days: known)


def changed(**cells: Any) -> list[Any]:
    """Return the good row with other cells, by the English name of their column."""
    places = dict(zip(("number", "name", "what", "start", "end", "hours"), range(6), strict=True))
    row: list[Any] = list(GOOD)
    for name, cell in cells.items():
        row[places[name]] = cell
    return row


def cell(hour: int, minute: int) -> datetime:
    """Return a moment as a spreadsheet has it, which knows no zones."""
    return datetime.combine(date(2026, 3, 7), time(hour, minute))


def span(start: str, end: str, day: int = 7) -> Span:
    first, last = (
        datetime.combine(date(2026, 3, day), time.fromisoformat(text), ZONE).astimezone(UTC)
        for text in (start, end)
    )
    return Span(first, last)


def test_a_row_is_read_as_it_stands_there() -> None:
    (entry,) = judged([GOOD]).new
    assert (entry.member_id, entry.what, entry.on, entry.minutes) == (1, "社区清洁", date(2026, 3, 7), 150)
    assert entry.span == span("09:00", "11:30")


SHAPES: dict[str, tuple[Sequence[Any], int]] = {
    "seconds are cut": (changed(start="2026-03-07 09:00:59", end="2026/3/7 11:30:59"), 150),
    "dates of the spreadsheet": (
        changed(start=cell(9, 0), end=cell(11, 30)),
        150,
    ),
    "chinese dates": (changed(start="2026年3月7日 9:00", end="2026年3月7日 11:30"), 150),
    "a number of hours": (changed(hours=2.5), 150),
    "fewer hours than the span": (changed(hours="1小时45分"), 105),
    "a third of an hour, never rounded up": (changed(hours="0.33"), 19),
    "without the hours": (changed(hours=""), 150),
    "by the name alone": (changed(number=""), 150),
    "by the number alone": (changed(name=""), 150),
    "a number as the spreadsheet has it": (changed(number=1.0), 150),
    "over midnight": (changed(start="2026-03-07 23:00", end="2026-03-08 01:00", hours=2), 120),
}


@pytest.mark.parametrize(("row", "minutes"), SHAPES.values(), ids=SHAPES)
def test_a_row_may_come_in_many_shapes(row: Sequence[Any], minutes: int) -> None:
    found = judged([row])
    assert (found.bad, [entry.minutes for entry in found.new]) == ([], [minutes])


BAD: dict[str, tuple[Sequence[Any], str, Fault]] = {
    "nobody": (changed(number="", name=""), "name", Fault.EMPTY),
    "a stranger's number": (changed(number="9"), "student_no", Fault.STRANGER),
    "a stranger's name": (changed(number="", name="钱多"), "name", Fault.STRANGER),
    "namesakes": (changed(number="", name="王明"), "name", Fault.NAMESAKES),
    "another name": (changed(name="王明"), "name", Fault.OTHER_NAME),
    "a cancelled candidacy": (changed(number="4", name="赵一"), "student_no", Fault.CLOSED),
    "no activity": (changed(what=""), "what", Fault.EMPTY),
    "a formula": (changed(what="@SUM(A1)"), "what", Fault.FORMULA),
    "the future": (
        changed(start="2026-03-17 09:00", end="2026-03-17 10:00", hours=1),
        "start",
        Fault.NOT_YET,
    ),
    "no day": (changed(start="09:00", end="10:00"), "start", Fault.BAD_TIME),
    "a day that is none": (changed(start="2026-02-30 09:00"), "start", Fault.BAD_DATE),
    "an end before the start": (changed(end="2026-03-07 08:00"), "end", Fault.BAD_SPAN),
    "25 hours": (changed(end="2026-03-08 10:00", hours=""), "end", Fault.BAD_SPAN),
    "no time at the end": (changed(end=""), "end", Fault.EMPTY),
    "more than the span": (changed(hours=2.52), "hours", Fault.MORE_THAN_SPAN),
    "words for hours": (changed(hours="半天"), "hours", Fault.BAD_HOURS),
    "no hours": (changed(hours=0), "hours", Fault.BAD_HOURS),
    "true": (changed(hours=True), "hours", Fault.BAD_HOURS),
}


@pytest.mark.parametrize(("row", "column", "fault"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_told_beside_its_column(row: Sequence[Any], column: str, fault: Fault) -> None:
    (bad,) = judged([row]).bad
    assert (bad.row, bad.column, bad.fault) == (2, column, fault)


def test_merged_cells_hold_something_in_the_first_alone() -> None:
    found = judged([GOOD, ["", "", "植树", "2026-03-08 09:00", "2026-03-08 10:00", 1]])
    assert [(bad.row, bad.fault) for bad in found.bad] == [(3, Fault.EMPTY)]


def test_the_same_row_twice_is_told_with_the_first() -> None:
    (bad,) = judged([GOOD, GOOD]).bad
    assert (bad.row, bad.fault, bad.facts) == (3, Fault.TWICE, {"first": "2"})


def test_a_row_that_was_taken_in_before_is_left_as_it_is() -> None:
    (entry,) = judged([GOOD]).new
    again = judged([GOOD], refs={entry.ref("i志愿")}, taken={1: [taken("09:00", "11:30")]})
    assert (again.new, again.unchanged, again.bad) == ([], 1, [])


def taken(start: str | None, end: str = "", origin: Origin = Origin.SERVED) -> Taken:
    return Taken(on=date(2026, 3, 7), span=span(start, end) if start else None, origin=origin)


MEETINGS: dict[str, tuple[Taken, Fault | None]] = {
    "with us at the same time": (taken("11:29", "12:00"), Fault.OVERLAPS_SERVICE),
    "with us right after": (taken("11:30", "12:00"), None),
    "with us right before": (taken("08:00", "09:00"), None),
    "elsewhere at the same time": (taken("10:00", "10:10", Origin.OUTSIDE), Fault.OVERLAPS_OUTSIDE),
    "elsewhere on that day, nobody knows when": (taken(None, "", Origin.OUTSIDE), Fault.UNCLEAR_OUTSIDE),
}


@pytest.mark.parametrize(("other", "fault"), MEETINGS.values(), ids=MEETINGS)
def test_nobody_is_at_two_places(other: Taken, fault: Fault | None) -> None:
    found = judged([GOOD], taken={1: [other]})
    assert [bad.fault for bad in found.bad] == ([fault] if fault else [])


def test_two_rows_of_a_sheet_may_not_overlap() -> None:
    other = changed(what="植树", start="2026-03-07 11:00", end="2026-03-07 12:00", hours=1)
    (bad,) = judged([GOOD, other]).bad
    assert (bad.row, bad.fault, bad.facts["row"]) == (3, Fault.OVERLAPS_ROW, "2")
    assert judged([GOOD, changed(number="2", name="王明")]).bad == []


DAYS = ("学号", "活动", "日期", "时长")


def test_a_day_and_its_hours_are_enough_unless_something_else_was_on_that_day() -> None:
    rows = [("1", "植树", "2026-03-07", 3), ("1", "清洁", "2026.3.8", "2小时")]
    assert [entry.minutes for entry in judged(rows, header=DAYS).new] == [180, 120]
    found = judged([*rows, ("1", "助学", date(2026, 3, 8), 1)], header=DAYS)
    assert [(bad.row, bad.fault) for bad in found.bad] == [(4, Fault.UNCLEAR_ROW)]
    (bad,) = judged(rows[:1], header=DAYS, taken={1: [taken("20:00", "21:00")]}).bad
    assert (bad.column, bad.fault) == ("date", Fault.UNCLEAR_SERVICE)


@pytest.mark.parametrize(("left", "count"), [(299, 1), (300, 0)])
def test_the_rows_of_a_member_stay_within_what_she_may_bring(left: int, count: int) -> None:
    other = changed(start="2026-03-08 09:00", end="2026-03-08 11:30")
    found = judged([GOOD, other], left=left)
    assert [bad.fault for bad in found.bad] == [Fault.OVER_LIMIT] * count


HEADERS: dict[str, Sequence[Sequence[Any]]] = {
    "plain": [HEADER, GOOD],
    "below a title": [("2026年志愿服务记录",), (), HEADER, GOOD],
    "in two rows": [
        ("学号", "姓名", "活动名称", "服务时间", "", "服务时长"),
        ("", "", "", "开始", "结束", "(小时)"),
        GOOD,
    ],
    "below groups": [("志愿者", "", "服务", "", "", ""), HEADER, GOOD],
    "once more on the next page": [HEADER, GOOD, HEADER],
    "in wide signs and other words": [
        ("学 号", "志愿者姓名", "项目名称", "服务开始时间", "服务结束时间", "服务时长（小时）"),
        GOOD,
    ],
    "among columns that nobody reads": [
        (*HEADER, "身份证号", "备注"),
        (*GOOD, "110101199001011234", "优秀"),
    ],
}


@pytest.mark.parametrize("rows", HEADERS.values(), ids=HEADERS)
def test_a_header_is_found_and_understood(rows: Sequence[Sequence[Any]]) -> None:
    sheet = sheet_of(rows)
    mapped = proposed(sheet.headings, {})
    column = OutsideColumn
    assert {column.STUDENT_NO, column.NAME, column.WHAT, column.START, column.END} <= mapped.keys()
    places = sheet.places(mapped)
    assert [row.cells[places["what"]] for row in sheet.rows] == ["社区清洁"]


def test_what_was_chosen_last_time_is_chosen_again() -> None:
    header = ("编码", "称呼", "内容", "起", "止")
    saved = dict(zip(("student_no", "name", "what", "start", "end"), header, strict=True))
    chosen = {OutsideColumn(key): text for key, text in saved.items()}
    sheet = sheet_of([("说明", "见下"), header, GOOD[:5]], chosen)
    assert proposed(sheet.headings, chosen) == chosen
    assert len(sheet.rows) == 1
    # A column that was left out stays left out, even where its word is usual.
    assert OutsideColumn.HOURS not in proposed([*header, "时长"], chosen)


def test_a_sheet_must_tell_who_what_and_when() -> None:
    column = OutsideColumn
    assert missing_of({column.NAME, column.WHAT, column.START, column.END}) == []
    assert missing_of({column.STUDENT_NO, column.WHAT, column.DATE, column.MINUTES}) == []
    assert len(missing_of({column.WHAT, column.DATE})) == 2
    assert len(missing_of(set())) == 4


FILES: dict[str, tuple[bytes, Fault]] = {
    "nothing": (b"", Fault.EMPTY_FILE),
    "blanks": (b" \n", Fault.EMPTY_FILE),
    "a header alone": (text_of([HEADER]).encode(), Fault.NO_ROWS),
    "a header twice": (text_of([HEADER, HEADER]).encode(), Fault.NO_ROWS),
    "not a table": (b"\xff\xff\xff,\x80", Fault.BROKEN_FILE),
}


@pytest.mark.parametrize(("content", "fault"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_taken_is_refused(content: bytes, fault: Fault) -> None:
    with pytest.raises(BadFile) as refused:
        read_sheet(content, is_text=True)
    assert refused.value.fault is fault


def test_headings_that_are_missing_or_stand_there_twice_are_named() -> None:
    for header, fault in (
        (("姓名", "活动", "备注", "开始", "结束"), None),
        (("备注", "活动", "开始", "结束", "x"), Fault.MISSING_COLUMNS),
        (("姓名", "活动", "姓名", "开始", "结束"), Fault.REPEATED_COLUMNS),
    ):
        sheet = sheet_of([header, ("李梅", "植树", "x", "1", "2")])
        if fault is None:
            assert sheet.places(proposed(sheet.headings, {}))
            continue
        with pytest.raises(BadFile) as refused:
            sheet.places(proposed(sheet.headings, {}))
        assert refused.value.fault is fault
