"""A member's own pages: home, records with their why, what she may ask for, and what is kept about her."""

from datetime import datetime
from uuid import uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.ask import request_correction, request_make_up
from volunteer.actions.audit import note
from volunteer.actions.keep import confirm_taken
from volunteer.actions.objections import object_to
from volunteer.actions.sign_in import begin_try, forget_tries, held_for, matches, set_password
from volunteer.actions.slips import withdraw_slips
from volunteer.database import db, in_transaction, transaction
from volunteer.rules.kinds import VisitState
from volunteer.rules.passwords import check_password
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.asks import Password, correction_form, make_up_form, reason_form
from volunteer.stats.accounts import own_tokens
from volunteer.stats.breakdown import breakdown_of
from volunteer.stats.claims import open_claim, own_request, typed_requests
from volunteer.stats.conversion import decisions_about
from volunteer.stats.first_steps import is_setting_up
from volunteer.stats.past_shifts import past_shifts
from volunteer.stats.records import Record, records_of
from volunteer.stats.rollups import Days
from volunteer.stats.slips import own_entry
from volunteer.stats.standing import member_standing
from volunteer.web import access, auth, identity, records, tables
from volunteer.web.forms import Form
from volunteer.web.photos import run_with_photos
from volunteer.web.routing import takes_files
from volunteer.web.show import settings, tabs
from volunteer.web.sign_ups import shifts_ahead

bp = Blueprint("student", __name__)
RECENT = 3


@bp.get("/")
@access.public
def start() -> ResponseReturnValue:
    """Go to where the asker's work begins."""
    if access.who() is None:
        return redirect("/sign-in", 303)
    if access.roles() & access.OFFICES and is_setting_up(db.session(), access.actor(), access.OFFICES):
        return redirect("/registry", 303)
    first = tabs()[0]
    # Who has no work here finds who she is, not an empty inbox.
    return redirect("/me" if first.key == "inbox" else first.href, 303)


@bp.get("/home")
@access.member
def home() -> ResponseReturnValue:
    """Show the ring, what runs now and what to do next."""
    session, member_id, now = db.session(), access.my_member_id(), clock.utc_now()
    recent = records_of(session, member_id, now=now, limit=12)
    year = Days.calendar_year(settings().campus.day(now).year)
    return render_template(
        "student/home.html",
        one=member_standing(session, member_id, today=settings().campus.day(now)),
        year=year,
        this_year=breakdown_of(session, member_id, from_on=year.from_on, to_on=year.to_on),
        decisions=decisions_about(session, member_id),
        running=next((record for record in recent if record.state is VisitState.OPEN), None),
        unclosed=[record for record in recent if record.may_correct],
        to_confirm=[record for record in recent if record.waits_for_her],
        recent=[record for record in recent if record.state is not VisitState.OPEN][:RECENT],
        entry=own_entry(session, access.me().id, now=now),
        shifts=shifts_ahead(session, member_id, now=now),
        now=now,
    )


@bp.get("/records")
@access.member
def mine() -> ResponseReturnValue:
    """Show all records by month, and that they add up."""
    session, member_id, now = db.session(), access.my_member_id(), clock.utc_now()
    return render_template(
        "student/records.html",
        one=member_standing(session, member_id, today=settings().campus.day(now)),
        months=records.by_month(session, member_id, now=now),
        typed_requests=typed_requests(session, member_id),
    )


@bp.get("/records.<form:form>")
@access.member
def my_table(form: str) -> Response:
    """Export the own records."""
    session, member_id, now = db.session(), access.my_member_id(), clock.utc_now()
    one = member_standing(session, member_id, today=settings().campus.day(now))
    return tables.answer(tables.records(one, records.by_month(session, member_id, now=now), now=now), form)


@bp.get("/records/<row:visit_id>/done")
@access.member
def done(visit_id: int) -> ResponseReturnValue:
    """Show what a scan came to."""
    record, now = _mine(visit_id), clock.utc_now()
    one = member_standing(db.session(), access.my_member_id(), today=settings().campus.day(now))
    return render_template("student/done.html", record=record, one=one)


@bp.route("/records/<row:visit_id>/correct", methods=["GET", "POST"])
@access.member
@takes_files
def correct(visit_id: int) -> ResponseReturnValue:
    """Ask for the end of a service that was not checked out."""
    record, form, now = _mine(visit_id), Form.typed(), clock.utc_now()
    actor, campus, session = access.actor(), settings().campus, db.session()
    asked = open_claim(session, visit_id)
    if asked is None and form.is_sent and (values := form.load(correction_form(campus.zone))) is not None:
        run_with_photos(
            form,
            lambda session: request_correction(
                session, visit_id=visit_id, actor=actor, campus=campus, now=now, **values
            ),
        )
        if not form.errors:
            flash(gettext("Asked. Two people now look at it."), "done")
            return redirect("/records", 303)
    elif not form.is_sent:
        form.values = {"ref": str(uuid4()), "ends_at": _local(record.ends_at)}
    page = render_template(
        "student/correct.html",
        form=form,
        record=record,
        # Asked once, the form would only be refused: the page says how it stands instead.
        asked=asked,
        one=member_standing(session, access.my_member_id(), today=campus.day(now)),
        may_ask=record.state is VisitState.UNCLOSED
        or (record.state is VisitState.OPEN and now >= record.ends_at)
        or record.stands_alone,
        now=now,
    )
    return page, 422 if form.errors else 200


