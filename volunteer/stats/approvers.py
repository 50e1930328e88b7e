"""How those who decide decide: how many cases, how many granted, in what time, and what checks found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, Approval, AuditLine, Evidence, Request, SpotCheck, Visit
from volunteer.rules.flags import HASTY_BELOW_S, never_refuses
from volunteer.rules.kinds import Grade, RequestState, VisitState
from volunteer.rules.tally import share_pct
from volunteer.stats.served import BY_GRADE, GRADES
from volunteer.stats.signs import hasty_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverRow:
    """One account that decided something. ``median_s``: half of the cases waited no longer for her.

    ``by_grade``: the net minutes of each grade in ``GRADES`` that she let count and that count now, each
    record once. ``recorded``: the opening and outside minutes that she approved.
    """

    account_id: int
    name: str
    login: str
    cases: int
    granted: int
    hasty: int
    median_s: int | None
    by_grade: tuple[int, ...]
    recorded: int
    failed_checks: int

    @property
    def grades(self) -> Mapping[Grade, int]:
        """The grades of ``by_grade`` that have minutes."""
        return {grade: minutes for grade, minutes in zip(GRADES, self.by_grade, strict=True) if minutes}

    @property
    def granted_pct(self) -> float | None:
        """The share that was granted, in per cent."""
        return share_pct(self.granted, self.cases)

    @property
    def never_refuses(self) -> bool:
        """Whether everything was granted and a check found one wrong."""
        return never_refuses(self.cases, self.granted, self.failed_checks)


def approvers(session: Session, unit_ids: Any, *, since: datetime, until: datetime) -> Sequence[ApproverRow]:
    """Return everybody who decided about records of the units in the time, most cases first.

    Args:
        unit_ids: The units of the records, as a select of ids.
    """
    cases = _cases(unit_ids, since, until).cte("cases")
    by_wait = (
        select(
            cases.c.account_id,
            cases.c.waited,
            func.row_number().over(partition_by=cases.c.account_id, order_by=cases.c.waited).label("place"),
            func.count().over(partition_by=cases.c.account_id).label("known"),
        )
        .where(cases.c.waited.is_not(None))
        .subquery()
    )
    middle = (
        select(
            by_wait.c.account_id,
            (func.sum(by_wait.c.waited) // func.count()).label("median"),
        )
        .where(
            or_(
                by_wait.c.place == (by_wait.c.known + 1) // literal_column("2"),
                by_wait.c.place == (by_wait.c.known + 2) // literal_column("2"),
            )
        )
        .group_by(by_wait.c.account_id)
        .subquery()
    )
    stand = _standing(unit_ids, since, until).subquery()
    rows = session.execute(
        select(
            Account.id.label("account_id"),
            Account.name,
            Account.login,
            func.count().label("cases"),
            _sum(cases.c.granted).label("granted"),
            _sum(cases.c.hasty).label("hasty"),
            cast(func.max(middle.c.median), Integer).label("median_s"),
            _sum(cases.c.recorded).label("recorded"),
            *(cast(func.coalesce(func.max(stand.c[name]), 0), Integer).label(name) for name in BY_GRADE),
            _failed(unit_ids).label("failed_checks"),
        )
        .select_from(cases)
        .join(Account, Account.id == cases.c.account_id)
        .outerjoin(middle, middle.c.account_id == cases.c.account_id)
        .outerjoin(stand, stand.c.account_id == cases.c.account_id)
        .group_by(Account.id, Account.name, Account.login)
        .order_by(func.count().desc(), Account.name, Account.id)
    ).all()
    return [_row(row._mapping) for row in rows]


def _row(values: Mapping[Any, Any]) -> ApproverRow:
    plain = {name: value for name, value in values.items() if name not in BY_GRADE}
    return ApproverRow(**plain, by_grade=tuple(values[name] for name in BY_GRADE))


def let_count(
    account_id: int, unit_ids: Any, *, since: datetime, until: datetime, grade: Grade | None = None
) -> list[ColumnElement[bool]]:
    """Return the condition on the records that count by the account's approval or confirmation.

    Args:
        grade: Of this one alone.
    """
    let = _let(since, until)
    mine = select(let.c.visit_id).where(let.c.account_id == account_id)
    found = [Visit.id.in_(mine), *_counts(unit_ids)]
    return found if grade is None else [*found, Visit.grade == grade]


def name_of(session: Session, account_id: int) -> str | None:
    """Return what the account's holder is called."""
    return session.execute(select(Account.name).where(Account.id == account_id)).scalar_one_or_none()


