"""The desk: what waits for a decision, the riskiest first, one card each with what can be done about it."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.approve import approve, reject
from volunteer.actions.objections import accept_objection, resolve
from volunteer.actions.questions import answer_question, ask_leaders
from volunteer.actions.review import confirm, confirm_quiet, return_visit
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import Role
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.fields import N_
from volunteer.stats import desk
from volunteer.stats.cards import last_act
from volunteer.web import access, flag_words, paging, photos, words
from volunteer.web.desk import Card, Desk, Kind, desk_of, with_details
from volunteer.web.numbers import number
from volunteer.web.show import settings

bp = Blueprint("review", __name__)
CARDS_A_PAGE = 12
QUIET_AT_ONCE = 60


@bp.get("/review")
@access.approver
def queue() -> ResponseReturnValue:
    """List records, requests and objections that wait, the riskiest first."""
    session, actor, now = db.session(), access.actor(), clock.utc_now()
    found = desk_of(session, actor, campus=settings().campus, now=now)
    chosen = chosen_cards(found)
    page = paging.page(chosen, CARDS_A_PAGE)
    return render_template(
        "branch/review.html",
        desk=found,
        page=page.holding(with_details(session, page.rows)),
        kinds=list(Kind),
        quiet=[card.case for card in chosen if card.is_quiet][:QUIET_AT_ONCE],
        told=flag_words.told,
        photo_told=photos.told,
        may_oversee=Role.COLLEGE in access.roles(),
        # A leader gives the first approval; turning down is for the committee and the college.
        may_reject=bool(access.roles() & access.REVIEWERS),
        now=now,
    )


def chosen_cards(found: Desk) -> list[Card]:
    """Return the cards that the address asks for: of a kind, or about a name or a branch."""
    kind, wanted = asked_kind(), asked_name()
    return [
        card
        for card in found.cards
        if kind in ("", card.kind)
        and (not wanted or wanted in card.case.name or wanted in card.case.unit_name)
    ]


def asked_kind() -> str:
    """Return the kind of card that the address asks for; empty asks for all."""
    return request.args.get("kind", "")


def asked_name() -> str:
    """Return the name or branch that the address asks for."""
    return request.args.get("q", "").strip()


@bp.post("/review/confirm-quiet")
@access.committee
def confirm_several() -> ResponseReturnValue:
    """Confirm the ticked records that carry no flag: each by itself, and tell how many there were."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    ticked = [text.partition(".") for text in request.form.getlist("visit")[:QUIET_AT_ONCE]]
    done, left = 0, 0
    for visit_id, _, version in ticked:
        row, seen = number(visit_id), number(version)
        act = partial(confirm_quiet, visit_id=row, actor=actor, campus=campus, now=now, seen=seen)
        try:
            in_transaction(act)
        except Refusal:
            left += 1
        else:
            done += 1
    if done:
        flash(ngettext("%(num)s record is confirmed.", "%(num)s records are confirmed.", done), "done")
    if left:
        flash(
            ngettext(
                "%(num)s record was left as it is: it changed meanwhile, or is not yours to confirm.",
                "%(num)s records were left as they are: they changed meanwhile, or are not yours to confirm.",
                left,
            ),
            "warn",
        )
    if not ticked:
        flash(gettext("Nothing was ticked, so nothing was changed."), "warn")
    return redirect("/review", 303)


@bp.post("/review/visits/<row:visit_id>/confirm")
@access.committee
def confirm_visit(visit_id: int) -> ResponseReturnValue:
    """Let a pending record count."""
    actor, campus, now, seen = access.actor(), settings().campus, clock.utc_now(), _seen()
    return _done(
        lambda session: confirm(session, visit_id=visit_id, actor=actor, campus=campus, now=now, seen=seen),
        gettext("Confirmed."),
        ("visit", visit_id),
    )


@bp.post("/review/visits/<row:visit_id>/return")
@access.committee
def send_back(visit_id: int) -> ResponseReturnValue:
    """Send a record back with a reason."""
    actor, campus, now, seen = access.actor(), settings().campus, clock.utc_now(), _seen()
    reason = _reason()
    return _done(
        lambda session: return_visit(
            session, visit_id=visit_id, actor=actor, reason=reason, campus=campus, now=now, seen=seen
        ),
        gettext("Returned."),
        ("visit", visit_id),
    )


@bp.post("/review/visits/<row:visit_id>/ask")
@access.committee
def ask(visit_id: int) -> ResponseReturnValue:
    """Put a question about a record on the pages of the post's leaders."""
    actor, now = access.actor(), clock.utc_now()
    text = request.form.get("text", "")
    return _done(
        lambda session: ask_leaders(session, visit_id=visit_id, text=text, actor=actor, now=now),
        gettext("Asked. The question shows on the pages of the post's leaders; the answer will show here."),
        ("visit", visit_id),
    )