@bp.route("/records/<row:visit_id>/object", methods=["GET", "POST"])
@access.member
def objection(visit_id: int) -> ResponseReturnValue:
    """Object to an own record: it does not count until it is resolved."""
    record, form, now = _mine(visit_id), Form.typed(), clock.utc_now()
    campus = settings().campus
    if form.is_sent and (values := form.load(reason_form())) is not None:
        form.run(
            lambda: in_transaction(
                lambda session: object_to(
                    session, visit_id=visit_id, actor=None, campus=campus, now=now, **values
                )
            )
        )
        if not form.errors:
            flash(gettext("Your objection is noted. The record does not count until it is resolved."), "done")
            return redirect("/records", 303)
    elif not form.is_sent:
        form.values = {"ref": str(uuid4())}
    page = render_template("student/object.html", form=form, record=record)
    return page, 422 if form.errors else 200


@bp.post("/records/<row:visit_id>/confirm-taken")
@access.member
def confirm(visit_id: int) -> ResponseReturnValue:
    """Confirm that a leader took her in and out rightly."""
    _mine(visit_id)
    member_id, campus, now = access.my_member_id(), settings().campus, clock.utc_now()
    in_transaction(
        lambda session: confirm_taken(session, visit_id=visit_id, member_id=member_id, campus=campus, now=now)
    )
    flash(gettext("Confirmed."), "done")
    return redirect("/home", 303)


@bp.route("/records/make-up", methods=["GET", "POST"])
@access.member
@takes_files
def make_up() -> ResponseReturnValue:
    """Ask for a service that was not scanned at all."""
    form, now = Form.typed(), clock.utc_now()
    actor, campus, member_id = access.actor(), settings().campus, access.my_member_id()
    found = past_shifts(db.session(), member_id, now=now)
    if form.is_sent and (values := form.load(make_up_form(campus.zone))) is not None:
        shift_id = next((shift.id for shift in found if shift.code == values["shift"]), None)
        run_with_photos(form, lambda session: _ask(session, member_id, shift_id, values, now))
        if not form.errors:
            flash(gettext("Asked. Two people now look at it."), "done")
            return redirect("/records", 303)
    elif not form.is_sent:
        chosen = next((shift for shift in found if shift.code == request.args.get("shift")), None)
        form.values = {"ref": str(uuid4())}
        if chosen is not None:
            form.values |= {
                "shift": chosen.code,
                "starts_at": _local(chosen.starts_at),
                "ends_at": _local(chosen.ends_at),
            }
    chosen = next((shift for shift in found if shift.code == form.values.get("shift")), None)
    page = render_template(
        "student/make_up.html",
        form=form,
        shifts=found,
        chosen=chosen,
        one=member_standing(db.session(), member_id, today=campus.day(now)),
        actor=actor,
    )
    return page, 422 if form.errors else 200


@bp.route("/me", methods=["GET", "POST"])
@access.signed_in
def me() -> ResponseReturnValue:
    """Show who is signed in, the other ways, language, password and signing out."""
    form = Form.typed()
    if form.is_sent and (values := form.load(Password())) is not None:
        form.run(lambda: _new_password(values["old"], values["new"]))
        if not form.errors:
            flash(gettext("The password is changed; other devices are signed out."), "done")
            return redirect("/me", 303)
    form.values = {}
    session, account = db.session(), access.me()
    page = render_template(
        "student/me.html",
        form=form,
        me=account,
        entry=own_entry(session, account.id, now=clock.utc_now()),
        tokens=own_tokens(session, account.id),
    )
    return page, 422 if form.errors else 200


@bp.post("/me/slip/withdraw")
@access.signed_in
def withdraw_slip() -> ResponseReturnValue:
    """Make a slip worthless that somebody printed for the asker without being asked."""
    account_id, actor, now = access.me().id, access.actor(), clock.utc_now()
    in_transaction(lambda session: withdraw_slips(session, account_id=account_id, actor=actor, now=now))
    flash(gettext("The slip is worthless now. Your password stays."), "done")
    return redirect("/me", 303)


def _new_password(old: str, new: str) -> bool:
    """Take the new password for the old one, which whoever holds an open phone may not guess for long."""
    account, now = access.me(), clock.utc_now()
    check_password(new, login=account.login)
    with transaction() as session:
        begin_try(session, what="password", subject=account.login, now=now)
        held = held_for(session, account.login)
    if not matches(held, old):
        raise Refusal(Reason.WRONG_PASSWORD, field="old")
    with transaction() as session:
        forget_tries(session, what="password", subject=account.login)
        set_password(session, account_id=account.id, password=new, now=now)
        note(session, "set_password", "account", account.id, actor_id=account.id, now=now)
    fresh = identity.by_id(account.id)
    if fresh is not None:
        auth.begin_session(fresh)
    return True


def _ask(
    session: Session, member_id: int, shift_id: int | None, values: dict[str, object], now: datetime
) -> int:
    if shift_id is None:
        # Once asked for, the shift is no longer offered; sent twice it is still one request.
        known = own_request(session, values["ref"], access.me().id)
        if known is not None:
            return known
        raise Refusal(Reason.BAD_FIELD, field="shift")
    asked = {name: value for name, value in values.items() if name != "shift"}
    return request_make_up(
        session,
        member_id=member_id,
        shift_id=shift_id,
        actor=access.actor(),
        campus=settings().campus,
        now=now,
        **asked,  # type: ignore[arg-type]
    )


def _mine(visit_id: int) -> Record:
    """Return an own record.

    Raises:
        Refusal: ``UNKNOWN``: there is none, or it is somebody else's.
    """
    found = records_of(db.session(), access.my_member_id(), now=clock.utc_now(), visit_id=visit_id)
    if not found:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found[0]


def _local(moment: datetime) -> str:
    return moment.astimezone(settings().zone).strftime("%Y-%m-%dT%H:%M")
