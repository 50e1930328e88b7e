"""What a branch committee and the college see: figures, members furthest first, posts and bases."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Role, Sight
from volunteer.rules.probation import Probation
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import conversion, units
from volunteer.stats.breakdown import Breakdown, breakdown_of
from volunteer.stats.claims import typed_requests
from volunteer.stats.rollups import Days
from volunteer.stats.sign_ups import kept_by_member
from volunteer.stats.standing import MemberStanding, member_standing
from volunteer.web import access, looks, records, tables
from volunteer.web.half_years import HalfYear, half_years
from volunteer.web.show import settings

bp = Blueprint("branch", __name__)


@bp.get("/branch")
@access.reader
def start() -> ResponseReturnValue:
    """Go to the asker's unit; with several, let her choose."""
    own = units.own_units(db.session(), access.actor(), access.READERS)
    if len(own) == 1:
        return redirect(f"/units/{own[0].code}", 303)
    return render_template("branch/units.html", units=own)


@bp.get("/members/<row:member_id>")
@access.reader
def member(member_id: int) -> ResponseReturnValue:
    """Show one member: standing, losses, records with how each was counted."""
    session = db.session()
    if not units.may_read_member(session, member_id, access.actor(), access.READERS):
        raise Refusal(Reason.UNKNOWN)
    looks.saw(Sight.RECORDS, member_id=member_id)
    now, actor = clock.utc_now(), access.actor()
    is_own = actor.is_member(member_id)
    one = member_standing(session, member_id, today=settings().campus.day(now))
    parts = breakdown_of(session, member_id, from_on=one.starts_on, to_on=one.ends_before)
    return render_template(
        "branch/member.html",
        one=one,
        due_on=Probation(starts_on=one.starts_on).due_on if one.starts_on else None,
        parts=parts,
        periods=_periods(one, parts, now),
        months=records.by_month(session, member_id, now=now),
        proposals=conversion.proposals_about(session, member_id),
        typed_requests=typed_requests(session, member_id),
        kept=kept_by_member(session, member_id, now=now),
        may_act=not is_own and bool(access.roles() & access.REVIEWERS),
        may_transfer=not is_own and Role.COLLEGE in access.roles(),
    )


@bp.get("/members/<row:member_id>/periods.<form:form>")
@access.reader
def member_periods(member_id: int, form: str) -> Response:
    """Export the half-years and quarters of one member."""
    session, now = db.session(), clock.utc_now()
    if not units.may_read_member(session, member_id, access.actor(), access.READERS):
        raise Refusal(Reason.UNKNOWN)
    looks.saw(Sight.RECORDS_FILE, member_id=member_id)
    one = member_standing(session, member_id, today=settings().campus.day(now))
    parts = breakdown_of(session, member_id, from_on=one.starts_on, to_on=one.ends_before)
    return tables.answer(tables.periods(one, _periods(one, parts, now), now=now), form)


@bp.get("/members/<row:member_id>/records.<form:form>")
@access.reader
def member_table(member_id: int, form: str) -> Response:
    """Export the records of one member."""
    session, now = db.session(), clock.utc_now()
    if not units.may_read_member(session, member_id, access.actor(), access.READERS):
        raise Refusal(Reason.UNKNOWN)
    looks.saw(Sight.RECORDS_FILE, member_id=member_id)
    one = member_standing(session, member_id, today=settings().campus.day(now))
    found = records.by_month(session, member_id, now=now)
    return tables.answer(tables.records(one, found, now=now), form)


def _periods(one: MemberStanding, parts: Breakdown, now: datetime) -> list[HalfYear]:
    """Return the half-years of the probation up to today; without one, of all service."""
    today = settings().campus.day(now)
    if one.starts_on is None or one.ends_before is None:
        return half_years(parts, None, date.min)
    return half_years(parts, one.starts_on, min(today, one.ends_before - date.resolution))


def asked_days() -> Days:
    """Return the calendar year that the page asks for, by default the running one."""
    this_year = settings().campus.day(clock.utc_now()).year
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and 2000 <= int(text[:4]) <= 2100 else this_year
    return Days.calendar_year(min(max(year, 2000), 2100))


def filtered(people: Sequence[MemberStanding], wanted: str, status: str) -> list[MemberStanding]:
    """Return those whose name, pinyin, initials or number holds *wanted*, of the status or phase."""
    text = wanted.strip().lower().replace(" ", "")

    def fits(one: MemberStanding) -> bool:
        held = (one.name, one.sort_key.replace(" ", ""), one.initials, one.student_no)
        return any(text in part.lower() for part in held)

    return [
        one
        for one in people
        if (not text or fits(one)) and (not status or (one.standing.status or one.standing.phase) == status)
    ]
