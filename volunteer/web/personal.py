"""Everything that is stored about who asks, as pages and as files; and her wish that her name goes."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions.erasures import answer_erasure, ask_erasure, withdraw_erasure
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import leaving
from volunteer.stats.personal import KEPT, NOBODY, Person
from volunteer.stats.stored import Stored, stored_about
from volunteer.web import access, downloads, paging, personal_words, words
from volunteer.web.forms import Form
from volunteer.web.sheets import Column, Kind, Table, as_book
from volunteer.web.show import settings
from volunteer.web.tables import XLSX

bp = Blueprint("personal", __name__)
ROWS_A_PAGE = 40
KEYS = frozenset(kept.key for kept in KEPT)


@bp.get("/me/stored")
@access.signed_in
def overview() -> ResponseReturnValue:
    """List which tables hold something about the asker, and how much."""
    return render_template(
        "student/stored.html", groups=personal_words.grouped(_stored()), years=settings().retention_years
    )


@bp.get("/me/stored.json")
@access.signed_in
def as_json() -> Response:
    """Send everything as JSON: every table, every column that is no secret."""
    found = {one.key: one.rows for one in _stored()}
    made = {"made_at": clock.utc_now(), "login": access.me().login}
    text = json.dumps({"about": made, **found}, ensure_ascii=False, indent=1, default=_spelled)
    return downloads.named(Response(text, content_type="application/json"), _name("json"))


@bp.get("/me/stored.xlsx")
@access.signed_in
def as_workbook() -> Response:
    """Send everything as a workbook, a sheet each table."""
    book = b"".join(as_book([_sheet(one) for one in _stored() if one.rows]))
    return downloads.named(Response(book, content_type=XLSX), _name("xlsx"))


@bp.get("/me/stored/<string(maxlength=40):key>")
@access.signed_in
def one_table(key: str) -> ResponseReturnValue:
    """Show the asker's rows of one table."""
    if key not in KEYS:
        raise Refusal(Reason.UNKNOWN)
    (found,) = _stored(only=key)
    return render_template(
        "student/stored_table.html",
        title=personal_words.title(key),
        heading=personal_words.heading,
        cell=personal_words.cell,
        columns=personal_words.shown_columns(found),
        page=paging.page(found.rows, ROWS_A_PAGE),
    )


@bp.route("/me/erasure", methods=["GET", "POST"])
@access.member
def erasure() -> ResponseReturnValue:
    """Let a member ask that her name goes, and show what was answered."""
    form, member_id, now = Form.typed(), access.my_member_id(), clock.utc_now()
    actor, campus = access.actor(), settings().campus
    if form.is_sent:
        reason = str(form.values.get("reason", "")).strip() or None
        form.run(
            lambda: in_transaction(
                lambda session: ask_erasure(
                    session, member_id=member_id, reason=reason, actor=actor, campus=campus, now=now
                )
            )
        )
        if not form.errors:
            flash(gettext("Asked. The college answers with a reason; you will find it here."), "done")
            return redirect("/me/erasure", 303)
    page = render_template(
        "student/erasure.html",
        form=form,
        wishes=leaving.own_erasures(db.session(), member_id),
        years=settings().retention_years,
    )
    return page, 422 if form.errors else 200


@bp.post("/me/erasure/withdraw")
@access.member
def take_back() -> ResponseReturnValue:
    """Let a member take her wish back, as long as nobody has answered it."""
    actor, member_id, now = access.actor(), access.my_member_id(), clock.utc_now()
    gone = in_transaction(
        lambda session: withdraw_erasure(session, member_id=member_id, actor=actor, now=now)
    )
    if gone:
        flash(gettext("Taken back. Your name stays in the records."), "done")
    else:
        flash(gettext("No wish waits any more."), "warn")
    return redirect("/me/erasure", 303)


@bp.get("/erasures")
@access.overseer
def wishes() -> ResponseReturnValue:
    """List who wishes to be forgotten, with the form for the answer."""
    rows = leaving.erasures(db.session(), access.actor(), access.OVERSEERS)
    return render_template(
        "college/erasures.html",
        page=paging.page(rows, 20),
        may_answer=Role.COLLEGE in access.roles(),
        own=access.me().member_id,
        years=settings().retention_years,
    )


@bp.post("/erasures/<row:erasure_id>")
@access.college
def answer(erasure_id: int) -> ResponseReturnValue:
    """Grant a wish, at once and for good, or refuse it; with a reason either way."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    if not leaving.erasures(db.session(), actor, access.COLLEGE, erasure_id=erasure_id):
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    granted, text = request.form.get("granted"), request.form.get("answer", "")
    try:
        if granted not in ("yes", "no"):
            raise Refusal(Reason.BAD_FIELD, field="granted")
        in_transaction(
            lambda session: answer_erasure(
                session,
                erasure_id=erasure_id,
                is_granted=granted == "yes",
                answer=text,
                actor=actor,
                campus=campus,
                now=now,
            )
        )
    except Refusal as refusal:
        if refusal.reason in (Reason.UNKNOWN, Reason.NOT_ALLOWED):
            raise
        flash(words.sentence(refusal), "warn")
    else:
        done = (
            gettext("Done: the name is gone, the hours stay.") if granted == "yes" else gettext("Answered.")
        )
        flash(done, "done")
    return redirect("/erasures", 303)


def _stored(only: str | None = None) -> list[Stored]:
    account = access.me()
    who = Person(account.member_id or NOBODY, account.id)
    return stored_about(db.session(), who, only=only)


def _name(ending: str) -> str:
    return f"{access.me().login}-{gettext('everything stored about me')}.{ending}"


def _spelled(value: date | datetime) -> str:
    return value.isoformat()


def _sheet(found: Stored) -> Table[Any]:
    columns = [_column(name, found.rows) for name in found.columns]
    return Table(name=found.key, lines=(), columns=columns, rows=found.rows, zone=settings().zone)


def _column(name: str, rows: Sequence[Any]) -> Column[Any]:
    kind = next((_kind(row[name]) for row in rows if row[name] is not None), Kind.TEXT)
    return Column(name, personal_words.heading(name), kind, lambda row: row[name])


def _kind(value: Any) -> Kind:
    if isinstance(value, datetime):
        return Kind.MOMENT
    if isinstance(value, date):
        return Kind.DAY
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return Kind.NUMBER if is_number else Kind.TEXT
