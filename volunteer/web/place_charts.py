"""Drawings of posts and bases, all from the figures of the table behind: small bars on one scale, a week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

HEIGHT = 48
COLUMN = 8
BAR = 6
SHADES = 5
# The drawing of a week: a square a weekday and hour, titles above and at the left.
SIDE, TALL = 46, 24
LEFT, ABOVE = 44, 22
# A page has room for so many.
MOST_PARTS = 24


@dataclass(frozen=True, slots=True)
class Small:
    """One small drawing: its bars as x, y and height, and the minutes of each."""

    code: str
    name: str
    minutes: tuple[int, ...]
    bars: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiples:
    """Small drawings on one scale, whose top is ``most`` minutes."""

    parts: tuple[str, ...]
    most: int
    width: int
    height: int
    rows: tuple[Small, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many records an hour of a weekday had, how dark it is, and where its square stands: 0 is empty."""

    count: int
    shade: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day over the week, from Monday."""

    hour: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Squares of weekdays by hours; ``days`` are the left edges of the weekdays."""

    width: int
    height: int
    days: tuple[int, ...]
    hours: tuple[Hour, ...]


def multiples(
    places: Iterable[tuple[str, str]], minutes: Mapping[str, Mapping[str, int]], parts: Sequence[str]
) -> Multiples:
    """Return a small drawing for each place, a code and a name, with a bar for each of the last parts."""
    shown = tuple(parts[-MOST_PARTS:])
    found = [
        (code, name, tuple(minutes.get(code, {}).get(part, 0) for part in shown)) for code, name in places
    ]
    most = max((most for _, _, row in found for most in row), default=0)
    return Multiples(
        parts=shown,
        most=most,
        width=max(1, len(shown)) * COLUMN,
        height=HEIGHT,
        rows=tuple(Small(code, name, row, _bars(row, most)) for code, name, row in found),
    )


def _bars(row: Sequence[int], most: int) -> tuple[tuple[float, float, float], ...]:
    heights = [(number, minutes * HEIGHT / most) for number, minutes in enumerate(row) if minutes]
    return tuple(
        (number * COLUMN + (COLUMN - BAR) / 2, round(HEIGHT - height, 2), round(height, 2))
        for number, height in heights
    )


def week(cells: Sequence[Sequence[int]]) -> Week | None:
    """Return the hours from the first to the last that has a record, shaded by their share of the most.

    Args:
        cells: 7 weekdays of 24 hours.
    """
    used = [hour for hour in range(24) if any(day[hour] for day in cells)]
    if not used:
        return None
    most = max(count for day in cells for count in day)
    days = tuple(LEFT + number * SIDE for number in range(len(cells)))
    hours = tuple(
        Hour(
            hour,
            tuple(
                Cell(day[hour], -(-day[hour] * SHADES // most), x, ABOVE + row * TALL)
                for x, day in zip(days, cells, strict=True)
            ),
        )
        for row, hour in enumerate(range(min(used), max(used) + 1))
    )
    return Week(width=LEFT + len(days) * SIDE, height=ABOVE + len(hours) * TALL, days=days, hours=hours)
