"""What about a record a person should look at: stored flags, and those that its shift and devices show."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    Subquery,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    type_coerce,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from volunteer.models import Device, Evidence, Shift, Visit, VisitFlag
from volunteer.rules.kinds import Flag, Verdict

# Spelled out: bound, it would be taken for a moment.
NEW_FOR_S: ColumnElement[int] = literal_column(str(24 * 3600))


def flags_of(session: Session, visit_ids: Collection[int]) -> Mapping[int, frozenset[Flag]]:
    """Return the flags of each visit that it carries by itself; none of them deducts a minute."""
    stored = select(VisitFlag.visit_id, func.lower(VisitFlag.flag)).where(VisitFlag.visit_id.in_(visit_ids))
    seen = (select(rows.c.visit_id, rows.c.flag) for rows in seen_in_records(visit_ids))
    found: dict[int, set[Flag]] = {visit_id: set() for visit_id in visit_ids}
    for visit_id, flag in session.execute(union(stored, *seen)):
        found[visit_id].add(Flag(flag))
    return {visit_id: frozenset(flags) for visit_id, flags in found.items()}


def seen_in_records(visit_ids: Collection[int]) -> list[Subquery]:
    """Return what a visit's own shift and devices show: visit, flag, minutes, and one row a ``other``."""
    mine = Visit.id.in_(visit_ids)
    on_spot = (
        _rows(Flag.OPENED_ON_THE_SPOT)
        .join(Shift, Shift.id == Visit.shift_id)
        .where(mine, Shift.is_opened_on_spot)
    )
    prolonged = (
        _rows(Flag.PROLONGED, minutes=_minutes_between(Shift.ends_at, Shift.first_ends_at))
        .join(Shift, Shift.id == Visit.shift_id)
        .where(mine, Shift.ends_at > Shift.first_ends_at)
    )
    silent = _rows(Flag.DISPLAY_SILENT).where(mine, Visit.is_display_silent)
    other, theirs = aliased(Evidence), aliased(Visit)
    shared = (
        _rows(Flag.SHARED_DEVICE, other=theirs.member_id)
        .join(Evidence, Evidence.visit_id == Visit.id)
        .join(theirs, theirs.shift_id == Visit.shift_id)
        .join(other, other.visit_id == theirs.id)
        .where(
            mine,
            or_(other.device == Evidence.device, other.device.in_(_same_phone(Evidence.device))),
            other.member_id != Visit.member_id,
        )
    )
    # Her first phone is nothing to wonder at, a second one is.
    known, before = aliased(Device), aliased(Device)
    new = (
        _rows(Flag.NEW_DEVICE, minutes=_minutes_between(Evidence.at, known.registered_at))
        .join(Evidence, Evidence.visit_id == Visit.id)
        .join(known, known.handle == Evidence.device)
        .join(before, (before.member_id == known.member_id) & (before.id != known.id))
        .where(
            mine, known.registered_at > Evidence.at - NEW_FOR_S, before.registered_at < known.registered_at
        )
    )
    several = (
        _rows(Flag.SEVERAL_DEVICES, other=other.device)
        .join(Evidence, Evidence.visit_id == Visit.id)
        .join(other, other.visit_id == Visit.id)
        .where(
            mine,
            Evidence.verdict == Verdict.ACCEPTED,
            other.verdict == Verdict.ACCEPTED,
            other.device != Evidence.device,
        )
    )
    return [part.subquery() for part in (on_spot, prolonged, silent, shared, new, several)]


def _rows(flag: Flag, *, minutes: Any = None, other: Any = None) -> Select[*tuple[Any, ...]]:
    return select(
        Visit.id.label("visit_id"),
        literal(flag.value).label("flag"),
        cast(literal_column("0") if minutes is None else minutes, BigInteger).label("minutes"),
        cast(null() if other is None else other, String).label("other"),
    )


def _minutes_between(later: Any, earlier: Any) -> Any:
    return (type_coerce(later, BigInteger) - type_coerce(earlier, BigInteger)) // literal_column("60")


def _same_phone(handle: InstrumentedAttribute[str | None]) -> Select[str]:
    """Return the ids under which the phone is known: each member on it has registered its key."""
    mine, theirs = aliased(Device), aliased(Device)
    return select(theirs.handle).join(mine, mine.public_key == theirs.public_key).where(mine.handle == handle)
