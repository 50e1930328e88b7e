"""What is sealed of the ledger, and what is not yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select
from sqlalchemy.orm import Session

from volunteer.models import Credit, LedgerHead, Seal, Unit
from volunteer.rules.chain import Line
from volunteer.stats.tree import is_below

# Numbers are given out before a transaction is committed. One that is later than so many others is caught
# by the verification, which looks at all of the ledger.
LATE_BY = 100_000
AT_ONCE = 1_000
PRINTED_SIGNS = 16
_FIELDS = tuple(field.name for field in fields(Line))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRow:
    """The present end of a branch's chain; ``at`` is the moment of its last sealed line."""

    unit_id: int
    unit_code: str
    unit_name: str
    number: int
    hash: str
    at: datetime | None

    @property
    def short(self) -> str:
        """What is printed of the hash: enough to find the line, and to see another."""
        return self.hash[:PRINTED_SIGNS]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRow:
    """A seal, and the line under it; None where the line is gone."""

    unit_id: int
    unit_code: str
    number: int
    hash: str
    credit_id: int
    line: Line | None


def unsealed(session: Session, *, limit: int) -> Sequence[Line]:
    """Return the oldest lines without a seal, in the order of their numbers."""
    newest = select(func.coalesce(func.max(Seal.credit_id), literal_column("0"))).scalar_subquery()
    found = session.execute(
        _lines()
        .outerjoin(Seal, Seal.credit_id == Credit.id)
        .where(Seal.credit_id.is_(None), Credit.id > newest - literal_column(str(LATE_BY)))
        .order_by(Credit.id)
        .limit(limit)
    )
    return [_line(row) for row in found]


def tail(session: Session) -> int:
    """Return how many lines of the whole ledger have no seal."""
    missing = select(func.count()).select_from(Credit).outerjoin(Seal, Seal.credit_id == Credit.id)
    return session.execute(missing.where(Seal.credit_id.is_(None))).scalar_one()


def sealed_count(session: Session) -> int:
    """Return how many seals there are."""
    return session.execute(select(func.count()).select_from(Seal)).scalar_one()


def heads(session: Session, unit_path: str = "/") -> Sequence[HeadRow]:
    """Return the ends of the chains of a unit and all below it, by code; a branch without a line has none."""
    return _heads(session, is_below(Unit.path, unit_path))


def heads_of_member(session: Session, member_id: int) -> Sequence[HeadRow]:
    """Return the ends of the chains that hold lines of a member: of each branch in which she has served."""
    units = select(Credit.unit_id).where(Credit.member_id == member_id)
    return _heads(session, Unit.id.in_(units))


def signed_days(session: Session, unit_path: str) -> Mapping[int, date]:
    """Return the last day on which the chain of each branch was signed, by unit id."""
    found = session.execute(
        select(LedgerHead.unit_id, func.max(LedgerHead.on))
        .join(Unit, Unit.id == LedgerHead.unit_id)
        .where(is_below(Unit.path, unit_path))
        .group_by(LedgerHead.unit_id)
    ).all()
    return {row[0]: row[1] for row in found}


def _heads(session: Session, which: ColumnElement[bool]) -> Sequence[HeadRow]:
    # The end of each chain by itself: a GROUP BY would read every seal there is.
    last = select(func.max(Seal.number)).where(Seal.unit_id == Unit.id).correlate(Unit).scalar_subquery()
    found = session.execute(
        select(Unit.id, Unit.code, Unit.name, Seal.number, Seal.hash, Credit.at)
        .select_from(Unit)
        .join(Seal, (Seal.unit_id == Unit.id) & (Seal.number == last))
        # A line that was taken away leaves its seal, and the chain goes on from there.
        .outerjoin(Credit, Credit.id == Seal.credit_id)
        .where(which)
        .order_by(Unit.code)
    )
    return [
        HeadRow(unit_id=unit_id, unit_code=code, unit_name=name, number=number, hash=seal, at=at)
        for unit_id, code, name, number, seal, at in found
    ]


def sealed(session: Session) -> Iterator[SealedRow]:
    """Give all seals, chain by chain, in order, with the lines under them."""
    found = session.execute(
        _lines(Seal.unit_id.label("sealed_unit_id"), Unit.code, Seal.number, Seal.hash, Seal.credit_id)
        .select_from(Seal)
        .join(Unit, Unit.id == Seal.unit_id)
        .outerjoin(Credit, Credit.id == Seal.credit_id)
        .order_by(Seal.unit_id, Seal.number)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in found:
        yield SealedRow(
            unit_id=row.sealed_unit_id,
            unit_code=row.code,
            number=row.number,
            hash=row.hash,
            credit_id=row.credit_id,
            line=None if row.id is None else _line(row),
        )


def signed_heads(session: Session) -> Sequence[LedgerHead]:
    """Return the heads that were signed, oldest first."""
    return session.execute(select(LedgerHead).order_by(LedgerHead.id)).scalars().all()


def _lines(*more: Any) -> Select[Any]:
    return select(*(getattr(Credit, name) for name in _FIELDS), *more)


def _line(row: Row[Any]) -> Line:
    values = {name: getattr(row, name) for name in _FIELDS}
    for name in ("record_kind", "grade"):
        values[name] = None if values[name] is None else values[name].value
    return Line(**values | {"at": int(values["at"].timestamp())})
