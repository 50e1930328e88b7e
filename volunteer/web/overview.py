"""A unit at a glance: its line of figures, where its members stand, its units, and the members one by one.

Everybody is judged once, from a few columns; what else a page shows of a member is read for that page alone.
So a whole university opens like a branch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.rules.progress import (
    PHASES,
    STATUSES,
    DueMember,
    Progress,
    Sort,
    UnitLine,
    Wish,
    chosen,
    dues,
    tally,
    unit_lines,
)
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import kept, progress, rollups, units, windows
from volunteer.stats.rollups import Days, RollUp
from volunteer.stats.shares import shares_of
from volunteer.stats.standing import standings
from volunteer.stats.units import UnitRow
from volunteer.web import access, asked_members, charts, looks, paging, tables
from volunteer.web.asked_members import Basis
from volunteer.web.paging import Page
from volunteer.web.report_words import period_text
from volunteer.web.reports import owed_by
from volunteer.web.show import settings
from volunteer.web.standing_bar import standing_bar
from volunteer.web.today import today_of

bp = Blueprint("overview", __name__)
MEMBERS_A_PAGE = 40
UNITS_A_PAGE = 25


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A unit with the people whose probation is not decided, and whom of them the address asks for."""

    unit: UnitRow
    below: Sequence[UnitRow]
    now: datetime
    people: Sequence[Progress]
    wish: Wish

    @property
    def today(self) -> date:
        """The campus day."""
        return settings().campus.day(self.now)

    @property
    def chosen(self) -> list[Progress]:
        """Whom the list shows, in its order."""
        return chosen(self.people, self.wish)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A unit right below with what its members come to and what it served."""

    unit: UnitRow
    line: UnitLine
    served: RollUp


@bp.get("/units/<code:code>")
@access.reader
def overview(code: str) -> ResponseReturnValue:
    """Show how the unit stands: its line of figures, its units and its members."""
    (unit, below), now, session = _unit(code), clock.utc_now(), db.session()
    wish, today = asked_members.asked_wish(below), settings().campus.day(now)
    terms = kept.terms_and_periods(session)
    basis = asked_members.asked_basis(terms, today)
    due_days = basis.days or Days.calendar_year(today.year)
    people, due = progress.progress_and_due(session, unit.path, due_days, today=today)
    seen = Seen(unit=unit, below=below, now=now, people=people, wish=wish)
    page = paging.page(seen.chosen, MEMBERS_A_PAGE)
    # What is shared out and drawn by month needs days; the windows of all members lie in these.
    days = basis.days or _around(seen)
    months, by_place = _by_month(basis, unit), tally(people)
    return render_template(
        "branch/overview.html",
        seen=seen,
        unit=unit,
        basis=basis,
        bases=asked_members.bases(terms, today),
        query=asked_members.query,
        is_narrowed=asked_members.is_narrowed(),
        counts=units.counts_of(session, unit.path, now=now),
        owed=period_text(owed_by(unit, today)),
        # A day lies in one month: both add up.
        person_times=sum(month.person_times for month in months),
        net=sum(month.net for month in months),
        units_page=_units_page([] if unit.is_leaf else below, lambda shown: _rows(seen, basis, shown, due)),
        months=months,
        behind=_behind(unit, basis),
        chart=charts.months(months, days, today),
        grades=rollups.GRADES,
        tally=by_place,
        bar_parts=standing_bar(by_place),
        statuses=STATUSES,
        phases=PHASES,
        dues=dues(people),
        due_words=asked_members.due_words(),
        sorts=list(Sort),
        sort_words=asked_members.sort_words(),
        missing=sum(one.standing.missing_hundredths for one in people if one.standing.status),
        page=page.holding(_full(page.rows, today)),
        today_list=today_of(session, access.actor(), now=now, unit_path=unit.path),
        shares=shares_of(session, days, unit_path=unit.path),
    )


@bp.get("/units/<code:code>/members.<form:form>")
@access.reader
def members_table(code: str, form: str) -> Response:
    """Export the members with their standing, exactly those whom the page lists and in its order."""
    (unit, below), now = _unit(code), clock.utc_now()
    wish = asked_members.asked_wish(below)
    looks.saw(Sight.MEMBERS_FILE, unit_id=unit.id)
    people = progress.progress_of(db.session(), unit.path, today=settings().campus.day(now))
    seen = Seen(unit=unit, below=below, now=now, people=people, wish=wish)
    return tables.answer(tables.members(unit, _full(seen.chosen, seen.today), now=now), form)


def _unit(code: str) -> tuple[UnitRow, list[UnitRow]]:
    """Return the unit of that code in reach, and those right below it.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found = units.unit_with_those_below(db.session(), code, access.actor(), access.READERS)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found


def _full(people: Sequence[Progress], today: date) -> Sequence[Any]:
    return standings(db.session(), [one.member_id for one in people], today=today)


def _behind(unit: UnitRow, basis: Basis) -> str:
    """Return the address of the records behind the hours; each member's own window is no days to ask for."""
    if basis.days is None:
        return ""
    kept = {name: request.args[name] for name in ("period", "year", "from", "to") if request.args.get(name)}
    return f"/units/{unit.code}/records?{urlencode(kept or {'period': basis.name})}"


def _by_month(basis: Basis, unit: UnitRow) -> Sequence[RollUp]:
    """Return what the unit served on that basis, by month."""
    if basis.days is None:
        return windows.by_month(db.session(), unit_path=unit.path)
    return rollups.by_month(db.session(), basis.days, unit_path=unit.path)


def _rows(seen: Seen, basis: Basis, shown: Sequence[UnitRow], due: Sequence[DueMember]) -> Sequence[Row]:
    """Return the lines of the units that are shown, all right below."""
    session, unit = db.session(), seen.unit
    if basis.days is None:
        served = windows.by_child(session, unit_path=unit.path, unit_id=unit.id)
    else:
        served = rollups.by_child(session, basis.days, unit_path=unit.path, unit_id=unit.id)
    by_code = {row.code: row for row in served}
    lines = unit_lines(seen.people, due, [one.path for one in shown])
    return [Row(unit=one, line=lines[one.path], served=by_code[one.code]) for one in shown]


def _around(seen: Seen) -> Days:
    """Return days in which the windows of all members lie, from the first month with one up to today."""
    first = min((one.starts_on for one in seen.people), default=seen.today)
    return Days(from_on=first.replace(day=1), to_on=max(seen.today, first) + date.resolution)


def _units_page(
    below: Sequence[UnitRow], rows: Callable[[Sequence[UnitRow]], Sequence[Row]]
) -> Page[Row] | None:
    """Return the page of units that the address asks for, or None without any."""
    if not below:
        return None
    text = request.args.get("units", "1")
    number = max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    page: Page[Row] = paging.of(len(below), UNITS_A_PAGE, number=number)
    return page.holding(rows(below[page.first(UNITS_A_PAGE) :][:UNITS_A_PAGE]))
