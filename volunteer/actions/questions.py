"""What a reviewer asks the leaders of a post about one record: one question, one answer, no talk."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.access import check_keeper, check_not_own, check_reviewer
from volunteer.actions.audit import note
from volunteer.models import Question, Visit
from volunteer.rules.kinds import SETTLED
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

LONGEST = 200


def ask_leaders(session: Session, *, visit_id: int, text: str, actor: Actor, now: datetime) -> int:
    """Put a question on the pages of the post's leaders and return its id. One waits at a time.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``ALREADY_EXISTS`` or ``BAD_FIELD``.
    """
    visit = _visit(session, visit_id)
    check_not_own(actor, visit.member_id)
    check_reviewer(session, actor, visit.unit_id)
    if visit.state in SETTLED:
        raise Refusal(Reason.NOT_ALLOWED)
    waits = select(Question.id).where(Question.visit_id == visit_id, Question.answered_at.is_(None))
    if session.execute(waits).one_or_none() is not None:
        raise Refusal(Reason.ALREADY_EXISTS, case="question")
    question = Question(
        visit_id=visit_id,
        text=clean_line(text, "text", longest=LONGEST),
        asked_by_id=actor.account_id,
        asked_at=now,
    )
    session.add(question)
    session.flush()
    note(session, "ask_leaders", "visit", visit_id, actor_id=actor.account_id, now=now, question=question.id)
    return question.id


def answer_question(session: Session, *, question_id: int, answer: str, actor: Actor, now: datetime) -> None:
    """Answer as a keeper of the post; it changes nothing about the record itself.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``SAME_PERSON`` (an own record, or who asked),
            ``CHANGED_MEANWHILE`` or ``BAD_FIELD``.
    """
    question = session.get(Question, question_id, with_for_update=True)
    if question is None:
        raise Refusal(Reason.UNKNOWN)
    visit = _visit(session, question.visit_id)
    check_keeper(session, actor, visit.post_id)
    check_not_own(actor, visit.member_id)
    if question.asked_by_id == actor.account_id:
        raise Refusal(Reason.SAME_PERSON)
    if question.answered_at is not None:
        raise Refusal(Reason.CHANGED_MEANWHILE)
    question.answer = clean_line(answer, "answer", longest=LONGEST)
    question.answered_by_id = actor.account_id
    question.answered_at = now
    session.flush()
    note(
        session,
        "answer_question",
        "visit",
        visit.id,
        actor_id=actor.account_id,
        now=now,
        question=question_id,
    )


def _visit(session: Session, visit_id: int) -> Visit:
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise Refusal(Reason.UNKNOWN)
    return visit
