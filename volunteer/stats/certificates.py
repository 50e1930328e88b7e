"""Certificates: what was asked for, what was issued and whether it still stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    Certificate,
    CertificateEnd,
    CertificatePaper,
    CertificateRequest,
    Credit,
    Member,
    Notice,
    NoticeLine,
    Unit,
)
from volunteer.rules.certificates import Standing
from volunteer.rules.kinds import CertificateState, Role
from volunteer.rules.roles import Actor
from volunteer.stats.reach import unit_in_reach
from volunteer.stats.rollups import Days
from volunteer.stats.tree import is_below

MOST = 200
_OPEN = (CertificateState.ASKED, CertificateState.NOTICED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """A certificate on its way. ``minutes`` and ``last_on`` are of its notice."""

    id: int
    member_id: int
    name: str
    student_no: str
    unit_id: int
    unit_code: str
    unit_name: str
    state: CertificateState
    asked_by_id: int
    asked_by: str
    asked_at: datetime
    notice_id: int | None
    last_on: date | None
    handler_id: int | None
    handler: str | None
    minutes: int | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """An issued certificate. ``minutes_now`` is what the ledger holds today for the same days."""

    id: int
    number: str
    member_id: int
    name: str
    student_no: str
    unit_code: str
    unit_name: str
    from_on: date
    last_on: date
    minutes: int
    minutes_now: int
    marks: str
    notice_id: int
    issued_on: date
    issued_at: datetime
    handler: str
    approver: str
    standing: Standing
    reason: str | None
    ended_at: datetime | None
    ended_by: str | None
    replaced_by: str | None

    @property
    def is_outdated(self) -> bool:
        """Whether the record came out otherwise since, so that another should take its place."""
        return self.standing is Standing.VALID and self.minutes != self.minutes_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is printed of a certificate."""

    token: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is narrowed down to; nothing asks for everything."""

    text: str = ""
    standing: Standing | None = None


def issued_in(session: Session, days: Days, *, unit_path: str) -> int:
    """Return how many certificates were issued in these days to members of a unit and all below it.

    By the branch on the day of issue. One that was replaced or revoked since was issued all the same.
    """
    return session.execute(
        select(func.count())
        .select_from(Certificate)
        .join(Unit, Unit.id == Certificate.unit_id)
        .where(
            is_below(Unit.path, unit_path),
            Certificate.issued_on >= days.from_on,
            Certificate.issued_on < days.to_on,
        )
    ).scalar_one()


def issued_by(session: Session, college_id: int, year: int) -> int:
    """Return how many certificates a college has issued in a calendar year; the next one comes after it."""
    return session.execute(
        select(func.count())
        .select_from(Certificate)
        .where(
            Certificate.college_id == college_id,
            Certificate.issued_on >= date(year, 1, 1),
            Certificate.issued_on < date(year + 1, 1, 1),
        )
    ).scalar_one()


def open_requests(session: Session, unit_path: str) -> Sequence[RequestRow]:
    """Return what waits about members of a unit and all below it, oldest first."""
    below = is_below(Unit.path, unit_path)
    return _requests(session, CertificateRequest.state.in_(_OPEN), below)


def requests_of(session: Session, member_id: int) -> Sequence[RequestRow]:
    """Return everything that a member has asked for, oldest first."""
    return _requests(session, CertificateRequest.member_id == member_id)


def request_in_reach(
    session: Session, request_id: int, actor: Actor, roles: Collection[Role]
) -> RequestRow | None:
    """Return a request about a member of a unit in reach."""
    found = _requests(session, CertificateRequest.id == request_id, unit_in_reach(actor, roles))
    return found[0] if found else None


def request_of(session: Session, request_id: int, actor: Actor) -> RequestRow | None:
    """Return a request that is the asker's own, or that she made for a member."""
    own = CertificateRequest.member_id == (actor.member_id or 0)
    made = CertificateRequest.asked_by_id == actor.account_id
    found = _requests(session, CertificateRequest.id == request_id, or_(own, made))
    return found[0] if found else None


def count_of(session: Session, unit_path: str, asked: Asked) -> int:
    """Return how many certificates :func:`certificates_below` lists in all."""
    statement = _from(select(func.count()).select_from(Certificate)).where(*_wanted(unit_path, asked))
    found: int = session.execute(statement).scalar_one()
    return found


def certificates_below(
    session: Session, unit_path: str, asked: Asked, *, limit: int, offset: int = 0
) -> Sequence[CertificateRow]:
    """Return certificates of members of a unit and all below it, newest first."""
    return _certificates(session, *_wanted(unit_path, asked), limit=limit, offset=offset)


def certificates_of(session: Session, member_id: int) -> Sequence[CertificateRow]:
    """Return a member's certificates, newest first."""
    return _certificates(session, Certificate.member_id == member_id, limit=MOST)


def certificate_in_reach(
    session: Session, certificate_id: int, actor: Actor, roles: Collection[Role]
) -> CertificateRow | None:
    """Return a certificate: an own one, or one of a unit in reach."""
    which = or_(unit_in_reach(actor, roles), Certificate.member_id == (actor.member_id or 0))
    found = _certificates(session, Certificate.id == certificate_id, which, limit=1)
    return found[0] if found else None


