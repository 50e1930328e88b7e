"""Each row of another platform's sheet is service elsewhere, a row that was taken in before, or wrong."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from volunteer.roster.faults import BadCell, BadRow, Fault
from volunteer.roster.judging import Judged
from volunteer.roster.reading import clock_in, day_in, line_in, name_in, number_in, text_in
from volunteer.roster.sheet import OutsideColumn
from volunteer.roster.tables import Row, is_blank
from volunteer.roster.workbook import Cell
from volunteer.rules.outside import Meets, Origin, OutsideEntry, Taken, first_met
from volunteer.rules.spans import Span

WHAT_LENGTH = 120
LONGEST_MIN = 24 * 60
_MOMENT = re.compile(r"(.+?)(?:\s+|T)([0-9]{1,2}[:：][0-9]{2})(?:[:：][0-9]{2}(?:\.0*)?)?")
_HOURS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)(?:小时|时|h|hours?)?", re.IGNORECASE)
_BOTH = re.compile(r"([0-9]{1,3})(?:小时|时|h|:|：)([0-9]{1,2})(?:分钟|分|m|min)?", re.IGNORECASE)
_MINUTES = re.compile(r"([0-9]{1,4})(?:\.0+)?(?:分钟|分|m|min)?", re.IGNORECASE)
_FIRST_YEAR = 1921


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the unit whose rows may be taken in; ``is_closed``: her probation was cancelled."""

    member_id: int
    student_no: str
    name: str
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the records hold about the members of a sheet.

    Attributes:
        taken: The time of each that is spoken for.
        refs: The rows that were taken in before.
        left_min: How many outside minutes each may still have.
    """

    taken: Mapping[int, Sequence[Taken]]
    refs: Collection[str]
    left_min: Callable[[int, date], int]


class OutsideJudging:
    """Judges a sheet row by row; what the records hold is looked up once, at the end.

    Args:
        people: All of the unit, each of whom may be named by number, or by a name that she alone bears.
    """

    def __init__(
        self,
        places: Mapping[str, int],
        *,
        people: Sequence[Person],
        source: str,
        zone: ZoneInfo,
        today: date,
    ) -> None:
        self._places = places
        self._by_number = {person.student_no: person for person in people}
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            self._by_name[person.name].append(person)
        self._source = source
        self._zone = zone
        self._today = today
        self._read: list[tuple[int, OutsideEntry]] = []
        self._bad: list[BadRow] = []

    def take(self, row: Row) -> None:
        """Judge one row by itself."""
        reading = _Reading(self._places, row.cells, self._zone, self._today)
        try:
            person = self._person(reading)
            self._read.append((row.number, reading.entry(person)))
        except BadCell as wrong:
            self._tell(row.number, reading.at, wrong)

    def outcome(self, look: Callable[[Collection[int], Collection[date]], Known]) -> Judged[OutsideEntry]:
        """Return what the rows come to, held against the records and against each other."""
        known = look({entry.member_id for _, entry in self._read}, {entry.on for _, entry in self._read})
        taken = {member: list(spans) for member, spans in known.taken.items()}
        used: dict[int, int] = defaultdict(int)
        first_rows: dict[str, int] = {}
        new: list[OutsideEntry] = []
        unchanged = 0
        for number, entry in self._read:
            ref = entry.ref(self._source)
            try:
                if (first := first_rows.setdefault(ref, number)) != number:
                    raise BadCell(Fault.TWICE, first=str(first))
                if ref in known.refs:
                    unchanged += 1
                    continue
                mine = taken.setdefault(entry.member_id, [])
                _check_free(entry, mine)
                left = known.left_min(entry.member_id, entry.on) - used[entry.member_id]
                if entry.minutes > left:
                    raise BadCell(Fault.OVER_LIMIT, value=_hours(entry.minutes), left=_hours(max(0, left)))
            except BadCell as wrong:
                self._tell(number, _place_of(wrong.fault, self._places), wrong)
                continue
            mine.append(Taken(on=entry.on, span=entry.span, origin=Origin.ROW, row=number))
            used[entry.member_id] += entry.minutes
            new.append(entry)
        return Judged(new=new, unchanged=unchanged, bad=sorted(self._bad, key=lambda one: one.row))

    def _person(self, reading: "_Reading") -> Person:
        number, name = reading.number(), reading.name()
        if number is None:
            return self._named(reading, name)
        reading.at = OutsideColumn.STUDENT_NO
        person = self._by_number.get(number)
        if person is None:
            raise BadCell(Fault.STRANGER, value=number)
        if name is not None and name != person.name:
            reading.at = OutsideColumn.NAME
            raise BadCell(Fault.OTHER_NAME, value=name, was=person.name)
        return _open(person)

    def _named(self, reading: "_Reading", name: str | None) -> Person:
        if name is None:
            raise BadCell(Fault.EMPTY)
        reading.at = OutsideColumn.NAME
        found = self._by_name.get(name, [])
        if not found:
            raise BadCell(Fault.STRANGER, value=name)
        if len(found) > 1:
            raise BadCell(Fault.NAMESAKES, value=name, count=str(len(found)))
        return _open(found[0])

    def _tell(self, row: int, column: str, wrong: BadCell) -> None:
        self._bad.append(BadRow(row=row, column=column, fault=wrong.fault, facts=wrong.facts))


def _open(person: Person) -> Person:
    if person.is_closed:
        raise BadCell(Fault.CLOSED)
    return person


def _check_free(entry: OutsideEntry, taken: Sequence[Taken]) -> None:
    met = first_met(entry, taken)
    if met is None:
        return
    other, how = met
    facts = {"row": str(other.row or "–"), "day": other.on.isoformat()}
    raise BadCell(_FAULT_OF[how, other.origin], **facts)


_FAULT_OF = {
    (Meets.OVERLAPS, Origin.SERVED): Fault.OVERLAPS_SERVICE,
    (Meets.OVERLAPS, Origin.OUTSIDE): Fault.OVERLAPS_OUTSIDE,
    (Meets.OVERLAPS, Origin.ROW): Fault.OVERLAPS_ROW,
    (Meets.UNCLEAR, Origin.SERVED): Fault.UNCLEAR_SERVICE,
    (Meets.UNCLEAR, Origin.OUTSIDE): Fault.UNCLEAR_OUTSIDE,
    (Meets.UNCLEAR, Origin.ROW): Fault.UNCLEAR_ROW,
}


def _place_of(fault: Fault, places: Mapping[str, int]) -> str:
    """Return the column beside which a fault of the whole row is told."""
    if fault is Fault.OVER_LIMIT and OutsideColumn.HOURS in places:
        return OutsideColumn.HOURS
    return OutsideColumn.START if OutsideColumn.START in places else OutsideColumn.DATE


class _Reading:
    """One row, read column by column; ``at`` is where the reading stands."""

    def __init__(self, places: Mapping[str, int], cells: Sequence[Cell], zone: ZoneInfo, today: date) -> None:
        self.at: str = OutsideColumn.STUDENT_NO if OutsideColumn.STUDENT_NO in places else OutsideColumn.NAME
        self._places = places
        self._cells = cells
        self._zone = zone
        self._today = today

    def number(self) -> str | None:
        """Return the student number, if the row tells one."""
        cell = self._go_to(OutsideColumn.STUDENT_NO)
        return None if is_blank(cell) else number_in(cell)

    def name(self) -> str | None:
        """Return the name, if the row tells one."""
        cell = self._go_to(OutsideColumn.NAME)
        return None if is_blank(cell) else name_in(cell)

    def entry(self, person: Person) -> OutsideEntry:
        """Return what the row says of the person.

        Raises:
            BadCell: What is wrong at ``at``.
        """
        what = line_in(text_in(self._go_to(OutsideColumn.WHAT)), "what", WHAT_LENGTH)
        if what[0] in "=+-@":
            raise BadCell(Fault.FORMULA, value=what)
        day_cell = self._go_to(OutsideColumn.DATE)
        day = None if is_blank(day_cell) else day_in(day_cell)
        span = self._span(day)
        on = day or (span.start.astimezone(self._zone).date() if span else None)
        if on is None:
            self.at = OutsideColumn.DATE
            raise BadCell(Fault.EMPTY)
        if on > self._today:
            self.at = OutsideColumn.DATE if OutsideColumn.DATE in self._places else OutsideColumn.START
            raise BadCell(Fault.NOT_YET, value=on.isoformat())
        return OutsideEntry(
            member_id=person.member_id,
            student_no=person.student_no,
            name=person.name,
            on=on,
            minutes=self._minutes(span),
            span=span,
            what=what,
        )

    def _span(self, day: date | None) -> Span | None:
        """Return from when to when, if the row tells it; an end that is no later is on the next day."""
        first, last = (self._go_to(column) for column in (OutsideColumn.START, OutsideColumn.END))
        if is_blank(first) and is_blank(last):
            return None
        self.at = OutsideColumn.START
        start = _moment(first, day)
        self.at = OutsideColumn.END
        end = _moment(last, start.date() if _is_clock(last) else day)
        if end <= start and _is_clock(last):
            end += timedelta(days=1)
        if not timedelta() < end - start <= timedelta(minutes=LONGEST_MIN):
            raise BadCell(Fault.BAD_SPAN, value=f"{start:%Y-%m-%d %H:%M}–{end:%Y-%m-%d %H:%M}")
        return Span(start.replace(tzinfo=self._zone), end.replace(tzinfo=self._zone))

    def _minutes(self, span: Span | None) -> int:
        hours, minutes = (self._go_to(column) for column in (OutsideColumn.HOURS, OutsideColumn.MINUTES))
        length = None if span is None else int((span.end - span.start).total_seconds()) // 60
        if is_blank(hours) and is_blank(minutes):
            if length is None:
                self.at = OutsideColumn.HOURS
                raise BadCell(Fault.EMPTY)
            return length
        self.at = OutsideColumn.MINUTES if is_blank(hours) else OutsideColumn.HOURS
        told = _minutes_in(minutes) if is_blank(hours) else _hours_in(hours)
        if not 0 < told <= LONGEST_MIN:
            raise BadCell(Fault.BAD_HOURS, value=str(minutes if is_blank(hours) else hours))
        if length is not None and told > length:
            raise BadCell(Fault.MORE_THAN_SPAN, value=_hours(told), span=_hours(length))
        return told

    def _go_to(self, column: OutsideColumn) -> Cell:
        self.at = column
        place = self._places.get(column, len(self._cells))
        return self._cells[place] if place < len(self._cells) else ""


def _is_clock(cell: Cell) -> bool:
    """Whether a cell tells a time without a day."""
    if isinstance(cell, datetime):
        return cell.year < _FIRST_YEAR
    return not (isinstance(cell, str) and _MOMENT.fullmatch(cell.strip()))


def _moment(cell: Cell, day: date | None) -> datetime:
    """Return the minute in a cell: a moment of the spreadsheet or as text, or a time of *day*."""
    if isinstance(cell, datetime) and cell.year >= _FIRST_YEAR:
        return cell.replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(cell, str) and (found := _MOMENT.fullmatch(cell.strip())):
        return datetime.combine(day_in(found[1]), clock_in(found[2]))
    clock: time = clock_in(cell)
    if day is None:
        raise BadCell(Fault.BAD_TIME, value=str(cell))
    return datetime.combine(day, clock)


def _hours_in(cell: Cell) -> int:
    """Return the whole minutes of a cell that tells hours: 2.5, 2.5小时, 2小时30分."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise BadCell(Fault.BAD_HOURS, value=str(cell))
    text = "".join(str(cell).split())
    if found := _BOTH.fullmatch(text):
        return int(found[1]) * 60 + int(found[2])
    if found := _HOURS.fullmatch(text):
        return int(Decimal(found[1]) * 60)
    raise BadCell(Fault.BAD_HOURS, value=str(cell))


def _minutes_in(cell: Cell) -> int:
    found = None if isinstance(cell, bool) else _MINUTES.fullmatch("".join(str(cell).split()))
    if found is None:
        raise BadCell(Fault.BAD_HOURS, value=str(cell))
    return int(found[1])


def _hours(minutes: int) -> str:
    return f"{minutes * 100 // 60 / 100:.2f}"
