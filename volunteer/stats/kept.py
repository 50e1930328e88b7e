"""The kept sums, and what they lack: a total read from here is never stale, whenever the housekeeping ran.

A sum over the ``kept_`` columns of all visits stands in :class:`KeptSum`. A visit that counts something else
by now is found by a small index; to read is to take the sum, add what its member's visits are now and take
away what the sum has of them, in one statement.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Result,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from volunteer.models import Credit, KeptPeriod, KeptSum, Post, ProbationWindow, Term, Unit, Visit, Workday
from volunteer.models.visits import NOT_KEPT
from volunteer.rules.tally import RollUpKind
from volunteer.stats.college import TermRow
from volunteer.stats.served import (
    FIGURES,
    KEPT,
    Counted,
    Days,
    above,
    below,
    figures,
    key_of,
    one_of_few,
    total,
    within,
)
from volunteer.stats.tree import is_below

_PERIODS = "kept_periods"
_KEYS = ("period_id", "unit_id", "key")
_POST = aliased(Post)
SUM_COLUMNS = ("period_id", "kind", "unit_id", "key", *FIGURES)
Batch = Sequence[Any]


def periods(session: Session) -> Mapping[Days, int]:
    """Return the periods that are kept, with their ids; asked for once a transaction."""
    transaction = session.get_transaction()
    found: Mapping[Days, int]
    asked_in, found = session.info.get(_PERIODS, (None, {}))
    if transaction is None or asked_in is not transaction:
        rows = session.execute(select(KeptPeriod.id, KeptPeriod.from_on, KeptPeriod.to_on)).all()
        found = {Days(from_on=row.from_on, to_on=row.to_on): row.id for row in rows}
        session.info[_PERIODS] = (session.get_transaction(), found)
    return found


def terms_and_periods(session: Session) -> list[TermRow]:
    """Return all terms, the latest first, and know the kept periods afterwards: both in one statement."""
    columns = ("id", "code", "name", "starts_on", "ends_before")
    terms: Any = select(*(getattr(Term, name).label(name) for name in columns), true().label("is_term"))
    kept_ones: Any = select(
        KeptPeriod.id, literal(""), literal(""), KeptPeriod.from_on, KeptPeriod.to_on, false()
    )
    rows = session.execute(union_all(terms, kept_ones)).all()
    found = {Days(from_on=row.starts_on, to_on=row.ends_before): row.id for row in rows if not row.is_term}
    session.info[_PERIODS] = (session.get_transaction(), found)
    own = [
        TermRow(
            id=row.id,
            code=row.code,
            name=row.name,
            starts_on=row.starts_on,
            ends_on=row.ends_before - timedelta(days=1),
        )
        for row in rows
        if row.is_term
    ]
    return sorted(own, key=lambda term: (term.starts_on, term.id), reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which days of which unit, with all below it, a roll-up is of; without a unit, of all together.

    ``period_id`` is None where the sums of the days are not kept; ``below`` selects the ids of the units.
    """

    period_id: Any
    days: Days
    unit_id: Any
    below: Any

    @classmethod
    def of(cls, session: Session, days: Days, unit_path: str | None) -> "Asked":
        """Return what is asked, by its values."""
        if unit_path is None:
            return cls(period_id=None, days=days, unit_id=None, below=None)
        unit_id = _id_of(unit_path)
        period_id = periods(session).get(days) if unit_id else None
        return cls(period_id=period_id, days=days, unit_id=unit_id, below=below(unit_path))


# What is asked of kept sums, left open until the statement runs. It takes longer to write one than to run it.
OPEN = Asked(
    period_id=bindparam("period_id", type_=BigInteger),
    days=Days(
        from_on=cast("date", bindparam("from_on", type_=Date)),
        to_on=cast("date", bindparam("to_on", type_=Date)),
    ),
    unit_id=bindparam("unit_id", type_=BigInteger),
    below=select(Unit.id).where(is_below(Unit.path, bindparam("unit_path", type_=String))),
)
Write = Callable[[Asked], Any]


def run(session: Session, write: Write, days: Days, unit_path: str | None) -> Result[Any]:
    """Execute the statement that *write* returns for what is asked; of kept sums it is written once."""
    asked = Asked.of(session, days, unit_path)
    if asked.period_id is None:
        found: Result[Any] = session.execute(write(asked))
        return found
    given = {
        "period_id": asked.period_id,
        "from_on": days.from_on,
        "to_on": days.to_on,
        "unit_id": asked.unit_id,
        "unit_path": unit_path,
    }
    return session.execute(_written(write), given)


@cache
def _written(write: Write) -> Any:
    return write(OPEN)


def _id_of(unit_path: str) -> int:
    """Return the id of the unit at a path; of the stroke above all units, 0."""
    return int(unit_path.strip("/").rpartition("/")[2] or 0)


