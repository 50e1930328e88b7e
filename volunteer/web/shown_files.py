"""What is put up for others to see, to take along: notices and what they list, weeks of shifts, gaps."""

from datetime import timedelta

from flask import Blueprint, Response
from flask_babel import gettext as _

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.rules.spans import day_start
from volunteer.stats import ledger, notices, timetable
from volunteer.stats.notices import LineRow, NoticeRow
from volunteer.stats.sign_ups import Kept, missing_in_unit
from volunteer.stats.timetable import GapShift, PostName, WeekShift
from volunteer.web import access, looks, reaching, tables
from volunteer.web.list_files import MOST
from volunteer.web.narrowed import narrowed, searched
from volunteer.web.notice_words import made_of
from volunteer.web.notices import asked_notices, notice_to_read
from volunteer.web.sheets import Column, Kind
from volunteer.web.show import settings
from volunteer.web.timetable import LATELY, WEEK, asked_monday
from volunteer.web.words import word

bp = Blueprint("shown_files", __name__)


@bp.get("/units/<code:code>/notices.<form:form>")
@access.reader
def notices_below(code: str, form: str) -> Response:
    """Export the notices of a unit and all below it, as they are searched on their page."""
    unit, now = reaching.unit(code), clock.utc_now()
    today = settings().campus.day(now)

    def state(row: NoticeRow) -> str:
        if row.withdrawn_at is not None:
            return str(_("taken down"))
        return str(_("running") if row.is_running(today) else _("over"))

    columns: list[Column[NoticeRow]] = [
        Column("kind", _("Kind"), Kind.TEXT, lambda row: word(row.kind)),
        Column("unit", _("Unit"), Kind.TEXT, lambda row: row.unit_name),
        Column("people", _("Persons"), Kind.NUMBER, lambda row: row.lines),
        Column("from", _("From"), Kind.DAY, lambda row: row.starts_on),
        Column("until", _("Last day"), Kind.DAY, lambda row: row.last_on),
        Column("state", _("State"), Kind.TEXT, state),
        Column("opened_by", _("Put up by"), Kind.TEXT, lambda row: row.opened_by),
        Column("opened_at", _("Put up at"), Kind.MOMENT, lambda row: row.opened_at),
        Column("withdrawn_reason", _("Taken down because"), Kind.TEXT, lambda row: row.withdrawn_reason),
        Column("checksum", _("Checksum"), Kind.TEXT, lambda row: row.checksum),
    ]
    asked = asked_notices(unit)
    rows = notices.notices_below(db.session(), asked, limit=MOST)
    basis = narrowed(
        _("Basis: notices of the unit and of those below it, as searched"),
        _("running only") if asked.running_on else "",
        searched(asked.text),
    )
    return tables.answer(tables.described(unit.name, _("notices"), basis, columns, rows, now=now), form)


@bp.get("/notices/<row:notice_id>.<form:form>")
@access.reader
def lines(notice_id: int, form: str) -> Response:
    """Export what a notice lists, as it was frozen."""
    notice, now = notice_to_read(notice_id), clock.utc_now()
    looks.saw(Sight.CASES_FILE, unit_id=notice.unit_id)
    columns: list[Column[LineRow]] = [
        Column("number", _("Number"), Kind.NUMBER, lambda line: line.number),
        Column("student_no", _("Student number"), Kind.TEXT, lambda line: line.student_no),
        Column("name", _("Name"), Kind.TEXT, lambda line: line.name),
        Column("from", _("From"), Kind.DAY, lambda line: line.from_on),
        Column("until", _("Until"), Kind.DAY, lambda line: line.to_on),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda line: line.minutes),
        Column("grades", _("By grade, hours"), Kind.TEXT, lambda line: made_of(line.marks)),
    ]
    rows = notices.lines_of(db.session(), notice.id)
    basis = _("Basis: frozen on %(day)s, checksum %(sum)s", day=notice.starts_on, sum=notice.checksum)
    heads = ledger.heads(db.session(), notice.unit_path)
    kind = word(notice.kind)
    table = tables.described(notice.unit_name, kind, basis, columns, rows, now=now, heads=heads)
    return tables.answer(table, form)


