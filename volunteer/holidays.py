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