@bp.post("/questions/<row:question_id>/answer")
@access.keeper
def answer_for_post(question_id: int) -> ResponseReturnValue:
    """Answer a reviewer's question about a record at an own post."""
    actor, now = access.actor(), clock.utc_now()
    text, site = request.form.get("answer", ""), request.form.get("site", "")
    back = url_for("leader.site", code=site) if 0 < len(site) <= 40 else "/sites"
    return _done(
        lambda session: answer_question(session, question_id=question_id, answer=text, actor=actor, now=now),
        gettext("Answered. It stands on the reviewer's card now."),
        None,
        back,
    )


@bp.post("/review/requests/<row:request_id>/approve")
@access.approver
def approve_request(request_id: int) -> ResponseReturnValue:
    """Give the next approval."""
    actor, campus, now, seen = access.actor(), settings().campus, clock.utc_now(), _seen()
    return _done(
        lambda session: approve(
            session, request_id=request_id, actor=actor, campus=campus, now=now, seen=seen
        ),
        gettext("Approved."),
        ("request", request_id),
    )


@bp.post("/review/requests/<row:request_id>/reject")
@access.approver
def reject_request(request_id: int) -> ResponseReturnValue:
    """Turn a request down, with a reason."""
    actor, campus, now, seen = access.actor(), settings().campus, clock.utc_now(), _seen()
    reason = _reason()
    return _done(
        lambda session: reject(
            session, request_id=request_id, actor=actor, reason=reason, campus=campus, now=now, seen=seen
        ),
        gettext("Rejected."),
        ("request", request_id),
    )


@bp.post("/review/objections/<row:objection_id>/accept")
@access.committee
def accept(objection_id: int) -> ResponseReturnValue:
    """Put another member's objection in force."""
    actor, campus, now, seen = access.actor(), settings().campus, clock.utc_now(), _seen()
    return _done(
        lambda session: accept_objection(
            session,
            objection_id=objection_id,
            actor=actor,
            campus=campus,
            now=now,
            is_seen_open=seen is not None,
        ),
        gettext("The objection is in force."),
        ("objection", objection_id),
    )


@bp.post("/review/objections/<row:objection_id>/resolve")
@access.committee
def answer(objection_id: int) -> ResponseReturnValue:
    """Answer an objection: upheld, or not."""
    actor, campus, now, seen = access.actor(), settings().campus, clock.utc_now(), _seen()
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
            is_seen_open=seen is not None,
        ),
        gettext("The objection is resolved."),
        ("objection", objection_id),
    )


def _reason() -> str:
    """Return the reason that was typed.

    Raises:
        Refusal: ``BAD_FIELD``: none, or with characters that nobody can see.
    """
    return clean_line(request.form.get("reason", ""), "reason", longest=200)


def _seen() -> int | None:
    """Return the state of the case that the reviewer looked at, if the form tells it."""
    text = request.form.get("seen", "")
    return number(text) if text else None


def _done(
    act: Callable[[Session], object], text: str, case: tuple[str, int] | None, back: str = "/review"
) -> ResponseReturnValue:
    """Do it and go back, where a line says how it went. What is out of reach is not found."""
    try:
        in_transaction(act)
    except Refusal as refusal:
        if refusal.reason in (Reason.UNKNOWN, Reason.NOT_ALLOWED, Reason.NOT_SIGNED_IN):
            raise
        said = words.sentence(refusal)
        if refusal.reason is Reason.CHANGED_MEANWHILE and case is not None:
            said = f"{_now_stands(*case)} {said}"
        flash(said, "warn")
    else:
        flash(text, "done")
    return redirect(back, 303)


def _now_stands(subject: str, subject_id: int) -> str:
    """Say what came of a case meanwhile, and by whom."""
    session = db.session()
    if subject == "objection":
        subject, subject_id = "visit", desk.visit_of_objection(session, subject_id)
    last = last_act(session, subject, subject_id)
    if last is None:
        return ""
    facts = {"who": last.by or gettext("the system"), "t": words.shown(last.at)}
    return str(gettext(_CAME.get(last.act, _CHANGED), **facts))


_CHANGED = N_("%(who)s changed it at %(t)s.")
_CAME = {
    "confirm": N_("%(who)s confirmed it at %(t)s."),
    "return_visit": N_("%(who)s sent it back at %(t)s."),
    "approve": N_("%(who)s approved it at %(t)s."),
    "reject": N_("%(who)s rejected it at %(t)s."),
    "resolve": N_("%(who)s answered the objection at %(t)s."),
}
