"""What visits brought, added up by any key: the one place that counts persons, person-times and minutes.

Persons are not additive and person-times hardly: both are counted over the visits themselves, as they are now
or as the kept sums have them. The difference of the two is what is not kept yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from volunteer.models import Membership, Post, Shift, Unit, Visit
from volunteer.rules.kinds import Grade
from volunteer.rules.places import Slot
from volunteer.rules.tally import RollUpKind
from volunteer.stats.tree import is_below

# The grades that bring minutes.
GRADES = (Grade.A, Grade.B, Grade.C, Grade.E)
BY_GRADE = tuple(f"net_{grade.value.lower()}" for grade in GRADES)
FIGURES = ("headcount", "person_times", "visits", "net", "credited", *BY_GRADE)
# A slot's key: the minute of the week, from a Thursday's midnight in UTC, and how many minutes from then on.
WEEK_MIN = 7 * 24 * 60
SLOT_FACTOR = 10_000
Join = tuple[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Half-open days that a roll-up covers."""

    from_on: date
    to_on: date

    @classmethod
    def calendar_year(cls, year: int) -> "Days":
        """Return the days of a calendar year."""
        return cls(from_on=date(year, 1, 1), to_on=date(year + 1, 1, 1))

    @classmethod
    def academic_year(cls, year: int) -> "Days":
        """Return the days of the academic year that begins in *year*, on 1 September."""
        return cls(from_on=date(year, 9, 1), to_on=date(year + 1, 9, 1))

    @classmethod
    def academic_year_of(cls, day: date) -> "Days":
        """Return the academic year in which *day* lies."""
        return cls.academic_year(day.year if day.month >= 9 else day.year - 1)

    def both(self, other: "Days") -> "Days":
        """Return the days that lie in both; they may be none."""
        return Days(from_on=max(self.from_on, other.from_on), to_on=min(self.to_on, other.to_on))


@dataclass(frozen=True, slots=True)
class Counted:
    """The columns of a visit that are added up. A visit without net minutes is none."""

    net: Any
    credited: Any
    grade: Any


NOW = Counted(Visit.net_min, Visit.credited_min, Visit.grade)
KEPT = Counted(Visit.kept_net, Visit.kept_credited, Visit.kept_grade)


def figures(
    *keys: Any,
    where: Sequence[ColumnElement[bool]],
    joins: Sequence[Join] = (),
    beside: Sequence[Join] = (),
    counted: Counted = NOW,
) -> Select[*tuple[Any, ...]]:
    """Return a statement with a row for each combination of *keys* that has visits: keys, then ``FIGURES``.

    Args:
        keys: Labelled; they may be of joined tables.
        joins: Tables with the condition that joins them to the visit.
        beside: The same for tables that not every visit has a row of.
    """
    inner = select(
        *keys,
        Visit.member_id.label("member_id"),
        func.count().label("visits"),
        func.sum(counted.net).label("net"),
        func.sum(counted.credited).label("credited"),
        *(
            func.sum(case((counted.grade == grade, counted.net), else_=0)).label(name)
            for grade, name in zip(GRADES, BY_GRADE, strict=True)
        ),
    ).select_from(Visit)
    for table, condition in joins:
        inner = inner.join(table, condition)
    for table, condition in beside:
        inner = inner.outerjoin(table, condition)
    groups = (*(key.element for key in keys), Visit.member_id, Visit.post_id, Visit.served_on)
    times = inner.where(counted.net > 0, *where).group_by(*groups).subquery()
    names = [times.c[key.key] for key in keys]
    statement = select(
        *names,
        func.count(func.distinct(times.c.member_id)).label("headcount"),
        func.count(times.c.member_id).label("person_times"),
        *(total(times.c[name], name) for name in FIGURES[2:]),
    )
    return statement.group_by(*names) if names else statement


def key_of(kind: RollUpKind) -> tuple[Any, list[Join]]:
    """Return what a roll-up of that kind groups by, a number, and what has to be joined for it."""
    match kind:
        case RollUpKind.POST:
            return Visit.post_id.label("key"), []
        case RollUpKind.BASE:
            return func.coalesce(Post.base_id, 0).label("key"), [(Post, Post.id == Visit.post_id)]
        case RollUpKind.MONTH:
            text = func.substr(cast(Visit.served_on, String), 1, 7)
            return cast(func.replace(text, "-", ""), Integer).label("key"), []
        case RollUpKind.SLOT:
            # As it was set: a shift that is prolonged later stays in its slot.
            start, end = (type_coerce(at, BigInteger) // 60 for at in (Shift.starts_at, Shift.first_ends_at))
            key = cast(start % WEEK_MIN * SLOT_FACTOR + end - start, Integer).label("key")
            return key, [(Shift, Shift.id == Visit.shift_id)]
        case RollUpKind.ALL:
            return cast(0, Integer).label("key"), []


def slot_of(key: int, visits: int, since: datetime) -> Slot:
    """Return the slot of that key, in the first week that begins at *since*."""
    minute, minutes = divmod(key, SLOT_FACTOR)
    first = int(since.timestamp()) // 60
    starts_at = datetime.fromtimestamp(60 * (first + (minute - first) % WEEK_MIN), UTC)
    return Slot(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), count=visits)


def within(days: Days) -> list[ColumnElement[bool]]:
    """Return the condition that the visit lies in *days*."""
    return [Visit.served_on >= days.from_on, Visit.served_on < days.to_on]


@lru_cache(maxsize=1024)
def below(unit_path: str) -> Select[int]:
    """Return the ids of a unit and all below it."""
    return select(Unit.id).where(is_below(Unit.path, unit_path))


def belonged_on(day: Any) -> ColumnElement[bool]:
    """Return the condition that a membership held on a day."""
    return and_(Membership.from_on <= day, or_(Membership.before_on.is_(None), Membership.before_on > day))


def above(unit_ids: Select[int]) -> CTE:
    """Return each of the units (``unit_id``) with itself and all above it (``node_id``)."""
    itself = aliased(Unit)
    start = select(itself.id.label("unit_id"), itself.id.label("node_id")).where(itself.id.in_(unit_ids))
    pairs = start.cte(recursive=True)
    parent = select(pairs.c.unit_id, Unit.parent_id).where(
        Unit.id == pairs.c.node_id, Unit.parent_id.is_not(None)
    )
    return pairs.union_all(parent)


def total(column: Any, name: str) -> ColumnElement[int]:
    """Return the sum of a column, 0 over nothing."""
    return cast(func.coalesce(func.sum(column), 0), Integer).label(name)


class one_of_few(FunctionElement[bool]):
    """Whether the first column is one of those that the second, a subquery, returns: a handful, mostly none.

    PostgreSQL cannot know that they are few, and would read the whole table; of an array it expects it.
    """

    name = "one_of_few"
    inherit_cache = True


@compiles(one_of_few, "sqlite")
def _on_sqlite(element: one_of_few, compiler: SQLCompiler, **kw: Any) -> str:
    column, few = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} IN {few}"


@compiles(one_of_few, "postgresql")
def _on_postgresql(element: one_of_few, compiler: SQLCompiler, **kw: Any) -> str:
    column, few = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} = ANY (ARRAY{few})"
