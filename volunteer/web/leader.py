"""What the keepers of a post do on site: show the code, see who is in, vouch, open and close shifts."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from volunteer import clock
from volunteer.actions import headcounts, keep, shifts
from volunteer.actions.presence import ScanResult
from volunteer.database import db, in_transaction
from volunteer.rules.evidence import ATTEST_WITHIN
from volunteer.rules.kinds import Role, VisitState
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span, whole_minute
from volunteer.schemas.fields import LocalTime
from volunteer.stats import onsite, screens, sites
from volunteer.stats.cards import open_questions
from volunteer.stats.registered import kept_post
from volunteer.stats.sign_ups import expected_at
from volunteer.stats.sites import ShiftRow
from volunteer.web import access, displays, words
from volunteer.web.numbers import number
from volunteer.web.show import settings
from volunteer.web.today import today_of

bp = Blueprint("leader", __name__)
AROUND = timedelta(days=3)
LATELY = timedelta(hours=36)
LONGEST_ON_SPOT_H = 4


@bp.get("/sites")
@access.keeper
def mine() -> ResponseReturnValue:
    """List the sites whose code the asker may show, those of a base together."""
    session, actor, now = db.session(), access.actor(), clock.utc_now()
    rows = sites.sites_kept(session, actor, access.KEEPERS, now=now)
    return render_template(
        "leader/sites.html", groups=sites.by_base(rows), today_list=today_of(session, actor, now=now)
    )


@bp.get("/sites/<code:code>")
@access.keeper
def site(code: str) -> ResponseReturnValue:
    """Show a site's shifts of these days, with the ways to its code and its on-site lists."""
    found, now = displays.site(code), clock.utc_now()
    rows = sites.shifts_of_site(db.session(), found.id, since=now - LATELY, until=now + AROUND)
    posts = sites.posts_of_site(db.session(), found.id, access.actor(), access.KEEPERS)
    return render_template(
        "leader/site.html",
        site=found,
        rows=rows,
        posts=posts,
        screens=screens.screens_of(db.session(), found.id, access.me().id),
        links=screens.open_links(db.session(), found.id, now=now),
        questions=open_questions(db.session(), found.id, access.actor(), access.KEEPERS),
        may_mark=Role.COLLEGE in access.roles(),
        now=now,
    )


@bp.get("/sites/<code:code>/show")
@access.keeper
def show(code: str) -> ResponseReturnValue:
    """Show the live code, full screen. Where no display is open, offer to open one."""
    found, now = displays.site(code), clock.utc_now()
    shown = displays.shown(code, now=now)
    if shown is None:
        return render_template("leader/start.html", site=found)
    running = screens.running_at(db.session(), found.id, now=now)
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
    hours = min(max(number(request.form.get("hours", "2")), 1), LONGEST_ON_SPOT_H)
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
    """List who is in, the longest first, with what the leader can do.

    While the shift runs, the keeper counts before she sees a name.
    """
    row, session, me, now = _shift(code), db.session(), access.me(), clock.utc_now()
    told = onsite.told_of(session, [row.id])[row.id]
    runs = row.starts_at <= now < row.ends_at and not row.is_cancelled
    is_blind = runs and all(one.by_account_id != me.id for one in told.counts)
    people = [] if is_blind else sites.on_site(session, row.id)
    return render_template(
        "leader/on_site.html",
        row=row,
        runs=runs,
        is_blind=is_blind,
        people=people,
        # Before she has counted, the keeper sees no name.
        expected=[] if is_blind else expected_at(session, row.id),
        inside=[one for one in people if one.state in (VisitState.OPEN, VisitState.UNCLOSED)],
        seen=onsite.seen_by(session, row.id, me.id),
        counts=told.counts,
        statements=told.statements,
        called=onsite.called_now(session, row.id, me.id) if runs and not is_blind else [],
        attest_until=row.ends_at + ATTEST_WITHIN,
        now=now,
        me=me,
    )