def _counts(unit_ids: Any) -> list[ColumnElement[bool]]:
    return [Visit.state == VisitState.CONFIRMED, Visit.net_min > 0, Visit.unit_id.in_(unit_ids)]


def _standing(unit_ids: Any, since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    """The minutes by grade that count by each account's approval or confirmation."""
    let = _let(since, until)
    return (
        select(
            let.c.account_id,
            *(
                func.sum(case((Visit.grade == grade, Visit.net_min), else_=0)).label(name)
                for grade, name in zip(GRADES, BY_GRADE, strict=True)
            ),
        )
        .join(Visit, Visit.id == let.c.visit_id)
        .where(*_counts(unit_ids))
        .group_by(let.c.account_id)
    )


def _let(since: datetime, until: datetime) -> Subquery:
    """Who let which record count in that time, each pair once."""
    approved = (
        select(Approval.account_id, Request.visit_id)
        .join(Request, Request.id == Approval.request_id)
        .where(Request.state == RequestState.APPROVED, Approval.at >= since, Approval.at < until)
    )
    confirmed = (
        select(Visit.confirmed_by_id, Visit.id)
        .join(AuditLine, and_(AuditLine.subject_id == Visit.id, AuditLine.subject == "visit"))
        .where(
            AuditLine.act == "confirm",
            AuditLine.actor_id == Visit.confirmed_by_id,
            AuditLine.at >= since,
            AuditLine.at < until,
        )
    )
    return union(approved, confirmed).subquery()


def _cases(unit_ids: Any, since: datetime, until: datetime) -> Any:
    """One row a decision: who, how long it waited for her, whether granted, typed minutes approved."""
    given = hasty_rows().subquery()
    approved = (
        select(
            given.c.account_id,
            given.c.waited,
            literal_column("1").label("granted"),
            case((given.c.seconds < HASTY_BELOW_S, 1), else_=0).label("hasty"),
            case((Request.state == RequestState.APPROVED, func.coalesce(Request.minutes, 0)), else_=0).label(
                "recorded"
            ),
        )
        .join(Request, Request.id == given.c.request_id)
        .where(Request.unit_id.in_(unit_ids), given.c.at >= since, given.c.at < until)
    )
    first = aliased(Approval)
    rejected: Any = (
        select(
            Request.rejected_by_id,
            _s(Request.decided_at) - func.coalesce(_s(first.at), _s(Request.asked_at)),
            literal_column("0"),
            literal_column("0"),
            literal_column("0"),
        )
        .outerjoin(first, and_(first.request_id == Request.id, first.step == 1))
        .where(
            Request.rejected_by_id.is_not(None),
            Request.unit_id.in_(unit_ids),
            Request.decided_at >= since,
            Request.decided_at < until,
        )
    )
    return union_all(approved, rejected, _reviewed(unit_ids, since, until))


def _reviewed(unit_ids: Any, since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    """Records that were confirmed or sent back; they waited since their last evidence came in."""
    came = (
        select(func.max(_s(Evidence.received_at)))
        .where(Evidence.visit_id == Visit.id, Evidence.received_at <= AuditLine.at)
        .correlate(Visit, AuditLine)
        .scalar_subquery()
    )
    return (
        select(
            AuditLine.actor_id,
            case((AuditLine.act == "confirm", _s(AuditLine.at) - came), else_=None),
            case((AuditLine.act == "confirm", 1), else_=0),
            literal_column("0"),
            literal_column("0"),
        )
        .join(Visit, and_(Visit.id == AuditLine.subject_id, AuditLine.subject == "visit"))
        .where(
            AuditLine.act.in_(("confirm", "return_visit")),
            AuditLine.actor_id.is_not(None),
            AuditLine.at >= since,
            AuditLine.at < until,
            Visit.unit_id.in_(unit_ids),
        )
    )


def _failed(unit_ids: Any) -> ColumnElement[int]:
    """Return how many checked records of the account were found wrong."""
    approval = (
        select(Approval.request_id)
        .join(Request, Request.id == Approval.request_id)
        .where(Request.visit_id == Visit.id, Approval.account_id == Account.id)
        .correlate(Visit, Account)
    )
    return (
        select(func.count())
        .select_from(SpotCheck)
        .join(Visit, Visit.id == SpotCheck.visit_id)
        .where(
            SpotCheck.is_right.is_(False),
            Visit.unit_id.in_(unit_ids),
            or_(Visit.confirmed_by_id == Account.id, approval.exists()),
        )
        .correlate(Account)
        .scalar_subquery()
    )


def _sum(column: Any) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), Integer)


def _s(column: Any) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)
