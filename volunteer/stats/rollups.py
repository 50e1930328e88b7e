"""Roll-ups of confirmed visits by post, base, unit, term and month: hours received and hours credited.

Headcount counts persons and is not additive; person-times count a person once a post and day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Base, Credit, Member, Post, Term, Unit, Visit
from volunteer.rules.kinds import Grade, VisitState
from volunteer.rules.tally import share_pct

# The grades that bring minutes.
GRADES = (Grade.A, Grade.B, Grade.C, Grade.E)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Half-open days that a roll-up covers."""

    from_on: date
    to_on: date

    @classmethod
    def calendar_year(cls, year: int) -> "Days":
        """Return the days of a calendar year."""
        return cls(from_on=date(year, 1, 1), to_on=date(year + 1, 1, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """What one post, base, unit, term or month received. Minutes.

    ``code`` is None for what lies at no base. ``by_grade`` are the net minutes of each grade in ``GRADES``,
    and add up to ``net``. ``recorded`` are opening and outside minutes, a line of their own that only units
    have.
    """

    code: str | None
    name: str | None
    headcount: int
    person_times: int
    net: int
    credited: int
    by_grade: tuple[int, ...]
    recorded: int = 0

    @property
    def makeup_net(self) -> int:
        """The net minutes of what was made up."""
        return self.by_grade[GRADES.index(Grade.E)]

    @property
    def makeup_share_pct(self) -> float | None:
        """Made-up minutes among the net minutes, in per cent with one decimal; None over nothing."""
        return share_pct(self.makeup_net, self.net)


def by_post(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every post that served somebody in *days*, most hours first."""
    inner = _served(days, unit_path, Visit.post_id.label("key")).subquery()
    return _named(session, inner, Post)


def by_base(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every base that served somebody in *days*; what is at no base is one row without a code."""
    inner = _served(days, unit_path, Post.base_id.label("key"), join_post=True).subquery()
    return _named(session, inner, Base)


def by_member(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every member who served in *days*, by student number; ``code`` is that number."""
    inner = _served(days, unit_path, Visit.member_id.label("key")).subquery()
    statement = (
        select(Member.student_no.label("code"), Member.name, *_sums(inner))
        .join(Member, Member.id == inner.c.key)
        .group_by(Member.id, Member.student_no, Member.name)
        .order_by(Member.student_no)
    )
    return [_rollup(row) for row in session.execute(statement)]


def by_month(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return the months of *days* with service, in order, named as 2026-03."""
    month = func.substr(cast(Visit.served_on, String), 1, 7).label("key")
    inner = _served(days, unit_path, month).subquery()
    statement = select(inner.c.key.label("code"), inner.c.key.label("name"), *_sums(inner))
    rows = session.execute(statement.group_by(inner.c.key).order_by(inner.c.key))
    return [_rollup(row) for row in rows]


def by_term(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return the terms that *days* touch, by their start; only service inside both counts."""
    inner = _served(days, unit_path, Term.id.label("key"))
    inner_rows = inner.join(
        Term, and_(Visit.served_on >= Term.starts_on, Visit.served_on < Term.ends_before)
    ).subquery()
    statement = (
        select(Term.code, Term.name, *_sums(inner_rows))
        .outerjoin(inner_rows, inner_rows.c.key == Term.id)
        .where(Term.starts_on < days.to_on, Term.ends_before > days.from_on)
        .group_by(Term.id, Term.code, Term.name, Term.starts_on)
        .order_by(Term.starts_on, Term.id)
    )
    return [_rollup(row) for row in session.execute(statement)]


def by_unit(session: Session, days: Days, *, unit_path: str) -> Sequence[RollUp]:
    """Return a unit and everything below it, each with what lies under it, in the order of the tree."""
    below = aliased(Unit)
    inner = (
        _served(days, unit_path, Unit.id.label("key"))
        .join(below, below.id == Visit.unit_id)
        .join(Unit, below.path.startswith(Unit.path))
        .subquery()
    )
    statement = (
        select(Unit.code, Unit.name, *_sums(inner), _recorded(days).label("recorded"))
        .outerjoin(inner, inner.c.key == Unit.id)
        .where(Unit.path.startswith(unit_path, autoescape=True))
        .group_by(Unit.id, Unit.code, Unit.name, Unit.path)
        .order_by(Unit.path)
    )
    return [_rollup(row) for row in session.execute(statement)]


def of_unit(session: Session, days: Days, *, unit_path: str) -> RollUp:
    """Return one unit with everything below it."""
    inner = _served(days, unit_path).subquery()
    name = select(Unit.code, Unit.name).where(Unit.path == unit_path).subquery()
    recorded = _recorded_below(days, unit_path)
    row = session.execute(
        select(
            select(name.c.code).scalar_subquery().label("code"),
            select(name.c.name).scalar_subquery().label("name"),
            *_sums(inner),
            recorded.label("recorded"),
        )
    ).one()
    return _rollup(row)


def _served(
    days: Days, unit_path: str | None, key: Any = None, *, join_post: bool = False
) -> Select[*tuple[Any, ...]]:
    """Return confirmed visits folded to one row a key, person, post and day; without a key all are one."""
    keys = [] if key is None else [key]
    statement = select(
        *keys,
        Visit.member_id.label("member_id"),
        func.sum(Visit.net_min).label("net"),
        func.sum(Visit.credited_min).label("credited"),
        *(
            func.sum(case((Visit.grade == grade, Visit.net_min), else_=0)).label(f"net_{grade.value}")
            for grade in GRADES
        ),
    ).select_from(Visit)
    if join_post:
        statement = statement.join(Post, Post.id == Visit.post_id)
    if unit_path is not None:
        place = aliased(Unit)
        statement = statement.join(place, place.id == Visit.unit_id).where(
            place.path.startswith(unit_path, autoescape=True)
        )
    return statement.where(
        Visit.state == VisitState.CONFIRMED,
        Visit.net_min > 0,
        Visit.served_on >= days.from_on,
        Visit.served_on < days.to_on,
    ).group_by(*(one.element for one in keys), Visit.member_id, Visit.post_id, Visit.served_on)


def _sums(inner: Any) -> list[ColumnElement[int]]:
    return [
        func.count(func.distinct(inner.c.member_id)).label("headcount"),
        func.count(inner.c.member_id).label("person_times"),
        _total(inner.c.net, "net"),
        _total(inner.c.credited, "credited"),
        *(_total(inner.c[f"net_{grade.value}"], f"net_{grade.value}") for grade in GRADES),
    ]


def _total(column: ColumnElement[Any], name: str) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), Integer).label(name)


def _named(session: Session, inner: Any, model: type[Post] | type[Base]) -> Sequence[RollUp]:
    statement = (
        select(model.code, model.name, *_sums(inner))
        .select_from(inner)
        .outerjoin(model, model.id == inner.c.key)
        .group_by(inner.c.key, model.code, model.name)
        .order_by(func.sum(inner.c.net).desc(), model.code)
    )
    return [_rollup(row) for row in session.execute(statement)]


def _recorded(days: Days) -> Any:
    """Add up opening and outside minutes of a unit and all below it, in an outer statement over units."""
    below = aliased(Unit)
    return (
        select(cast(func.coalesce(func.sum(Credit.net_min), 0), Integer))
        .join(below, below.id == Credit.unit_id)
        .where(_is_record(days), below.path.startswith(Unit.path))
        .correlate(Unit)
        .scalar_subquery()
    )


def _recorded_below(days: Days, unit_path: str) -> Any:
    below = aliased(Unit)
    return (
        select(cast(func.coalesce(func.sum(Credit.net_min), 0), Integer))
        .join(below, below.id == Credit.unit_id)
        .where(_is_record(days), below.path.startswith(unit_path, autoescape=True))
        .scalar_subquery()
    )


def _is_record(days: Days) -> ColumnElement[bool]:
    return and_(Credit.request_id.is_not(None), Credit.day >= days.from_on, Credit.day < days.to_on)


def _rollup(row: Any) -> RollUp:
    return RollUp(
        code=row.code,
        name=row.name,
        headcount=row.headcount,
        person_times=row.person_times,
        net=row.net,
        credited=row.credited,
        by_grade=tuple(getattr(row, f"net_{grade.value}") for grade in GRADES),
        recorded=getattr(row, "recorded", 0),
    )
