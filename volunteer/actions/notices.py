"""Notices: a list is frozen and shown in the unit, and taken down early only with a reason."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import check_reviewer
from volunteer.actions.audit import note
from volunteer.actions.calendar import policy_for, work_calendar
from volunteer.actions.tell import tell_members
from volunteer.database import table_of
from volunteer.models import CertificateRequest, Member, Notice, NoticeEnd, NoticeLine, Unit
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import CertificateState, MessageKind, NoticeKind, NoticeList, Phase
from volunteer.rules.names import clean_line
from volunteer.rules.notices import (
    Frozen,
    FrozenLine,
    is_over,
    last_day_of_certificates,
    last_day_of_hours,
    marks_text,
)
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.workdays import Deadline
from volunteer.stats.breakdown import marks_of_members
from volunteer.stats.standing import MemberStanding, members_of
from volunteer.stats.tree import is_below

REASON_LENGTH = 200
# Whose hours are shown: whoever has a probation that is not decided.
LISTED = (Phase.IN_WINDOW, Phase.EXTENDED, Phase.DUE_WAITING, Phase.NOT_MET)


def open_notice(
    session: Session,
    *,
    ref: str,
    unit_id: int,
    which: NoticeList,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> int:
    """Freeze the hours of a unit's members as they are now, show them, and return the notice's id.

    Raises:
        Refusal: ``NOT_ALLOWED``, or ``BAD_FIELD`` when nobody would be listed.
    """
    check_reviewer(session, actor, unit_id)
    known = notices_of_form(session, ref)
    if known:
        return known[0]
    path = session.execute(select(Unit.path).where(Unit.id == unit_id)).scalar_one()
    people = listed(members_of(session, path, today=campus.day(now)), which)
    marks = marks_of_members(session, [one.member_id for one in people])
    lines = [
        FrozenLine(
            number=number,
            member_id=one.member_id,
            from_on=one.starts_on,
            to_on=one.ends_before,
            minutes=one.standing.counted,
            marks=marks_text({mark.value: minutes for mark, minutes in marks[one.member_id].items()}),
        )
        for number, one in enumerate(people, 1)
    ]
    notice = freeze(session, ref, unit_id, NoticeKind.HOURS, lines, actor=actor, campus=campus, now=now)
    tell_members(
        session,
        select(Member.id).join(Unit, Unit.id == Member.unit_id).where(is_below(Unit.path, path)),
        MessageKind.NOTICE_OPENED,
        f"notice:{notice.id}",
        now=now,
        unit_id=unit_id,
        text=str(notice.last_on),
    )
    return notice.id


def listed(people: Sequence[MemberStanding], which: NoticeList) -> list[MemberStanding]:
    """Return whom a notice of hours lists, by name."""
    chosen = [
        one
        for one in people
        if one.standing.phase in LISTED and (which is NoticeList.ALL or one.standing.is_met)
    ]
    return sorted(chosen, key=lambda one: (one.sort_key, one.student_no))


def freeze(
    session: Session,
    ref: str,
    unit_id: int,
    kind: NoticeKind,
    lines: Sequence[FrozenLine],
    *,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> Notice:
    """Write a notice with its lines, from today on, and return it.

    Raises:
        Refusal: ``BAD_FIELD``: there are no lines.
    """
    if not lines:
        raise Refusal(Reason.BAD_FIELD, field="which", case="nobody_listed")
    today = campus.day(now)
    policy_id, policy = policy_for(session, today)
    if kind is NoticeKind.HOURS:
        last = last_of_hours(session, today, campus)
    else:
        last = Deadline(last_day_of_certificates(today, policy.certificate_notice_days), False)
    frozen = Frozen(
        unit_id=unit_id,
        kind=kind,
        starts_on=today,
        last_on=last.day,
        threshold_min=policy.threshold_min,
        lines=lines,
    )
    notice = Notice(
        ref=ref,
        unit_id=unit_id,
        kind=kind,
        starts_on=today,
        last_on=last.day,
        is_provisional=last.is_provisional,
        policy_id=policy_id,
        threshold_min=policy.threshold_min,
        checksum=frozen.checksum,
        opened_by_id=actor.account_id,
        opened_at=now,
    )
    session.add(notice)
    session.flush()
    session.execute(insert(table_of(NoticeLine)), [asdict(line) | {"notice_id": notice.id} for line in lines])
    note(
        session,
        "open_notice",
        "unit",
        unit_id,
        actor_id=actor.account_id,
        now=now,
        notice=notice.id,
        checksum=frozen.checksum,
    )
    return notice


def last_of_hours(session: Session, today: date, campus: Campus) -> Deadline:
    """Return the last day of a notice of hours that is opened today."""
    policy = policy_for(session, today)[1]
    return last_day_of_hours(today, policy.notice_workdays, work_calendar(session, campus))


def withdraw_notice(
    session: Session, *, notice_id: int, reason: str, actor: Actor, campus: Campus, now: datetime
) -> None:
    """Take a notice down before its time. Certificates that stood on it wait again to be shown.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``BAD_FIELD``, or ``CHANGED_MEANWHILE`` once it is over.
    """
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise Refusal(Reason.UNKNOWN)
    check_reviewer(session, actor, notice.unit_id)
    if session.get(NoticeEnd, notice_id) is not None:
        return
    if is_over(notice.last_on, campus.day(now)):
        raise Refusal(Reason.CHANGED_MEANWHILE, case="notice_over", day=notice.last_on)
    text = clean_line(reason, "reason", longest=REASON_LENGTH)
    session.add(NoticeEnd(notice_id=notice_id, reason=text, by_id=actor.account_id, at=now))
    session.execute(
        update(CertificateRequest)
        .where(
            CertificateRequest.notice_id == notice_id, CertificateRequest.state == CertificateState.NOTICED
        )
        .values(state=CertificateState.ASKED, notice_id=None)
    )
    session.flush()
    note(
        session,
        "withdraw_notice",
        "unit",
        notice.unit_id,
        actor_id=actor.account_id,
        now=now,
        notice=notice_id,
    )


def notices_of_form(session: Session, ref: str) -> Sequence[int]:
    """Return the notices that a form has made already."""
    return session.scalars(select(Notice.id).where(Notice.ref == ref).order_by(Notice.id)).all()
