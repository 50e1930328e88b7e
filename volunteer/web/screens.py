"""Displays without an account: links that keepers make, the browsers that open them, a base's host."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import displays as links
from volunteer.actions import registry
from volunteer.database import db, in_transaction
from volunteer.rules.policy import policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.sheets import LINK_LASTS, STATES_BEFORE_END
from volunteer.stats import onsite, screens, sites
from volunteer.stats.policies import policies
from volunteer.stats.screens import Held
from volunteer.web import access, displays, problems, qr, words
from volunteer.web.forms import Form
from volunteer.web.numbers import number
from volunteer.web.show import settings

bp = Blueprint("screens", __name__)
TOKEN_PATH = "/<string(maxlength=60):token>"


# --- the browser that shows ---


@bp.get(f"/display{TOKEN_PATH}")
@access.public
def offered(token: str) -> ResponseReturnValue:
    """Show what a link would open. Looking at it opens nothing: chat apps look at every link."""
    try:
        link = links.check_link(db.session(), token=token, now=clock.utc_now())
    except Refusal as refusal:
        return _gone(refusal)
    shift = sites.shift_of(db.session(), link.shift_id) if link.shift_id else None
    name = sites.site_name(db.session(), link.site_id)
    return render_template("display/link.html", link_token=token, site_name=name, shift=shift)


@bp.post(f"/display{TOKEN_PATH}")
@access.public
def opened(token: str) -> ResponseReturnValue:
    """Make this browser the link's display."""
    now = clock.utc_now()
    try:
        key = in_transaction(lambda session: links.open_link(session, token=token, now=now))
    except Refusal as refusal:
        return _gone(refusal)
    return displays.leave_key(make_response(redirect("/display", 303)), key)


@bp.get("/host")
@access.public
def host() -> ResponseReturnValue:
    """Let a base's host say how many are there and, at the end, that all is true."""
    return _host_page(_hosts_display(), Form(), 200)


@bp.post("/host/headcount")
@access.public
def host_headcount() -> ResponseReturnValue:
    """Keep the host's count."""
    held, form, now = _hosts_display(), Form.typed(), clock.utc_now()
    counted = number(request.form.get("counted", ""), otherwise=-1)
    return _said(
        held,
        form,
        lambda session: links.host_counts(session, display_id=held.id, counted=counted, now=now),
    )


@bp.post("/host/statement")
@access.public
def host_statement() -> ResponseReturnValue:
    """Keep the host's word that all is true."""
    held, form, now = _hosts_display(), Form.typed(), clock.utc_now()
    return _said(held, form, lambda session: links.host_states(session, display_id=held.id, now=now))


# --- those who keep the post ---


@bp.post("/sites/<code:code>/links")
@access.keeper
def make_link(code: str) -> ResponseReturnValue:
    """Make a link that opens one display, and show it this once."""
    site_id, actor, now = displays.site(code).id, access.actor(), clock.utc_now()
    token = in_transaction(lambda session: links.make_link(session, site_id=site_id, actor=actor, now=now))
    return _link_page(token, now + LINK_LASTS, back=f"/sites/{code}")


@bp.post("/shifts/<code:code>/host-link")
@access.keeper
def make_host_link(code: str) -> ResponseReturnValue:
    """Make a link for the host of a shift, and show it this once."""
    actor, now = access.actor(), clock.utc_now()
    shift = sites.kept_shift(db.session(), code, actor, access.KEEPERS)
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    policy = policy_on(settings().campus.day(shift.starts_at), policies(db.session()))
    grace = timedelta(minutes=policy.checkout_grace_min)
    try:
        token = in_transaction(
            lambda session: links.make_host_link(
                session, shift_id=shift.id, actor=actor, grace=grace, now=now
            )
        )
    except Refusal as refusal:
        if refusal.reason is not Reason.OUTSIDE_SHIFT:
            raise
        flash(words.sentence(refusal), "warn")
        return redirect(f"/shifts/{code}", 303)
    return _link_page(token, shift.ends_at + grace, back=f"/shifts/{code}", is_host=True)


