"""What the lot drew, what was found, and from which records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, Member, Post, SpotCheck, SpotDraw, Unit, Visit
from volunteer.rules.kinds import Grade, VisitState
from volunteer.rules.tally import share_pct
from volunteer.stats.served import below

MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRow:
    """A month's draw, with what came of it."""

    id: int
    unit_id: int
    unit_code: str
    unit_name: str
    month: date
    seed: str
    population: int
    digest: str
    drawn_at: datetime
    drawn_by: str
    size: int
    checked: int
    wrong: int

    @property
    def hit_pct(self) -> float | None:
        """The share of the checked ones that were found wrong, in per cent."""
        return share_pct(self.wrong, self.checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A record that was drawn."""

    draw_id: int
    visit_id: int
    member_id: int
    name: str
    unit_name: str
    post_name: str
    served_on: date
    state: VisitState
    grade: Grade
    net: int
    is_right: bool | None
    finding: str | None
    checked_by: str | None
    checked_at: datetime | None


def records_of_month(session: Session, unit_path: str, from_on: date, to_on: date) -> Mapping[int, int]:
    """Return the branch of each confirmed record with served minutes below a unit, by the record's id."""
    rows = session.execute(
        select(Visit.id, Visit.unit_id)
        .where(
            Visit.unit_id.in_(below(unit_path)),
            Visit.served_on >= from_on,
            Visit.served_on < to_on,
            Visit.net_min > 0,
        )
        .order_by(Visit.id)
    ).all()
    return {row.id: row.unit_id for row in rows}


def draws(session: Session, unit_ids: Any, *, draw_id: int | None = None) -> list[DrawRow]:
    """Return the draws over these units, the newest month first; or the one that is named."""
    named = SpotDraw.unit_id.in_(unit_ids)
    rows = session.execute(
        select(
            SpotDraw.id,
            SpotDraw.unit_id,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            SpotDraw.month,
            SpotDraw.seed,
            SpotDraw.population,
            SpotDraw.digest,
            SpotDraw.drawn_at,
            Account.name.label("drawn_by"),
            func.count(SpotCheck.visit_id).label("size"),
            func.count(SpotCheck.checked_at).label("checked"),
            cast(func.coalesce(func.sum(case((~SpotCheck.is_right, 1), else_=0)), 0), Integer).label("wrong"),
        )
        .join(Unit, Unit.id == SpotDraw.unit_id)
        .join(Account, Account.id == SpotDraw.drawn_by_id)
        .outerjoin(SpotCheck, SpotCheck.draw_id == SpotDraw.id)
        .where(named if draw_id is None else and_(named, SpotDraw.id == draw_id))
        .group_by(SpotDraw.id, Unit.code, Unit.name, Account.name)
        .order_by(SpotDraw.month.desc(), SpotDraw.id)
        .limit(MONTHS)
    ).all()
    return [DrawRow(**row._mapping) for row in rows]


def checks_of(session: Session, draw_id: int) -> list[CheckRow]:
    """Return the records of a draw, those to be checked first."""
    checker = aliased(Account)
    rows = session.execute(
        select(
            SpotCheck.draw_id,
            SpotCheck.visit_id,
            Visit.member_id,
            Member.name,
            Unit.name.label("unit_name"),
            Post.name.label("post_name"),
            Visit.served_on,
            Visit.state,
            Visit.grade,
            Visit.net_min.label("net"),
            SpotCheck.is_right,
            SpotCheck.finding,
            checker.name.label("checked_by"),
            SpotCheck.checked_at,
        )
        .join(Visit, Visit.id == SpotCheck.visit_id)
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Post, Post.id == Visit.post_id)
        .outerjoin(checker, checker.id == SpotCheck.checked_by_id)
        .where(SpotCheck.draw_id == draw_id)
        .order_by(SpotCheck.checked_at.is_not(None), Unit.path, SpotCheck.visit_id)
    ).all()
    return [CheckRow(**row._mapping) for row in rows]
