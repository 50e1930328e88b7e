"""A member's coming shifts: what is open to her, signing up with one tap, and withdrawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import sign_ups as actions
from volunteer.actions.calendar import policy_for
from volunteer.actions.calendar_links import link_made_at
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import SignUpFor
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.sign_ups import opens_at, withdraw_until
from volunteer.rules.spans import Span, day_start
from volunteer.stats import sign_ups
from volunteer.stats.sign_ups import OpenShift
from volunteer.web import access, words
from volunteer.web.numbers import number
from volunteer.web.show import settings

bp = Blueprint("sign_ups", __name__)
A_PAGE = 30
ON_HOME = 5
PAGES = {"home": "/home", "list": "/sign-ups"}
ASKED = ("q", "day", "free", "page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A shift with what the member may do about it now."""

    shift: OpenShift
    is_running: bool
    may_sign_up: bool
    may_withdraw: bool
    withdraw_until: datetime
    clashes: bool

    day: date

    @property
    def is_hers(self) -> bool:
        """Whether she has signed up, with a place or without."""
        return self.shift.has_place is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """Own sign-ups, and further shifts that are open."""

    own: Sequence[Line]
    others: Sequence[Line]
    policy: HoursPolicy


def shifts_ahead(session: Session, member_id: int, *, now: datetime) -> Shifts:
    """Return what home shows: own sign-ups, and the next shifts that a member could take besides."""
    policy = policy_for(session, settings().campus.day(now))[1]
    own = sign_ups.own_shifts(session, member_id, now=now)
    until = now + timedelta(days=policy.sign_up_ahead_days)
    found = sign_ups.open_shifts(session, member_id, now=now, until=until, limit=4 * ON_HOME)
    others = [line for line in _lines(found, own, policy, now) if not line.is_hers and not line.clashes]
    return Shifts(own=_lines(own, own, policy, now), others=others[:ON_HOME], policy=policy)


@bp.get("/sign-ups")
@access.member
def mine() -> ResponseReturnValue:
    """List the own sign-ups, then the coming shifts by day."""
    session, member_id, now = db.session(), access.my_member_id(), clock.utc_now()
    policy = policy_for(session, settings().campus.day(now))[1]
    own = sign_ups.own_shifts(session, member_id, now=now)
    since, place = _since(now), max(number(request.args.get("page", "1"), otherwise=1), 1)
    found = sign_ups.open_shifts(
        session,
        member_id,
        now=since,
        until=now + timedelta(days=policy.sign_up_ahead_days),
        asked=request.args.get("q", "").strip()[:40],
        free_only=request.args.get("free") == "yes",
        offset=(place - 1) * A_PAGE,
        limit=A_PAGE + 1,
    )
    return render_template(
        "student/sign_ups.html",
        own=_lines(own, own, policy, now),
        others=_lines(found[:A_PAGE], own, policy, now),
        policy=policy,
        calendar_since=link_made_at(session, access.me().id),
        place=place,
        has_more=len(found) > A_PAGE,
        is_asked=any(request.args.get(name) for name in ("q", "free", "day")),
        page_link=lambda place: "?" + urlencode({**request.args.to_dict(), "page": place}),
    )


@bp.post("/sign-ups/<code:code>")
@access.member
def sign_up(code: str) -> ResponseReturnValue:
    """Sign up for a shift, or wait for a place at it."""
    shift_id, member_id = _shift(code), access.my_member_id()
    campus, now = settings().campus, clock.utc_now()
    try:
        done = in_transaction(
            lambda session: actions.sign_up(
                session, member_id=member_id, shift_id=shift_id, campus=campus, now=now
            )
        )
    except Refusal as refusal:
        return _refused(refusal)
    if done.has_place:
        flash(gettext("You have a place. It stands in your calendar and on your home page."), "done")
    else:
        flash(
            gettext(
                "All places are taken: you are number %(n)s on the waiting list. A place that comes free is"
                " yours, and your inbox says so.",
                n=done.waiting_number,
            ),
            "done",
        )
    return _back()


@bp.post("/sign-ups/<code:code>/withdraw")
@access.member
def withdraw(code: str) -> ResponseReturnValue:
    """Give the place, or the wait, back."""
    shift_id, member_id = _shift(code), access.my_member_id()
    campus, now = settings().campus, clock.utc_now()
    try:
        in_transaction(
            lambda session: actions.withdraw(
                session, member_id=member_id, shift_id=shift_id, campus=campus, now=now
            )
        )
    except Refusal as refusal:
        return _refused(refusal)
    flash(gettext("Withdrawn. Who waits longest now has the place."), "done")
    return _back()


def _shift(code: str) -> int:
    """Return the shift, if it is one of the member's college.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found = sign_ups.shift_to_sign_up(db.session(), access.my_member_id(), code)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found


def _refused(refusal: Refusal) -> ResponseReturnValue:
    if refusal.reason in (Reason.UNKNOWN, Reason.NOT_SIGNED_IN):
        raise refusal
    flash(words.sentence(refusal), "warn")
    return _back()


def _back() -> ResponseReturnValue:
    """Lead back to the page where the button was, at the place of the list that was shown."""
    page = PAGES.get(request.form.get("from", ""), PAGES["list"])
    shown = [(name, text) for name, text in parse_qsl(request.form.get("at", "")[:200]) if name in ASKED]
    return redirect(f"{page}?{urlencode(shown)}" if shown else page, 303)


def _since(now: datetime) -> datetime:
    """Return from when on to list: the day that the address asks for, or now."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return now
    if not 2000 <= day.year <= 2100:
        return now
    return max(now, day_start(day, settings().zone))


def _lines(
    rows: Sequence[OpenShift], own: Sequence[OpenShift], policy: HoursPolicy, now: datetime
) -> list[Line]:
    taken = {shift.id: Span(shift.starts_at, shift.ends_at) for shift in own}
    return [_line(row, [span for id, span in taken.items() if id != row.id], policy, now) for row in rows]


def _line(row: OpenShift, taken: Sequence[Span], policy: HoursPolicy, now: datetime) -> Line:
    limit = withdraw_until(row.starts_at, row.seated_at, policy)
    clashes = any(Span(row.starts_at, row.ends_at).overlaps(span) for span in taken)
    is_open = opens_at(row.starts_at, policy) <= now < row.starts_at
    return Line(
        shift=row,
        is_running=row.starts_at <= now,
        may_sign_up=is_open
        and row.has_place is None
        and not clashes
        and row.sign_up_for is not SignUpFor.NOBODY,
        may_withdraw=row.has_place is not None and now <= limit and now < row.starts_at,
        withdraw_until=limit,
        clashes=clashes,
        day=settings().campus.day(max(row.starts_at, now)),
    )