def everywhere(asked: Asked) -> Select[*tuple[Any, ...]]:
    """Return a statement with ``FIGURES`` of all units together. Of persons it adds up the top units."""
    top = select(Unit.id).where(Unit.parent_id.is_(None))
    kept = select(*_kept_columns()).where(
        KeptSum.period_id == asked.period_id, KeptSum.kind == RollUpKind.ALL, KeptSum.unit_id.in_(top)
    )
    where = [*within(asked.days), _is_of_changed()]
    now, before = figures(where=where), figures(where=where, counted=KEPT)
    rows = union_all(kept, now, _negative(before)).subquery()
    return select(*(total(rows.c[name], name) for name in FIGURES))


def workdays_and_periods(session: Session) -> Mapping[date, bool]:
    """Return the days that the college has set, and know the kept periods afterwards, in one statement."""
    no_period = type_coerce(null(), Integer).label("id"), type_coerce(null(), Date).label("to_on")
    days: Any = select(Workday.on.label("on"), Workday.is_workday.label("is_workday"), *no_period)
    kept_ones: Any = select(KeptPeriod.from_on, false(), KeptPeriod.id, KeptPeriod.to_on)
    rows = session.execute(union_all(days, kept_ones)).all()
    found = {Days(from_on=row.on, to_on=row.to_on): row.id for row in rows if row.id is not None}
    session.info[_PERIODS] = (session.get_transaction(), found)
    return {row.on: row.is_workday for row in rows if row.id is None}


def forget_periods(session: Session) -> None:
    """Let them be asked for anew."""
    session.info.pop(_PERIODS, None)


def kept_figures(kind: RollUpKind, asked: Asked) -> Select[*tuple[Any, ...]]:
    """Return a statement with ``key`` and ``FIGURES`` of a unit in a kept period."""
    key, joins = key_of(kind)
    kept = select(KeptSum.key.label("key"), *_kept_columns()).where(
        KeptSum.period_id == asked.period_id, KeptSum.kind == kind, KeptSum.unit_id == asked.unit_id
    )
    # Plus nothing: the member is what a visit is found by, not the unit.
    where = [*within(asked.days), (Visit.unit_id + 0).in_(asked.below), _is_of_changed()]
    now = figures(key, where=where, joins=joins)
    before = figures(key, where=where, joins=joins, counted=KEPT)
    return _sum_of(["key"], kept, now, _negative(before))


