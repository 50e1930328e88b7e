"""The published Chinese calendar of workdays, for the years that the package knows."""

from datetime import date
from functools import lru_cache

import chinese_calendar


@lru_cache(maxsize=4096)
def published_workday(day: date) -> bool | None:
    """Return whether the State Council's calendar makes *day* a workday; None for a year it does not know."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


@lru_cache(maxsize=4096)
def published_holiday(day: date) -> bool | None:
    """Return whether the day belongs to a public holiday; None for a year that is not known.

    An ordinary weekend does not; a weekend within a holiday does.
    """
    try:
        is_free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return bool(is_free and name)