@bp.get("/units/<code:code>/week.<form:form>")
@access.reader
def week(code: str, form: str) -> Response:
    """Export a week of shifts of all posts of a unit and of those below it."""
    unit, session, now = reaching.unit(code), db.session(), clock.utc_now()
    monday, zone = asked_monday(settings().campus.day(now)), settings().zone
    posts: dict[int, PostName] = {one.id: one for one in timetable.posts_of_unit(session, unit.path)}
    rows = timetable.week_of_posts(
        session, posts, since=day_start(monday, zone), until=day_start(monday + WEEK, zone)
    )
    columns: list[Column[WeekShift]] = [
        Column("starts_at", _("Begins"), Kind.MOMENT, lambda row: row.starts_at),
        Column("ends_at", _("Ends"), Kind.MOMENT, lambda row: row.ends_at),
        Column("post", _("Post"), Kind.TEXT, lambda row: posts[row.post_id].name),
        Column("base", _("Base"), Kind.TEXT, lambda row: posts[row.post_id].base_name),
        Column("code", _("Code"), Kind.TEXT, lambda row: row.code),
        Column("capacity", _("Capacity"), Kind.NUMBER, lambda row: row.capacity),
        Column("signed_up", _("Signed up"), Kind.NUMBER, lambda row: row.taken),
        Column("came", _("Came"), Kind.NUMBER, lambda row: row.came),
    ]
    basis = _("Basis: shifts that begin from %(a)s to %(b)s", a=monday, b=monday + timedelta(days=6))
    return tables.answer(tables.described(unit.name, _("week"), basis, columns, rows, now=now), form)


@bp.get("/units/<code:code>/gaps.<form:form>")
@access.reader
def gaps(code: str, form: str) -> Response:
    """Export the shifts of the next two weeks for which people are wanted."""
    unit, now = reaching.unit(code), clock.utc_now()
    columns: list[Column[GapShift]] = [
        Column("starts_at", _("Begins"), Kind.MOMENT, lambda row: row.starts_at),
        Column("ends_at", _("Ends"), Kind.MOMENT, lambda row: row.ends_at),
        Column("post", _("Post"), Kind.TEXT, lambda row: row.post_name),
        Column("base", _("Base"), Kind.TEXT, lambda row: row.base_name),
        Column("code", _("Code"), Kind.TEXT, lambda row: row.code),
        Column("capacity", _("Capacity"), Kind.NUMBER, lambda row: row.capacity),
        Column("signed_up", _("Signed up"), Kind.NUMBER, lambda row: row.taken),
    ]
    rows = timetable.gaps_of_unit(db.session(), unit.path, since=now, until=now + 2 * WEEK)
    basis = _("Basis: published shifts of the next two weeks with a free place")
    return tables.answer(tables.described(unit.name, _("gaps"), basis, columns, rows, now=now), form)


@bp.get("/units/<code:code>/absences.<form:form>")
@access.reader
def absences(code: str, form: str) -> Response:
    """Export who had a place of late and did not come."""
    unit, now = reaching.unit(code), clock.utc_now()
    looks.saw(Sight.CASES_FILE, unit_id=unit.id)
    columns: list[Column[Kept]] = [
        Column("name", _("Name"), Kind.TEXT, lambda one: one.name),
        Column("missed", _("Did not come"), Kind.NUMBER, lambda one: one.missed),
        Column("places", _("Had a place"), Kind.NUMBER, lambda one: one.places),
    ]
    rows = missing_in_unit(db.session(), unit.path, since=now - LATELY, now=now, most=MOST)
    basis = _("Basis: places of the last 30 days; it takes no hours away")
    return tables.answer(tables.described(unit.name, _("absences"), basis, columns, rows, now=now), form)
