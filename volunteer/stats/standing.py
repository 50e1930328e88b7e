"""Where members stand against the threshold: one statement for one member, a branch or a due list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, Subquery, and_, case, cast, func, select
from sqlalchemy.orm import Session

from volunteer.models import Credit, Member, Membership, ProbationWindow, Request, Unit, Visit
from volunteer.rules.kinds import Grade, Lost, RequestState, Stage, VisitState
from volunteer.rules.policy import policy_on
from volunteer.rules.probation import Probation
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.tally import Standing, share_pct, standing_of
from volunteer.stats.policies import parsed_policies, policies_column
from volunteer.stats.served import belonged_on, below


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStanding:
    """One member with all that she has. Minutes; ``net``, ``credited`` and ``lost`` are of all time."""

    member_id: int
    student_no: str
    name: str
    sort_key: str
    initials: str
    unit_id: int | None
    unit_code: str | None
    unit_name: str | None
    stage: Stage
    starts_on: date | None
    ends_before: date | None
    is_extended: bool
    net: int
    credited: int
    pending: int
    makeup_net: int
    makeup_in_window: int
    makeup_budget: int
    recorded: int
    lost: Mapping[Lost, int]
    standing: Standing

    @property
    def makeup_left(self) -> int:
        """How many minutes of the make-up budget are left; what goes over it the college decides."""
        return max(0, self.makeup_budget - self.makeup_in_window)

    @property
    def makeup_share_pct(self) -> float | None:
        """The share of made-up minutes among those served with us."""
        return share_pct(self.makeup_net, self.net - self.recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """Whose probation ends in a stretch of days, by the branch on that day, furthest first.

    ``judged`` are those of them who are neither cancelled nor transferred out: the rate is over them.
    """

    members: Sequence[MemberStanding]
    due: int
    judged: int
    met: int
    met_rate_pct: float | None


def member_standing(session: Session, member_id: int, *, today: date) -> MemberStanding:
    """Return one member.

    Raises:
        Refusal: ``NOT_A_MEMBER``.
    """
    rows = _read(session, select(Member.id).where(Member.id == member_id), today)
    if not rows:
        raise Refusal(Reason.NOT_A_MEMBER)
    return rows[0]


def members_of(session: Session, unit_path: str, *, today: date) -> Sequence[MemberStanding]:
    """Return the members of a unit and all below it, furthest from the threshold first.

    Members without a single credit are listed with 0 minutes: they are the ones to call.
    """
    return _read(session, select(Member.id).where(Member.unit_id.in_(below(unit_path))), today)


def standings_of(
    session: Session, who: CTE, *, order_by: Sequence[ColumnElement[Any]], today: date
) -> Sequence[MemberStanding]:
    """Return the members whose ids (``id``) *who* has, in the order of columns that it has as well."""
    statement = _statement(select(who.c.id)).join(who, who.c.id == Member.id).order_by(*order_by)
    return [_member(row, today) for row in session.execute(statement)]


def due_in(session: Session, unit_path: str, *, from_on: date, to_on: date, today: date) -> DueList:
    """Return whose window ends in [from_on, to_on), with extensions, by the branch on that day.

    The cancelled and the transferred out are listed, but stand outside the rate.
    """
    ends = ProbationWindow.ends_before
    who = (
        select(Membership.member_id)
        .join(ProbationWindow, ProbationWindow.member_id == Membership.member_id)
        .where(
            Membership.unit_id.in_(below(unit_path)),
            ends >= from_on,
            ends < to_on,
            belonged_on(ends),
        )
    )
    members = _read(session, who, today)
    judged = [member for member in members if not _has_left(member)]
    met = sum(bool(member.standing.is_met) for member in judged)
    return DueList(
        members=members,
        due=len(members),
        judged=len(judged),
        met=met,
        met_rate_pct=share_pct(met, len(judged)),
    )


def undecided(session: Session, unit_path: str, *, before: date, today: date) -> Sequence[MemberStanding]:
    """Return the present members whose window ends before a day and about whom no meeting has decided.

    However long ago the window ended: nobody falls off the list by waiting. Furthest first.
    """
    who = (
        select(Member.id)
        .join(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(
            Member.unit_id.in_(below(unit_path)),
            Member.stage.not_in((Stage.ACTIVIST, Stage.FULL)),
            ProbationWindow.outcome.is_(None),
            ProbationWindow.ends_before < before,
        )
    )
    return _read(session, who, today)


def _has_left(member: MemberStanding) -> bool:
    return member.standing.phase.value in ("cancelled", "transferred_out") or member.unit_id is None


def _read(session: Session, who: Select[int], today: date) -> Sequence[MemberStanding]:
    """Read the members whose ids *who* selects; every sum is over their rows alone."""
    rows = session.execute(_statement(who)).all()
    members = [_member(row, today) for row in rows]
    return sorted(members, key=lambda member: (-member.standing.missing, member.student_no))


def _statement(who: Select[int]) -> Select[*tuple[Any, ...]]:
    # First whose rows they are and which days count, and then their rows: a window is looked up but once.
    windows = (
        select(Member.id.label("member_id"), ProbationWindow.starts_on, ProbationWindow.ends_before)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(Member.id.in_(who))
        .subquery("windows")
    )
    visits = _visit_sums(windows).subquery()
    credits = _credit_sums(windows).subquery()
    records = _record_sums(who).subquery()
    return (
        select(
            Member.id.label("member_id"),
            Member.student_no,
            Member.name,
            Member.sort_key,
            Member.initials,
            Member.unit_id,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            Member.stage,
            ProbationWindow.starts_on,
            ProbationWindow.ends_before,
            ProbationWindow.extension_months,
            ProbationWindow.outcome,
            *(_or_zero(credits.c[name], name) for name in ("net", "credited", "counted", "recorded")),
            *(_or_zero(visits.c[name], name) for name in _VISIT_SUMS),
            _or_zero(records.c.asked, "asked"),
            policies_column().label("policies"),
        )
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .outerjoin(credits, credits.c.member_id == Member.id)
        .outerjoin(visits, visits.c.member_id == Member.id)
        .outerjoin(records, records.c.member_id == Member.id)
        .where(Member.id.in_(who))
    )


def _or_zero(column: ColumnElement[Any], name: str) -> ColumnElement[int]:
    return cast(func.coalesce(column, 0), Integer).label(name)


_LOSSES = tuple(reason for reason in Lost if reason is not Lost.OUTSIDE_WINDOW)
_VISIT_SUMS = (
    "pending",
    "makeup_net",
    "makeup_in_window",
    *(f"lost_{reason.value}" for reason in _LOSSES),
)


def _credit_sums(windows: Subquery) -> Select[*tuple[Any, ...]]:
    """Add up the ledger by member: all time, and inside the window."""
    in_window = and_(Credit.day >= windows.c.starts_on, Credit.day < windows.c.ends_before)
    return (
        select(
            windows.c.member_id,
            func.sum(Credit.net_min).label("net"),
            func.sum(Credit.credited_min).label("credited"),
            func.sum(case((in_window, Credit.credited_min), else_=0)).label("counted"),
            func.sum(case((Credit.request_id.is_not(None), Credit.net_min), else_=0)).label("recorded"),
        )
        .join(Credit, Credit.member_id == windows.c.member_id)
        .group_by(windows.c.member_id)
    )


def _visit_sums(windows: Subquery) -> Select[*tuple[Any, ...]]:
    made_up = and_(Visit.grade == Grade.E, Visit.state == VisitState.CONFIRMED)
    in_window = and_(Visit.served_on >= windows.c.starts_on, Visit.served_on < windows.c.ends_before)
    return (
        select(
            windows.c.member_id,
            func.sum(Visit.pending_min).label("pending"),
            func.sum(case((made_up, Visit.net_min), else_=0)).label("makeup_net"),
            func.sum(case((and_(made_up, in_window), Visit.net_min), else_=0)).label("makeup_in_window"),
            *(
                func.sum(getattr(Visit, f"lost_{reason.value}")).label(f"lost_{reason.value}")
                for reason in _LOSSES
            ),
        )
        .join(Visit, Visit.member_id == windows.c.member_id)
        .group_by(windows.c.member_id)
    )


def _record_sums(who: Select[int]) -> Select[*tuple[Any, ...]]:
    """Add up the opening and outside minutes that nobody has decided yet."""
    return (
        select(Request.member_id, func.sum(Request.minutes).label("asked"))
        .where(Request.member_id.in_(who), Request.state == RequestState.ASKED, Request.minutes.is_not(None))
        .group_by(Request.member_id)
    )


def _member(row: Any, today: date) -> MemberStanding:
    probation = None
    # An activist or full member has no window, whatever day is entered, unless the window made her full.
    has_window = row.outcome is not None or row.stage not in (Stage.ACTIVIST, Stage.FULL)
    if row.starts_on is not None and has_window:
        probation = Probation(
            starts_on=row.starts_on, extension_months=row.extension_months, outcome=row.outcome
        )
    versions = [policy for _, policy in parsed_policies(row.policies)]
    policy = policy_on(row.starts_on or today, versions)
    counted = row.counted if probation else 0
    standing = standing_of(
        probation=probation,
        counted=counted,
        policy=policy,
        today=today,
        is_transferred_out=row.unit_id is None,
    )
    lost: dict[Lost, int] = {reason: getattr(row, f"lost_{reason.value}") for reason in _LOSSES}
    lost[Lost.OUTSIDE_WINDOW] = row.credited - counted
    return MemberStanding(
        member_id=row.member_id,
        student_no=row.student_no,
        name=row.name,
        sort_key=row.sort_key,
        initials=row.initials,
        unit_id=row.unit_id,
        unit_code=row.unit_code,
        unit_name=row.unit_name,
        stage=row.stage,
        starts_on=row.starts_on if probation else None,
        ends_before=row.ends_before if probation else None,
        is_extended=row.extension_months is not None,
        net=row.net,
        credited=row.credited,
        pending=row.pending + row.asked,
        makeup_net=row.makeup_net,
        makeup_in_window=row.makeup_in_window,
        makeup_budget=policy.makeup_budget_min,
        recorded=row.recorded,
        lost={reason: minutes for reason, minutes in lost.items() if minutes},
        standing=standing,
    )
