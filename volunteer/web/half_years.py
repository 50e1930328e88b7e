"""A member's hours by half-year and quarter, as the half-yearly review (考察表) asks for them."""

from dataclasses import dataclass
from datetime import date

from volunteer.stats.breakdown import Breakdown, Sum

NOTHING = Sum(0, 0)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter, 1 to 4, with its minutes."""

    number: int
    brought: Sum


@dataclass(frozen=True, slots=True)
class HalfYear:
    """A half-year, 1 or 2, with its minutes and its quarters."""

    year: int
    number: int
    brought: Sum
    quarters: tuple[Quarter, ...]


def half_years(parts: Breakdown, since: date | None, until: date) -> list[HalfYear]:
    """Return the half-years from *since* to *until*, both included; what brought nothing is a row too.

    Args:
        since: None: from the first part on.
        until: What was served later is there all the same.
    """
    days = [part.day for part in parts.parts]
    if not days and since is None:
        return []
    first = since if since is not None else min(days)
    last = max([until, *days])
    by_half, by_quarter = parts.by_half_year(), parts.by_quarter()
    quarters = range(first.year * 4 + (first.month - 1) // 3, last.year * 4 + (last.month - 1) // 3 + 1)
    found: list[HalfYear] = []
    for year, half in sorted({(number // 4, number % 4 // 2 + 1) for number in quarters}):
        inside = [number % 4 + 1 for number in quarters if (number // 4, number % 4 // 2 + 1) == (year, half)]
        rows = tuple(Quarter(number, by_quarter.get((year, number), NOTHING)) for number in inside)
        found.append(HalfYear(year, half, by_half.get((year, half), NOTHING), rows))
    return found
