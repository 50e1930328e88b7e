"""A unit at a glance: its line of figures, where its members stand, its units, and the members one by one.

Where everybody stands is counted in one statement; what a page shows of a member is read for that page alone.
So a whole university opens like a branch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.rules.progress import PHASES, STATUSES, Headway, Sort, UnitLine, line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import kept, progress, rollups, units, windows
from volunteer.stats.rollups import Days, MonthsAndPlaces, RollUp
from volunteer.stats.shares import shares_of
from volunteer.stats.standing import MemberStanding
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
    headway = progress.headway(session, unit, due_days, wish, today=today)
    page: Page[MemberStanding] = paging.asked(headway.wished, MEMBERS_A_PAGE)
    members = progress.chosen(
        session, unit, wish, today=today, limit=MEMBERS_A_PAGE, offset=page.first(MEMBERS_A_PAGE)
    )
    # What is shared out and drawn by month needs days; the windows of all members lie in these.
    days = basis.days or _around(headway.first_on or today, today)
    months, at_posts, at_bases = _months_and_places(basis, unit)
    return render_template(
        "branch/overview.html",
        unit=unit,
        below=below,
        wish=wish,
        basis=basis,
        bases=asked_members.bases(terms, today),
        query=asked_members.query,
        is_narrowed=asked_members.is_narrowed(),
        counts=units.counts_of(session, unit.path, now=now),
        owed=period_text(owed_by(unit, today)),
        # A day lies in one month: both add up.
        person_times=sum(month.person_times for month in months),
        net=sum(month.net for month in months),
        at_posts=at_posts,
        at_bases=at_bases,
        units_page=_units_page(
            [] if unit.is_leaf else below, lambda shown: _rows(unit, basis, shown, headway)
        ),
        months=months,
        behind=_behind(unit, basis),
        chart=charts.months(months, days, today),
        grades=rollups.GRADES,
        tally=headway.tally,
        to_call=headway.to_call,
        bar_parts=standing_bar(headway.tally),
        statuses=STATUSES,
        phases=PHASES,
        dues=headway.dues,
        due_words=asked_members.due_words(),
        place_words=asked_members.place_words(),
        sorts=list(Sort),
        sort_words=asked_members.sort_words(),
        missing=headway.missing_hundredths,
        page=page.holding(members),
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
    people = progress.chosen(db.session(), unit, wish, today=settings().campus.day(now))
    return tables.answer(tables.members(unit, people, now=now), form)


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


def _behind(unit: UnitRow, basis: Basis) -> str:
    """Return the address of the records behind the hours; each member's own window is no days to ask for."""
    if basis.days is None:
        return ""
    kept = {name: request.args[name] for name in ("period", "year", "from", "to") if request.args.get(name)}
    return f"/units/{unit.code}/records?{urlencode(kept or {'period': basis.name})}"


def _months_and_places(basis: Basis, unit: UnitRow) -> MonthsAndPlaces:
    """Return what the unit served on that basis, by month, and at how many posts and bases."""
    if basis.days is None:
        return windows.months_and_places(db.session(), unit_path=unit.path)
    return rollups.months_and_places(db.session(), basis.days, unit_path=unit.path)


def _rows(unit: UnitRow, basis: Basis, shown: Sequence[UnitRow], headway: Headway) -> Sequence[Row]:
    """Return the lines of the units that are shown, all right below."""
    session = db.session()
    if basis.days is None:
        served = windows.by_child(session, unit_path=unit.path, unit_id=unit.id)
    else:
        served = rollups.by_child(session, basis.days, unit_path=unit.path)
    by_code = {row.code: row for row in served}
    lines = headway.lines()
    return [Row(unit=one, line=lines.get(one.id) or line(), served=by_code[one.code]) for one in shown]


def _around(first: date, today: date) -> Days:
    """Return days in which windows lie that begin on *first* or later, from its month on up to today."""
    return Days(from_on=first.replace(day=1), to_on=max(today, first) + date.resolution)


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
