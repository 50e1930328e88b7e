"""The days that a page's figures cover, as its address asks for them: one name each, always printed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request
from flask_babel import gettext

from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.college import TermRow
from volunteer.stats.rollups import Days

YEARS = range(2000, 2101)
# The academic year begins in September, when the new ones come.
ACADEMIC_MONTH = 9
# As many days as a page can show by month.
MOST_DAYS = 5 * 366
YEAR = re.compile(r"[0-9]{4}", re.ASCII)
TWO_DAYS = re.compile(r"([0-9-]{10})_([0-9-]{10})", re.ASCII)
ACADEMIC = re.compile(r"([0-9]{4})-([0-9]{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Half-open days with the name by which a link asks for them, and what people call them."""

    name: str
    title: str
    days: Days

    @property
    def basis(self) -> str:
        """What is printed above and below its figures."""
        return str(
            gettext(
                "Basis: %(title)s, %(since)s to %(until)s; confirmed service",
                title=self.title,
                since=self.days.from_on,
                until=self.days.to_on - timedelta(days=1),
            )
        )


def asked_period(terms: Sequence[TermRow], today: date) -> Period:
    """Return the period that the address asks for: two days, or its name; by default the running year.

    Raises:
        Refusal: ``BAD_FIELD``: it ends before it begins, is too long, or nothing is called so.
    """
    first, last = request.args.get("from", ""), request.args.get("to", "")
    if first or last:
        return _two_days(first, last)
    name = request.args.get("period") or request.args.get("year") or str(today.year)
    found = next((one for one in periods(terms, today) if one.name == name), None) or _year(name)
    if found is None and (days := TWO_DAYS.fullmatch(name)):
        return _two_days(days[1], days[2])
    if found is None:
        raise Refusal(Reason.BAD_FIELD, field="period", case="period")
    return found


def asked_name() -> str:
    """Return the name of the period that the address asks for; empty without one."""
    first, last = request.args.get("from", ""), request.args.get("to", "")
    return f"{first}_{last}" if first or last else request.args.get("period", "")


def periods(terms: Sequence[TermRow], today: date) -> list[Period]:
    """Return the periods to choose from: three years, three academic years, the terms that have begun."""
    academic = today.year if today.month >= ACADEMIC_MONTH else today.year - 1
    begun = [term for term in terms if term.starts_on <= today]
    return [
        *(_calendar(year) for year in range(today.year, today.year - 3, -1)),
        *(_academic(year) for year in range(academic, academic - 3, -1)),
        *(_term(term) for term in begun),
    ]


def _year(name: str) -> Period | None:
    """Return the calendar or academic year of that name."""
    if YEAR.fullmatch(name) and int(name) in YEARS:
        return _calendar(int(name))
    years = ACADEMIC.fullmatch(name)
    if years and int(years[1]) in YEARS and int(years[2]) == int(years[1]) + 1:
        return _academic(int(years[1]))
    return None


def _calendar(year: int) -> Period:
    return Period(name=str(year), title=gettext("calendar year %(y)s", y=year), days=Days.calendar_year(year))


def _academic(year: int) -> Period:
    days = Days(from_on=date(year, ACADEMIC_MONTH, 1), to_on=date(year + 1, ACADEMIC_MONTH, 1))
    name = f"{year}-{year + 1}"
    return Period(name=name, title=gettext("academic year %(y)s", y=name), days=days)


def _term(term: TermRow) -> Period:
    days = Days(from_on=term.starts_on, to_on=term.ends_on + timedelta(days=1))
    return Period(name=term.code, title=term.name, days=days)


def _two_days(first: str, last: str) -> Period:
    """Return the days from *first* to *last*, both included."""
    try:
        days = Days(from_on=date.fromisoformat(first), to_on=date.fromisoformat(last) + timedelta(days=1))
    except (ValueError, OverflowError):
        raise Refusal(Reason.BAD_FIELD, field="from", case="two_days") from None
    if days.from_on >= days.to_on:
        raise Refusal(Reason.BAD_FIELD, field="to", case="period_ends_first")
    if days.from_on.year not in YEARS or days.to_on.year not in YEARS:
        raise Refusal(Reason.BAD_FIELD, field="from", case="two_days")
    if (days.to_on - days.from_on).days > MOST_DAYS:
        raise Refusal(Reason.BAD_FIELD, field="to", case="period_too_long")
    return Period(name=f"{first}_{last}", title=gettext("the days chosen"), days=days)
