"""What a figure is made of: its records, each unfolding into its steps."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Grade, Sight
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import day_start
from volunteer.stats import accounts
from volunteer.stats.approvers import let_count, name_of
from volunteer.stats.behind import Behind, Condition, at_place, behind, one_record, sum_of
from volunteer.stats.place import Place
from volunteer.stats.reach import units_in_reach
from volunteer.web import access, looks, paging
from volunteer.web.branch import asked_days
from volunteer.web.received import asked_base, asked_post
from volunteer.web.scope import Scope, asked_scope, basis_of
from volunteer.web.show import settings

bp = Blueprint("behind", __name__)
RECORDS_A_PAGE = 30
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@bp.get("/units/<code:code>/records")
@access.reader
def of_unit(code: str) -> ResponseReturnValue:
    """List the records behind a figure of a unit, or of a post or base as it looks at them."""
    scope, here, named = _asked(code)
    where = at_place(here, scope.days, month=_asked_month(), grade=_asked_grade())
    looks.saw(Sight.RECORDS, unit_id=scope.unit.id)
    return _page(
        where,
        scope.unit.path,
        "places/records.html",
        scope=scope,
        named=named,
        month=_asked_month(),
        grade=_asked_grade(),
        basis=basis_of(scope),
    )


@bp.get("/approvers/<row:account_id>")
@access.overseer
def of_approver(account_id: int) -> ResponseReturnValue:
    """List the records that count by somebody's approval or confirmation, of a calendar year."""
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
    looks.saw(Sight.RECORDS)
    return _page(where, None, "college/approver.html", account=account, days=days, grade=_asked_grade())


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


def _asked(code: str) -> tuple[Scope, Place, str | None]:
    """Return from where the address looks, at what, and what that is called."""
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
        raise Refusal(Reason.BAD_FIELD, field="month")
    return date.fromisoformat(f"{text}-01") if text else None


def _asked_grade() -> Grade | None:
    text = request.args.get("grade", "")
    if text and text not in set(Grade):
        raise Refusal(Reason.BAD_FIELD, field="grade")
    return Grade(text) if text else None


def _page(
    where: Sequence[Condition], unit_path: str | None, template: str, **more: Any
) -> ResponseReturnValue:
    session, asked = db.session(), paging.number()

    def read(number: int) -> tuple[Sequence[Behind], int]:
        return behind(
            session,
            where,
            actor=access.actor(),
            roles=access.READERS,
            unit_path=unit_path,
            now=clock.utc_now(),
            limit=RECORDS_A_PAGE,
            offset=(number - 1) * RECORDS_A_PAGE,
        )

    rows, total = read(asked)
    if asked > 1 and not rows:
        asked = 1
        rows, total = read(asked)
    page = paging.of(total, RECORDS_A_PAGE, number=asked).holding(rows)
    return render_template(template, page=page, total=sum_of(session, where), **more)
