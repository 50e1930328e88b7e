"""What the branch's committee decides about a record: it counts, or it goes back."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from volunteer.actions.access import check_not_own, check_reviewer
from volunteer.actions.audit import note
from volunteer.actions.book import Nearby, Why, around_visit, book
from volunteer.actions.near import NearVisit
from volunteer.actions.tell import tell_member
from volunteer.models import Evidence, Witness
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Grade, MessageKind, VisitState
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats.signs import signs_of

REASON_LENGTH = 200


def confirm(
    session: Session,
    *,
    visit_id: int,
    actor: Actor,
    campus: Campus,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Let a pending record count. It never lifts one that stands alone: that takes a witness or a request.

    Args:
        seen: The version of the record that the reviewer looked at.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON`` (own record, or who vouched for it), ``NOT_ALLOWED`` or
            ``CHANGED_MEANWHILE``.
    """
    found, visit = _on_desk(session, visit_id, actor)
    _check_seen(visit, seen)
    if visit.state is VisitState.CONFIRMED:
        return
    is_ready = visit.state is VisitState.PENDING and visit.grade is not Grade.D and visit.claim is None
    if not is_ready or visit.unfinished is not None:
        raise Refusal(Reason.NOT_ALLOWED)
    changed = replace(
        visit, state=VisitState.CONFIRMED, waits_for_committee=False, confirmed_by_id=actor.account_id
    )
    _write(session, found, changed, "confirm", actor, campus, now)


def confirm_quiet(
    session: Session, *, visit_id: int, actor: Actor, campus: Campus, now: datetime, seen: int
) -> None:
    """Let a pending record count that the reviewer did not open, because nothing speaks against it.

    Raises:
        Refusal: As :func:`confirm`; ``CHANGED_MEANWHILE`` where it carries a flag by now.
    """
    _on_desk(session, visit_id, actor)
    if signs_of(session, [visit_id], today=campus.day(now))[visit_id]:
        raise Refusal(Reason.CHANGED_MEANWHILE, case="flagged")
    confirm(session, visit_id=visit_id, actor=actor, campus=campus, now=now, seen=seen)


def return_visit(
    session: Session,
    *,
    visit_id: int,
    actor: Actor,
    reason: str,
    campus: Campus,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Send a record back: it is pending, whatever it was, until the committee confirms it.

    Args:
        seen: The version of the record that the reviewer looked at.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``CHANGED_MEANWHILE`` or ``BAD_FIELD``.
    """
    found, visit = _on_desk(session, visit_id, actor)
    _check_seen(visit, seen)
    if visit.state not in (VisitState.CONFIRMED, VisitState.PENDING):
        raise Refusal(Reason.NOT_ALLOWED)
    facts = {"reason": clean_line(reason, "reason", longest=REASON_LENGTH)} if reason else {}
    changed = replace(visit, state=VisitState.PENDING, waits_for_committee=True, confirmed_by_id=None)
    _write(session, found, changed, "return_visit", actor, campus, now, **facts)
    key, text = f"returned:{visit_id}:{visit.version}", facts.get("reason")
    tell_member(
        session, found.member_id, MessageKind.RECORD_RETURNED, key, now=now, visit_id=visit_id, text=text
    )


def vouched_for(session: Session, visit: NearVisit, account_id: int) -> bool:
    """Whether the account is a recorder of the visit: it took in or out, attested, or its witness counts."""
    attested = select(Evidence.id).where(
        Evidence.visit_id == visit.id, Evidence.by_account_id == account_id, ~Evidence.is_claim
    )
    witnessed = select(Witness.visit_id).where(
        Witness.visit_id == visit.id,
        Witness.account_id == account_id,
        # A witness who came too late to lift the grade has recorded nothing.
        literal(visit.grade in (Grade.A, Grade.C)),
    )
    return bool(session.execute(select(attested.exists() | witnessed.exists())).scalar_one())


def _check_seen(visit: NearVisit, seen: int | None) -> None:
    """Of two reviewers at once one wins; the other must look again."""
    if seen is not None and visit.version != seen:
        raise Refusal(Reason.CHANGED_MEANWHILE)


def _on_desk(session: Session, visit_id: int, actor: Actor) -> tuple[Nearby, NearVisit]:
    found, visit = around_visit(session, visit_id)
    check_not_own(actor, found.member_id)
    if vouched_for(session, visit, actor.account_id):
        raise Refusal(Reason.SAME_PERSON)
    check_reviewer(session, actor, visit.unit_id)
    return found, visit


def _write(
    session: Session,
    found: Nearby,
    visit: NearVisit,
    act: str,
    actor: Actor,
    campus: Campus,
    now: datetime,
    **facts: object,
) -> None:
    why = Why(cause=act, actor_id=actor.account_id, now=now)
    book(session, found.replacing(visit), zone=campus.zone, why=why, changed=(visit.id,))
    note(session, act, "visit", visit.id, actor_id=actor.account_id, now=now, **facts)
