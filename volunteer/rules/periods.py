"""Stretches of days that reports cover, each with one name by which it is asked for and filed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from volunteer.rules.kinds import ReportKind
from volunteer.rules.reasons import Reason, Refusal

# The academic year begins in September, when the new ones come.
ACADEMIC_MONTH = 9
YEARS = range(2000, 2101)
_MONTHS = {ReportKind.MONTH: 1, ReportKind.QUARTER: 3, ReportKind.HALF_YEAR: 6, ReportKind.YEAR: 12}
_NAMES = {
    ReportKind.MONTH: re.compile(r"(?P<year>[0-9]{4})-(?P<part>0[1-9]|1[0-2])"),
    ReportKind.QUARTER: re.compile(r"(?P<year>[0-9]{4})-Q(?P<part>[1-4])"),
    ReportKind.HALF_YEAR: re.compile(r"(?P<year>[0-9]{4})-H(?P<part>[12])"),
    ReportKind.YEAR: re.compile(r"(?P<year>[0-9]{4})(?P<part>)"),
}
_ACADEMIC = re.compile(r"([0-9]{4})-([0-9]{4})")
_DAYS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})_([0-9]{4}-[0-9]{2}-[0-9]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Half-open days with their name: 2026-03, 2026-Q1, 2026-H1, 2026, 2025-2026, a term's code, two days.

    ``title`` is what a term is called; other periods are called by their kind and name.
    """

    kind: ReportKind
    name: str
    title: str = ""
    from_on: date
    to_on: date

    @property
    def last_on(self) -> date:
        """The last day that belongs to it."""
        return self.to_on - timedelta(days=1)

    def judged_on(self, today: date) -> date:
        """Return the day on which it is judged who stands where: its last one, or today while it runs."""
        return min(self.last_on, today)


Terms = Mapping[str, tuple[str, date, date]]
"""The terms by code: name and half-open days."""


def period_named(kind: ReportKind, name: str, terms: Terms) -> Period:
    """Return the period of that name.

    Raises:
        Refusal: ``BAD_FIELD``: no period is called so, or it ends before it begins.
    """
    title = ""
    if kind is ReportKind.TERM:
        title, *days = terms.get(name) or ("",)
    elif kind is ReportKind.ACADEMIC_YEAR:
        days = _academic(name)
    elif kind is ReportKind.DAYS:
        days = _two_days(name)
    else:
        days = _part_of_year(kind, name)
    if not days:
        raise Refusal(Reason.BAD_FIELD, field="period", case="no_period")
    if days[0] >= days[1]:
        raise Refusal(Reason.BAD_FIELD, field="period", case="ends_first")
    return Period(kind=kind, name=name, title=title, from_on=days[0], to_on=days[1])


def check_begun(period: Period, today: date) -> None:
    """Refuse to report on what is still to come.

    Raises:
        Refusal: ``BAD_FIELD``.
    """
    if period.from_on > today:
        raise Refusal(Reason.BAD_FIELD, field="period", case="not_begun", day=period.from_on)


def name_of(kind: ReportKind, day: date, terms: Terms) -> str | None:
    """Return the name of the period of that kind that holds *day*; of terms the last that has begun."""
    match kind:
        case ReportKind.MONTH:
            return f"{day:%Y-%m}"
        case ReportKind.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case ReportKind.HALF_YEAR:
            return f"{day.year}-H{(day.month + 5) // 6}"
        case ReportKind.YEAR:
            return str(day.year)
        case ReportKind.ACADEMIC_YEAR:
            first = day.year if day.month >= ACADEMIC_MONTH else day.year - 1
            return f"{first}-{first + 1}"
        case ReportKind.TERM:
            begun = [(start, code) for code, (_name, start, _end) in terms.items() if start <= day]
            return max(begun)[1] if begun else None
        case ReportKind.DAYS:
            return f"{day.replace(day=1)}_{day}"


def latest(kind: ReportKind, today: date, terms: Terms, *, most: int) -> list[Period]:
    """Return the periods of a kind that have begun, the running one first."""
    found: list[Period] = []
    day = today
    while len(found) < most:
        name = name_of(kind, day, terms)
        if name is None:
            break
        found.append(period_named(kind, name, terms))
        day = found[-1].from_on - timedelta(days=1)
    return found


def _part_of_year(kind: ReportKind, name: str) -> list[date]:
    found = _NAMES[kind].fullmatch(name)
    if found is None or int(found["year"]) not in YEARS:
        return []
    first = int(found["year"]) * 12 + (int(found["part"] or 1) - 1) * _MONTHS[kind]
    return [_month(first), _month(first + _MONTHS[kind])]


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _academic(name: str) -> list[date]:
    found = _ACADEMIC.fullmatch(name)
    if found is None or int(found[1]) not in YEARS or int(found[2]) != int(found[1]) + 1:
        return []
    return [date(int(found[1]), ACADEMIC_MONTH, 1), date(int(found[2]), ACADEMIC_MONTH, 1)]


def _two_days(name: str) -> list[date]:
    found = _DAYS.fullmatch(name)
    if found is None:
        return []
    try:
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
    except ValueError:
        return []
    if first.year not in YEARS or last.year not in YEARS:
        return []
    return [first, last + timedelta(days=1)]
