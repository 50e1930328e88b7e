"""A member's wish that her name be taken from the records: asked by herself, answered by the college."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from volunteer.actions.access import check_college, check_not_own
from volunteer.actions.anonymise import anonymise, check_not_on_probation
from volunteer.actions.audit import note
from volunteer.models import Erasure, Member
from volunteer.rules.campus import Campus
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats.leaving import last_unit

REASON_LENGTH = 200


def ask_erasure(
    session: Session, *, member_id: int, reason: str | None, actor: Actor, campus: Campus, now: datetime
) -> int:
    """Note the member's wish and return its number; one that waits already is the same.

    Raises:
        Refusal: ``NOT_A_MEMBER``, ``ON_PROBATION`` or ``BAD_FIELD``.
    """
    member = session.get(Member, member_id)
    if member is None or not actor.is_member(member_id):
        raise Refusal(Reason.NOT_A_MEMBER)
    waiting = session.execute(
        select(Erasure.id).where(Erasure.member_id == member_id, Erasure.decided_at.is_(None))
    ).scalar_one_or_none()
    if waiting is not None:
        return waiting
    check_not_on_probation(session, member, campus, now)
    text = clean_line(reason, "reason", longest=REASON_LENGTH) if reason else None
    erasure = Erasure(member_id=member_id, reason=text, asked_at=now)
    session.add(erasure)
    session.flush()
    note(session, "ask_erasure", "member", member_id, actor_id=actor.account_id, now=now, erasure=erasure.id)
    return erasure.id


def withdraw_erasure(session: Session, *, member_id: int, actor: Actor, now: datetime) -> bool:
    """Forget a wish that nobody has answered yet; False where none waits.

    Raises:
        Refusal: ``NOT_A_MEMBER``.
    """
    if not actor.is_member(member_id):
        raise Refusal(Reason.NOT_A_MEMBER)
    # In one statement, so that of her and who answers at the same time one comes first.
    gone = session.scalars(
        delete(Erasure)
        .where(Erasure.member_id == member_id, Erasure.decided_at.is_(None))
        .returning(Erasure.id)
        .execution_options(synchronize_session=False)
    ).all()
    for erasure_id in gone:
        by = actor.account_id
        note(session, "withdraw_erasure", "member", member_id, actor_id=by, now=now, erasure=erasure_id)
    return bool(gone)


def answer_erasure(
    session: Session,
    *,
    erasure_id: int,
    is_granted: bool,
    answer: str,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> None:
    """Answer a wish with a reason; one that is granted is done at once. Answered already, it stays as it is.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``BAD_FIELD``, ``CHANGED_MEANWHILE`` or
            ``ON_PROBATION``.
    """
    erasure = session.get(Erasure, erasure_id, with_for_update=True, populate_existing=True)
    if erasure is None:
        raise Refusal(Reason.UNKNOWN)
    member_id = erasure.member_id
    check_not_own(actor, member_id)
    check_college(session, actor, last_unit(session, member_id))
    if erasure.decided_at is not None:
        if erasure.is_granted is not is_granted:
            raise Refusal(Reason.CHANGED_MEANWHILE)
        return
    erasure.answer = clean_line(answer, "answer", longest=REASON_LENGTH)
    erasure.is_granted, erasure.decided_by_id, erasure.decided_at = is_granted, actor.account_id, now
    session.flush()
    act = "grant_erasure" if is_granted else "refuse_erasure"
    by = actor.account_id
    note(session, act, "member", member_id, actor_id=by, now=now, erasure=erasure_id)
    if is_granted:
        anonymise(session, member_id=member_id, actor_id=by, campus=campus, now=now)
