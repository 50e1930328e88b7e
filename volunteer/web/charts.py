"""Charts as drawings that the server makes: geometry in, numbers out. The table behind each has the figures.

Lengths are in units of the drawing, which stretches with the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from volunteer.rules.kinds import Grade
from volunteer.stats.rollups import GRADES, Days, RollUp

HEIGHT = 160
COLUMN = 26
BAR = 16
LEFT = 36
TOP = 8
BELOW = 22
# What a scale may be divided into, times a power of ten; at most so many lines.
ROUND = (1, 2, 5, 10)
LINES = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One grade's share of a bar."""

    grade: Grade
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One month, ``x`` its left edge, with the parts from the ground up."""

    label: str
    x: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, so many hours high."""

    hours: int
    y: float


@dataclass(frozen=True, slots=True)
class Months:
    """Hours by month, stacked by grade."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def months(rows: Sequence[RollUp], days: Days, today: date) -> Months:
    """Return the drawing of what each month of *days* up to *today* brought; an idle month is empty."""
    by_code = {row.code: row for row in rows}
    codes = month_codes(days, max(today, date.fromisoformat(f"{rows[-1].code}-01")) if rows else today)
    step = _step(max((row.net for row in rows), default=0))
    top = step * max(1, -(-max((row.net for row in rows), default=0) // (step * 60)))
    scale = HEIGHT / (top * 60)
    bars = tuple(
        Bar(
            label=code[5:].lstrip("0"),
            x=LEFT + number * COLUMN + (COLUMN - BAR) / 2,
            parts=_parts(by_code[code].by_grade, scale) if code in by_code else (),
        )
        for number, code in enumerate(codes)
    )
    lines = tuple(
        Line(hours=hours, y=round(TOP + HEIGHT - hours * 60 * scale, 2)) for hours in range(0, top + 1, step)
    )
    return Months(width=LEFT + COLUMN * len(codes) + 8, height=TOP + HEIGHT + BELOW, bars=bars, lines=lines)


def month_codes(days: Days, until: date) -> list[str]:
    """Return the months of *days* that have begun by *until*, as 2026-03."""
    first, last = days.from_on, min(until, days.to_on - date.resolution)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]


def _step(most_min: int) -> int:
    """Return the hours between two lines: a round number, and few lines."""
    hours, power = most_min / 60, 1
    while True:
        for round_ in ROUND:
            if hours <= round_ * power * LINES:
                return round_ * power
        power *= 10


def _parts(by_grade: Sequence[int], scale: float) -> tuple[Part, ...]:
    parts, ground = [], float(TOP + HEIGHT)
    for grade, minutes in zip(GRADES, by_grade, strict=True):
        if minutes:
            ground -= minutes * scale
            parts.append(Part(grade=grade, y=round(ground, 2), height=round(minutes * scale, 2)))
    return tuple(parts)
