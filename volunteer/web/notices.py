"""Notices: what is shown in a unit, on its pages and on paper, and the objections that it is there for."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions import notices as acts
from volunteer.actions.objections import object_to
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import NoticeKind, NoticeList, Role, Sight, VisitState
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.asks import reason_form
from volunteer.schemas.certificates import NoticeForm
from volunteer.schemas.meeting import AnswerForm
from volunteer.stats import ledger, notices
from volunteer.stats.notices import Asked, LineRow, NoticeRow, ObjectionRow
from volunteer.stats.records import Record, records_of
from volunteer.stats.standing import members_of
from volunteer.stats.units import UnitRow
from volunteer.web import access, downloads, looks, paging, reaching, words
from volunteer.web.forms import Form
from volunteer.web.notice_paper import NoticeSheet, notice_pdf
from volunteer.web.notice_words import made_of, outcome, period, text_to_paste
from volunteer.web.show import settings

bp = Blueprint("notices", __name__)
MOST_RECORDS = 300
A_PAGE = 100
NOTICES_A_PAGE = 40


@bp.get("/notices")
@access.member
def mine() -> ResponseReturnValue:
    """Show what is on notice in the asker's unit, and those above it."""
    today = _today()
    rows = notices.notices_for(db.session(), access.my_member_id(), today=today)
    return render_template("notices/list.html", unit=None, rows=rows, today=today, may_open=False)


@bp.get("/units/<code:code>/notices")
@access.reader
def below(code: str) -> ResponseReturnValue:
    """Show the notices of a unit and all below it, newest first."""
    unit, session = reaching.unit(code), db.session()
    asked = asked_notices(unit)
    page: paging.Page[NoticeRow] = paging.asked(notices.notices_total(session, asked), NOTICES_A_PAGE)
    rows = notices.notices_below(session, asked, first=page.first(NOTICES_A_PAGE), limit=NOTICES_A_PAGE)
    return render_template(
        "notices/list.html",
        unit=unit,
        rows=rows,
        page=page,
        today=_today(),
        may_open=bool(access.roles() & access.REVIEWERS),
    )


def asked_notices(unit: UnitRow) -> Asked:
    """Return which notices of a unit the address asks for."""
    running = request.args.get("running") == "yes"
    text = request.args.get("q", "").strip()[:60]
    return Asked(unit_path=unit.path, text=text, running_on=_today() if running else None)


@bp.route("/units/<code:code>/notices/new", methods=["GET", "POST"])
@access.committee
def new(code: str) -> ResponseReturnValue:
    """Freeze the hours of the unit's members, seeing first how many would be listed and until when."""
    unit, form = reaching.unit(code, access.REVIEWERS), Form.typed()
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    if form.is_sent and (values := form.load(NoticeForm())) is not None:
        made = form.run(
            lambda: in_transaction(
                lambda session: acts.open_notice(
                    session, unit_id=unit.id, actor=actor, campus=campus, now=now, **values
                )
            )
        )
        if made is not None:
            flash(gettext("Frozen and shown from today. Print it, or paste it to the chat."), "done")
            return redirect(f"/notices/{made}", 303)
    elif not form.is_sent:
        form.values = {"ref": str(uuid4()), "which": NoticeList.MET}
    session, today = db.session(), campus.day(now)
    people = members_of(session, unit.path, today=today)
    page = render_template(
        "notices/new.html",
        unit=unit,
        form=form,
        lists=[(which, len(acts.listed(people, which))) for which in NoticeList],
        today=today,
        last=acts.last_of_hours(session, today, campus),
    )
    return page, 422 if form.errors else 200


@bp.get("/notices/<row:notice_id>")
@access.signed_in
def one(notice_id: int) -> ResponseReturnValue:
    """Show a notice to its unit."""
    return _page(notice_to_read(notice_id), Form())


@bp.get("/notices/<row:notice_id>.pdf")
@access.reader
def paper(notice_id: int) -> Response:
    """Return the notice to print and put up."""
    notice, session, now = notice_to_read(notice_id), db.session(), clock.utc_now()
    heads = ledger.heads(session, notice.unit_path)
    sheet = NoticeSheet(
        notice=notice,
        lines=_lines(notice),
        objections=_objections(notice),
        heads="; ".join(f"{head.unit_code} {head.number} {head.short}" for head in heads),
        printed_by=access.me().name,
        printed_at=now,
    )
    name = f"{notice.unit_name}-{words.word(notice.kind)}-{notice.starts_on}.pdf"
    return downloads.named(Response(notice_pdf(sheet), content_type="application/pdf"), name)


@bp.post("/notices/<row:notice_id>/withdraw")
@access.committee
def withdraw(notice_id: int) -> ResponseReturnValue:
    """Take a notice down before its time, with a reason."""
    notice, form = notice_to_read(notice_id, access.REVIEWERS), Form.typed()
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    values = form.load(AnswerForm())
    if values is not None:
        form.run(
            lambda: in_transaction(
                lambda session: acts.withdraw_notice(
                    session, notice_id=notice.id, actor=actor, campus=campus, now=now, **values
                )
            )
        )
        if not form.errors:
            flash(gettext("Taken down. Its page says why."), "done")
            return redirect(f"/notices/{notice.id}", 303)
    return _page(notice, form)


