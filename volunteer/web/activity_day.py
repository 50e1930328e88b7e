"""The activity day of a unit, the 28th or any other: who served where, to read, print and take along."""

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from volunteer import clock
from volunteer.database import db
from volunteer.rules.periods import YEARS
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.tally import hours_text
from volunteer.stats.activity_day import DayRow, served_on
from volunteer.web import access, paging, sheets, tables
from volunteer.web.reports import unit_to_read
from volunteer.web.sheets import Column, Kind, Table
from volunteer.web.show import clock_time, moment, settings
from volunteer.web.words import word

bp = Blueprint("activity_day", __name__)
A_PAGE = 60
USUAL_DAY = 28


@bp.get("/units/<code:code>/activity-day")
@access.reader
def day(code: str) -> ResponseReturnValue:
    """Show who served where on a day; by default on the last 28th."""
    unit, on, now = unit_to_read(code), _asked_day(), clock.utc_now()
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


@bp.get("/units/<code:code>/activity-day.<any(csv, xlsx):form>")
@access.reader
def day_table(code: str, form: str) -> Response:
    """Take the list of a day along."""
    unit, on, now = unit_to_read(code), _asked_day(), clock.utc_now()
    columns: list[Column[DayRow]] = [
        Column(_("Post"), Kind.TEXT, lambda row: row.post_name),
        Column(_("Base"), Kind.TEXT, lambda row: row.base_name),
        Column(_("Shift"), Kind.TEXT, _times),
        Column(_("Student number"), Kind.TEXT, lambda row: row.student_no),
        Column(_("Name"), Kind.TEXT, lambda row: row.name),
        Column(_("Branch"), Kind.TEXT, lambda row: row.unit_name),
        Column(_("Kind"), Kind.TEXT, lambda row: word(row.state)),
        Column(_("Grade"), Kind.TEXT, lambda row: word(row.grade)),
        Column(_("Hours served"), Kind.HOURS, lambda row: row.net),
        Column(_("Hours credited"), Kind.HOURS, lambda row: row.credited),
    ]
    rows = served_on(db.session(), unit.path, on, now=now)
    served = hours_text(sum(row.net for row in rows))
    lines = [
        f"{unit.name} · {_('Activity day')} · {on}",
        _("%(n)s records, %(h)s h served", n=len(rows), h=served),
        _("Basis: records of this day, but for what is void or rejected; time %(at)s; by %(who)s")
        % {"at": moment(now), "who": access.me().name},
    ]
    table: Table[DayRow] = sheets.Table(
        name=f"{unit.name}-{_('Activity day')}-{on}",
        lines=lines,
        columns=columns,
        rows=rows,
        zone=settings().zone,
    )
    return tables.answer(table, form)


def _times(row: DayRow) -> str:
    return f"{clock_time(row.starts_at)}–{clock_time(row.ends_at)}"


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
