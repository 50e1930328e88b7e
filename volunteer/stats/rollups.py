"""Roll-ups of confirmed visits by post, base, unit, term and month: hours received and hours credited.

Headcount counts persons and is not additive; person-times count a person once a post and day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from volunteer.models import Base, Credit, Member, Post, Term, Unit, Visit
from volunteer.rules.kinds import Grade
from volunteer.rules.places import Slot
from volunteer.rules.tally import RollUpKind, share_pct
from volunteer.rules.tree import chain
from volunteer.stats import kept
from volunteer.stats.kept import Asked
from volunteer.stats.served import (
    BY_GRADE,
    FIGURES,
    GRADES,
    Days,
    above,
    below,
    figures,
    key_of,
    slot_of,
    total,
    within,
)

__all__ = [
    "GRADES",
    "Days",
    "RollUp",
    "by_base",
    "by_member",
    "by_month",
    "by_post",
    "by_term",
    "by_unit",
    "of_unit",
]


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


# The months, and at how many posts and bases their service was.
MonthsAndPlaces = tuple[Sequence[RollUp], int, int]
PLACED = (RollUpKind.MONTH, RollUpKind.POST, RollUpKind.BASE)


def by_post(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every post that served somebody in *days*, most hours first."""
    return [rollup(row) for row in kept.run(session, _posts, days, unit_path)]