@bp.get("/notices/<row:notice_id>/members/<row:member_id>")
@access.signed_in
def member(notice_id: int, member_id: int) -> ResponseReturnValue:
    """Show the records that a line of a notice counts, each with the way to object."""
    notice, line, found = _line(notice_id, member_id)
    looks.saw(Sight.RECORDS, member_id=member_id)
    return render_template(
        "notices/member.html",
        notice=notice,
        line=line,
        records=found,
        made_of=made_of,
        is_own=access.me().member_id == member_id,
        may_object=access.me().member_id is not None and notice.is_running(_today()),
    )


@bp.route("/notices/<row:notice_id>/records/<row:visit_id>/object", methods=["GET", "POST"])
@access.member
def objection(notice_id: int, visit_id: int) -> ResponseReturnValue:
    """Object to one record behind a notice: an own one, in force at once, or another member's."""
    notice, form, now = notice_to_read(notice_id), Form.typed(), clock.utc_now()
    member_id = notices.member_of_visit(db.session(), notice.id, visit_id)
    if member_id is None or not notice.is_running(_today()):
        raise Refusal(Reason.UNKNOWN)
    _, line, found = _line(notice_id, member_id)
    record = next((one for one in found if one.id == visit_id), None)
    if record is None:
        raise Refusal(Reason.UNKNOWN)
    actor, campus = access.actor(), settings().campus
    if form.is_sent and (values := form.load(reason_form())) is not None:
        form.run(
            lambda: in_transaction(
                lambda session: object_to(
                    session, visit_id=visit_id, actor=actor, campus=campus, now=now, **values
                )
            )
        )
        if not form.errors:
            flash(gettext("Your objection is noted, and stays with the notice."), "done")
            return redirect(f"/notices/{notice.id}", 303)
    elif not form.is_sent:
        form.values = {"ref": str(uuid4())}
    page = render_template(
        "notices/object.html",
        notice=notice,
        line=line,
        record=record,
        form=form,
        is_own=actor.is_member(member_id),
    )
    return page, 422 if form.errors else 200


def _page(notice: NoticeRow, form: Form) -> ResponseReturnValue:
    lines, today = _lines(notice), _today()
    is_reader = bool(access.roles() & access.READERS)
    page = render_template(
        "notices/notice.html",
        notice=notice,
        page=paging.page(lines, A_PAGE),
        objections=_objections(notice),
        outcome=outcome,
        made_of=made_of,
        period=period(notice),
        text=text_to_paste(notice, lines) if is_reader else None,
        is_as_frozen=notices.is_as_frozen(notice, lines),
        is_running=notice.is_running(today),
        is_hours=notice.kind is NoticeKind.HOURS,
        is_reader=is_reader,
        may_withdraw=bool(access.roles() & access.REVIEWERS) and notice.is_running(today),
        form=form,
        today=today,
    )
    return page, 422 if form.errors else 200


def _line(notice_id: int, member_id: int) -> tuple[NoticeRow, LineRow, Sequence[Record]]:
    """Return what a notice says of a member, and the records that count there."""
    notice, session = notice_to_read(notice_id), db.session()
    line = next((one for one in notices.lines_of(session, notice_id, member_id=member_id)), None)
    if line is None:
        raise Refusal(Reason.UNKNOWN)
    found = records_of(session, member_id, now=clock.utc_now(), limit=MOST_RECORDS)
    return (
        notice,
        line,
        [one for one in found if _is_within(line, one.served_on) and one.state in _SHOWN],
    )


# What counts, and what counted until somebody objected.
_SHOWN = (VisitState.CONFIRMED, VisitState.DISPUTED, VisitState.VOID)


def _is_within(line: LineRow, on: date) -> bool:
    return (line.from_on is None or line.from_on <= on) and (line.to_on is None or on < line.to_on)


def _lines(notice: NoticeRow) -> Sequence[LineRow]:
    return notices.lines_of(db.session(), notice.id)


def _objections(notice: NoticeRow) -> Sequence[ObjectionRow]:
    """Return what was objected up to the end of the notice's last day, or until it was taken down."""
    end = datetime.combine(notice.last_on + timedelta(days=1), time(), settings().zone)
    until = min(end, notice.withdrawn_at or end)
    return notices.objections_during(db.session(), notice, until=until)


def notice_to_read(notice_id: int, roles: frozenset[Role] = access.READERS) -> NoticeRow:
    """Return a notice in reach, or one that is shown to the member who asks.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    row = notices.notice_in_reach(db.session(), notice_id, access.actor(), roles, today=_today())
    return reaching.found(row)


def _today() -> date:
    return settings().campus.day(clock.utc_now())
