"""What there is to do today, for those who decide and those who keep posts, in the reach of their rights."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, false, func, or_, select, true
from sqlalchemy.orm import Session

from volunteer.models import (
    Approval,
    CertificateRequest,
    DecisionProposal,
    Evidence,
    Member,
    Notice,
    Objection,
    Post,
    Question,
    RecountOrder,
    Request,
    Shift,
    Site,
    Unit,
    Visit,
)
from volunteer.rules.evidence import ATTEST_WITHIN
from volunteer.rules.kinds import (
    CertificateState,
    ProposalState,
    RequestState,
    Role,
    Side,
    Verdict,
    VisitState,
)
from volunteer.rules.roles import Actor
from volunteer.rules.tree import chain
from volunteer.stats.cards import waits_for
from volunteer.stats.json_rows import json_rows, rows_in, spelled
from volunteer.stats.reach import post_in_reach, units_below, units_of
from volunteer.stats.served import below
from volunteer.stats.sites import SITE_OF_POST

REVIEWERS = (Role.COMMITTEE, Role.COLLEGE)
KEEPERS = (Role.LEADER, Role.COMMITTEE, Role.COLLEGE)
FORGOTTEN_SHOWN = 12
# Plus nothing, here and below: the few visits that somebody asks about are found by what was asked, and not
# the other way round, or by their unit.
_UNIT = Visit.unit_id + 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits for the account itself; ``due`` of it within the working days that the caller named.

    ``question_site`` is a site at whose page a question can be answered, ``office_unit`` the unit on whose
    pages certificates are issued and proposed decisions wait, ``recount_id`` the first recount of them.
    ``forgotten`` ends after one more than a page shows.
    """

    visits: int
    requests: int
    objections: int
    due: int
    questions: int
    question_site: str | None
    certificates: int
    decisions: int
    recounts: int
    recount_id: int | None
    office_unit: str | None
    forgotten: Sequence["Forgotten"]

    @property
    def cases(self) -> int:
        """What stands on the desk."""
        return self.visits + self.requests + self.objections


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Somebody who did not check out of a shift that is over, while its leader can still attest the end."""

    visit_id: int
    name: str
    shift_code: str
    post_name: str
    starts_at: datetime
    ends_at: datetime
    came_at: datetime | None
    sort_key: str

    @property
    def attest_until(self) -> datetime:
        """The last moment for it."""
        return self.ends_at + ATTEST_WITHIN


def waiting_for(
    session: Session, actor: Actor, *, now: datetime, today: date, due_by: date, unit_path: str | None = None
) -> Waiting:
    """Return what waits, in one statement: neither own records nor what the account had a part in.

    Args:
        due_by: The last day of what is due soon.
        unit_path: Of this unit and all below it alone.
    """
    own = actor.member_id or 0
    asked = select(Request.id).where(Request.visit_id == Visit.id, Request.state == RequestState.ASKED)
    visits = _count(Visit.id).where(
        Visit.state == spelled(VisitState.PENDING),
        Visit.member_id != own,
        ~asked.exists(),
        _reviewed(actor, Visit.unit_id, unit_path),
    )
    requests = _requests(actor, own, unit_path)
    objections = (
        _count(Objection.id)
        .join(Visit, Visit.id == Objection.visit_id + 0)
        .where(
            Objection.resolved_at.is_(None),
            Visit.member_id != own,
            func.coalesce(Objection.by_account_id, 0) != actor.account_id,
            _reviewed(actor, _UNIT, unit_path),
        )
    )
    questions = (
        _count(Question.id)
        .join(Visit, Visit.id == Question.visit_id + 0)
        .join(Post, Post.id == Visit.post_id)
        .where(post_in_reach(actor, KEEPERS), *_inside(_UNIT, unit_path), *waits_for(actor))
    )
    site = questions.with_only_columns(func.min(Site.code)).join(Site, SITE_OF_POST)
    due = requests.where(Request.deadline_on <= due_by).scalar_subquery() + (
        objections.where(Objection.accepted_at.is_(None), Objection.accept_by_on <= due_by).scalar_subquery()
    )
    recounts = _recounts(actor, unit_path)
    overdue = _forgotten(actor, now, unit_path).subquery()
    row = session.execute(
        select(
            visits.scalar_subquery().label("visits"),
            requests.scalar_subquery().label("requests"),
            objections.scalar_subquery().label("objections"),
            cast(due, Integer).label("due"),
            questions.scalar_subquery().label("questions"),
            site.scalar_subquery().label("question_site"),
            _certificates(actor, own, today, unit_path).scalar_subquery().label("certificates"),
            _decisions(actor, own, unit_path).scalar_subquery().label("decisions"),
            recounts.scalar_subquery().label("recounts"),
            recounts.with_only_columns(func.min(RecountOrder.id)).scalar_subquery().label("recount_id"),
            select(func.min(Unit.code))
            .where(Unit.id.in_(units_of(actor, REVIEWERS)[:1]))
            .scalar_subquery()
            .label("office_unit"),
            select(json_rows(*overdue.c)).scalar_subquery().label("forgotten"),
        )
    ).one()
    found = dict(row._mapping)
    late = _in_order(found.pop("forgotten"))
    return Waiting(**found, forgotten=late)


def _forgotten(actor: Actor, now: datetime, unit_path: str | None) -> Select[*tuple[Any, ...]]:
    """Return who did not check out of the shifts of the last 24 hours at posts that the account keeps."""
    came = (
        select(func.min(Evidence.at))
        .where(
            Evidence.visit_id == Visit.id,
            Evidence.side == Side.IN,
            Evidence.verdict == Verdict.ACCEPTED,
        )
        .scalar_subquery()
    )
    return (
        select(
            Visit.id.label("visit_id"),
            Member.name,
            Member.sort_key,
            Shift.code.label("shift_code"),
            Post.name.label("post_name"),
            Shift.starts_at,
            Shift.ends_at,
            came.label("came_at"),
        )
        .join(Shift, Shift.id == Visit.shift_id)
        # The shift's, which is the visit's: few shifts ended today, while a post has had many visits.
        .join(Post, Post.id == Shift.post_id)
        .join(Member, Member.id == Visit.member_id)
        .where(
            Visit.state.in_((VisitState.OPEN, VisitState.UNCLOSED)),
            Shift.ends_at <= now,
            Shift.ends_at >= now - ATTEST_WITHIN,
            Visit.member_id != (actor.member_id or 0),
            true() if _holds_all(actor, KEEPERS, unit_path) else post_in_reach(actor, KEEPERS),
            *_inside(Post.unit_id, unit_path),
        )
        .order_by(Shift.ends_at, Member.sort_key, Visit.id)
        .limit(FORGOTTEN_SHOWN + 1)
    )


def _in_order(text: str) -> Sequence[Forgotten]:
    found = [
        Forgotten(
            visit_id=visit_id,
            name=name,
            sort_key=sort_key,
            shift_code=code,
            post_name=post,
            starts_at=datetime.fromtimestamp(starts_at, UTC),
            ends_at=datetime.fromtimestamp(ends_at, UTC),
            came_at=None if came_at is None else datetime.fromtimestamp(came_at, UTC),
        )
        for visit_id, name, sort_key, code, post, starts_at, ends_at, came_at in rows_in(text)
    ]
    return sorted(found, key=lambda one: (one.ends_at, one.sort_key, one.visit_id))


def _requests(actor: Actor, own: int, unit_path: str | None) -> Any:
    """Count the requests that the account may take the next step of."""
    led = sorted({grant.post_id for grant in actor.grants if grant.role is Role.LEADER and grant.post_id})
    first = select(Approval.account_id).where(Approval.request_id == Request.id)
    mine = first.where(Approval.account_id == actor.account_id)
    as_leader = and_(Visit.post_id.in_(led), ~first.exists()) if led else false()
    reviewed = (_reviewed(actor, column, None) for column in (Member.unit_id, Request.unit_id))
    # What came in a file is one case.
    case_id = func.coalesce(-Request.batch_id, Request.id)
    return (
        _count(case_id.distinct())
        .join(Member, Member.id == Request.member_id)
        .outerjoin(Visit, Visit.id == Request.visit_id)
        .where(
            Request.state == spelled(RequestState.ASKED),
            Request.member_id != own,
            func.coalesce(Request.asked_by_id, 0) != actor.account_id,
            ~mine.exists(),
            true() if _holds_all(actor, REVIEWERS, unit_path) else or_(*reviewed, as_leader),
            *_inside(Request.unit_id, unit_path),
        )
    )


def _certificates(actor: Actor, own: int, today: date, unit_path: str | None) -> Any:
    """Count the certificates that the account may show, or issue as another person than the handler."""
    issues = and_(
        CertificateRequest.state == CertificateState.NOTICED,
        Notice.last_on < today,
        Notice.opened_by_id != actor.account_id,
        _held(actor, (Role.COLLEGE,), CertificateRequest.unit_id, unit_path),
    )
    return (
        _count(CertificateRequest.id)
        .outerjoin(Notice, Notice.id == CertificateRequest.notice_id)
        .where(
            CertificateRequest.member_id != own,
            or_(CertificateRequest.state == CertificateState.ASKED, issues),
            _reviewed(actor, CertificateRequest.unit_id, unit_path),
        )
    )


def _decisions(actor: Actor, own: int, unit_path: str | None) -> Any:
    """Count what branches proposed about members and the college has not answered."""
    return (
        _count(DecisionProposal.id)
        .join(Member, Member.id == DecisionProposal.member_id)
        .where(
            DecisionProposal.state == ProposalState.WAITING,
            DecisionProposal.member_id != own,
            DecisionProposal.proposed_by_id != actor.account_id,
            _held(actor, (Role.COLLEGE,), Member.unit_id, unit_path),
        )
    )


def _recounts(actor: Actor, unit_path: str | None) -> Any:
    """Count the recounts that another person of the college proposed."""
    return _count(RecountOrder.id).where(
        RecountOrder.decided_at.is_(None),
        RecountOrder.proposed_by_id != actor.account_id,
        _held(actor, (Role.COLLEGE,), RecountOrder.unit_id, unit_path),
    )


def _count(column: Any) -> Any:
    return select(func.count(column))


def _reviewed(actor: Actor, column: Any, unit_path: str | None) -> ColumnElement[bool]:
    return _held(actor, REVIEWERS, column, unit_path)


def _held(actor: Actor, roles: Collection[Role], column: Any, unit_path: str | None) -> ColumnElement[bool]:
    held: Collection[int] = units_of(actor, roles)
    if not held:
        return false()
    if _holds_all(actor, roles, unit_path):
        return and_(*_inside(column, unit_path))
    return and_(column.in_(units_below(held)), *_inside(column, unit_path))


def _holds_all(actor: Actor, roles: Collection[Role], unit_path: str | None) -> bool:
    """Whether the account holds one of *roles* over the unit or over one above it.

    Then what lies in the unit is in reach, and nobody goes through all that an office over many has.
    """
    return unit_path is not None and not set(chain(unit_path)).isdisjoint(units_of(actor, roles))


def _inside(column: Any, unit_path: str | None) -> list[ColumnElement[bool]]:
    if unit_path is None:
        return []
    return [column.in_(below(unit_path))]