@bp.post("/sites/<code:code>/links/<row:link_id>/withdraw")
@access.keeper
def withdraw(code: str, link_id: int) -> ResponseReturnValue:
    """Make a link worthless that nobody has opened."""
    site_id, actor, now = displays.site(code).id, access.actor(), clock.utc_now()
    if screens.link_at(db.session(), site_id, link_id) is None:
        raise Refusal(Reason.UNKNOWN)
    try:
        in_transaction(lambda session: links.withdraw_link(session, link_id=link_id, actor=actor, now=now))
    except Refusal as refusal:
        flash(words.sentence(refusal), "warn")
    else:
        flash(gettext("The link opens nothing any more."), "done")
    return redirect(f"/sites/{code}", 303)


@bp.post("/sites/<code:code>/screens/<row:display_id>/revoke")
@access.keeper
def revoke(code: str, display_id: int) -> ResponseReturnValue:
    """Close a screen: all codes that it holds are worthless at once."""
    site_id, actor, now = displays.site(code).id, access.actor(), clock.utc_now()
    handle = screens.screen_at(db.session(), site_id, display_id)
    if handle is None:
        raise Refusal(Reason.UNKNOWN)
    in_transaction(lambda session: registry.revoke_display(session, handle=handle, actor=actor, now=now))
    flash(gettext("The screen is closed. The codes that it holds are worthless."), "done")
    return redirect(f"/sites/{code}", 303)


@bp.post("/sites/<code:code>/network")
@access.college
def network(code: str) -> ResponseReturnValue:
    """Say whether a site has no network, so that its displays take a week of codes along."""
    site_id, actor, now = displays.site(code).id, access.actor(), clock.utc_now()
    is_offline = request.form.get("offline") == "yes"
    in_transaction(
        lambda session: registry.mark_offline(
            session, site_id=site_id, is_offline=is_offline, actor=actor, now=now
        )
    )
    flash(gettext("Noted."), "done")
    return redirect(f"/sites/{code}", 303)


def _link_page(token: str, expires_at: datetime, *, back: str, is_host: bool = False) -> str:
    url = f"{settings().public_url}/display/{token}"
    return render_template(
        "leader/link.html",
        url=url,
        drawing=qr.drawing(url),
        expires_at=expires_at,
        back=back,
        is_host=is_host,
    )


def _gone(refusal: Refusal) -> ResponseReturnValue:
    held = displays.held()
    page = render_template(
        "display/gone.html",
        text=words.sentence(refusal),
        is_display=held is not None and not held.is_revoked,
    )
    return make_response(page, problems.status_of(refusal))


def _hosts_display() -> Held:
    """Return the host's display that this browser is.

    Raises:
        Refusal: ``LINK_GONE``: it is none. ``DISPLAY_REVOKED``: it was one.
    """
    held = displays.held()
    if held is None or held.shift_id is None:
        raise Refusal(Reason.LINK_GONE)
    if held.is_revoked:
        raise Refusal(Reason.DISPLAY_REVOKED)
    return held


def _said(held: Held, form: Form, act: Callable[[Session], object]) -> ResponseReturnValue:
    try:
        in_transaction(act)
    except Refusal as refusal:
        if refusal.reason is Reason.DISPLAY_REVOKED:
            raise
        form.errors[str(refusal.facts.get("field", ""))] = words.sentence(refusal)
        return _host_page(held, form, problems.status_of(refusal))
    flash(gettext("Kept. Thank you."), "done")
    return redirect("/host", 303)


def _host_page(held: Held, form: Form, status: int) -> ResponseReturnValue:
    assert held.shift_id is not None
    assert held.shift_ends_at is not None
    told = onsite.told_of(db.session(), [held.shift_id])[held.shift_id]
    page = render_template(
        "display/host.html",
        held=held,
        form=form,
        counts=[one for one in told.counts if one.display_id == held.id],
        statement=next((one for one in told.statements if one.display_id == held.id), None),
        states_from=held.shift_ends_at - STATES_BEFORE_END,
        now=clock.utc_now(),
    )
    return make_response(page, status)
