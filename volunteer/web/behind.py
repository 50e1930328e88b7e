"""What a figure is made of: its records, each unfolding into its steps."""

import re
from collections.abc import Sequence
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
from volunteer.stats import accounts, ledger, place
from volunteer.stats.approvers import let_count, name_of
from volunteer.stats.behind import Behind, Condition, at_place, behind, one_record, sum_of
from volunteer.stats.ledger import HeadRow
from volunteer.stats.place import Place
from volunteer.stats.reach import units_in_reach
from volunteer.stats.rollups import Days
from volunteer.web import access, looks, paging, tables
from volunteer.web.branch import asked_days
from volunteer.web.narrowed import narrowed
from volunteer.web.received import asked_base, asked_post
from volunteer.web.scope import Scope, asked_scope, basis_of
from volunteer.web.sheets import Column, Kind, Table
from volunteer.web.show import settings
from volunteer.web.words import word

bp = Blueprint("behind", __name__)
RECORDS_A_PAGE = 30
LINES_A_FILE = 20_000
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@bp.get("/units/<code:code>/records")
@access.reader
def of_unit(code: str) -> ResponseReturnValue:
    """List the records behind a figure of a unit, or of a post or base as it looks at them."""
    scope, here, named = _asked_place(code)
    month, grade = _asked_month(), _asked_grade()
    looks.saw(Sight.RECORDS, unit_id=scope.unit.id)
    where, session = at_place(here, scope.days, month=month, grade=grade), db.session()
    is_all = month is None and grade is None
    return _page(
        where,
        scope.unit.path,
        "places/records.html",
        # All of it may be kept.
        total=place.total(session, scope.days, here) if is_all else sum_of(session, where),
        scope=scope,
        named=named,
        month=month,
        grade=grade,
        basis=basis_of(scope),
    )


@bp.get("/units/<code:code>/records.<form:form>")
@access.reader
def file_of_unit(code: str, form: str) -> Response:
    """Export the records behind a figure of a unit, the newest twenty thousand."""
    scope, here, named = _asked_place(code)
    where = at_place(here, scope.days, month=_asked_month(), grade=_asked_grade())
    looks.saw(Sight.RECORDS_FILE, unit_id=scope.unit.id)
    subject = f"{scope.unit.name} {named}" if named else scope.unit.name
    heads = ledger.heads(db.session(), scope.unit.path)
    rows, _total = _read(where, scope.unit.path, limit=LINES_A_FILE)
    table = behind_table(subject, basis_of(scope), rows, heads)
    return tables.answer(table, form)


@bp.get("/approvers/<row:account_id>.<form:form>")
@access.overseer
def file_of_approver(account_id: int, form: str) -> Response:
    """Export the records that count by somebody's approval, the newest twenty thousand."""
    account, days, where = _asked_approver(account_id)
    looks.saw(Sight.RECORDS_FILE)
    basis = _("Basis: records that count by this person's approval in %(y)s", y=days.from_on.year)
    return tables.answer(behind_table(account, basis, _read(where, None, limit=LINES_A_FILE)[0]), form)


@bp.get("/approvers/<row:account_id>")
@access.overseer
def of_approver(account_id: int) -> ResponseReturnValue:
    """List the records that count by somebody's approval or confirmation, of a calendar year."""
    account, days, where = _asked_approver(account_id)
    looks.saw(Sight.RECORDS)
    total = sum_of(db.session(), where)
    return _page(
        where, None, "college/approver.html", total=total, account=account, days=days, grade=_asked_grade()
    )


def _asked_approver(account_id: int) -> tuple[str, Days, Sequence[Condition]]:
    """Return whose approvals, in which year, and the condition on the records that count by them.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    days, zone = asked_days(), settings().zone
    account = name_of(db.session(), account_id)
    where = let_count(
        account_id,
        units_in_reach(access.actor(), access.OVERSEERS),
        since=day_start(days.from_on, zone),
        until=day_start(days.to_on, zone),
        grade=_asked_grade(),
    )
    is_ours = accounts.account(db.session(), account_id, access.actor(), access.OVERSEERS) is not None
    if account is None or not (is_ours or sum_of(db.session(), where).net):
        raise Refusal(Reason.UNKNOWN)
    return account, days, where


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


def _asked_place(code: str) -> tuple[Scope, Place, str | None]:
    """Return from where the address looks, at which place, and what that is called."""
    post, base = request.args.get("post"), request.args.get("base")
    if post:
        scope, at_post = asked_post(code, post)
        return scope, scope.place(post=at_post), at_post.name
    if base:
        scope, at_base = asked_base(code, base)
        return scope, scope.place(base=at_base), at_base.name
    scope = asked_scope(code)
    return scope, scope.place(), None


def _asked_month() -> date | None:
    text = request.args.get("month", "")
    if text and not MONTH.fullmatch(text):
        raise Refusal(Reason.BAD_FIELD, field="month", case="mark")
    return date.fromisoformat(f"{text}-01") if text else None


def _asked_grade() -> Grade | None:
    text = request.args.get("grade", "")
    if text and text not in set(Grade):
        raise Refusal(Reason.BAD_FIELD, field="grade", case="mark")
    return Grade(text) if text else None


def _page(
    where: Sequence[Condition], unit_path: str | None, template: str, **more: Any
) -> ResponseReturnValue:
    asked = paging.number()
    rows, total = _read(where, unit_path, limit=RECORDS_A_PAGE, offset=(asked - 1) * RECORDS_A_PAGE)
    if asked > 1 and not rows:
        asked = 1
        rows, total = _read(where, unit_path, limit=RECORDS_A_PAGE)
    page = paging.of(total, RECORDS_A_PAGE, number=asked).holding(rows)
    return render_template(template, page=page, **more)


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


def behind_table(
    subject: str, basis: str, rows: Sequence[Behind], heads: Sequence[HeadRow] = ()
) -> Table[Behind]:
    """Return the records behind a figure; other units' members have no name here either."""
    columns: list[Column[Behind]] = [
        Column("day", _("Day"), Kind.DAY, lambda one: one.record.served_on),
        Column("student_no", _("Student number"), Kind.TEXT, lambda one: one.student_no),
        Column("name", _("Name"), Kind.TEXT, lambda one: one.name),
        Column("branch", _("Branch"), Kind.TEXT, lambda one: one.unit_name),
        Column("post", _("Post"), Kind.TEXT, lambda one: one.record.post_name),
        Column("base", _("Base"), Kind.TEXT, lambda one: one.record.base_name),
        Column("grade", _("Grade"), Kind.TEXT, lambda one: word(one.record.grade)),
        Column("check_in", _("Check in"), Kind.MOMENT, lambda one: one.record.came_at),
        Column("check_out", _("Check out"), Kind.MOMENT, lambda one: one.record.left_at),
        Column("net_min", _("Minutes served"), Kind.NUMBER, lambda one: one.record.net),
        Column("credited_min", _("Minutes credited"), Kind.NUMBER, lambda one: one.record.credited),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda one: one.record.credited),
        Column("record", _("Record"), Kind.NUMBER, lambda one: one.record.id),
    ]
    month, grade = _asked_month(), _asked_grade()
    basis = narrowed(basis, f"{month:%Y-%m}" if month else "", word(grade) if grade else "")
    return tables.described(subject, _("records"), basis, columns, rows, now=clock.utc_now(), heads=heads)
