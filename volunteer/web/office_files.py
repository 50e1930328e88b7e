"""What an office has set, given and frozen, to take along: terms, policy, roles, slips, reports."""

from datetime import date, datetime

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.stats import accounts, college, reports, slips
from volunteer.stats.accounts import GrantRow
from volunteer.stats.college import TermRow, VersionRow
from volunteer.stats.reports import SnapshotRow
from volunteer.stats.slips import Entry
from volunteer.web import access, looks, policy_words, reaching, tables
from volunteer.web.college import asked_year
from volunteer.web.list_files import MOST
from volunteer.web.narrowed import narrowed, searched
from volunteer.web.reports import MOST_FROZEN
from volunteer.web.sheets import Column, Kind
from volunteer.web.words import word

bp = Blueprint("office_files", __name__)


@bp.get("/terms.<form:form>")
@access.college
def terms(form: str) -> Response:
    """Export the terms."""
    columns: list[Column[TermRow]] = [
        Column("code", _("Code"), Kind.TEXT, lambda term: term.code),
        Column("name", _("Its name"), Kind.TEXT, lambda term: term.name),
        Column("starts_on", _("First day"), Kind.DAY, lambda term: term.starts_on),
        Column("ends_on", _("Last day"), Kind.DAY, lambda term: term.ends_on),
        Column("days", _("Days"), Kind.NUMBER, lambda term: term.days),
    ]
    rows, basis, now = college.terms(db.session()), _("Basis: as registered now"), clock.utc_now()
    return tables.answer(tables.described(_("Registry"), _("terms"), basis, columns, rows, now=now), form)


@bp.get("/calendar.<form:form>")
@access.college
def days(form: str) -> Response:
    """Export the days of a year that the college has set itself."""
    year = asked_year()
    columns: list[Column[tuple[date, bool]]] = [
        Column("day", _("Day"), Kind.DAY, lambda one: one[0]),
        Column("kind", _("Kind"), Kind.TEXT, lambda one: _("working day") if one[1] else _("day off")),
    ]
    rows, now = list(college.own_days(db.session(), year).items()), clock.utc_now()
    basis = _("Basis: what the college set itself in %(y)s; all other days are as published", y=year)
    table = tables.described(_("Registry"), _("working days"), basis, columns, rows, now=now)
    return tables.answer(table, form)


@bp.get("/policy.<form:form>")
@access.college
def versions(form: str) -> Response:
    """Export the policy versions with all their numbers, a row each."""
    columns: list[Column[VersionRow]] = [
        Column("effective_on", _("In force from"), Kind.DAY, lambda row: row.policy.effective_on),
        Column("entered_at", _("Entered at"), Kind.MOMENT, lambda row: row.entered_at),
        Column("entered_by", _("Entered by"), Kind.TEXT, lambda row: row.entered_by),
        Column("reason", _("Reason"), Kind.TEXT, lambda row: row.reason),
        *(_number(key) for key in policy_words.LABELS),
    ]
    rows, basis, now = college.versions(db.session()), _("Basis: all versions entered"), clock.utc_now()
    table = tables.described(_("Registry"), _("policy versions"), basis, columns, rows, now=now)
    return tables.answer(table, form)


@bp.get("/units/<code:code>/roles.<form:form>")
@access.reader
def roles(code: str, form: str) -> Response:
    """Export who holds or held which role over a unit, who gave it and who ended it."""
    unit, session = reaching.unit(code), db.session()
    columns: list[Column[GrantRow]] = [
        Column("login", _("Login"), Kind.TEXT, lambda row: row.login),
        Column("name", _("Name"), Kind.TEXT, lambda row: row.name),
        Column("role", _("Role"), Kind.TEXT, lambda row: word(row.role)),
        Column("title", _("Title"), Kind.TEXT, lambda row: row.title),
        Column("over", _("Over"), Kind.TEXT, lambda row: row.post_name or row.unit_name),
        Column("given_at", _("Given at"), Kind.MOMENT, lambda row: row.given_at),
        Column("given_by", _("Given by"), Kind.TEXT, lambda row: row.given_by),
        Column("approved_by", _("Approved by"), Kind.TEXT, lambda row: row.approved_by),
        Column("ended_at", _("Ended at"), Kind.MOMENT, lambda row: row.ended_at),
        Column("ended_by", _("Ended by"), Kind.TEXT, lambda row: row.ended_by),
    ]
    rows = [
        *accounts.grants_below(session, unit.path, limit=MOST),
        *accounts.grants_below(session, unit.path, limit=MOST, is_ended=True),
    ]
    basis, now = _("Basis: roles over the unit, those in force first"), clock.utc_now()
    return tables.answer(tables.described(unit.name, _("roles"), basis, columns, rows, now=now), form)


