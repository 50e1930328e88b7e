"""Roll-ups of confirmed visits by post, base, unit, term and month: hours received and hours credited.

Headcount counts persons and is not additive; person-times count a person once a post and day.
"""

from collections.abc import Mapping, Sequence
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


def by_post(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every post that served somebody in *days*, most hours first."""
    return _named(session, figures_of(session, RollUpKind.POST, days, unit_path), Post)


def by_base(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every base that served somebody in *days*; what is at no base is one row without a code."""
    return _named(session, figures_of(session, RollUpKind.BASE, days, unit_path), Base)


def by_member(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return every member who served in *days*, by student number; ``code`` is that number."""
    inner = figures(Visit.member_id.label("key"), where=_where(days, unit_path)).subquery()
    statement = (
        select(Member.student_no.label("code"), Member.name, *_columns(inner))
        .join(inner, inner.c.key == Member.id)
        .order_by(Member.student_no)
    )
    return [rollup(row) for row in session.execute(statement)]


def by_month(session: Session, days: Days, *, unit_path: str | None = None) -> Sequence[RollUp]:
    """Return the months of *days* with service, in order, named as 2026-03."""
    return month_rows(session, figures_of(session, RollUpKind.MONTH, days, unit_path))


def by_slot(session: Session, days: Days, *, unit_path: str, since: datetime) -> Sequence[Slot] | None:
    """Return the slots of the week with the visits that each brought, where their sums are kept; else None.

    Of each slot the first after *since* stands for all.
    """
    period_id = kept.periods(session).get(days)
    if period_id is None:
        return None
    inner = kept.kept_figures(RollUpKind.SLOT, period_id, days, unit_path=unit_path).subquery()
    rows = session.execute(select(inner.c.key, inner.c.visits).order_by(inner.c.key)).all()
    return sorted(
        (slot_of(row.key, row.visits, since) for row in rows), key=lambda slot: (slot.starts_at, slot.ends_at)
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
        rows = figures_of(session, RollUpKind.ALL, inside, unit_path).subquery()
        parts.append(select(literal(term.id, Integer).label("term_id"), *(rows.c[name] for name in FIGURES)))
    found = {row.term_id: row for row in session.execute(union_all(*parts))}
    return [rollup(found.get(term.id), term.code, term.name) for term in terms]


def by_unit(session: Session, days: Days, *, unit_path: str) -> Sequence[RollUp]:
    """Return a unit and everything below it, each with what lies under it, in the order of the tree."""
    return _by_unit(session, days, unit_path, Unit.path.startswith(unit_path, autoescape=True))


def by_child(session: Session, days: Days, *, unit_path: str, unit_id: int) -> Sequence[RollUp]:
    """Return the units right below one, each with what lies under it, in the order of the tree."""
    return _by_unit(session, days, unit_path, Unit.parent_id == unit_id)


def _by_unit(session: Session, days: Days, unit_path: str, which: ColumnElement[bool]) -> Sequence[RollUp]:
    period_id = kept.periods(session).get(days)
    if period_id is None:
        pairs = above(below(unit_path))
        joins = [(pairs, pairs.c.unit_id == Visit.unit_id)]
        inner = figures(pairs.c.node_id.label("key"), where=_where(days, unit_path), joins=joins).subquery()
    else:
        inner = kept.kept_by_unit(period_id, days, unit_path=unit_path, which=which).subquery()
    recorded = _recorded(days, unit_path)
    minutes = func.coalesce(recorded.c.minutes, 0).label("recorded")
    return unit_rows(session, inner, which, minutes, (recorded, recorded.c.node_id == Unit.id))


def unit_rows(session: Session, inner: Any, which: ColumnElement[bool], *more: Any) -> Sequence[RollUp]:
    """Return the figures of *inner*, whose keys are ids of units, for all units of *which*.

    Args:
        more: One more column, and the join that it needs.
    """
    statement = select(Unit.path, Unit.code, Unit.name, *_columns(inner), *more[:1]).outerjoin(
        inner, inner.c.key == Unit.id
    )
    for table, condition in more[1:]:
        statement = statement.outerjoin(table, condition)
    rows = sorted(session.execute(statement.where(which)), key=lambda row: chain(row.path))
    return [rollup(row) for row in rows]


def month_rows(session: Session, statement: Select[*tuple[Any, ...]]) -> Sequence[RollUp]:
    """Return the figures of *statement*, whose keys are months, in order."""
    inner = statement.subquery()
    rows = session.execute(select(inner).order_by(inner.c.key)).all()
    names = [f"{row.key // 100:04}-{row.key % 100:02}" for row in rows]
    return [rollup(row, name, name) for row, name in zip(rows, names, strict=True)]


def everywhere(session: Session, days: Days) -> Select[*tuple[Any, ...]]:
    """Return a statement with the one row of ``FIGURES`` that all units together have, for its minutes."""
    period_id = kept.periods(session).get(days)
    return figures(where=within(days)) if period_id is None else kept.everywhere(period_id, days)


def of_unit(session: Session, days: Days, *, unit_path: str) -> RollUp:
    """Return one unit with everything below it."""
    inner = figures_of(session, RollUpKind.ALL, days, unit_path).subquery()
    minutes = total(Credit.net_min, "recorded")
    recorded = (
        select(minutes)
        .where(_is_record(days), (Credit.unit_id + 0).in_(below(unit_path)))
        .scalar_subquery()
        .label("recorded")
    )
    row = session.execute(
        select(Unit.code, Unit.name, *_columns(inner), recorded)
        .outerjoin(inner, inner.c.key == 0)
        .where(Unit.path == unit_path)
    ).one()
    return rollup(row)


def figures_of(
    session: Session, kind: RollUpKind, days: Days, unit_path: str | None
) -> Select[*tuple[Any, ...]]:
    """Return the statement with ``key`` and figures: from kept sums where there are some, else counted."""
    period_id = kept.periods(session).get(days) if unit_path is not None else None
    if unit_path is not None and period_id is not None:
        return kept.kept_figures(kind, period_id, days, unit_path=unit_path)
    key, joins = key_of(kind)
    return figures(key, where=_where(days, unit_path), joins=joins)


def _where(days: Days, unit_path: str | None) -> list[ColumnElement[bool]]:
    here = [] if unit_path is None else [Visit.unit_id.in_(below(unit_path))]
    return [*within(days), *here]


def _columns(inner: Any) -> list[ColumnElement[int]]:
    return [func.coalesce(inner.c[name], 0).label(name) for name in FIGURES]


def _named(
    session: Session, statement: Select[*tuple[Any, ...]], model: type[Post] | type[Base]
) -> Sequence[RollUp]:
    inner = statement.subquery()
    rows = session.execute(
        select(model.code, model.name, *_columns(inner))
        .select_from(inner)
        .outerjoin(model, model.id == inner.c.key)
        .order_by(inner.c.net.desc(), model.code)
    )
    return [rollup(row) for row in rows]


def _recorded(days: Days, unit_path: str) -> Any:
    """Return the opening and outside minutes of units, each with all below it."""
    pairs = above(below(unit_path))
    return (
        select(pairs.c.node_id, total(Credit.net_min, "minutes"))
        .select_from(Credit)
        .join(pairs, pairs.c.unit_id == Credit.unit_id + 0)
        .where(_is_record(days))
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
