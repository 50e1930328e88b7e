"""Old records keep their version of the policy, unless two people of the college order a recount.

It is carried out member by member, each in a transaction of its own: reversals and new lines, nothing is
edited. Broken off, it goes on where it was; done again, it finds nothing to do.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import check_college
from volunteer.actions.audit import note
from volunteer.actions.book import Nearby, Why, book, read_between
from volunteer.actions.near import TOUCHED, NearVisit
from volunteer.database import StaleRow
from volunteer.models import Account, PolicyVersion, RecountOrder, Visit
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import SETTLED
from volunteer.rules.names import clean_line
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats.policies import versions_by_id
from volunteer.stats.reach import units_below

LONGEST_REASON = 200


def propose(
    session: Session,
    *,
    unit_id: int,
    policy_id: int,
    from_on: date,
    until_on: date,
    reason: str,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> int:
    """Propose to count the records of these days by a version that is in force, and return the order's id.

    Args:
        until_on: The last day, included.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``UNKNOWN``, ``BAD_FIELD``, or ``CHANGED_MEANWHILE``: another one waits.
    """
    check_college(session, actor, unit_id)
    version = session.get(PolicyVersion, policy_id)
    if version is None:
        raise Refusal(Reason.UNKNOWN)
    today = campus.day(now)
    if version.effective_on > today:
        raise Refusal(Reason.BAD_FIELD, field="from_on", case="recount_ahead", day=version.effective_on)
    if until_on < from_on or until_on > today:
        raise Refusal(Reason.BAD_FIELD, field="until_on")
    wanted = (policy_id, from_on, date.fromordinal(until_on.toordinal() + 1))
    waiting = session.scalars(
        select(RecountOrder).where(RecountOrder.unit_id == unit_id, RecountOrder.decided_at.is_(None))
    ).one_or_none()
    if waiting is not None and (waiting.policy_id, waiting.from_on, waiting.before_on) == wanted:
        return waiting.id
    if waiting is not None:
        raise Refusal(Reason.CHANGED_MEANWHILE, case="recount_waits")
    order = RecountOrder(
        unit_id=unit_id,
        policy_id=policy_id,
        from_on=from_on,
        before_on=wanted[2],
        reason=clean_line(reason, "reason", longest=LONGEST_REASON),
        proposed_by_id=actor.account_id,
        proposed_at=now,
    )
    session.add(order)
    session.flush()
    note(session, "propose_recount", "recount_order", order.id, actor_id=actor.account_id, now=now)
    return order.id


def approve(session: Session, *, order_id: int, actor: Actor, now: datetime) -> None:
    """Let what another person of the college proposed be carried out. Approved once more, it goes on.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``SAME_PERSON`` or ``CHANGED_MEANWHILE``: it was turned down.
    """
    order = _order(session, order_id, actor)
    if order.is_approved:
        return
    if order.decided_at is not None:
        raise Refusal(Reason.CHANGED_MEANWHILE)
    if _is_same_person(session, order.proposed_by_id, actor):
        raise Refusal(Reason.SAME_PERSON, case="own_proposal")
    _decide(session, order, actor, is_approved=True, now=now)


def decline(session: Session, *, order_id: int, actor: Actor, now: datetime) -> None:
    """Turn it down, or take an own one back.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``CHANGED_MEANWHILE``: it was decided.
    """
    order = _order(session, order_id, actor)
    if order.decided_at is not None:
        raise Refusal(Reason.CHANGED_MEANWHILE)
    _decide(session, order, actor, is_approved=False, now=now)


def members_left(session: Session, order_id: int) -> Sequence[int]:
    """Return the members with a record that is still to be counted."""
    order = session.get_one(RecountOrder, order_id)
    left = select(Visit.member_id).where(
        Visit.unit_id.in_(units_below([order.unit_id])),
        Visit.served_on >= order.from_on,
        Visit.served_on < order.before_on,
        Visit.policy_id != order.policy_id,
        Visit.state.not_in(SETTLED),
    )
    return session.scalars(left.distinct().order_by(Visit.member_id)).all()


def count_member(session: Session, *, order_id: int, member_id: int, campus: Campus, now: datetime) -> int:
    """Count a member's records by the order, and return how many of them took the version.

    Raises:
        Refusal: ``NOT_ALLOWED``: nobody has approved it.
    """
    order = session.get_one(RecountOrder, order_id)
    if not order.is_approved:
        raise Refusal(Reason.NOT_ALLOWED)
    units = set(session.scalars(units_below([order.unit_id])))
    whole = read_between(session, member_id=member_id, from_day=date.min, to_day=date.max)
    policy = versions_by_id(session)[order.policy_id]
    taken = [visit.id for visit in whole.visits if takes(visit, order, units)]
    if not taken:
        return 0
    held = session.execute(
        update(Visit)
        .where(Visit.id.in_(taken), Visit.policy_id != order.policy_id)
        .values(policy_id=order.policy_id)
    )
    if held.rowcount != len(taken):  # type: ignore[attr-defined]
        raise StaleRow(f"recount of member {member_id}")
    why = Why(cause="recount_order", actor_id=order.decided_by_id, now=now)
    after = under(whole, set(taken), order.policy_id, policy)
    book(session, after, zone=campus.zone, why=why, changed=_around(whole, set(taken)))
    return len(taken)


def finish(session: Session, *, order_id: int, now: datetime) -> bool:
    """Note that all is counted, if it is."""
    order = session.get_one(RecountOrder, order_id)
    if order.done_at is None and not members_left(session, order_id):
        order.done_at = now
        session.flush()
        note(session, "finish_recount", "recount_order", order_id, actor_id=order.decided_by_id, now=now)
    return order.done_at is not None


def takes(visit: NearVisit, order: RecountOrder, units: set[int]) -> bool:
    """Whether a record is to take the version of the order."""
    return (
        visit.unit_id in units
        and order.from_on <= visit.served_on < order.before_on
        and visit.policy_id != order.policy_id
        and visit.state not in SETTLED
    )


def under(whole: Nearby, visit_ids: set[int], policy_id: int, policy: HoursPolicy) -> Nearby:
    """Return the member's records with some of them under a version."""
    return whole.replacing(
        *(
            replace(visit, policy_id=policy_id, policy=policy)
            for visit in whole.visits
            if visit.id in visit_ids
        )
    )


def _around(whole: Nearby, visit_ids: set[int]) -> list[int]:
    """Return the records that may earn something else when those do: they share minutes or a day's cap."""
    days = [visit.served_on for visit in whole.visits if visit.id in visit_ids]
    return [visit.id for visit in whole.visits if any(abs(visit.served_on - day) <= TOUCHED for day in days)]


def _order(session: Session, order_id: int, actor: Actor) -> RecountOrder:
    # Of two who decide at once, the second must see the first.
    order = session.get(RecountOrder, order_id, with_for_update=True)
    if order is None:
        raise Refusal(Reason.UNKNOWN)
    check_college(session, actor, order.unit_id)
    return order


def _is_same_person(session: Session, account_id: int, actor: Actor) -> bool:
    if account_id == actor.account_id:
        return True
    member_id = session.execute(select(Account.member_id).where(Account.id == account_id)).scalar_one()
    return member_id is not None and member_id == actor.member_id


def _decide(session: Session, order: RecountOrder, actor: Actor, *, is_approved: bool, now: datetime) -> None:
    order.decided_by_id, order.decided_at, order.is_approved = actor.account_id, now, is_approved
    session.flush()
    act = "approve_recount" if is_approved else "decline_recount"
    note(session, act, "recount_order", order.id, actor_id=actor.account_id, now=now)