@bp.get("/units/<code:code>/slips.<form:form>")
@access.registrar
def ways_in(code: str, form: str) -> Response:
    """Export who of a unit can sign in and whose slip is out; no code of a slip is in it."""
    unit, now = reaching.unit(code, access.REGISTRARS), clock.utc_now()
    looks.saw(Sight.MEMBERS_FILE, unit_id=unit.id)
    search = request.args.get("q", "")[:60]
    rows = slips.entries(db.session(), unit.path, search=search, limit=MOST)
    columns: list[Column[Entry]] = [
        Column("student_no", _("Student number"), Kind.TEXT, lambda one: one.student_no),
        Column("name", _("Name"), Kind.TEXT, lambda one: one.name),
        Column("branch", _("Branch"), Kind.TEXT, lambda one: one.unit_name),
        Column("stage", _("Stage"), Kind.TEXT, lambda one: word(one.stage)),
        Column("way_in", _("Way in"), Kind.TEXT, lambda one: _way_in(one, now)),
        Column("password_since", _("Password since"), Kind.MOMENT, lambda one: one.password_set_at),
        Column("last_slip", _("Last slip"), Kind.MOMENT, lambda one: one.printed_at),
        Column("printed_by", _("Printed by"), Kind.TEXT, lambda one: one.printed_by),
    ]
    basis = narrowed(_("Basis: the unit's members and their ways in, as they are now"), searched(search))
    table = tables.described(unit.name, _("Activation slips"), basis, columns, rows, now=now)
    return tables.answer(table, form)


@bp.get("/units/<code:code>/reports.<form:form>")
@access.reader
def frozen(code: str, form: str) -> Response:
    """Export the list of reports that were frozen for a unit and those below it."""
    unit = reaching.unit(code)
    columns: list[Column[SnapshotRow]] = [
        Column("unit", _("Unit"), Kind.TEXT, lambda row: row.unit.name),
        Column("kind", _("Kind"), Kind.TEXT, lambda row: word(row.kind)),
        Column("period", _("Period"), Kind.TEXT, lambda row: row.period),
        Column("from", _("First day"), Kind.DAY, lambda row: row.from_on),
        Column("until", _("Last day"), Kind.DAY, lambda row: row.to_on - date.resolution),
        Column("frozen_by", _("Frozen by"), Kind.TEXT, lambda row: row.frozen_by),
        Column("frozen_at", _("Frozen at"), Kind.MOMENT, lambda row: row.frozen_at),
        Column("digest", _("Checksum"), Kind.TEXT, lambda row: row.digest),
    ]
    rows, now = reports.frozen_below(db.session(), unit.path, limit=MOST_FROZEN), clock.utc_now()
    basis = _("Basis: reports of the unit and of those below it, as frozen")
    return tables.answer(tables.described(unit.name, _("reports"), basis, columns, rows, now=now), form)


def _number(key: str) -> Column[VersionRow]:
    """Return the column of a policy's key, its values with their units."""
    label = str(policy_words.LABELS[key])
    return Column(key, label, Kind.TEXT, lambda row: policy_words.read(key, row.policy))


def _way_in(one: Entry, now: datetime) -> str:
    if one.is_in:
        return str(_("can sign in"))
    return str(_("slip in hand") if one.waits(now) else _("needs a slip"))
