"""Stretches of time, half-open, in UTC; the campus zone decides days, in this one place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From *start* up to, not including, *end*. Both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"span ends before it starts: {self.start} > {self.end}")

    @property
    def minutes(self) -> int:
        """Whole minutes, floored."""
        return int((self.end - self.start).total_seconds()) // 60

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share any time; touching is not sharing."""
        return self.start < other.end and other.start < self.end

    def within(self, other: "Span") -> "Span | None":
        """Return what of this span lies in *other*, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


def whole_minute(moment: datetime) -> datetime:
    """Return *moment* cut down to the minute."""
    return moment.replace(second=0, microsecond=0)


def clipped(spans: Iterable[Span], to: Span) -> list[Span]:
    """Return the parts of *spans* that lie in *to*."""
    return [part for span in spans if (part := span.within(to)) is not None]


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as disjoint spans in order; touching ones are joined."""
    joined: list[Span] = []
    for span in sorted(spans):
        if span.start == span.end:
            continue
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def minus(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return *spans* without the time of *taken*."""
    left = union(spans)
    for hole in union(taken):
        left = [part for span in left for part in _around(span, hole)]
    return left


def _around(span: Span, hole: Span) -> Iterator[Span]:
    if not span.overlaps(hole):
        yield span
        return
    if span.start < hole.start:
        yield Span(span.start, hole.start)
    if hole.end < span.end:
        yield Span(hole.end, span.end)


def minutes_of(spans: Iterable[Span]) -> int:
    """Return the minutes of disjoint *spans*."""
    return sum(span.minutes for span in spans)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the campus day on which *moment* falls."""
    return moment.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a campus day, in UTC so that differences are elapsed time."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def by_day(spans: Iterable[Span], zone: ZoneInfo) -> dict[date, int]:
    """Return the minutes of disjoint *spans* by campus day: a stay over midnight is split there."""
    minutes: dict[date, int] = {}
    for span in spans:
        day = local_day(span.start, zone)
        start = span.start
        while start < span.end:
            midnight = day_start(day + timedelta(days=1), zone)
            part = Span(start, min(span.end, midnight))
            minutes[day] = minutes.get(day, 0) + part.minutes
            start, day = part.end, day + timedelta(days=1)
    return minutes