@bp.post("/shifts/<code:code>/witness")
@access.keeper
def witness(code: str) -> ResponseReturnValue:
    """Vouch that members are here: those who were ticked, all of them or none."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    wanted = {number(text) for text in request.form.getlist("visit")}
    if not wanted <= {one.visit_id for one in sites.on_site(db.session(), row.id)}:
        raise Refusal(Reason.UNKNOWN)
    if not wanted:
        flash(gettext("Nobody was ticked, so nothing was changed."), "warn")
        return redirect(f"/shifts/{code}", 303)
    campus = settings().campus
    return _done(
        code,
        lambda: in_transaction(
            lambda session: headcounts.see(session, visit_ids=wanted, actor=actor, campus=campus, now=now)
        ),
        gettext("Witnessed: %(n)s.", n=len(wanted)),
    )


@bp.post("/shifts/<code:code>/headcount")
@access.keeper
def count(code: str) -> ResponseReturnValue:
    """Keep how many people the keeper counts, before she sees the names."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    counted = number(request.form.get("counted", ""), otherwise=-1)
    return _done(
        code,
        lambda: in_transaction(
            lambda session: headcounts.count_heads(
                session, shift_id=row.id, counted=counted, actor=actor, now=now
            )
        ),
        gettext("Counted: %(n)s.", n=counted),
    )


@bp.post("/shifts/<code:code>/roll-call")
@access.keeper
def roll_call(code: str) -> ResponseReturnValue:
    """Keep who of the names that were drawn is there."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    called = onsite.called_now(db.session(), row.id, actor.account_id)
    present = [one.visit_id for one in called if request.form.get(f"visit-{one.visit_id}") == "present"]
    answered = [one for one in called if request.form.get(f"visit-{one.visit_id}") in ("present", "absent")]
    if not called or len(answered) < len(called):
        flash(gettext("Say of each name whether the person is there."), "warn")
        return redirect(f"/shifts/{code}", 303)
    campus = settings().campus
    return _done(
        code,
        lambda: in_transaction(
            lambda session: headcounts.answer_roll_call(
                session,
                headcount_id=called[0].headcount_id,
                present=present,
                actor=actor,
                campus=campus,
                now=now,
            )
        ),
        gettext("Kept."),
    )


@bp.get("/shifts/<code:code>/passes")
@access.keeper
def passes(code: str) -> ResponseReturnValue:
    """Scan members' own codes with this phone's camera."""
    return render_template("leader/passes.html", row=_shift(code))


@bp.get("/shifts/<code:code>/take")
@access.keeper
def take(code: str) -> ResponseReturnValue:
    """Find a member who has no phone with her."""
    row, asked = _shift(code), request.args.get("q", "").strip()[:40]
    found = (
        onsite.find_members(db.session(), asked=asked, post_id=row.post_id, shift_id=row.id) if asked else []
    )
    return render_template(
        "leader/take.html", row=row, asked=asked, found=found, most=onsite.FOUND_AT_MOST, now=clock.utc_now()
    )


@bp.post("/shifts/<code:code>/take-in")
@access.keeper
def take_in(code: str) -> ResponseReturnValue:
    """Check in a member who has no phone; it counts once she has confirmed it."""
    return _take(code, keep.take_in, gettext("Checked in. Take the member out again at the end."))


@bp.post("/shifts/<code:code>/take-out")
@access.keeper
def take_out(code: str) -> ResponseReturnValue:
    """Check out a member who has no phone; it counts once she has confirmed it."""
    done = gettext(
        "Checked out. It counts once the member has confirmed it on her own pages, within 72 hours."
    )
    return _take(code, keep.take_out, done)


@bp.post("/shifts/<code:code>/close")
@access.keeper
def close(code: str) -> ResponseReturnValue:
    """Vouch for the end of those who forgot to check out."""
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    ends_at = _time("ends_at")
    wanted = {number(text) for text in request.form.getlist("member")}
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
    minutes = min(max(number(request.form.get("minutes", "30")), 1), 120)
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


def _take(code: str, act: Callable[..., ScanResult], text: str) -> ResponseReturnValue:
    row, actor, now = _shift(code), access.actor(), clock.utc_now()
    student_no = request.form.get("student_no", "").strip()
    member_id = onsite.member_to_take(db.session(), student_no=student_no, post_id=row.post_id)
    if member_id is None:
        raise Refusal(Reason.UNKNOWN)
    campus = settings().campus
    return _done(
        code,
        lambda: in_transaction(
            lambda session: act(
                session, member_id=member_id, post_id=row.post_id, actor=actor, campus=campus, now=now
            )
        ),
        text,
    )


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