def kept_by_unit(asked: Asked, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return a statement with ``key``, a unit's id, and ``FIGURES`` of at least those units of *which*."""
    kept = (
        select(KeptSum.unit_id.label("key"), *_kept_columns())
        .join(Unit, Unit.id == KeptSum.unit_id)
        .where(
            KeptSum.period_id == asked.period_id,
            KeptSum.kind == RollUpKind.ALL,
            which,
        )
    )
    pairs = above(asked.below)
    where = [*within(asked.days), _is_of_changed()]
    joins = [(pairs, pairs.c.unit_id == Visit.unit_id + 0)]
    key = pairs.c.node_id.label("key")
    now = figures(key, where=where, joins=joins)
    before = figures(key, where=where, joins=joins, counted=KEPT)
    return _sum_of(["key"], kept, now, _negative(before))


def _kept_columns() -> list[ColumnElement[int]]:
    return [getattr(KeptSum, name).label(name) for name in FIGURES]


def _is_of_changed() -> ColumnElement[bool]:
    """Return the condition that the member has a visit which the sums do not have as it is."""
    changed = select(Visit.__table__.alias("changed").c.member_id).where(text(NOT_KEPT))
    return one_of_few(Visit.member_id, changed.scalar_subquery().correlate(None))


def _negative(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    rows = statement.subquery()
    return select(
        *(column if column.key not in FIGURES else (-column).label(column.key) for column in rows.c)
    )


def _sum_of(names: Sequence[str], *parts: Any) -> Select[*tuple[Any, ...]]:
    """Return the sum of statements with the same keys; what comes to nobody is left out."""
    rows = union_all(*parts).subquery()
    keys = [rows.c[name] for name in names]
    return (
        select(*keys, *(total(rows.c[name], name) for name in FIGURES))
        .group_by(*keys)
        .having(func.sum(rows.c.headcount) > 0)
    )


# --- what the housekeeping takes over ---


def changed_visits(session: Session, *, limit: int) -> Batch:
    """Return visits that the sums do not have as they are, and hold them until the transaction ends.

    One that somebody else is changing just now is left for the next time.
    """
    statement = (
        select(Visit.id, Visit.member_id, Visit.post_id, Visit.served_on)
        .where(text(f"({NOT_KEPT})"))
        .order_by(Visit.member_id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return session.execute(statement).all()


def difference(kind: RollUpKind, batch: Batch, period_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Return by how much the sums of that kind change when the visits of *batch* are taken over."""
    taken = _taken(batch)
    is_taken = taken.c.id.is_not(None)
    after = Counted(
        case((is_taken, Visit.net_min), else_=Visit.kept_net),
        case((is_taken, Visit.credited_min), else_=Visit.kept_credited),
        case((is_taken, Visit.grade), else_=Visit.kept_grade),
    )
    units = select(Visit.unit_id).where(Visit.member_id.in_(select(taken.c.member_id)))
    where = [
        Visit.member_id.in_(select(taken.c.member_id)),
        KeptPeriod.id.in_(period_ids),
        *_touched(kind, batch),
    ]
    rows = union_all(
        _by_period(kind, units, where, after, taken), _negative(_by_period(kind, units, where, KEPT))
    ).subquery()
    keys = [rows.c[name] for name in _KEYS]
    return _as_sums(
        kind,
        select(*keys, *(total(rows.c[name], name) for name in FIGURES))
        .group_by(*keys)
        .having(or_(*(func.sum(rows.c[name]) != 0 for name in FIGURES))),
    )


def sums_of(kind: RollUpKind, period_id: int) -> Select[*tuple[Any, ...]]:
    """Return the sums of a period, all added up anew, in the order of :data:`SUM_COLUMNS`."""
    return _as_sums(kind, _by_period(kind, select(Unit.id), [KeptPeriod.id == period_id], KEPT))


def wrong_sums(session: Session, period_id: int) -> int:
    """Return how many sums of a period are not what they would be if they were added up anew."""
    kept: Any = select(*(getattr(KeptSum, name) for name in SUM_COLUMNS)).where(
        KeptSum.period_id == period_id, KeptSum.headcount != 0
    )
    anew = union_all(*(sums_of(kind, period_id) for kind in RollUpKind))
    wrong = [
        select(one.subquery()).except_(select(other.subquery())).subquery()
        for one, other in ((kept, anew), (anew, kept))
    ]
    found = [select(rows.c.unit_id, rows.c.kind, rows.c.key) for rows in wrong]
    return session.execute(select(func.count()).select_from(union(*found).subquery())).scalar_one()


def in_window() -> ScalarSelect[int]:
    """Return the scalar of the minutes that the ledger has inside a probation window: what it keeps."""
    return (
        select(func.coalesce(func.sum(Credit.credited_min), 0))
        .where(
            Credit.member_id == ProbationWindow.member_id,
            Credit.day >= ProbationWindow.starts_on,
            Credit.day < ProbationWindow.ends_before,
        )
        .scalar_subquery()
    )


def wrong_windows(session: Session) -> Sequence[tuple[int, int, int]]:
    """Return the members whose window keeps something else: (member id, kept, in the ledger)."""
    columns = (ProbationWindow.member_id, ProbationWindow.counted_min, in_window())
    wrong = select(*columns).where(ProbationWindow.counted_min != in_window())
    return [(row[0], row[1], int(row[2])) for row in session.execute(wrong.order_by(columns[0]))]


def _by_period(
    kind: RollUpKind,
    units: Select[int],
    where: Sequence[ColumnElement[bool]],
    counted: Counted,
    taken: CTE | None = None,
) -> Select[*tuple[Any, ...]]:
    key, joins = key_of(kind)
    pairs = above(units)
    days = and_(Visit.served_on >= KeptPeriod.from_on, Visit.served_on < KeptPeriod.to_on)
    return figures(
        KeptPeriod.id.label("period_id"),
        pairs.c.node_id.label("unit_id"),
        key,
        where=where,
        joins=[(KeptPeriod, days), (pairs, pairs.c.unit_id == Visit.unit_id), *joins],
        counted=counted,
        beside=[] if taken is None else [(taken, taken.c.id == Visit.id)],
    )


def _taken(batch: Batch) -> CTE:
    visit = aliased(Visit)
    return select(visit.id, visit.member_id).where(visit.id.in_([row.id for row in batch])).cte()


def _as_sums(kind: RollUpKind, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    rows = statement.subquery()
    columns = [rows.c[name] for name in ("unit_id", "key", *FIGURES)]
    # With a WHERE: without it SQLite would take the ON of an upsert for that of a join.
    return select(rows.c.period_id, literal(kind.value, String).label("kind"), *columns).where(true())


def _touched(kind: RollUpKind, batch: Batch) -> list[ColumnElement[bool]]:
    """Return what narrows the visits to those that share a sum of the kind with one of *batch*."""
    posts = {row.post_id for row in batch}
    match kind:
        case RollUpKind.POST:
            return [Visit.post_id.in_(posts)]
        case RollUpKind.BASE:
            at = func.coalesce(Post.base_id, 0)
            return [at.in_(select(func.coalesce(_POST.base_id, 0)).where(_POST.id.in_(posts)))]
        case RollUpKind.MONTH:
            first, last = (end(row.served_on for row in batch).replace(day=1) for end in (min, max))
            return within(Days(from_on=first, to_on=(last + timedelta(days=31)).replace(day=1)))
        case RollUpKind.ALL | RollUpKind.SLOT:
            return []
