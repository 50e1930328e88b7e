"""The spot check: once a month records are drawn by lot, and somebody without a part in them looks again."""

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from volunteer.actions.access import check_college, check_not_own
from volunteer.actions.audit import note
from volunteer.actions.book import around_visit
from volunteer.actions.review import vouched_for
from volunteer.models import Account, Approval, Request, SpotCheck, SpotDraw, Unit, Visit
from volunteer.rules import sample
from volunteer.rules.campus import Campus
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats.spot_checks import records_of_month

LONGEST = 200


def draw_sample(
    session: Session,
    *,
    unit_id: int,
    month: date,
    actor: Actor,
    campus: Campus,
    now: datetime,
    seed: str | None = None,
) -> int:
    """Draw among the confirmed records of a month below a unit, once, and return the draw's id.

    Args:
        month: Its first day; it must be over, so that nothing can be added to what was drawn from.
        seed: 32 signs of hex; by default some that nobody can foresee.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``ALREADY_EXISTS`` or ``BAD_FIELD``.
    """
    check_college(session, actor, unit_id)
    if month.day != 1 or campus.day(now) < after(month):
        raise Refusal(Reason.BAD_FIELD, field="month", case="not_over")
    known = select(SpotDraw.id).where(SpotDraw.unit_id == unit_id, SpotDraw.month == month)
    if session.execute(known).one_or_none() is not None:
        raise Refusal(Reason.ALREADY_EXISTS, case="drawn")
    path = session.execute(select(Unit.path).where(Unit.id == unit_id)).scalar_one()
    records = records_of_month(session, path, month, after(month))
    if not records:
        raise Refusal(Reason.BAD_FIELD, field="month", case="nothing_served")
    draw = SpotDraw(
        unit_id=unit_id,
        month=month,
        seed=seed or secrets.token_hex(16),
        population=len(records),
        digest=sample.digest_of(list(records)),
        drawn_by_id=actor.account_id,
        drawn_at=now,
    )
    session.add(draw)
    session.flush()
    for visit_id in sample.drawn(draw.seed, records):
        session.execute(insert(SpotCheck).values(draw_id=draw.id, visit_id=visit_id))
    note(session, "draw_sample", "spot_draw", draw.id, actor_id=actor.account_id, now=now, month=month)
    return draw.id


def enter_finding(
    session: Session,
    *,
    draw_id: int,
    visit_id: int,
    is_right: bool,
    finding: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what a check found, once. The record itself stays: a wrong one is sent back or objected to.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``SAME_PERSON`` (an own record; who approved, confirmed or
            vouched for it), ``CHANGED_MEANWHILE`` or ``BAD_FIELD``.
    """
    draw = session.get(SpotDraw, draw_id)
    check = session.get(SpotCheck, (draw_id, visit_id), with_for_update=True)
    if draw is None or check is None:
        raise Refusal(Reason.UNKNOWN)
    check_college(session, actor, draw.unit_id)
    _check_no_part(session, visit_id, actor)
    if check.checked_at is not None:
        raise Refusal(Reason.CHANGED_MEANWHILE)
    check.is_right = is_right
    check.finding = clean_line(finding, "finding", longest=LONGEST)
    check.checked_by_id = actor.account_id
    check.checked_at = now
    session.flush()
    note(
        session,
        "spot_check",
        "visit",
        visit_id,
        actor_id=actor.account_id,
        now=now,
        draw=draw_id,
        is_right=is_right,
    )


def after(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _check_no_part(session: Session, visit_id: int, actor: Actor) -> None:
    """Refuse who let the record count: nobody checks an own decision, under whichever account."""
    found, visit = around_visit(session, visit_id)
    check_not_own(actor, found.member_id)
    own = Account.id == actor.account_id
    if actor.member_id is not None:
        own = or_(own, Account.member_id == actor.member_id)
    mine = set(session.scalars(select(Account.id).where(own)))
    approved = (
        select(Approval.request_id)
        .join(Request, Request.id == Approval.request_id)
        .where(Request.visit_id == visit_id, Approval.account_id.in_(mine))
    )
    confirmed = select(Visit.id).where(Visit.id == visit_id, Visit.confirmed_by_id.in_(mine))
    has_part = session.execute(select(approved.exists() | confirmed.exists())).scalar_one()
    if has_part or any(vouched_for(session, visit, account_id) for account_id in mine):
        raise Refusal(Reason.SAME_PERSON)
