"""What the keepers of a post do on site: show the code, see who is in, vouch, open and close shifts."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from volunteer import clock
from volunteer.actions import keep, shifts
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span, whole_minute
from volunteer.schemas.fields import LocalTime
from volunteer.stats import sites
from volunteer.stats.registered import kept_post
from volunteer.stats.sites import ShiftRow
from volunteer.web import access, displays, words
from volunteer.web.show import settings

bp = Blueprint("leader", __name__)
AROUND = timedelta(days=3)
LATELY = timedelta(hours=36)
LONGEST_ON_SPOT_H = 4


@bp.get("/sites")
@access.keeper
def mine() -> ResponseReturnValue:
    """List the sites whose code the asker may show."""
    rows = sites.sites_kept(db.session(), access.actor(), access.KEEPERS, now=clock.utc_now())
    return render_template("leader/sites.html", rows=rows)


@bp.get("/sites/<code:code>")
@access.keeper
def site(code: str) -> ResponseReturnValue:
    """Show a site's shifts of these days, with the ways to its code and its on-site lists."""
    found, now = displays.site(code), clock.utc_now()
    rows = sites.shifts_of_site(db.session(), found.id, since=now - LATELY, until=now + AROUND)
    posts = sites.posts_of_site(db.session(), found.id, access.actor(), access.KEEPERS)
    return render_template("leader/site.html", site=found, rows=rows, posts=posts, now=now)


@bp.get("/sites/<code:code>/show")
@access.keeper
def show(code: str) -> ResponseReturnValue:
    """Show the live code, full screen. Where no display is open, offer to open one."""
    found, now = displays.site(code), clock.utc_now()
    shown = displays.shown(code, now=now)
    if shown is None:
        return render_template("leader/start.html", site=found)
    running = [
        row
        for row in sites.shifts_of_site(db.session(), found.id, since=now, until=now + timedelta(minutes=30))
        if not row.is_cancelled
    ]
    return render_template("leader/show.html", site=found, shown=shown, running=running)


@bp.post("/sites/<code:code>/show")
@access.keeper
def start_showing(code: str) -> ResponseReturnValue:
    """Open a display here, or take up the one that is open, and note that it is alive."""
    displays.open_here(code, now=clock.utc_now())
    return redirect(f"/sites/{code}/show", 303)


@bp.post("/sites/<code:code>/stop")
@access.keeper
def stop_showing(code: str) -> ResponseReturnValue:
    """Revoke the asker's display here."""
    displays.close_here(code, now=clock.utc_now())
    return redirect(f"/sites/{code}", 303)


@bp.post("/posts/<code:code>/open-now")
@access.keeper
def open_now(code: str) -> ResponseReturnValue:
    """Open a shift on the spot: it starts now, and lasts at most four hours."""
    post, now = kept_post(db.session(), code, access.actor(), access.KEEPERS), clock.utc_now()
    if post is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    hours = min(max(_number(request.form.get("hours", "2")), 1), LONGEST_ON_SPOT_H)
    start, actor, name = whole_minute(now), access.actor(), shift_code(code, now)
    span = Span(start, start + timedelta(hours=hours))
    try:
        in_transaction(
            lambda session: shifts.publish(
                session, code=name, post_id=post.id, span=span, actor=actor, now=now
            )
        )
    except Refusal as refusal:
        if refusal.reason is not Reason.SHIFT_OVERLAPS:
            raise
        flash(words.sentence(refusal), "warn")
        return redirect(f"/posts/{code}", 303)
    flash(gettext("The shift is open until %(t)s.", t=words.shown(span.end)), "done")
    return redirect(f"/shifts/{name}", 303)


@bp.get("/shifts/<code:code>")
@access.keeper
def on_site(code: str) -> ResponseReturnValue:
    """List who is in, the longest first, with what the leader can do."""
    row = _shift(code)
    people = sites.on_site(db.session(), row.id)
    inside = [one for one in people if one.state.value in ("open", "unclosed")]
    return render_template(
        "leader/on_site.html", row=row, people=people, inside=inside, now=clock.utc_now(), me=access.me()
    )


@bp.post("/shifts/<code:code>/witness")
@access.keeper
def witness(code: str) -> ResponseReturnValue:
    """Vouch that a member is here."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    visit_id = _number(request.form.get("visit", ""))
    if all(one.visit_id != visit_id for one in sites.on_site(db.session(), row.id)):
        raise Refusal(Reason.UNKNOWN)
    campus = settings().campus
    return _done(
        code,
        lambda: in_transaction(
            lambda session: keep.witness(session, visit_id=visit_id, actor=actor, campus=campus, now=now)
        ),
        gettext("Witnessed."),
    )


@bp.post("/shifts/<code:code>/close")
@access.keeper
def close(code: str) -> ResponseReturnValue:
    """Vouch for the end of those who forgot to check out."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    ends_at = _time("ends_at")
    wanted = {_number(text) for text in request.form.getlist("member")}
    here = {one.member_id for one in sites.on_site(db.session(), row.id)}
    if not wanted <= here:
        raise Refusal(Reason.UNKNOWN)
    campus = settings().campus
    return _done(
        code,
        lambda: in_transaction(
            lambda session: keep.attest_end(
                session,
                shift_id=row.id,
                ends_at=ends_at,
                member_ids=sorted(wanted),
                actor=actor,
                campus=campus,
                now=now,
            )
        ),
        gettext("Closed for %(n)s members.", n=len(wanted)),
    )


@bp.post("/shifts/<code:code>/prolong")
@access.keeper
def prolong(code: str) -> ResponseReturnValue:
    """Let a running shift last longer."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    minutes = min(max(_number(request.form.get("minutes", "30")), 1), 120)
    ends_at = row.ends_at + timedelta(minutes=minutes)
    return _done(
        code,
        lambda: in_transaction(
            lambda session: shifts.prolong(session, shift_id=row.id, ends_at=ends_at, actor=actor, now=now)
        ),
        gettext("The shift now ends at %(t)s.", t=words.shown(ends_at)),
    )


@bp.post("/shifts/<code:code>/cancel")
@access.keeper
def cancel(code: str) -> ResponseReturnValue:
    """Cancel a shift, with a reason."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    reason = request.form.get("reason", "")
    return _done(
        code,
        lambda: in_transaction(
            lambda session: shifts.cancel(session, shift_id=row.id, reason=reason, actor=actor, now=now)
        ),
        gettext("The shift is cancelled."),
    )


def shift_code(post_code: str, start: datetime) -> str:
    """Return a code for a shift that nobody names: post, minute, and two letters against chance."""
    local = start.astimezone(settings().zone)
    return f"{post_code[:20]}-{local:%m%d-%H%M}-{secrets.token_hex(2)}"


def _shift(code: str) -> ShiftRow:
    row = sites.kept_shift(db.session(), code, access.actor(), access.KEEPERS)
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return row


def _done(code: str, act: Callable[[], object], text: str) -> ResponseReturnValue:
    """Do it and go back to the list, which says how it went."""
    try:
        act()
    except Refusal as refusal:
        if refusal.reason in (Reason.UNKNOWN, Reason.NOT_SIGNED_IN):
            raise
        flash(words.sentence(refusal), "warn")
    else:
        flash(text, "done")
    return redirect(f"/shifts/{code}", 303)


def _time(name: str) -> datetime:
    try:
        moment: datetime = LocalTime(zone=settings().zone, required=True).deserialize(
            request.form.get(name, "")
        )
    except ValidationError as error:
        raise Refusal(Reason.BAD_FIELD, field=name) from error
    return moment.astimezone(UTC)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
