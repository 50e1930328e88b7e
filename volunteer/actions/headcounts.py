"""How many are there: a count before the names, a roll-call by lot, and names ticked on the list."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import check_keeper
from volunteer.actions.audit import note
from volunteer.actions.keep import witness
from volunteer.models import Headcount, RollCall, Shift, Visit, VisitFlag
from volunteer.rules import roll_call
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Flag, VisitState
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

MOST_PEOPLE = 999


def count_heads(session: Session, *, shift_id: int, counted: int, actor: Actor, now: datetime) -> int:
    """Keep how many people a keeper counts at the running shift, and return the count's id.

    Where they are ten or more by the records, two names are drawn for a roll-call, never her own.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``OUTSIDE_SHIFT`` or ``BAD_FIELD``.
    """
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    check_keeper(session, actor, shift.post_id)
    return keep_count(session, shift, counted=counted, actor=actor, now=now)


def keep_count(
    session: Session,
    shift: Shift,
    *,
    counted: int,
    actor: Actor | None = None,
    display_id: int | None = None,
    now: datetime,
) -> int:
    """Keep a count with what the records say, and flag the open ones if they say something else."""
    if not 0 <= counted <= MOST_PEOPLE:
        raise Refusal(Reason.BAD_FIELD, field="counted")
    if shift.cancelled_at is not None or not shift.starts_at <= now < shift.ends_at:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="count", starts_at=shift.starts_at, ends_at=shift.ends_at)
    inside = _inside(session, shift.id)
    called = [visit_id for visit_id, member_id in inside if actor is None or not actor.is_member(member_id)]
    is_called = actor is not None and roll_call.is_due(len(inside))
    count = Headcount(
        shift_id=shift.id,
        by_account_id=actor.account_id if actor else None,
        display_id=display_id,
        at=now,
        counted=counted,
        checked_in=len(inside),
        seed=secrets.token_hex(8) if is_called else None,
    )
    session.add(count)
    session.flush()
    for visit_id in roll_call.drawn(count.seed, called) if count.seed else ():
        session.add(RollCall(headcount_id=count.id, visit_id=visit_id))
    if counted != len(inside):
        facts = f"{counted} / {len(inside)}"
        for visit_id, _ in inside:
            _flag(session, visit_id, Flag.HEADCOUNT_DIFFERS, facts, now)
    session.flush()
    note(
        session,
        "count_heads",
        "shift",
        shift.id,
        actor_id=actor.account_id if actor else None,
        now=now,
        counted=counted,
        checked_in=len(inside),
    )
    return count.id


def answer_roll_call(
    session: Session,
    *,
    headcount_id: int,
    present: Collection[int],
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> None:
    """Keep who of the drawn names was found: who was is witnessed, who was not is flagged. Once.

    Args:
        present: The ids of the records whose people are there.

    Raises:
        Refusal: ``UNKNOWN``: not this keeper's count, or names that were not drawn; those of a witness.
    """
    count = session.get(Headcount, headcount_id)
    if count is None or count.by_account_id != actor.account_id:
        raise Refusal(Reason.UNKNOWN)
    lines = session.scalars(
        select(RollCall).where(RollCall.headcount_id == headcount_id, RollCall.answered_at.is_(None))
    ).all()
    if not set(present) <= {line.visit_id for line in lines}:
        raise Refusal(Reason.UNKNOWN)
    for line in lines:
        is_present = line.visit_id in present
        session.execute(
            update(RollCall)
            .where(RollCall.headcount_id == headcount_id, RollCall.visit_id == line.visit_id)
            .values(is_present=is_present, answered_at=now)
        )
        if is_present:
            witness(session, visit_id=line.visit_id, actor=actor, campus=campus, now=now)
        else:
            _flag(session, line.visit_id, Flag.ABSENT_AT_ROLL_CALL, f"#{headcount_id}", now)
    session.flush()
    note(
        session, "roll_call", "shift", count.shift_id, actor_id=actor.account_id, now=now, count=headcount_id
    )


def see(session: Session, *, visit_ids: Collection[int], actor: Actor, campus: Campus, now: datetime) -> None:
    """Witness several members whom the keeper ticked on the list; all of them or none.

    Raises:
        Refusal: Those of a witness.
    """
    for visit_id in sorted(visit_ids):
        witness(session, visit_id=visit_id, actor=actor, campus=campus, now=now)


def _inside(session: Session, shift_id: int) -> list[tuple[int, int]]:
    """Return record and member of everybody who is in, by record."""
    rows = session.execute(
        select(Visit.id, Visit.member_id)
        .where(Visit.shift_id == shift_id, Visit.state == VisitState.OPEN)
        .order_by(Visit.id)
    ).all()
    return [(row.id, row.member_id) for row in rows]


def _flag(session: Session, visit_id: int, flag: Flag, facts: str, now: datetime) -> None:
    if session.get(VisitFlag, (visit_id, flag)) is None:
        session.execute(insert(VisitFlag).values(visit_id=visit_id, flag=flag, facts=facts, at=now))