def paper_of(session: Session, certificate_id: int) -> Paper | None:
    """Return what is printed; None once the person was removed."""
    row = session.execute(
        select(CertificatePaper.token, CertificatePaper.content).where(
            CertificatePaper.certificate_id == certificate_id
        )
    ).one_or_none()
    return Paper(token=row.token, content=row.content) if row else None


def standing_of(session: Session, digest: str) -> tuple[Standing, datetime | None]:
    """Return what stands of the certificate with a token of this digest, and since when it does not."""
    row = session.execute(
        select(CertificateEnd.kind, CertificateEnd.at)
        .select_from(Certificate)
        .outerjoin(CertificateEnd, CertificateEnd.certificate_id == Certificate.id)
        .where(Certificate.digest == digest)
    ).one_or_none()
    if row is None:
        return Standing.UNKNOWN, None
    return (Standing(row.kind.value), row.at) if row.kind else (Standing.VALID, None)


def _requests(session: Session, *which: ColumnElement[bool]) -> Sequence[RequestRow]:
    asker, handler = aliased(Account), aliased(Account)
    statement = (
        select(
            CertificateRequest.id,
            CertificateRequest.member_id,
            Member.name,
            Member.student_no,
            CertificateRequest.unit_id,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            CertificateRequest.state,
            CertificateRequest.asked_by_id,
            asker.name.label("asked_by"),
            CertificateRequest.asked_at,
            CertificateRequest.notice_id,
            Notice.last_on,
            Notice.opened_by_id.label("handler_id"),
            handler.name.label("handler"),
            NoticeLine.minutes,
            CertificateRequest.answer,
        )
        .join(Member, Member.id == CertificateRequest.member_id)
        .join(Unit, Unit.id == CertificateRequest.unit_id)
        .join(asker, asker.id == CertificateRequest.asked_by_id)
        .outerjoin(Notice, Notice.id == CertificateRequest.notice_id)
        .outerjoin(handler, handler.id == Notice.opened_by_id)
        .outerjoin(
            NoticeLine,
            (NoticeLine.notice_id == Notice.id) & (NoticeLine.member_id == CertificateRequest.member_id),
        )
        .where(*which)
        .order_by(CertificateRequest.id)
        .limit(MOST)
    )
    return [RequestRow(**row._mapping) for row in session.execute(statement)]


def _wanted(unit_path: str, asked: Asked) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [is_below(Unit.path, unit_path)]
    if asked.text:
        text = asked.text.lower()
        held = (Certificate.number, Member.name, Member.student_no, Member.initials, Member.sort_key)
        which.append(or_(*(func.lower(column).contains(text, autoescape=True) for column in held)))
    if asked.standing is Standing.VALID:
        which.append(CertificateEnd.kind.is_(None))
    elif asked.standing is not None:
        which.append(CertificateEnd.kind == asked.standing.value)
    return which


def _from(statement: Any) -> Any:
    return (
        statement.join(Member, Member.id == Certificate.member_id)
        .join(Unit, Unit.id == Certificate.unit_id)
        .outerjoin(CertificateEnd, CertificateEnd.certificate_id == Certificate.id)
    )


def _certificates(
    session: Session, *which: ColumnElement[bool], limit: int, offset: int = 0
) -> Sequence[CertificateRow]:
    handler, approver, ender = aliased(Account), aliased(Account), aliased(Account)
    newer = aliased(Certificate)
    now = (
        select(cast(func.coalesce(func.sum(Credit.credited_min), 0), Integer))
        .where(
            Credit.member_id == Certificate.member_id,
            Credit.day >= Certificate.from_on,
            Credit.day <= Certificate.last_on,
        )
        .correlate(Certificate)
        .scalar_subquery()
    )
    statement = _from(
        select(
            Certificate.id,
            Certificate.number,
            Certificate.member_id,
            Member.name,
            Member.student_no,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            Certificate.from_on,
            Certificate.last_on,
            Certificate.minutes,
            now.label("minutes_now"),
            Certificate.marks,
            Certificate.notice_id,
            Certificate.issued_on,
            Certificate.issued_at,
            handler.name.label("handler"),
            approver.name.label("approver"),
            CertificateEnd.kind.label("ended"),
            CertificateEnd.reason,
            CertificateEnd.at.label("ended_at"),
            ender.name.label("ended_by"),
            newer.number.label("replaced_by"),
        ).select_from(Certificate)
    )
    rows = session.execute(
        statement.join(handler, handler.id == Certificate.handler_id)
        .join(approver, approver.id == Certificate.approver_id)
        .outerjoin(ender, ender.id == CertificateEnd.by_id)
        .outerjoin(newer, newer.id == CertificateEnd.replaced_by_id)
        .where(*which)
        .order_by(Certificate.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_certificate(row._mapping) for row in rows]


def _certificate(values: Any) -> CertificateRow:
    kept = {name: value for name, value in values.items() if name != "ended"}
    ended = values["ended"]
    return CertificateRow(**kept, standing=Standing(ended.value) if ended else Standing.VALID)
