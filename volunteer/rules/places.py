"""What figures of posts and bases say: how an agreement stands, which place lies idle, when people come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from volunteer.rules.kinds import BaseStatus

IDLE_DAYS = 90
EXPIRES_SOON_DAYS = 90
WEEK = 7
HOURS = 24
HOUR = timedelta(hours=1)


class Whose(StrEnum):
    """Which service of a unit is looked at: its members' wherever, or anybody's at the posts that it runs."""

    MEMBERS = "members"
    POSTS = "posts"


class Agreement(StrEnum):
    """How the agreement with a base's host stands on a day."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    COMING = "coming"
    NONE = "none"


def agreement_on(
    status: BaseStatus, agreement_from: date | None, agreement_to: date | None, today: date
) -> Agreement:
    """Return how an agreement stands; ``agreement_to`` is its last day.

    A base that has only applied, is suspended or withdrawn has none in force. An agreement without an end
    runs on; one of an agreed base without any day is in force, because the base's status says so.
    """
    if status not in (BaseStatus.AGREED, BaseStatus.PLAQUED):
        return Agreement.NONE
    if agreement_from is not None and today < agreement_from:
        return Agreement.COMING
    if agreement_to is None:
        return Agreement.VALID
    if today > agreement_to:
        return Agreement.EXPIRED
    is_soon = agreement_to - today <= timedelta(days=EXPIRES_SOON_DAYS)
    return Agreement.EXPIRING if is_soon else Agreement.VALID


def is_idle(last_on: date | None, today: date) -> bool:
    """Whether no service was given for 90 days, or ever."""
    return last_on is None or (today - last_on).days >= IDLE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time at which shifts ran, and how many records of service they brought."""

    starts_at: datetime
    ends_at: datetime
    count: int


def has_one_offset(zone: ZoneInfo, first: date, end: date) -> bool:
    """Whether the clock is never changed from *first* to the end of the day before *end*."""
    days = range((end - first).days + 1)
    return len({datetime.combine(first + timedelta(days=day), time(), zone).utcoffset() for day in days}) == 1


def by_weekday_and_hour(slots: Iterable[Slot], zone: ZoneInfo) -> list[list[int]]:
    """Return 7 weekdays from Monday, each of 24 campus hours: the records whose shift touches that hour.

    A record is counted once in every hour of its shift, so the cells do not add up to the records.
    """
    cells = [[0] * HOURS for _ in range(WEEK)]
    for slot in slots:
        hour = slot.starts_at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        while hour < slot.ends_at:
            cells[hour.weekday()][hour.hour] += slot.count
            # Elapsed time, so that the hour which a clock skips or repeats is not lost.
            hour = (hour.astimezone(UTC) + HOUR).astimezone(zone)
    return cells
