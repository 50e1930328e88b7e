"""A unit at a glance: its line of figures, where its members stand, its units, and the members one by one.

Everybody is judged once, from a few columns; what else a page shows of a member is read for that page alone.
So a whole university opens like a branch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.database import db
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.progress import (
    PHASES,
    STATUSES,
    Due,
    Progress,
    Sort,
    UnitLine,
    Wish,
    chosen,
    tally,
    unit_line,
)
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import college, progress, rollups, units, windows
from volunteer.stats.policies import policies
from volunteer.stats.rollups import Days, RollUp
from volunteer.stats.shares import shares_of
from volunteer.stats.standing import standings
from volunteer.stats.units import UnitRow
from volunteer.web import access, asked_members, charts, paging, tables
from volunteer.web.asked_members import Basis
from volunteer.web.paging import Page
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
    today: date
    versions: Sequence[HoursPolicy]
    people: Sequence[Progress]
    wish: Wish

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
    seen, session = _seen(code), db.session()
    terms, page = college.terms(session), paging.page(seen.chosen, MEMBERS_A_PAGE)
    basis = asked_members.asked_basis(terms, seen.today)
    # What is shared out and drawn by month needs days; the windows of all members lie in these.
    days = basis.days or _around(seen)
    total, months = _served(basis, seen.unit)
    by_place, rows = tally(seen.people), [] if seen.unit.is_leaf else _rows(seen, basis)
    return render_template(
        "branch/overview.html",
        seen=seen,
        unit=seen.unit,
        basis=basis,
        bases=asked_members.bases(terms, seen.today),
        query=asked_members.query,
        is_narrowed=asked_members.is_narrowed(),
        counts=units.counts_of(session, seen.unit.path),
        total=total,
        rows=rows,
        units_page=_units_page(rows),
        months=months,
        chart=charts.months(months, days, seen.today),
        grades=rollups.GRADES,
        tally=by_place,
        bar_parts=standing_bar(by_place),
        statuses=STATUSES,
        phases=PHASES,
        dues={due: sum(map(due.holds, seen.people)) for due in Due},
        due_words=asked_members.due_words(),
        sorts=list(Sort),
        sort_words=asked_members.sort_words(),
        missing=sum(one.standing.missing_hundredths for one in seen.people if one.standing.status),
        page=page.holding(_full(page.rows, seen.today)),
        today_list=today_of(session, access.actor(), now=seen.now, unit_path=seen.unit.path),
        shares=shares_of(session, days, unit_path=seen.unit.path),
    )


@bp.get("/units/<code:code>/members.<form:form>")
@access.reader
def members_table(code: str, form: str) -> Response:
    """Export the members with their standing, exactly those whom the page lists and in its order."""
    seen = _seen(code)
    return tables.answer(tables.members(seen.unit, _full(seen.chosen, seen.today), now=seen.now), form)


def _seen(code: str) -> Seen:
    """Return the unit of that code in reach, with what the address asks for.

    Raises:
        Refusal: ``UNKNOWN`` or ``BAD_FIELD``.
    """
    session, now = db.session(), clock.utc_now()
    unit = units.unit_to_read(session, code, access.actor(), access.READERS)
    if unit is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    today, versions = settings().campus.day(now), policies(session)
    below = units.units_right_below(session, unit.id)
    return Seen(
        unit=unit,
        below=below,
        now=now,
        today=today,
        versions=versions,
        people=progress.progress_of(session, unit.path, versions, today=today),
        wish=asked_members.asked_wish(below),
    )


def _full(people: Sequence[Progress], today: date) -> Sequence[Any]:
    return standings(db.session(), [one.member_id for one in people], today=today)


def _served(basis: Basis, unit: UnitRow) -> tuple[RollUp, Sequence[RollUp]]:
    """Return what the unit served on that basis, in all and by month."""
    session = db.session()
    if basis.days is None:
        return windows.of_unit(session, unit_path=unit.path), windows.by_month(session, unit_path=unit.path)
    return (
        rollups.of_unit(session, basis.days, unit_path=unit.path),
        rollups.by_month(session, basis.days, unit_path=unit.path),
    )


def _rows(seen: Seen, basis: Basis) -> list[Row]:
    """Return the lines of the units right below. The rate is over who is due in the days of the basis."""
    session, unit = db.session(), seen.unit
    if basis.days is None:
        served = windows.by_child(session, unit_path=unit.path, unit_id=unit.id)
    else:
        served = rollups.by_child(session, basis.days, unit_path=unit.path, unit_id=unit.id)
    days = basis.days or Days.calendar_year(seen.today.year)
    due = progress.due_members(session, unit.path, days, seen.versions, today=seen.today)
    by_code = {row.code: row for row in served}
    return [
        Row(unit=one, line=unit_line(seen.people, due, one.path), served=by_code[one.code])
        for one in seen.below
    ]


def _around(seen: Seen) -> Days:
    """Return days in which the windows of all members lie, from the first month with one up to today."""
    first = min((one.starts_on for one in seen.people), default=seen.today)
    return Days(from_on=first.replace(day=1), to_on=max(seen.today, first) + date.resolution)


def _units_page(rows: Sequence[Row]) -> Page[Row]:
    """Return the page of its units that the address asks for."""
    text = request.args.get("units", "1")
    last = max(1, -(-len(rows) // UNITS_A_PAGE))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    number = min(max(1, number), last)
    shown = rows[(number - 1) * UNITS_A_PAGE :][:UNITS_A_PAGE]
    return Page(rows=shown, total=len(rows), number=number, last=last)
