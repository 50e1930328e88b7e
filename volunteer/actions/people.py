"""What changes about a person on the roster: her name, a mistyped number, the way to probation."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, check_college, check_not_own
from volunteer.actions.ask import check_still_member
from volunteer.actions.audit import note
from volunteer.actions.registry import CODE_LENGTH, open_window
from volunteer.models import Account, Credit, FormerName, Member
from volunteer.pinyin import initials_of, sort_key_of
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Stage
from volunteer.rules.names import clean_line
from volunteer.rules.probation import check_admission, check_next_stage
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor


def rename(session: Session, *, member_id: int, name: str, actor: Actor | None, now: datetime) -> None:
    """Give a member another name, on her account too.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED`` or ``BAD_FIELD``.
    """
    member = _member(session, member_id, actor)
    name = clean_line(name, "name")
    if name == member.name:
        return
    note(session, "rename", "member", member_id, actor_id=actor_id(actor), now=now)
    session.add(FormerName(member_id=member_id, name=member.name, until_at=now))
    member.name, member.sort_key, member.initials = name, sort_key_of(name), initials_of(name)
    session.execute(update(Account).where(Account.member_id == member_id).values(name=name))
    session.flush()


def mend_number(
    session: Session, *, member_id: int, student_no: str, actor: Actor | None, now: datetime
) -> None:
    """Correct a mistyped student number, and the login that was made of it.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED``, ``BAD_FIELD``,
            ``ALREADY_CREDITED`` once hours stand under the number, or ``ALREADY_EXISTS``.
    """
    member = _member(session, member_id, actor)
    student_no, was = clean_line(student_no, "student_no", longest=CODE_LENGTH), member.student_no
    if student_no == was:
        return
    credited = select(Credit.id).where(Credit.member_id == member_id, Credit.credited_min > 0).limit(1)
    if session.execute(credited).first() is not None:
        raise Refusal(Reason.ALREADY_CREDITED, field="student_no")
    same_number = select(Member.id).where(Member.student_no == student_no)
    same_login = select(Account.id).where(
        Account.login == student_no, Account.member_id.is_distinct_from(member_id)
    )
    if session.execute(same_number.union_all(same_login)).first() is not None:
        raise Refusal(Reason.ALREADY_EXISTS, field="student_no")
    member.student_no = student_no
    session.execute(
        update(Account)
        .where(Account.member_id == member_id, Account.login == was)
        .values(login=student_no, session_epoch=Account.session_epoch + 1)
    )
    session.flush()
    note(session, "mend_number", "member", member_id, actor_id=actor_id(actor), now=now)
    session.add(FormerName(member_id=member_id, student_no=was, until_at=now))
    session.flush()


def make_candidate(session: Session, *, member_id: int, actor: Actor | None, now: datetime) -> None:
    """Note that an activist has become a candidate.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED`` or ``STAGE_ORDER``.
    """
    member = _member(session, member_id, actor)
    check_next_stage(member.stage, Stage.CANDIDATE)
    member.stage = Stage.CANDIDATE
    session.flush()
    note(session, "make_candidate", "member", member_id, actor_id=actor_id(actor), now=now)


def admit(
    session: Session, *, member_id: int, meeting_on: date, actor: Actor | None, campus: Campus, now: datetime
) -> None:
    """Note that the branch general meeting admitted a candidate to probation, and open her window that day.

    What she served since the meeting counts: the window decides at the tally, no record is booked anew.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED``, ``STAGE_ORDER``, or
            ``NOT_DUE`` for a meeting to come.
    """
    member = _member(session, member_id, actor)
    check_admission(member.stage, meeting_on=meeting_on, today=campus.day(now))
    member.stage = Stage.PROBATIONARY
    open_window(session, member_id=member_id, starts_on=meeting_on)
    session.flush()
    note(session, "admit", "member", member_id, actor_id=actor_id(actor), now=now, meeting_on=meeting_on)


def _member(session: Session, member_id: int, actor: Actor | None) -> Member:
    """Return the member, locked, if the actor is her college's office and not herself."""
    member = session.get(Member, member_id, with_for_update=True)
    if member is None:
        raise Refusal(Reason.UNKNOWN)
    check_not_own(actor, member_id)
    check_college(session, actor, member.unit_id)
    check_still_member(session, member_id)
    return member
