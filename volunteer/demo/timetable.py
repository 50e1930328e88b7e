"""Which shifts the demo's posts have on a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from volunteer.demo.posts import POSTS, PostPlan, Slot
from volunteer.rules.spans import Span

PUBLISHED_AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """One slot on one day.

    Attributes:
        share: How often such a one was served in the past.
        is_relief: It begins as another one of the post ends: who scans early is in the earlier one.
    """

    code: str
    post: str
    day: date
    span: Span
    breaks: tuple[Span, ...]
    seats: int
    share: float
    is_relief: bool = False

    @property
    def minutes(self) -> int:
        """What somebody can earn who stays all the time."""
        return self.span.minutes - sum(pause.minutes for pause in self.breaks)


def shifts_on(day: date, zone: ZoneInfo) -> list[PlannedShift]:
    """Return the shifts that begin on a campus day, by post as planned and by start."""
    return [
        _planned(post, slot, day, zone)
        for post in POSTS
        for slot in post.slots
        if str(day.weekday()) in slot.days
    ]


def served_on(day: date, zone: ZoneInfo, *, today: date) -> list[PlannedShift]:
    """Return the shifts of a day that somebody may serve: posts that lie idle have none."""
    idle = {post.code for post in POSTS if post.idle_days and (today - day).days < post.idle_days}
    return [shift for shift in shifts_on(day, zone) if shift.post not in idle]


def running_at(now: datetime, zone: ZoneInfo) -> Iterator[PlannedShift]:
    """Give the shifts that run at *now*, those since yesterday first."""
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        for shift in served_on(day, zone, today=today):
            if shift.span.start <= now < shift.span.end:
                yield shift


def at_clock(day: date, text: str, zone: ZoneInfo) -> datetime:
    """Return the moment of a campus day's clock time, as 08:30, in UTC."""
    return datetime.combine(day, time.fromisoformat(text), tzinfo=zone).astimezone(UTC)


def _planned(post: PostPlan, slot: Slot, day: date, zone: ZoneInfo) -> PlannedShift:
    start = at_clock(day, slot.starts, zone)
    breaks: tuple[Span, ...] = ()
    if slot.pause is not None:
        after, length = (timedelta(minutes=minutes) for minutes in slot.pause)
        breaks = (Span(start + after, start + after + length),)
    return PlannedShift(
        code=f"{post.code}-{day:%Y%m%d}-{slot.starts.replace(':', '')}",
        post=post.code,
        day=day,
        span=Span(start, start + timedelta(minutes=slot.minutes)),
        breaks=breaks,
        seats=slot.seats,
        share=slot.share,
        is_relief=any(_ends(other) == slot.starts for other in post.slots),
    )


def _ends(slot: Slot) -> str:
    hour, minute = slot.starts.split(":")
    end = int(hour) * 60 + int(minute) + slot.minutes
    return f"{end // 60 % 24:02}:{end % 60:02}"
