"""Objections to a record: a member's own is in force at once, another's once the committee accepts it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, chain_of, check_not_own, check_reviewer
from volunteer.actions.audit import note
from volunteer.actions.book import Why, around_visit, book, without_claim
from volunteer.actions.calendar import work_calendar
from volunteer.actions.near import NearVisit
from volunteer.actions.review import vouched_for
from volunteer.actions.tell import tell_people
from volunteer.models import Objection, Visit
from volunteer.rules.campus import Campus
from volunteer.rules.evidence import state_at
from volunteer.rules.kinds import Grade, MessageKind, VisitState
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.workdays import deadline_after

REASON_LENGTH = 200
_OPEN_TO_OBJECTION = (VisitState.CONFIRMED, VisitState.PENDING, VisitState.UNCLOSED)


def object_to(
    session: Session,
    *,
    ref: str,
    visit_id: int,
    reason: str,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
) -> int:
    """Object to a record and return the objection's id.

    Args:
        actor: Who objects; None is the member herself.

    Raises:
        Refusal: ``UNKNOWN`` or ``NOT_ALLOWED`` where nothing is left to object to.
    """
    known = session.execute(select(Objection.id).where(Objection.ref == ref)).scalar_one_or_none()
    if known is not None:
        return known
    found, visit = around_visit(session, visit_id)
    if _state(visit, now) not in _OPEN_TO_OBJECTION:
        raise Refusal(Reason.NOT_ALLOWED)
    is_own = actor is None or actor.is_member(found.member_id)
    limit = deadline_after(campus.day(now), visit.policy.notice_workdays, work_calendar(session, campus))
    objection = Objection(
        ref=ref,
        visit_id=visit_id,
        by_account_id=actor_id(actor),
        is_own=is_own,
        reason=clean_line(reason, "reason", longest=REASON_LENGTH),
        filed_at=now,
        accept_by_on=limit.day,
    )
    session.add(objection)
    session.flush()
    note(session, "object", "visit", visit_id, actor_id=actor_id(actor), now=now, objection_id=objection.id)
    if is_own:
        _put_in_force(session, objection, actor, campus, now)
    return objection.id


def accept_objection(
    session: Session,
    *,
    objection_id: int,
    actor: Actor,
    campus: Campus,
    now: datetime,
    is_seen_open: bool = False,
) -> None:
    """Put another member's objection in force. The branch has three working days; after them the college may.

    Args:
        is_seen_open: The reviewer looked at it before anybody had accepted it.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``DEADLINE_PASSED`` or ``CHANGED_MEANWHILE``.
    """
    objection, visit = _on_desk(session, objection_id, actor)
    if objection.accepted_at is not None and is_seen_open:
        raise Refusal(Reason.CHANGED_MEANWHILE)
    if objection.accepted_at is not None:
        return
    is_college = actor.is_college_of(chain_of(session, visit.unit_id))
    if not is_college and campus.day(now) > objection.accept_by_on:
        raise Refusal(Reason.DEADLINE_PASSED, day=objection.accept_by_on)
    _put_in_force(session, objection, actor, campus, now)


def resolve(
    session: Session,
    *,
    objection_id: int,
    actor: Actor,
    upheld: bool,
    reason: str,
    campus: Campus,
    now: datetime,
    is_seen_open: bool = False,
) -> None:
    """Answer an objection: upheld, the record is void; else it is again what it was.

    Args:
        is_seen_open: The reviewer looked at it before anybody had answered it.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON`` (own record, who objected, vouched or confirmed),
            ``NOT_ALLOWED`` or ``CHANGED_MEANWHILE``.
    """
    objection, visit = _on_desk(session, objection_id, actor)
    if objection.resolved_at is not None and is_seen_open:
        raise Refusal(Reason.CHANGED_MEANWHILE)
    if actor.account_id == visit.confirmed_by_id:
        raise Refusal(Reason.SAME_PERSON)
    if objection.accepted_at is None or objection.resolved_at is not None:
        raise Refusal(Reason.NOT_ALLOWED)
    assert objection.state_before is not None
    objection.resolved_by_id = actor.account_id
    objection.resolved_at = now
    objection.is_upheld = upheld
    objection.answer = clean_line(reason, "reason", longest=REASON_LENGTH)
    session.flush()
    if upheld:
        void = replace(visit, state=VisitState.VOID, grade=Grade.X)
        changed = without_claim(session, void, now)
    else:
        changed = replace(visit, state=objection.state_before)
    _write(session, changed, "resolve", actor, campus, now)
    kind = MessageKind.OBJECTION_UPHELD if upheld else MessageKind.OBJECTION_NOT_UPHELD
    _tell(session, objection, kind, now)


def _on_desk(session: Session, objection_id: int, actor: Actor) -> tuple[Objection, NearVisit]:
    objection = session.get(Objection, objection_id)
    if objection is None:
        raise Refusal(Reason.UNKNOWN)
    found, visit = around_visit(session, objection.visit_id)
    check_not_own(actor, found.member_id)
    is_party = actor.account_id == objection.by_account_id
    if is_party or vouched_for(session, visit, actor.account_id):
        raise Refusal(Reason.SAME_PERSON)
    check_reviewer(session, actor, visit.unit_id)
    return objection, visit


def _put_in_force(
    session: Session, objection: Objection, actor: Actor | None, campus: Campus, now: datetime
) -> None:
    _, visit = around_visit(session, objection.visit_id)
    if _state(visit, now) not in _OPEN_TO_OBJECTION:
        raise Refusal(Reason.NOT_ALLOWED)
    objection.accepted_by_id = actor_id(actor)
    objection.accepted_at = now
    objection.state_before = _state(visit, now)
    session.flush()
    _write(session, replace(visit, state=VisitState.DISPUTED), "object", actor, campus, now)
    if not objection.is_own:
        _tell(session, objection, MessageKind.OBJECTION_ACCEPTED, now)


def _tell(session: Session, objection: Objection, kind: MessageKind, now: datetime) -> None:
    """Tell whose record it is and who objected."""
    whose = select(Visit.member_id).where(Visit.id == objection.visit_id).scalar_subquery()
    key, about = f"{kind.value}:{objection.id}", {"visit_id": objection.visit_id, "text": objection.answer}
    tell_people(session, whose, objection.by_account_id, kind, key, now=now, **about)


def _state(visit: NearVisit, now: datetime) -> VisitState:
    return state_at(visit.state, visit.shift.end, visit.policy, now)


def _write(
    session: Session, visit: NearVisit, act: str, actor: Actor | None, campus: Campus, now: datetime
) -> None:
    found, _ = around_visit(session, visit.id)
    why = Why(cause=act, actor_id=actor_id(actor), now=now)
    book(session, found.replacing(visit), zone=campus.zone, why=why, changed=(visit.id,))
    note(session, act, "visit", visit.id, actor_id=actor_id(actor), now=now)
