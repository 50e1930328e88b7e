"""The desk: what waits for a decision, one card each, with what can be done about it."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.approve import approve, reject
from volunteer.actions.objections import accept_objection, resolve
from volunteer.actions.review import confirm, return_visit
from volunteer.database import db, in_transaction
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import desk, onsite
from volunteer.stats.flags import flags_of
from volunteer.web import access, words
from volunteer.web.show import settings

bp = Blueprint("review", __name__)


@bp.get("/review")
@access.approver
def queue() -> ResponseReturnValue:
    """List records, requests and objections that wait."""
    session, actor = db.session(), access.actor()
    visits = desk.pending_visits(session, actor)
    return render_template(
        "branch/review.html",
        visits=visits,
        flags=flags_of(session, [visit.id for visit in visits]),
        counts=onsite.counts_of(session, {visit.shift_id for visit in visits}),
        statements=onsite.statements_of(session, {visit.shift_id for visit in visits}),
        requests=desk.open_requests(session, actor),
        objections=desk.open_objections(session, actor),
        me=access.me(),
        # A leader gives the first approval; turning down is for the committee and the college.
        may_reject=bool(access.roles() & access.REVIEWERS),
    )


@bp.post("/review/visits/<row:visit_id>/confirm")
@access.committee
def confirm_visit(visit_id: int) -> ResponseReturnValue:
    """Let a pending record count."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    return _done(
        lambda session: confirm(session, visit_id=visit_id, actor=actor, campus=campus, now=now),
        gettext("Confirmed."),
    )


@bp.post("/review/visits/<row:visit_id>/return")
@access.committee
def send_back(visit_id: int) -> ResponseReturnValue:
    """Send a record back with a reason."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    reason = _reason()
    return _done(
        lambda session: return_visit(
            session, visit_id=visit_id, actor=actor, reason=reason, campus=campus, now=now
        ),
        gettext("Returned."),
    )


@bp.post("/review/requests/<row:request_id>/approve")
@access.approver
def approve_request(request_id: int) -> ResponseReturnValue:
    """Give the next approval."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    return _done(
        lambda session: approve(session, request_id=request_id, actor=actor, campus=campus, now=now),
        gettext("Approved."),
    )


@bp.post("/review/requests/<row:request_id>/reject")
@access.approver
def reject_request(request_id: int) -> ResponseReturnValue:
    """Turn a request down, with a reason."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    reason = _reason()
    return _done(
        lambda session: reject(
            session, request_id=request_id, actor=actor, reason=reason, campus=campus, now=now
        ),
        gettext("Rejected."),
    )


@bp.post("/review/objections/<row:objection_id>/accept")
@access.committee
def accept(objection_id: int) -> ResponseReturnValue:
    """Put another member's objection in force."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    return _done(
        lambda session: accept_objection(
            session, objection_id=objection_id, actor=actor, campus=campus, now=now
        ),
        gettext("The objection is in force."),
    )


@bp.post("/review/objections/<row:objection_id>/resolve")
@access.committee
def answer(objection_id: int) -> ResponseReturnValue:
    """Answer an objection: upheld, or not."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    reason, upheld = _reason(), request.form.get("upheld") == "yes"
    return _done(
        lambda session: resolve(
            session,
            objection_id=objection_id,
            actor=actor,
            upheld=upheld,
            reason=reason,
            campus=campus,
            now=now,
        ),
        gettext("The objection is resolved."),
    )


def _reason() -> str:
    """Return the reason that was typed.

    Raises:
        Refusal: ``BAD_FIELD``: none, or with characters that nobody can see.
    """
    return clean_line(request.form.get("reason", ""), "reason", longest=200)


def _done(act: Callable[[Session], object], text: str) -> ResponseReturnValue:
    """Do it and go back to the desk, which says how it went. What is out of reach is not found."""
    try:
        in_transaction(act)
    except Refusal as refusal:
        if refusal.reason in (Reason.UNKNOWN, Reason.NOT_ALLOWED, Reason.NOT_SIGNED_IN):
            raise
        flash(words.sentence(refusal), "warn")
    else:
        flash(text, "done")
    return redirect("/review", 303)
