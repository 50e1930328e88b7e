"""What stands on the cards of the desk beside the case: both ends, who else was there, what was before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, func, select, union_all
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    AuditLine,
    Evidence,
    Member,
    Post,
    Question,
    Request,
    Shift,
    Site,
    Visit,
)
from volunteer.rules.kinds import Role, Side, Source, Verdict
from volunteer.rules.roles import Actor
from volunteer.stats.reach import post_in_reach
from volunteer.stats.sites import SITE_OF_POST

SCANNED_LIVE = frozenset({Source.LIVE, Source.TYPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEnd:
    """One end of a stay with all that is known of it."""

    visit_id: int
    shift_id: int
    stay: int
    side: Side
    source: Source
    at: datetime
    received_at: datetime
    code_age_s: int | None
    device: str | None
    by: str | None

    @property
    def phone(self) -> str | None:
        """The last of the device's signs: enough to tell two apart."""
        return self.device[-4:] if self.device else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Who else was at the post for part of the time, and how many of them scanned live at each end."""

    count: int
    live: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """A question to the leaders, and their answer."""

    id: int
    visit_id: int
    text: str
    asked_by: str
    asked_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question that waits for one of the post's keepers."""

    id: int
    name: str
    post_name: str
    starts_at: datetime
    ends_at: datetime
    text: str
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAct:
    """The newest act about a case: what its subject is told who came too late."""

    act: str
    by: str | None
    at: datetime


def ends_of_shifts(session: Session, shift_ids: Collection[int]) -> list[CardEnd]:
    """Return the accepted ends of all records of the shifts, in the order of the records and their stays."""
    rows = session.execute(
        select(
            Evidence.visit_id,
            Visit.shift_id,
            Evidence.stay,
            Evidence.side,
            Evidence.source,
            Evidence.at,
            Evidence.received_at,
            Evidence.code_age_s,
            Evidence.device,
            Account.name.label("by"),
        )
        .join(Visit, Visit.id == Evidence.visit_id)
        .outerjoin(Account, Account.id == Evidence.by_account_id)
        .where(Visit.shift_id.in_(shift_ids), Evidence.verdict == Verdict.ACCEPTED)
        .order_by(Evidence.visit_id, Evidence.stay, Evidence.side, Evidence.id)
    ).all()
    return [CardEnd(**row._mapping) for row in rows]


def neighbours_of(
    visit_id: int | None, shift_id: int | None, span: tuple[datetime, datetime], ends: Sequence[CardEnd]
) -> Neighbours:
    """Return who of *ends* was there at any moment of *span*; who never left was there to its end."""
    others: dict[int, list[CardEnd]] = {}
    for end in ends:
        if end.shift_id == shift_id and end.visit_id != visit_id:
            others.setdefault(end.visit_id, []).append(end)
    there = [own for own in others.values() if _overlaps(own, span)]
    live = [own for own in there if all(end.source in SCANNED_LIVE for end in own)]
    return Neighbours(count=len(there), live=len(live))


def _overlaps(ends: Sequence[CardEnd], span: tuple[datetime, datetime]) -> bool:
    came = min((end.at for end in ends if end.side is Side.IN), default=span[1])
    has_left = ends[-1].side is Side.OUT or any(
        end.side is Side.OUT and end.stay == ends[-1].stay for end in ends
    )
    left = max((end.at for end in ends if end.side is Side.OUT), default=span[1]) if has_left else span[1]
    return came < span[1] and left > span[0]


def history_of(session: Session, member_ids: Collection[int]) -> Mapping[tuple[int, str, str], int]:
    """Return how often: (member, kind, state) of requests, and (member, grade, state) of records."""
    asked = (
        select(
            Request.member_id,
            cast(Request.kind, String).label("kind"),
            cast(Request.state, String).label("state"),
            func.count().label("times"),
        )
        .where(Request.member_id.in_(member_ids))
        .group_by(Request.member_id, Request.kind, Request.state)
    )
    kept = (
        select(Visit.member_id, cast(Visit.grade, String), cast(Visit.state, String), func.count())
        .where(Visit.member_id.in_(member_ids))
        .group_by(Visit.member_id, Visit.grade, Visit.state)
    )
    return {
        (member_id, kind, state): times
        for member_id, kind, state, times in session.execute(union_all(asked, kept))
    }


def questions_about(session: Session, visit_ids: Collection[int]) -> Mapping[int, list[QuestionRow]]:
    """Return the questions about each record, the newest first."""
    asker, answerer = aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            Question.id,
            Question.visit_id,
            Question.text,
            asker.name.label("asked_by"),
            Question.asked_at,
            Question.answer,
            answerer.name.label("answered_by"),
            Question.answered_at,
        )
        .join(asker, asker.id == Question.asked_by_id)
        .outerjoin(answerer, answerer.id == Question.answered_by_id)
        .where(Question.visit_id.in_(visit_ids))
        .order_by(Question.asked_at.desc(), Question.id.desc())
    ).all()
    found: dict[int, list[QuestionRow]] = {visit_id: [] for visit_id in visit_ids}
    for row in rows:
        found[row.visit_id].append(QuestionRow(**row._mapping))
    return found


def open_questions(
    session: Session, site_id: int, actor: Actor, roles: Collection[Role]
) -> list[OpenQuestion]:
    """Return what waits for an answer at the site's posts that the account keeps, the oldest first.

    Neither what it asked itself nor what is about its own records: others answer that.
    """
    rows = session.execute(
        select(
            Question.id,
            Member.name,
            Post.name.label("post_name"),
            Shift.starts_at,
            Shift.ends_at,
            Question.text,
            Account.name.label("asked_by"),
            Question.asked_at,
        )
        .join(Visit, Visit.id == Question.visit_id)
        .join(Member, Member.id == Visit.member_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .join(Post, Post.id == Visit.post_id)
        .join(Site, SITE_OF_POST)
        .join(Account, Account.id == Question.asked_by_id)
        .where(Site.id == site_id, post_in_reach(actor, roles), *waits_for(actor))
        .order_by(Question.asked_at, Question.id)
    ).all()
    return [OpenQuestion(**row._mapping) for row in rows]


def waits_for(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions on a question with its visit that the account may answer it."""
    return [
        Question.answered_at.is_(None),
        Question.asked_by_id != actor.account_id,
        Visit.member_id != (actor.member_id or 0),
    ]


def last_act(session: Session, subject: str, subject_id: int) -> LastAct | None:
    """Return the newest line of the trail about a row."""
    row = session.execute(
        select(AuditLine.act, Account.name.label("by"), AuditLine.at)
        .outerjoin(Account, Account.id == AuditLine.actor_id)
        .where(AuditLine.subject == subject, AuditLine.subject_id == subject_id)
        .order_by(AuditLine.id.desc())
        .limit(1)
    ).one_or_none()
    return LastAct(**row._mapping) if row else None
