"""The lists of the registry and the offices to take along, as they are searched on their pages."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from volunteer import clock
from volunteer.database import db
from volunteer.roster.tables import CHINESE
from volunteer.rules.kinds import Grade, Sight, Stage
from volunteer.rules.spans import day_start
from volunteer.stats import accounts, ledger, people
from volunteer.stats.accounts import AccountRow, GrantRow
from volunteer.stats.approvers import ApproverRow, approvers
from volunteer.stats.ledger import HeadRow
from volunteer.stats.people import PersonRow, TreeRow
from volunteer.stats.reach import units_in_reach
from volunteer.stats.served import GRADES
from volunteer.web import access, looks, reaching, tables
from volunteer.web.accounts import asked_role
from volunteer.web.branch import asked_days
from volunteer.web.language import html_tag
from volunteer.web.narrowed import narrowed, searched
from volunteer.web.people import asked_people
from volunteer.web.sheets import Column, Kind
from volunteer.web.show import settings
from volunteer.web.words import word

bp = Blueprint("list_files", __name__)
MOST = 100_000
# As the import reads them, in either Chinese.
STAGES = {
    Stage.ACTIVIST: "入党积极分子",
    Stage.CANDIDATE: "发展对象",
    Stage.PROBATIONARY: "预备党员",
    Stage.FULL: "正式党员",
}


@bp.get("/registry/members.<form:form>")
@access.reader
def roster(form: str) -> Response:
    """Export the people on the roster, in the columns that an import reads: the file can be sent back."""
    session, now = db.session(), clock.utc_now()
    wanted, unit = asked_people()
    looks.saw(Sight.MEMBERS_FILE, unit_id=unit.id if unit else None)
    rows = people.people(session, access.actor(), access.READERS, wanted, limit=MOST, offset=0)
    columns: list[Column[PersonRow]] = [
        _imported("student_no", Kind.TEXT, lambda one: one.student_no),
        _imported("name", Kind.TEXT, lambda one: one.name),
        _imported("unit", Kind.TEXT, lambda one: one.unit),
        _imported("stage", Kind.TEXT, lambda one: STAGES[one.stage] if is_chinese() else one.stage.value),
        _imported("probation_start", Kind.DAY, lambda one: one.starts_on),
    ]
    subject = unit.name if unit else _("Registry")
    stage = word(wanted.stage) if wanted.stage else ""
    basis = narrowed(_("Basis: as registered now"), stage, searched(wanted.text))
    return tables.answer(tables.described(subject, _("roster"), basis, columns, rows, now=now), form)


@bp.get("/registry/units.<form:form>")
@access.office
def unit_tree(form: str) -> Response:
    """Export the tree of units with the people and posts at and below each."""
    rows = people.unit_tree(db.session(), access.actor(), access.OFFICES)
    columns: list[Column[TreeRow]] = [
        Column("code", _("Code"), Kind.TEXT, lambda row: row.code),
        Column("name", _("Its name"), Kind.TEXT, lambda row: row.name),
        Column("kind", _("Kind"), Kind.TEXT, lambda row: word(row.branch_kind or row.kind)),
        Column("depth", _("Level"), Kind.NUMBER, lambda row: row.depth),
        Column("members", _("Members"), Kind.NUMBER, lambda row: row.members),
        Column("posts", _("Posts"), Kind.NUMBER, lambda row: row.posts),
    ]
    basis, now = _("Basis: as registered now"), clock.utc_now()
    return tables.answer(tables.described(_("Registry"), _("units"), basis, columns, rows, now=now), form)


@bp.get("/accounts.<form:form>")
@access.office
def account_list(form: str) -> Response:
    """Export the accounts in reach with the roles in force."""
    session, search, role = db.session(), request.args.get("q", "")[:60], asked_role()
    rows = accounts.accounts(session, access.actor(), access.OFFICES, search=search, role=role, limit=MOST)
    held = accounts.grants_of_accounts(session, [row.id for row in rows])
    columns: list[Column[AccountRow]] = [
        Column("login", _("Login"), Kind.TEXT, lambda row: row.login),
        Column("name", _("Name"), Kind.TEXT, lambda row: row.name),
        Column("unit", _("Unit"), Kind.TEXT, lambda row: row.unit_name),
        Column("roles", _("Roles"), Kind.TEXT, lambda row: _roles(held[row.id])),
        Column("way_in", _("Way in"), Kind.TEXT, _way_in),
    ]
    basis = narrowed(_("Basis: as registered now"), word(role) if role else "", searched(search))
    now = clock.utc_now()
    return tables.answer(tables.described(_("Registry"), _("accounts"), basis, columns, rows, now=now), form)


@bp.get("/approvers.<form:form>")
@access.overseer
def approver_list(form: str) -> Response:
    """Export how everybody decides who decides about records in reach, in a calendar year."""
    session, days, zone = db.session(), asked_days(), settings().zone
    rows = approvers(
        session,
        units_in_reach(access.actor(), access.OVERSEERS),
        since=day_start(days.from_on, zone),
        until=day_start(days.to_on, zone),
    )
    columns: list[Column[ApproverRow]] = [
        Column("login", _("Login"), Kind.TEXT, lambda row: row.login),
        Column("name", _("Name"), Kind.TEXT, lambda row: row.name),
        Column("cases", _("Cases"), Kind.NUMBER, lambda row: row.cases),
        Column("granted", _("Granted"), Kind.NUMBER, lambda row: row.granted),
        Column("granted_pct", _("Share granted"), Kind.PERCENT, lambda row: row.granted_pct),
        Column("hasty", _("Under 5 s"), Kind.NUMBER, lambda row: row.hasty),
        Column("median_s", _("Waited, median (s)"), Kind.NUMBER, lambda row: row.median_s),
        *(
            Column(f"grade_{grade.value.lower()}_h", word(grade), Kind.HOURS, partial(_of_grade, grade))
            for grade in GRADES
        ),
        Column("recorded_h", _("Hours from before or from elsewhere"), Kind.HOURS, lambda row: row.recorded),
        Column("failed_checks", _("Spot checks failed"), Kind.NUMBER, lambda row: row.failed_checks),
    ]
    basis = _("Basis: decisions of the calendar year %(y)s about records of your units", y=days.from_on.year)
    name = access.me().name
    table = tables.described(name, _("approvers"), basis, columns, rows, now=clock.utc_now())
    return tables.answer(table, form)


def _of_grade(grade: Grade, row: ApproverRow) -> int:
    return row.grades.get(grade, 0)


@bp.get("/units/<code:code>/ledger.<form:form>")
@access.reader
def ledger_heads(code: str, form: str) -> Response:
    """Export the heads of the ledger's chains, all of their signs."""
    session = db.session()
    unit = reaching.unit(code)
    signed = ledger.signed_days(session, unit.path)
    rows = ledger.heads(session, unit.path)
    columns: list[Column[HeadRow]] = [
        Column("unit", _("Branch code"), Kind.TEXT, lambda head: head.unit_code),
        Column("unit_name", _("Branch"), Kind.TEXT, lambda head: head.unit_name),
        Column("lines", _("Lines"), Kind.NUMBER, lambda head: head.number),
        Column("head", _("Head"), Kind.TEXT, lambda head: head.hash),
        Column("last_line", _("Last line"), Kind.MOMENT, lambda head: head.at),
        Column("signed_on", _("Signed on"), Kind.DAY, lambda head: signed.get(head.unit_id)),
    ]
    basis, now = _("Basis: the ledger as sealed now"), clock.utc_now()
    return tables.answer(
        tables.described(unit.name, _("ledger heads"), basis, columns, rows, now=now, heads=rows), form
    )


def _imported(key: str, kind: Kind, value: Callable[[PersonRow], Any]) -> Column[PersonRow]:
    """Return a column under the heading by which an import knows it in the language of the page."""
    return Column(key, CHINESE[key] if is_chinese() else key, kind, value)


def is_chinese() -> bool:
    """Whether the page speaks Chinese, of either script."""
    return html_tag().startswith("zh")


def _roles(grants: Sequence[GrantRow]) -> str | None:
    """Return the roles in force, each with what it is over."""
    held = [
        " ".join(part for part in (word(one.role), one.title, one.unit_name or one.post_name) if part)
        for one in grants
        if one.ended_at is None
    ]
    return "; ".join(held) or None


def _way_in(row: AccountRow) -> str:
    if row.is_closed:
        return str(_("closed"))
    return str(_("has a password") if row.has_password else _("needs a slip"))
