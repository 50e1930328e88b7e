"""Signing up for shifts: from when until when, which place is free, and what the coming shifts can give."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span, local_day, union

REMIND_BEFORE = timedelta(hours=24)
REACH_AHEAD = timedelta(days=45)
"""How long before the end of a probation the published shifts say something: earlier most are not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOffer:
    """What the published shifts of one day can give somebody, in minutes."""

    day: date
    minutes: int


def opens_at(starts_at: datetime, policy: HoursPolicy) -> datetime:
    """Return from when one may sign up for a shift."""
    return starts_at - timedelta(days=policy.sign_up_ahead_days)


def check_open(starts_at: datetime, policy: HoursPolicy, zone: ZoneInfo, now: datetime) -> None:
    """Refuse to sign up for a shift that has begun, or whose turn has not come.

    Raises:
        Refusal: ``SIGN_UP_CLOSED``.
    """
    if now >= starts_at:
        raise Refusal(Reason.SIGN_UP_CLOSED, case="begun")
    opens = opens_at(starts_at, policy)
    if now < opens:
        raise Refusal(Reason.SIGN_UP_CLOSED, case="ahead", on=local_day(opens, zone), at=opens)


def withdraw_until(starts_at: datetime, seated_at: datetime | None, policy: HoursPolicy) -> datetime:
    """Return until when one may withdraw: some hours before the shift.

    Who waits, or came by the place later than that, may until it begins: nobody is held against her will.
    """
    limit = starts_at - timedelta(hours=policy.withdraw_before_h)
    return limit if seated_at is not None and seated_at < limit else starts_at


def free_seat(taken: Collection[int], capacity: int | None) -> int | None:
    """Return the lowest free place, or None when the shift is full.

    A capacity that was lowered since takes no place away: who has one keeps it.
    """
    if capacity is not None and len(taken) >= capacity:
        return None
    return next(seat for seat in count(1) if seat not in taken)


def offers(shifts: Iterable[tuple[date, Span]], day_cap_min: int) -> list[DayOffer]:
    """Return by day what somebody can earn who goes to all shifts that do not overlap, up to the cap."""
    by_day: dict[date, list[Span]] = {}
    for day, span in shifts:
        by_day.setdefault(day, []).append(span)
    return [
        DayOffer(day=day, minutes=min(day_cap_min, sum(span.minutes for span in union(spans))))
        for day, spans in sorted(by_day.items())
    ]


def within_reach(days: Sequence[DayOffer], before: date) -> int:
    """Return the minutes that the days before the end of a probation can give."""
    return sum(one.minutes for one in days if one.day < before)
