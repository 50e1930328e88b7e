"""Working days as China keeps them: some weekends are workdays, some weekdays are not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


def no_year_known(_day: date) -> bool | None:
    """Know nothing: every year is counted Monday to Friday, provisionally."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """The college's own entries, over a published calendar, over Monday to Friday.

    Attributes:
        own: Days that the college entered; they win.
        published: Whether a day is a workday, or None for a year that is not known.
        published_holidays: Whether a day belongs to a public holiday; an ordinary weekend does not.
    """

    own: Mapping[date, bool] = field(default_factory=dict)
    published: Callable[[date], bool | None] = no_year_known
    published_holidays: Callable[[date], bool | None] = no_year_known

    def is_workday(self, day: date) -> bool:
        """Whether people work on *day*."""
        if day in self.own:
            return self.own[day]
        known = self.published(day)
        return day.weekday() < 5 if known is None else known

    def is_holiday(self, day: date) -> bool:
        """Whether *day* belongs to a public holiday, or the college itself does not work on it."""
        if day in self.own:
            return not self.own[day]
        return bool(self.published_holidays(day))

    def is_provisional(self, day: date) -> bool:
        """Whether *day* lies in a year of which only Monday to Friday is known."""
        return day not in self.own and self.published(day) is None


def workdays_left(today: date, last: date, calendar: WorkCalendar) -> int:
    """Return the working days from *today* to *last*, both included; at least 1 as long as it is not over."""
    if today > last:
        return 0
    days = (today + timedelta(days=number) for number in range((last - today).days + 1))
    return max(1, sum(calendar.is_workday(day) for day in days))


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which something is in time; provisional where the calendar was not known."""

    day: date
    is_provisional: bool


def deadline_after(day: date, workdays: int, calendar: WorkCalendar) -> Deadline:
    """Return the last of so many working days after *day*, which itself is not counted."""
    left = workdays
    is_provisional = False
    while left > 0:
        day += timedelta(days=1)
        is_provisional = is_provisional or calendar.is_provisional(day)
        if calendar.is_workday(day):
            left -= 1
    return Deadline(day, is_provisional)