def by_base(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every base that served somebody in *days*; what is at no base is one row without a code."""
    return [rollup(row) for row in kept.run(session, _bases, days, unit_path)]


def by_member(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every member who served in *days*, by student number; ``code`` is that number."""
    here = [] if unit_path is None else [Visit.unit_id.in_(below(unit_path))]
    inner = figures(Visit.member_id.label("key"), where=[*within(days), *here]).subquery()
    statement = (
        select(Member.student_no.label("code"), Member.name, *_columns(inner))
        .join(inner, inner.c.key == Member.id)
        .order_by(Member.student_no)
    )
    return [rollup(row) for row in session.execute(statement)]


def by_month(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return the months of *days* with service, in order, named as 2026-03."""
    return month_rows(kept.run(session, _months, days, unit_path))


def months_and_places(session: Session, days: Days, *, unit_path: str) -> MonthsAndPlaces:
    """Return the months of *days* with service, in order, and at how many posts and bases it was."""
    return with_places(kept.run(session, _months_and_places, days, unit_path))


def by_slot(session: Session, days: Days, *, unit_path: str, since: datetime) -> Sequence[Slot] | None:
    """Return the slots of the week with the visits that each brought, where their sums are kept; else None.

    Of each slot the first after *since* stands for all.
    """
    if days not in kept.periods(session):
        return None
    return sorted(
        (slot_of(row.key, row.visits, since) for row in kept.run(session, _slots, days, unit_path)),
        key=lambda slot: (slot.starts_at, slot.ends_at),
    )


def by_term(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return the terms that *days* touch, by their start; only service inside both counts."""
    terms = session.execute(
        select(Term.id, Term.code, Term.name, Term.starts_on, Term.ends_before)
        .where(Term.starts_on < days.to_on, Term.ends_before > days.from_on)
        .order_by(Term.starts_on, Term.id)
    ).all()
    if not terms:
        return []
    parts = []
    for term in terms:
        inside = days.both(Days(from_on=term.starts_on, to_on=term.ends_before))
        rows = figures_of(RollUpKind.ALL, Asked.of(session, inside, unit_path)).subquery()
        parts.append(select(literal(term.id, Integer).label("term_id"), *(rows.c[name] for name in FIGURES)))
    found = {row.term_id: row for row in session.execute(union_all(*parts))}
    return [rollup(found.get(term.id), term.code, term.name) for term in terms]


def by_unit(session: Session, days: Days, *, unit_path: str) -> Sequence[RollUp]:
    """Return a unit and everything below it, each with what lies under it, in the order of the tree."""
    return unit_rows(kept.run(session, _units, days, unit_path))


def by_child(session: Session, days: Days, *, unit_path: str) -> Sequence[RollUp]:
    """Return the units right below one, each with what lies under it, in the order of the tree."""
    return unit_rows(kept.run(session, _children, days, unit_path))


def of_unit(session: Session, days: Days, *, unit_path: str) -> RollUp:
    """Return one unit with everything below it."""
    return rollup(kept.run(session, _unit, days, unit_path).one())


def unit_rows(rows: Iterable[Any]) -> Sequence[RollUp]:
    """Return the rows of :func:`of_units` in the order of the tree."""
    return [rollup(row) for row in sorted(rows, key=lambda row: chain(row.path))]


def month_rows(rows: Iterable[Any]) -> Sequence[RollUp]:
    """Return the rows of :func:`of_months`, in order."""
    months = [(f"{row.key // 100:04}-{row.key % 100:02}", row) for row in rows]
    return [rollup(row, name, name) for name, row in months]


def with_places(rows: Iterable[Any]) -> MonthsAndPlaces:
    """Return the rows of :func:`of_months_and_places`; without a month there was no service, and no place."""
    found = list(rows)
    return month_rows(found), found[0].posts if found else 0, found[0].bases if found else 0


# --- the statements ---


def figures_of(kind: RollUpKind, asked: Asked) -> Select[*tuple[Any, ...]]:
    """Return the statement with ``key`` and figures: from kept sums where there are some, else counted."""
    if asked.period_id is not None:
        return kept.kept_figures(kind, asked)
    key, joins = key_of(kind)
    return figures(key, where=_where(asked), joins=joins)


def everywhere(asked: Asked) -> Select[*tuple[Any, ...]]:
    """Return a statement with the one row of ``FIGURES`` that all units together have, for its minutes."""
    return figures(where=within(asked.days)) if asked.period_id is None else kept.everywhere(asked)


def of_units(inner: Any, which: ColumnElement[bool], *more: Any) -> Select[*tuple[Any, ...]]:
    """Return a statement with the figures of *inner*, whose keys are ids of units, for all units of *which*.

    Args:
        more: One more column, and the join that it needs.
    """
    statement = select(Unit.path, Unit.code, Unit.name, *_columns(inner), *more[:1]).outerjoin(
        inner, inner.c.key == Unit.id
    )
    for table, condition in more[1:]:
        statement = statement.outerjoin(table, condition)
    return statement.where(which)


def of_months(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return a statement with the figures of *statement*, whose keys are months, in order."""
    inner = statement.subquery()
    return select(inner).order_by(inner.c.key)


def of_months_and_places(months: Any, posts: Any, bases: Any) -> Select[*tuple[Any, ...]]:
    """Return the months of the first statement, and how many keys the others have; base 0 is on campus."""
    at_posts, at_bases = posts.subquery(), bases.subquery()
    in_all = select(func.count()).select_from(at_posts)
    real = select(func.count()).select_from(at_bases).where(at_bases.c.key != 0)
    return of_months(months).add_columns(
        in_all.scalar_subquery().label("posts"), real.scalar_subquery().label("bases")
    )


def _posts(asked: Asked) -> Select[*tuple[Any, ...]]:
    return _named(figures_of(RollUpKind.POST, asked), Post)


def _bases(asked: Asked) -> Select[*tuple[Any, ...]]:
    return _named(figures_of(RollUpKind.BASE, asked), Base)


def _months(asked: Asked) -> Select[*tuple[Any, ...]]:
    return of_months(figures_of(RollUpKind.MONTH, asked))


def _months_and_places(asked: Asked) -> Select[*tuple[Any, ...]]:
    return of_months_and_places(*(figures_of(kind, asked) for kind in PLACED))


def _slots(asked: Asked) -> Select[*tuple[Any, ...]]:
    return figures_of(RollUpKind.SLOT, asked)


def _unit(asked: Asked) -> Select[*tuple[Any, ...]]:
    inner = figures_of(RollUpKind.ALL, asked).subquery()
    recorded = (
        select(total(Credit.net_min, "recorded"))
        .where(_is_record(asked.days), (Credit.unit_id + 0).in_(asked.below))
        .scalar_subquery()
        .label("recorded")
    )
    return (
        select(Unit.code, Unit.name, *_columns(inner), recorded)
        .outerjoin(inner, inner.c.key == 0)
        .where(Unit.id == asked.unit_id)
    )


def _units(asked: Asked) -> Select[*tuple[Any, ...]]:
    return _by_unit(asked, Unit.id.in_(asked.below))


def _children(asked: Asked) -> Select[*tuple[Any, ...]]:
    return _by_unit(asked, Unit.parent_id == asked.unit_id)


def _by_unit(asked: Asked, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    if asked.period_id is None:
        pairs = above(asked.below)
        joins = [(pairs, pairs.c.unit_id == Visit.unit_id)]
        inner = figures(pairs.c.node_id.label("key"), where=_where(asked), joins=joins).subquery()
    else:
        inner = kept.kept_by_unit(asked, which).subquery()
    recorded = _recorded(asked)
    minutes = func.coalesce(recorded.c.minutes, 0).label("recorded")
    return of_units(inner, which, minutes, (recorded, recorded.c.node_id == Unit.id))


def _where(asked: Asked) -> list[ColumnElement[bool]]:
    here = [] if asked.below is None else [Visit.unit_id.in_(asked.below)]
    return [*within(asked.days), *here]


def _columns(inner: Any) -> list[ColumnElement[int]]:
    return [func.coalesce(inner.c[name], 0).label(name) for name in FIGURES]


def _named(statement: Select[*tuple[Any, ...]], model: type[Post] | type[Base]) -> Select[*tuple[Any, ...]]:
    inner = statement.subquery()
    return (
        select(model.code, model.name, *_columns(inner))
        .select_from(inner)
        .outerjoin(model, model.id == inner.c.key)
        .order_by(inner.c.net.desc(), model.code)
    )


def _recorded(asked: Asked) -> Any:
    """Return the opening and outside minutes of units, each with all below it."""
    pairs = above(asked.below)
    return (
        select(pairs.c.node_id, total(Credit.net_min, "minutes"))
        .select_from(Credit)
        .join(pairs, pairs.c.unit_id == Credit.unit_id + 0)
        .where(_is_record(asked.days))
        .group_by(pairs.c.node_id)
        .subquery()
    )


def _is_record(days: Days) -> ColumnElement[bool]:
    """Return the condition on the ledger; units stand beside it as a sum, for such lines have their index."""
    return and_(Credit.request_id.is_not(None), Credit.day >= days.from_on, Credit.day < days.to_on)


def rollup(row: Any, code: str | None = None, name: str | None = None) -> RollUp:
    """Return the row as a value; there is none where nobody served."""
    values: Mapping[str, Any] = dict.fromkeys(FIGURES, 0) if row is None else row._mapping
    return RollUp(
        code=values.get("code", code),
        name=values.get("name", name),
        headcount=values["headcount"],
        person_times=values["person_times"],
        net=values["net"],
        credited=values["credited"],
        by_grade=tuple(values[grade] for grade in BY_GRADE),
        recorded=values.get("recorded", 0),
    )
