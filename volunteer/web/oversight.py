"""What the college sees of those who decide: their statistics, and spot checks of what they let count."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions.spot_checks import draw_sample, enter_finding
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import day_start
from volunteer.rules.tally import share_pct
from volunteer.stats import spot_checks, units
from volunteer.stats.approvers import approvers
from volunteer.stats.reach import units_in_reach
from volunteer.stats.spot_checks import DrawRow
from volunteer.web import access, paging, reaching, words
from volunteer.web.branch import asked_days
from volunteer.web.show import settings

bp = Blueprint("oversight", __name__)
APPROVERS_A_PAGE = 60


@bp.get("/approvers")
@access.overseer
def statistics() -> ResponseReturnValue:
    """Show how everybody decides who decides about records in reach, in a calendar year."""
    session, days, zone = db.session(), asked_days(), settings().zone
    rows = approvers(
        session,
        units_in_reach(access.actor(), access.OVERSEERS),
        since=day_start(days.from_on, zone),
        until=day_start(days.to_on, zone),
    )
    return render_template("college/approvers.html", page=paging.page(rows, APPROVERS_A_PAGE), days=days)


@bp.get("/spot-checks")
@access.overseer
def samples() -> ResponseReturnValue:
    """List the draws with what they found, and offer the last month that is not drawn yet."""
    session, actor = db.session(), access.actor()
    found = spot_checks.draws(session, units_in_reach(actor, access.OVERSEERS))
    own = [unit for unit in units.own_units(session, actor, access.COLLEGE) if not unit.is_leaf]
    month = _last_month(settings().campus.day(clock.utc_now()))
    drawn = {draw.unit_id for draw in found if draw.month == month}
    checked, wrong = sum(draw.checked for draw in found), sum(draw.wrong for draw in found)
    return render_template(
        "college/spot_checks.html",
        draws=found,
        month=month,
        to_draw=[unit for unit in own if unit.id not in drawn],
        checked=checked,
        wrong=wrong,
        hit_pct=share_pct(wrong, checked),
    )


@bp.post("/units/<code:code>/spot-checks")
@access.college
def draw(code: str) -> ResponseReturnValue:
    """Draw among the records of the last month below a unit."""
    unit = reaching.unit(code, access.COLLEGE)
    actor, campus, now, unit_id = access.actor(), settings().campus, clock.utc_now(), unit.id
    month = _last_month(campus.day(now))
    try:
        number = in_transaction(
            lambda session: draw_sample(
                session, unit_id=unit_id, month=month, actor=actor, campus=campus, now=now
            )
        )
    except Refusal as refusal:
        if refusal.reason in (Reason.UNKNOWN, Reason.NOT_ALLOWED):
            raise
        flash(words.sentence(refusal), "warn")
        return redirect("/spot-checks", 303)
    flash(gettext("Drawn. Somebody without a part in the record looks at each."), "done")
    return redirect(f"/spot-checks/{number}", 303)


@bp.get("/spot-checks/<row:draw_id>")
@access.overseer
def sample(draw_id: int) -> ResponseReturnValue:
    """Show the records of a draw, with the form for what was found."""
    session = db.session()
    found = draw_in_reach(draw_id)
    return render_template(
        "college/spot_check.html",
        draw=found,
        rows=spot_checks.checks_of(session, draw_id),
        may_find=Role.COLLEGE in access.roles(),
        me=access.me(),
    )


@bp.post("/spot-checks/<row:draw_id>/<row:visit_id>")
@access.college
def find(draw_id: int, visit_id: int) -> ResponseReturnValue:
    """Keep what the check of a record found."""
    draw_in_reach(draw_id)
    actor, now = access.actor(), clock.utc_now()
    is_right, finding = request.form.get("is_right") == "yes", request.form.get("finding", "")
    if request.form.get("is_right") not in ("yes", "no"):
        flash(gettext("Say whether the record is right."), "warn")
        return redirect(f"/spot-checks/{draw_id}", 303)
    try:
        in_transaction(
            lambda session: enter_finding(
                session,
                draw_id=draw_id,
                visit_id=visit_id,
                is_right=is_right,
                finding=finding,
                actor=actor,
                now=now,
            )
        )
    except Refusal as refusal:
        if refusal.reason in (Reason.UNKNOWN, Reason.NOT_ALLOWED):
            raise
        flash(words.sentence(refusal), "warn")
    else:
        flash(gettext("Kept. The record itself stays as it is."), "done")
    return redirect(f"/spot-checks/{draw_id}", 303)


def draw_in_reach(draw_id: int) -> DrawRow:
    """Return the draw, if it is over a unit in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found: Sequence[DrawRow] = spot_checks.draws(
        db.session(), units_in_reach(access.actor(), access.OVERSEERS), draw_id=draw_id
    )
    if not found:
        raise Refusal(Reason.UNKNOWN)
    return found[0]


def _last_month(today: date) -> date:
    """Return the first day of the month before this one."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
