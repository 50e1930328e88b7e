"""The activity day of a unit, the 28th or any other: who served where, to read, print and take along."""

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.rules.periods import YEARS
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.activity_day import served_on
from volunteer.web import access, looks, paging, reaching, tables
from volunteer.web.show import settings

bp = Blueprint("activity_day", __name__)
A_PAGE = 60
USUAL_DAY = 28


@bp.get("/units/<code:code>/activity-day")
@access.reader
def day(code: str) -> ResponseReturnValue:
    """Show who served where on a day; by default on the last 28th."""
    unit, on, now = reaching.unit(code), _asked_day(), clock.utc_now()
    rows = served_on(db.session(), unit.path, on, now=now)
    return render_template(
        "reports/day.html",
        unit=unit,
        on=on,
        days=_usual_days(settings().campus.day(now)),
        page=paging.page(rows, A_PAGE),
        persons=len({row.member_id for row in rows}),
        posts=len({row.post_code for row in rows}),
        net=sum(row.net for row in rows),
        now=now,
        me=access.me(),
    )


@bp.get("/units/<code:code>/activity-day.<form:form>")
@access.reader
def day_table(code: str, form: str) -> Response:
    """Take the list of a day along."""
    unit, on, now = reaching.unit(code), _asked_day(), clock.utc_now()
    rows = served_on(db.session(), unit.path, on, now=now)
    looks.saw(Sight.REPORT_FILE, unit_id=unit.id)
    return tables.answer(tables.served(unit, rows, on, now=now), form)


def _asked_day() -> date:
    """Return the day that the address asks for.

    Raises:
        Refusal: ``BAD_FIELD``: no day, or one that is still to come.
    """
    today, text = settings().campus.day(clock.utc_now()), request.args.get("on", "")
    if not text:
        return _usual_days(today)[0]
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise Refusal(Reason.BAD_FIELD, field="on", case="no_day") from error
    if on.year not in YEARS:
        raise Refusal(Reason.BAD_FIELD, field="on", case="no_day")
    if on > today:
        raise Refusal(Reason.BAD_FIELD, field="on", case="not_begun", day=on)
    return on


def _usual_days(today: date) -> list[date]:
    """Return the last 28ths, the newest first."""
    found: list[date] = []
    day = today
    while len(found) < 6:
        if day.day >= USUAL_DAY:
            found.append(day.replace(day=USUAL_DAY))
        day = day.replace(day=1) - timedelta(days=1)
    return found
