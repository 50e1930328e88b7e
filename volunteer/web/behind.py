"""What a figure is made of: its records, each unfolding into its steps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Grade, Sight
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import day_start
from volunteer.stats import accounts
from volunteer.stats.approvers import let_count, name_of
from volunteer.stats.behind import Behind, Condition, at_place, behind, one_record, sum_of
from volunteer.stats.reach import units_in_reach
from volunteer.web import access, looks, paging, tables
from volunteer.web.branch import asked_days
from volunteer.web.received import asked_base, asked_post
from volunteer.web.scope import Scope, asked_scope, basis_of
from volunteer.web.sheets import Column, Kind
from volunteer.web.show import settings
from volunteer.web.words import word

bp = Blueprint("behind", __name__)
RECORDS_A_PAGE = 30
MOST = 100_000
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@bp.get("/units/<code:code>/records")
@access.reader
def of_unit(code: str) -> ResponseReturnValue:
    """List the records behind a figure of a unit, or of a post or base as it looks at them."""
    asked = _of_unit(code)
    looks.saw(Sight.RECORDS, unit_id=asked.scope.unit.id)
    return _page(
        asked.where,
        asked.scope.unit.path,
        "places/records.html",
        scope=asked.scope,
        named=asked.named,
        month=_asked_month(),
        grade=_asked_grade(),
        basis=basis_of(asked.scope),
    )


@bp.get("/units/<code:code>/records.<form:form>")
@access.reader
def of_unit_file(code: str, form: str) -> Response:
    """Take the records behind a figure along."""
    asked = _of_unit(code)
    looks.saw(Sight.RECORDS_FILE, unit_id=asked.scope.unit.id)
    unit = asked.scope.unit
    return _file(asked.where, unit.path, asked.named or unit.name, _narrowed(basis_of(asked.scope)), form)


@bp.get("/approvers/<row:account_id>")
@access.overseer
def of_approver(account_id: int) -> ResponseReturnValue:
    """List the records that count by somebody's approval or confirmation, of a calendar year."""
    name, where = _of_approver(account_id)
    looks.saw(Sight.RECORDS)
    return _page(
        where,
        None,
        "college/approver.html",
        account_id=account_id,
        name=name,
        days=asked_days(),
        grade=_asked_grade(),
    )


@bp.get("/approvers/<row:account_id>.<form:form>")
@access.overseer
def of_approver_file(account_id: int, form: str) -> Response:
    """Take the records along that count by somebody's approval or confirmation."""
    name, where = _of_approver(account_id)
    looks.saw(Sight.RECORDS_FILE)
    basis = _("Basis: approved or confirmed in the calendar year %(y)s", y=asked_days().from_on.year)
    return _file(where, None, name, _narrowed(basis), form)


@bp.get("/visits/<row:visit_id>")
@access.reader
def visit(visit_id: int) -> ResponseReturnValue:
    """Show how one record was counted."""
    one = one_record(db.session(), visit_id, access.actor(), access.READERS, now=clock.utc_now())
    if one is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    looks.saw(Sight.RECORDS, member_id=one.whose_id)
    return render_template("places/visit.html", one=one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """From where an address looks at which records, and what their place is called."""

    scope: Scope
    named: str | None
    where: Sequence[Condition]


def _of_unit(code: str) -> Asked:
    post, base, named = request.args.get("post"), request.args.get("base"), None
    if post:
        scope, at_post = asked_post(code, post)
        here, named = scope.place(post=at_post), at_post.name
    elif base:
        scope, at_base = asked_base(code, base)
        here, named = scope.place(base=at_base), at_base.name
    else:
        scope = asked_scope(code)
        here = scope.place()
    where = at_place(here, scope.days, month=_asked_month(), grade=_asked_grade())
    return Asked(scope=scope, named=named, where=where)


def _of_approver(account_id: int) -> tuple[str, Sequence[Condition]]:
    """Return the name of an account in reach, or of one that let a record in reach count, with its records.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    days, zone, session = asked_days(), settings().zone, db.session()
    name = name_of(session, account_id)
    where = let_count(
        account_id,
        units_in_reach(access.actor(), access.OVERSEERS),
        since=day_start(days.from_on, zone),
        until=day_start(days.to_on, zone),
        grade=_asked_grade(),
    )
    is_ours = accounts.account(session, account_id, access.actor(), access.OVERSEERS) is not None
    if name is None or not (is_ours or sum_of(session, where).net):
        raise Refusal(Reason.UNKNOWN)
    return name, where


def _asked_month() -> date | None:
    text = request.args.get("month", "")
    if text and not MONTH.fullmatch(text):
        raise Refusal(Reason.BAD_FIELD, field="month")
    return date.fromisoformat(f"{text}-01") if text else None


def _asked_grade() -> Grade | None:
    text = request.args.get("grade", "")
    if text and text not in set(Grade):
        raise Refusal(Reason.BAD_FIELD, field="grade")
    return Grade(text) if text else None


def _narrowed(basis: str) -> str:
    """Return the basis with the month and the grade that the address asks for."""
    month, grade = request.args.get("month"), _asked_grade()
    return str(_("; ").join([basis, *([month] if month else []), *([word(grade)] if grade else [])]))


def _page(
    where: Sequence[Condition], unit_path: str | None, template: str, **more: Any
) -> ResponseReturnValue:
    asked = paging.number()
    rows, total = _read(where, unit_path, limit=RECORDS_A_PAGE, offset=(asked - 1) * RECORDS_A_PAGE)
    if asked > 1 and not rows:
        asked = 1
        rows, total = _read(where, unit_path, limit=RECORDS_A_PAGE)
    page = paging.of(total, RECORDS_A_PAGE, number=asked).holding(rows)
    return render_template(template, page=page, total=sum_of(db.session(), where), **more)


def _read(
    where: Sequence[Condition], unit_path: str | None, *, limit: int, offset: int = 0
) -> tuple[Sequence[Behind], int]:
    return behind(
        db.session(),
        where,
        actor=access.actor(),
        roles=access.READERS,
        unit_path=unit_path,
        now=clock.utc_now(),
        limit=limit,
        offset=offset,
    )


def _file(where: Sequence[Condition], unit_path: str | None, name: str, basis: str, form: str) -> Response:
    rows, _total = _read(where, unit_path, limit=MOST)
    columns: list[Column[Behind]] = [
        Column("day", _("Day"), Kind.DAY, lambda row: row.record.served_on),
        Column("name", _("Name"), Kind.TEXT, lambda row: row.name),
        Column("student_no", _("Student number"), Kind.TEXT, lambda row: row.student_no),
        Column("unit", _("Unit"), Kind.TEXT, lambda row: row.unit_name),
        Column("post", _("Post"), Kind.TEXT, lambda row: row.record.post_name),
        Column("base", _("Base"), Kind.TEXT, lambda row: row.record.base_name),
        Column("grade", _("Grade"), Kind.TEXT, lambda row: word(row.record.grade)),
        Column("check_in", _("Check in"), Kind.MOMENT, lambda row: row.record.came_at),
        Column("check_out", _("Check out"), Kind.MOMENT, lambda row: row.record.left_at),
        Column("net_min", _("Minutes served"), Kind.NUMBER, lambda row: row.record.net),
        Column("credited_min", _("Minutes credited"), Kind.NUMBER, lambda row: row.record.credited),
    ]
    now = clock.utc_now()
    return tables.answer(tables.described(name, _("records"), basis, columns, rows, now=now), form)
