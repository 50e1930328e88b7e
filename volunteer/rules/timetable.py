"""Shifts before they are published: which times make sense, on which days, and what is in the way."""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span, whole_minute
from volunteer.rules.workdays import WorkCalendar

LONGEST = timedelta(hours=24)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """A shift that is to be published.

    Attributes:
        post: The code of its post.
        code: Its own; None if one is to be made up.
    """

    post: str
    span: Span
    breaks: tuple[Span, ...] = ()
    capacity: int | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time of the day with at most one break. What ends not after it starts ends on the next day."""

    start: time
    end: time
    break_from: time | None = None
    break_to: time | None = None

    def on(self, day: date, zone: ZoneInfo) -> tuple[Span, tuple[Span, ...]]:
        """Return shift and breaks of a campus day."""
        is_overnight = self.end <= self.start
        next_day = day + DAY if is_overnight else day
        span = Span(_at(day, self.start, zone), _at(next_day, self.end, zone))
        if self.break_from is None or self.break_to is None:
            return span, ()
        # A break of the night may lie after midnight.
        first = _at(day if self.break_from >= self.start else next_day, self.break_from, zone)
        last = _at(day if self.break_to > self.start else next_day, self.break_to, zone)
        return span, (Span(min(first, last), last),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """A timetable: the same slots on the named weekdays (Monday is 0) of the days [from_on, before_on)."""

    weekdays: Collection[int]
    slots: Sequence[Slot]
    from_on: date
    before_on: date
    skips_holidays: bool = False

    def days(self, calendar: WorkCalendar) -> Iterator[date]:
        """Give the days in order."""
        for ahead in range((self.before_on - self.from_on).days):
            day = self.from_on + timedelta(days=ahead)
            if day.weekday() in self.weekdays and not (self.skips_holidays and calendar.is_holiday(day)):
                yield day

    def shifts(
        self, post: str, capacity: int | None, *, calendar: WorkCalendar, zone: ZoneInfo
    ) -> list[PlannedShift]:
        """Return the shifts of a post, by start."""
        return [
            PlannedShift(post=post, span=span, breaks=breaks, capacity=capacity)
            for day in self.days(calendar)
            for span, breaks in sorted(slot.on(day, zone) for slot in self.slots)
        ]


class InTheWay(StrEnum):
    """Why a planned shift is not published."""

    PAST = "past"
    SAME = "same"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A planned shift, what is in the way, and of an overlap the other's time."""

    shift: PlannedShift
    problem: InTheWay | None = None
    other: Span | None = None


class Taken:
    """The times of one post that are taken, and by shifts that may touch but not overlap."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = sorted(spans)

    def overlapping(self, span: Span) -> Span | None:
        """Return the first taken time that shares a minute with *span*."""
        after = bisect_left(self._spans, Span(span.end, span.end))
        # Those that are taken do not overlap each other, so only the nearest one before can reach in.
        before = bisect_left(self._spans, Span(span.start, span.start))
        for other in self._spans[max(0, before - 1) : after]:
            if other.overlaps(span):
                return other
        return None

    def take(self, span: Span) -> None:
        """Take a time."""
        insort(self._spans, span)


def looked_at(planned: Sequence[PlannedShift], taken: dict[str, Taken], *, now: datetime) -> list[Looked]:
    """Return each planned shift with what is in its way; one that is free is in the way of those after it.

    Args:
        taken: By code of the post; grows by what is free.
    """
    return [_looked_at(shift, taken.setdefault(shift.post, Taken()), now) for shift in planned]


def _looked_at(shift: PlannedShift, taken: Taken, now: datetime) -> Looked:
    other = taken.overlapping(shift.span)
    if other == shift.span:
        return Looked(shift=shift, problem=InTheWay.SAME, other=other)
    if shift.span.start <= whole_minute(now):
        return Looked(shift=shift, problem=InTheWay.PAST)
    if other is not None:
        return Looked(shift=shift, problem=InTheWay.OVERLAP, other=other)
    taken.take(shift.span)
    return Looked(shift=shift)


def check_times(span: Span, breaks: Sequence[Span], capacity: int | None) -> None:
    """Refuse times that make no sense.

    Raises:
        Refusal: ``BAD_FIELD``: no length or more than a day, no whole minutes, a break that does not lie in
            the shift or does not last, or a capacity of nobody.
    """
    if span.start == span.end:
        raise Refusal(Reason.BAD_FIELD, field="ends_at")
    if span.end - span.start > LONGEST:
        raise Refusal(Reason.BAD_FIELD, field="ends_at", case="over_a_day", span=span)
    if span.start != whole_minute(span.start) or span.end != whole_minute(span.end):
        raise Refusal(Reason.BAD_FIELD, field="starts_at")
    for pause in breaks:
        _check_pause(pause, span)
    if capacity is not None and capacity < 1:
        raise Refusal(Reason.BAD_FIELD, field="capacity")


def _check_pause(pause: Span, span: Span) -> None:
    """A break lies in the shift, lasts, and begins and ends on whole minutes: no minute is shaved."""
    if not span.start <= pause.start <= pause.end <= span.end:
        raise Refusal(Reason.BAD_FIELD, field="breaks", case="break_outside", pause=pause, span=span)
    if pause.start == pause.end or any(end != whole_minute(end) for end in (pause.start, pause.end)):
        raise Refusal(Reason.BAD_FIELD, field="breaks")


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
