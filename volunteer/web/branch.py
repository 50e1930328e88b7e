"""What a branch committee and the college see: figures, members furthest first, posts and bases."""

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Phase, Role, Sight, Status
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import conversion, rollups, units
from volunteer.stats.breakdown import breakdown_of
from volunteer.stats.claims import typed_requests
from volunteer.stats.rollups import Days
from volunteer.stats.shares import shares_of
from volunteer.stats.standing import MemberStanding, member_standing, members_of
from volunteer.stats.units import UnitRow
from volunteer.web import access, charts, looks, paging, records, tables
from volunteer.web.show import settings
from volunteer.web.today import today_of

bp = Blueprint("branch", __name__)
MEMBERS_A_PAGE = 60
STATUSES = (Status.MET, Status.NEAR, Status.ON_TRACK, Status.BEHIND, Status.AT_RISK, Status.UNREACHABLE)

# Where a member stands who has a probation, but no status: it has not begun, or is over and undecided.
PHASES = (Phase.NOT_STARTED, Phase.DUE_WAITING, Phase.NOT_MET)


@bp.get("/branch")
@access.reader
def start() -> ResponseReturnValue:
    """Go to the asker's unit; with several, let her choose."""
    own = units.own_units(db.session(), access.actor(), access.READERS)
    if len(own) == 1:
        return redirect(f"/units/{own[0].code}", 303)
    return render_template("branch/units.html", units=own)


@bp.get("/units/<code:code>")
@access.reader
def overview(code: str) -> ResponseReturnValue:
    """Show how the unit stands: its line of figures, its units or its members."""
    unit, days, now = _unit(code), asked_days(), clock.utc_now()
    session, today = db.session(), settings().campus.day(now)
    people = [one for one in members_of(session, unit.path, today=today) if has_window(one)]
    chosen = filtered(people, request.args.get("q", ""), request.args.get("status", ""))
    served = rollups.by_month(session, days, unit_path=unit.path)
    return render_template(
        "branch/overview.html",
        unit=unit,
        days=days,
        counts=units.counts_of(session, unit.path),
        total=rollups.of_unit(session, days, unit_path=unit.path),
        below=[] if unit.is_leaf else rollups.by_unit(session, days, unit_path=unit.path)[1:],
        probationary={} if unit.is_leaf else units.members_by_unit(session, unit.path),
        months=served,
        chart=charts.months(served, days, today),
        grades=rollups.GRADES,
        tally=tally(people),
        statuses=STATUSES,
        phases=PHASES,
        missing=sum(one.standing.missing_hundredths for one in people if is_running(one)),
        page=paging.page(chosen, MEMBERS_A_PAGE),
        today=today,
        today_list=today_of(session, access.actor(), now=now, unit_path=unit.path),
        shares=shares_of(session, days, unit_path=unit.path),
    )


@bp.get("/units/<code:code>/members.<form:form>")
@access.reader
def members_table(code: str, form: str) -> Response:
    """Export the members with their standing, as filtered on the page."""
    unit, now = _unit(code), clock.utc_now()
    looks.saw(Sight.MEMBERS_FILE, unit_id=unit.id)
    people = members_of(db.session(), unit.path, today=settings().campus.day(now))
    chosen = filtered(people, request.args.get("q", ""), request.args.get("status", ""))
    return tables.answer(tables.members(unit, chosen, now=now), form)


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
    return render_template(
        "branch/member.html",
        one=one,
        parts=breakdown_of(session, member_id, from_on=one.starts_on, to_on=one.ends_before),
        months=records.by_month(session, member_id, now=now),
        proposals=conversion.proposals_about(session, member_id),
        typed_requests=typed_requests(session, member_id),
        may_act=not is_own and bool(access.roles() & access.REVIEWERS),
        may_transfer=not is_own and Role.COLLEGE in access.roles(),
    )


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


def _unit(code: str) -> UnitRow:
    found = units.unit_to_read(db.session(), code, access.actor(), access.READERS)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found


def asked_days() -> Days:
    """Return the calendar year that the page asks for, by default the running one."""
    this_year = settings().campus.day(clock.utc_now()).year
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and 2000 <= int(text[:4]) <= 2100 else this_year
    return Days.calendar_year(min(max(year, 2000), 2100))


def has_window(one: MemberStanding) -> bool:
    """Whether the member is listed by progress: there is a probation, and it has not ended long ago."""
    return one.standing.phase not in (
        Phase.NO_WINDOW,
        Phase.CONVERTED,
        Phase.CANCELLED,
        Phase.TRANSFERRED_OUT,
    )


def is_running(one: MemberStanding) -> bool:
    """Whether the member's window is open today."""
    return one.standing.phase in (Phase.IN_WINDOW, Phase.EXTENDED)


def tally(people: Sequence[MemberStanding]) -> dict[Status | Phase, int]:
    """Return how many members have each status, or stand where there is none; the parts make the whole."""
    found = Counter(one.standing.status or one.standing.phase for one in people)
    return {key: found[key] for key in (*STATUSES, *PHASES)}


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
