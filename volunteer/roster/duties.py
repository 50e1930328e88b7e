"""Each row of a table of shifts is a new shift, one that is published already, or wrong."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

from volunteer.roster.faults import BadCell, BadRow, Fault
from volunteer.roster.judging import Judged
from volunteer.roster.reading import clock_in, day_in, text_in
from volunteer.roster.tables import Row, ShiftColumn, Table, is_blank
from volunteer.roster.workbook import Cell, column_letters
from volunteer.rules.reasons import Refusal
from volunteer.rules.spans import Span
from volunteer.rules.timetable import InTheWay, Looked, PlannedShift, Slot, check_times

LARGEST_CAPACITY = 9999
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.\-]{0,39}")
_BETWEEN_BREAKS = re.compile(r"[,，;；、/]")
_BETWEEN_ENDS = re.compile(r"[-–—~～至]")
_PLACES = {
    InTheWay.PAST: (ShiftColumn.START, Fault.IN_THE_PAST),
    InTheWay.OVERLAP: (ShiftColumn.START, Fault.OVERLAPS),
}


class DutyJudging:
    """Judges a table of shifts row by row; what is published already is looked up once, at the end.

    Args:
        posts: The code of each post in reach by its code and, where only one bears it, by its name.
    """

    def __init__(self, table: Table, *, posts: Mapping[str, str], zone: ZoneInfo) -> None:
        self._table = table
        self._posts = posts
        self._zone = zone
        self._read: list[tuple[int, PlannedShift]] = []
        self._bad: list[BadRow] = []
        self._codes: dict[str, int] = {}

    def take(self, row: Row) -> None:
        """Judge one row by itself."""
        reading = _DutyReading(self._table, row)
        try:
            shift = reading.shift(self._posts, self._zone)
            if shift.code is not None:
                reading.at = ShiftColumn.CODE
                if (first := self._codes.setdefault(shift.code, row.number)) != row.number:
                    raise BadCell(Fault.TWICE, first=str(first))
            self._read.append((row.number, shift))
        except BadCell as wrong:
            bad = BadRow(row=row.number, column=reading.at, fault=wrong.fault, facts=wrong.facts)
            self._bad.append(bad)

    def outcome(
        self,
        look: Callable[[Sequence[PlannedShift]], Sequence[Looked]],
        known_codes: Callable[[Collection[str]], Collection[str]],
        span_text: Callable[[Span], str],
    ) -> Judged[PlannedShift]:
        """Return what the rows come to, held against what is published.

        Args:
            look: Tells what is in the way of each.
            known_codes: Tells which codes are taken.
            span_text: How a time is written.
        """
        looked = look([shift for _, shift in self._read])
        taken = known_codes(self._codes)
        new: list[PlannedShift] = []
        bad = list(self._bad)
        unchanged = 0
        for (number, shift), one in zip(self._read, looked, strict=True):
            if one.problem is InTheWay.SAME:
                unchanged += 1
            elif one.problem is not None:
                column, fault = _PLACES[one.problem]
                facts = {"value": span_text(shift.span)}
                if one.other is not None:
                    facts["other"] = span_text(one.other)
                bad.append(BadRow(row=number, column=column, fault=fault, facts=facts))
            elif shift.code in taken:
                facts = {"value": str(shift.code)}
                bad.append(BadRow(row=number, column=ShiftColumn.CODE, fault=Fault.CODE_TAKEN, facts=facts))
            else:
                new.append(shift)
        return Judged(new=new, unchanged=unchanged, bad=sorted(bad, key=lambda one: one.row))


class _DutyReading:
    """One row, read column by column; ``at`` is where the reading stands."""

    def __init__(self, table: Table, row: Row) -> None:
        self.at: str = ShiftColumn.POST
        self._places = table.places
        self._cells = row.cells

    def shift(self, posts: Mapping[str, str], zone: ZoneInfo) -> PlannedShift:
        """Return what the row says.

        Raises:
            BadCell: What is wrong at ``at``.
        """
        post = self._post(posts)
        day = day_in(self._go_to(ShiftColumn.DATE))
        start, end = clock_in(self._go_to(ShiftColumn.START)), clock_in(self._go_to(ShiftColumn.END))
        span, _ = Slot(start=start, end=end).on(day, zone)
        breaks = self._breaks(day, start, end, zone)
        capacity = self._capacity()
        code = self._code()
        self._check_others()
        self._check(span, breaks, zone)
        return PlannedShift(post=post, span=span, breaks=breaks, capacity=capacity, code=code)

    def _post(self, posts: Mapping[str, str]) -> str:
        text = text_in(self._go_to(ShiftColumn.POST))
        if text not in posts:
            raise BadCell(Fault.UNKNOWN_POST, value=text)
        return posts[text]

    def _code(self) -> str | None:
        cell = self._go_to(ShiftColumn.CODE)
        if is_blank(cell):
            return None
        code = text_in(cell)
        if not _CODE.fullmatch(code):
            raise BadCell(Fault.BAD_CODE, value=code)
        return code

    def _breaks(self, day: date, start: time, end: time, zone: ZoneInfo) -> tuple[Span, ...]:
        cell = self._go_to(ShiftColumn.BREAKS)
        if is_blank(cell):
            return ()
        if not isinstance(cell, str):
            raise BadCell(Fault.BAD_BREAK, value=str(cell))
        found: list[Span] = []
        for part in filter(str.strip, _BETWEEN_BREAKS.split(cell)):
            ends = _BETWEEN_ENDS.split(part.strip())
            try:
                first, last = (clock_in(one) for one in ends)
            except (BadCell, ValueError) as error:
                raise BadCell(Fault.BAD_BREAK, value=part.strip()) from error
            _, breaks = Slot(start=start, end=end, break_from=first, break_to=last).on(day, zone)
            found.extend(breaks)
        return tuple(found)

    def _capacity(self) -> int | None:
        cell = self._go_to(ShiftColumn.CAPACITY)
        if is_blank(cell):
            return None
        text = text_in(cell)
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= LARGEST_CAPACITY):
            raise BadCell(Fault.BAD_CAPACITY, value=text)
        return int(text)

    def _check(self, span: Span, breaks: Sequence[Span], zone: ZoneInfo) -> None:
        try:
            check_times(span, breaks, None)
        except Refusal as refusal:
            pause = refusal.facts.get("pause")
            self.at = ShiftColumn.BREAKS
            if not isinstance(pause, Span):
                pause = breaks[0]
            raise BadCell(
                Fault.BREAK_OUTSIDE, value=_clocks(pause, zone), shift=_clocks(span, zone)
            ) from refusal

    def _go_to(self, column: ShiftColumn) -> Cell:
        self.at = column
        place = self._places.get(column, len(self._cells))
        return self._cells[place] if place < len(self._cells) else ""

    def _check_others(self) -> None:
        """Refuse what stands beside the table."""
        named = set(self._places.values())
        for place, cell in enumerate(self._cells):
            if place not in named and not is_blank(cell):
                self.at = column_letters(place)
                raise BadCell(Fault.NO_COLUMN, value=str(cell))


def _clocks(span: Span, zone: ZoneInfo) -> str:
    return "–".join(f"{moment.astimezone(zone):%H:%M}" for moment in (span.start, span.end))
