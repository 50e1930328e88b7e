"""The two approvals of a whole file of outside records: one act over all its requests that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import chain_of
from volunteer.actions.approve import is_same_member
from volunteer.actions.ask import REASON_LENGTH
from volunteer.actions.audit import line_of, note
from volunteer.database import table_of
from volunteer.models import (
    Approval,
    AuditLine,
    Credit,
    Member,
    OutsideBatch,
    ProbationWindow,
    Request,
)
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Grade, Outcome, RequestState
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

APPROVAL, AUDIT, CREDIT = table_of(Approval), table_of(AuditLine), table_of(Credit)


@dataclass(frozen=True, slots=True)
class _Batch:
    """A file as an approver finds it: its requests that wait, and who gave the first approval of each."""

    requests: Sequence[Request]
    first_by: dict[int, int]


def approve_batch(
    session: Session, *, batch_id: int, actor: Actor, campus: Campus, now: datetime, seen: int | None = None
) -> int:
    """Give the next approval to every row that waits, all or none, and return how many.

    The committee's first, then the college's, which books the hours. What one row alone refuses to anybody
    refuses the whole: it is turned down by itself, or approved by somebody else.

    Args:
        seen: How many of the rows had their first approval when the approver looked.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED`` or ``CHANGED_MEANWHILE``.
    """
    found = _locked(session, batch_id)
    _check_actor(session, found, actor)
    if seen is not None and seen != len(found.first_by):
        raise Refusal(Reason.CHANGED_MEANWHILE)
    _check_members(session, [request.member_id for request in found.requests])
    is_college = {
        unit_id: actor.is_college_of(chain_of(session, unit_id)) for unit_id in _units(session, found)
    }
    steps = {request.id: 2 if request.id in found.first_by else 1 for request in found.requests}
    if 2 in steps.values() and not all(is_college.values()):
        raise Refusal(Reason.NOT_ALLOWED)
    today = campus.day(now)
    session.execute(
        insert(APPROVAL),
        [
            {
                "request_id": request.id,
                "step": steps[request.id],
                "account_id": actor.account_id,
                "is_late": today > request.deadline_on,
                "at": now,
            }
            for request in found.requests
        ],
    )
    _note_each(session, "approve", steps, actor, now)
    granted = [request for request in found.requests if steps[request.id] == 2]
    if granted:
        _book_all(session, granted, actor, now)
    note(
        session,
        "approve_outside",
        "outside_batch",
        batch_id,
        actor_id=actor.account_id,
        now=now,
        rows=len(steps),
        granted=len(granted),
    )
    return len(steps)


def reject_batch(session: Session, *, batch_id: int, actor: Actor, reason: str, now: datetime) -> int:
    """Turn down every row that waits, as the committee or the college, and return how many.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED`` or ``BAD_FIELD``.
    """
    found = _locked(session, batch_id)
    _check_actor(session, found, actor)
    answer = clean_line(reason, "reason", longest=REASON_LENGTH)
    ids = [request.id for request in found.requests]
    session.execute(
        update(Request)
        .where(Request.id.in_(ids))
        .values(state=RequestState.REJECTED, rejected_by_id=actor.account_id, answer=answer, decided_at=now)
    )
    _note_each(session, "reject", dict.fromkeys(ids, 0), actor, now)
    note(
        session,
        "reject_outside",
        "outside_batch",
        batch_id,
        actor_id=actor.account_id,
        now=now,
        rows=len(ids),
    )
    return len(ids)


def _locked(session: Session, batch_id: int) -> _Batch:
    """Return the rows that wait, held against everybody else who decides about one of them."""
    if session.get(OutsideBatch, batch_id, with_for_update=True) is None:
        raise Refusal(Reason.UNKNOWN)
    requests = session.scalars(
        select(Request)
        .where(Request.batch_id == batch_id, Request.state == RequestState.ASKED)
        .order_by(Request.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not requests:
        raise Refusal(Reason.CHANGED_MEANWHILE)
    first = session.execute(
        select(Approval.request_id, Approval.account_id)
        .join(Request, Request.id == Approval.request_id)
        .where(Request.batch_id == batch_id, Request.state == RequestState.ASKED, Approval.step == 1)
    )
    return _Batch(requests, {row.request_id: row.account_id for row in first})


def _check_actor(session: Session, found: _Batch, actor: Actor) -> None:
    """Refuse who has a part in any row, and who does not decide for all of their branches."""
    if any(actor.is_member(request.member_id) for request in found.requests):
        raise Refusal(Reason.SAME_PERSON, case="own_row")
    if any(request.asked_by_id == actor.account_id for request in found.requests):
        raise Refusal(Reason.SAME_PERSON)
    for account_id in set(found.first_by.values()):
        if account_id == actor.account_id or is_same_member(session, account_id, actor):
            raise Refusal(Reason.SAME_PERSON)
    if not all(actor.may_review(chain_of(session, unit_id)) for unit_id in _units(session, found)):
        raise Refusal(Reason.NOT_ALLOWED)


def _units(session: Session, found: _Batch) -> set[int]:
    """Return the present branches of the members; of who has none, the branch of the day."""
    rows = session.execute(
        select(Member.id, Member.unit_id).where(Member.id.in_({one.member_id for one in found.requests}))
    )
    present = {row.id: row.unit_id for row in rows}
    return {present[request.member_id] or request.unit_id for request in found.requests}


def _check_members(session: Session, member_ids: Sequence[int]) -> None:
    """Refuse if anybody has left meanwhile, or her probation was cancelled."""
    gone = session.execute(
        select(Member.name)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(
            Member.id.in_(member_ids),
            Member.unit_id.is_(None) | (ProbationWindow.outcome == Outcome.CANCELLED),
        )
        .order_by(Member.id)
        .limit(1)
    ).scalar_one_or_none()
    if gone is not None:
        raise Refusal(Reason.PROBATION_CLOSED, case="in_file", name=gone)


def _note_each(session: Session, act: str, steps: dict[int, int], actor: Actor, now: datetime) -> None:
    """Write a line for each request, so that each has its whole story in the trail."""
    lines = [
        line_of(act, "request", actor_id=actor.account_id, now=now, **({"step": step} if step else {}))
        | {"subject_id": number}
        for number, step in steps.items()
    ]
    session.execute(insert(AUDIT), lines)


def _book_all(session: Session, requests: Sequence[Request], actor: Actor, now: datetime) -> None:
    """Write one line of the ledger for each, numbered on from each member's last."""
    members = sorted({request.member_id for request in requests})
    # As a single approval does: of two who book for one member at once, the second waits.
    session.execute(
        select(Member.id).where(Member.id.in_(members)).order_by(Member.id).with_for_update(key_share=True)
    ).all()
    last = {
        row[0]: row[1]
        for row in session.execute(
            select(Credit.member_id, func.max(Credit.member_seq))
            .where(Credit.member_id.in_(members))
            .group_by(Credit.member_id)
        )
    }
    lines = []
    for request in requests:
        assert request.minutes is not None
        last[request.member_id] = last.get(request.member_id, 0) + 1
        lines.append(
            {
                "member_id": request.member_id,
                "member_seq": last[request.member_id],
                "request_id": request.id,
                "record_kind": request.kind,
                "unit_id": request.unit_id,
                "day": request.on,
                "net_min": request.minutes,
                "credited_min": request.minutes,
                "is_reversal": False,
                "grade": Grade.E,
                "cause": "approve",
                "actor_id": actor.account_id,
                "at": now,
            }
        )
    session.execute(insert(CREDIT), lines)
    session.execute(
        update(Request)
        .where(Request.id.in_([request.id for request in requests]))
        .values(state=RequestState.APPROVED, decided_at=now)
    )
