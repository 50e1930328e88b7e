"""Keeping the sums of the roll-ups: what the visits have become is taken over, a batch at a time.

A scan writes no sum, so a busy post is no queue. One after the other takes over, each batch in one
transaction: by how much each sum changes, and that the visits are now in it.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from volunteer.database import table_of
from volunteer.models import KeptPeriod, KeptSum, ProbationWindow, Term, Visit
from volunteer.rules.tally import RollUpKind
from volunteer.stats.kept import (
    SUM_COLUMNS,
    changed_visits,
    difference,
    forget_periods,
    in_window,
    periods,
    sums_of,
    wrong_sums,
    wrong_windows,
)
from volunteer.stats.served import FIGURES, Days

AT_ONCE = 500
# Any number, the same in every process: "kept" in ASCII.
_LOCK = 0x6B657074
_SUMS = table_of(KeptSum)
_KEY = ("period_id", "kind", "unit_id", "key")


def keep_sums(session: Session, *, limit: int = AT_ONCE) -> int:
    """Take over visits that the sums do not have as they are, and return how many."""
    _alone(session)
    batch = changed_visits(session, limit=limit)
    if not batch:
        return 0
    days = {row.served_on for row in batch}
    _keep_periods(session, days)
    touched = [
        period_id
        for period, period_id in periods(session).items()
        if any(period.from_on <= day < period.to_on for day in days)
    ]
    for kind in RollUpKind:
        change = insert_of(session).from_select(SUM_COLUMNS, difference(kind, batch, touched))
        added = {name: _SUMS.c[name] + change.excluded[name] for name in FIGURES}
        session.execute(change.on_conflict_do_update(index_elements=_KEY, set_=added))
    session.execute(
        update(Visit)
        .where(Visit.id.in_([row.id for row in batch]))
        .values(kept_net=Visit.net_min, kept_credited=Visit.credited_min, kept_grade=Visit.grade)
        .execution_options(synchronize_session=False)
    )
    return len(batch)


def recount_sums(session: Session, *, fix: bool = False) -> dict[Days, int]:
    """Add up all sums anew and return how many are wrong, by period; with *fix*, write them anew."""
    _alone(session)
    forget_periods(session)
    found = {days: wrong_sums(session, period_id) for days, period_id in periods(session).items()}
    wrong = {days: count for days, count in found.items() if count}
    for days in wrong if fix else ():
        _sum_up(session, periods(session)[days])
    return wrong


def recount_windows(session: Session, *, fix: bool = False) -> Sequence[tuple[int, int, int]]:
    """Add up all windows anew and return those that keep something else: (member id, kept, in the ledger)."""
    wrong = wrong_windows(session)
    if wrong and fix:
        ids = [member_id for member_id, _, _ in wrong]
        mended = update(ProbationWindow).where(ProbationWindow.member_id.in_(ids))
        session.execute(mended.values(counted_min=in_window()).execution_options(synchronize_session=False))
    return wrong


def keep_period(session: Session, days: Days) -> None:
    """Begin to keep the sums of *days*, from what the visits have in the others."""
    row = KeptPeriod(from_on=days.from_on, to_on=days.to_on)
    session.add(row)
    session.flush()
    _sum_up(session, row.id)
    forget_periods(session)


def _keep_periods(session: Session, served_on: Collection[date]) -> None:
    """Begin to keep what is not kept yet: the years in which somebody served, and terms that have begun."""
    terms = session.execute(select(Term.starts_on, Term.ends_before)).all()
    wanted = {Days.calendar_year(day.year) for day in served_on}
    wanted |= {Days.academic_year_of(day) for day in served_on}
    wanted |= {
        Days(from_on=start, to_on=end) for start, end in terms if any(start <= day < end for day in served_on)
    }
    forget_periods(session)
    for days in sorted(wanted - periods(session).keys(), key=lambda days: (days.from_on, days.to_on)):
        keep_period(session, days)


def _sum_up(session: Session, period_id: int) -> None:
    session.execute(delete(KeptSum).where(KeptSum.period_id == period_id))
    for kind in RollUpKind:
        session.execute(insert(_SUMS).from_select(SUM_COLUMNS, sums_of(kind, period_id)))


def insert_of(session: Session) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT into the sums that may meet a row which is there."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    return sqlite.insert(_SUMS) if is_sqlite else postgresql.insert(_SUMS)


def _alone(session: Session) -> None:
    """Wait until nobody else keeps sums; on SQLite a writer is alone already."""
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
