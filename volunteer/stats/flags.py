"""What about a record a person should look at: stored flags, and those that its shift and devices show."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from volunteer.models import Device, Evidence, Shift, Visit, VisitFlag
from volunteer.rules.kinds import Flag, Verdict

# Spelled out: bound, it would be taken for a moment.
NEW_FOR_S: ColumnElement[int] = literal_column(str(24 * 3600))


def flags_of(session: Session, visit_ids: Collection[int]) -> Mapping[int, frozenset[Flag]]:
    """Return the flags of each visit; none of them deducts a minute."""
    mine = Visit.id.in_(visit_ids)
    stored = select(VisitFlag.visit_id, func.lower(VisitFlag.flag)).where(VisitFlag.visit_id.in_(visit_ids))
    on_spot = (
        select(Visit.id, literal(Flag.OPENED_ON_THE_SPOT.value))
        .join(Shift, Shift.id == Visit.shift_id)
        .where(mine, Shift.is_opened_on_spot)
    )
    prolonged = (
        select(Visit.id, literal(Flag.PROLONGED.value))
        .join(Shift, Shift.id == Visit.shift_id)
        .where(mine, Shift.ends_at > Shift.first_ends_at)
    )
    silent = select(Visit.id, literal(Flag.DISPLAY_SILENT.value)).where(mine, Visit.is_display_silent)
    other, theirs = aliased(Evidence), aliased(Visit)
    shared = (
        select(Visit.id, literal(Flag.SHARED_DEVICE.value))
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
        select(Visit.id, literal(Flag.NEW_DEVICE.value))
        .join(Evidence, Evidence.visit_id == Visit.id)
        .join(known, known.handle == Evidence.device)
        .join(before, (before.member_id == known.member_id) & (before.id != known.id))
        .where(
            mine, known.registered_at > Evidence.at - NEW_FOR_S, before.registered_at < known.registered_at
        )
    )
    several = (
        select(Visit.id, literal(Flag.SEVERAL_DEVICES.value))
        .join(Evidence, Evidence.visit_id == Visit.id)
        .join(other, other.visit_id == Visit.id)
        .where(
            mine,
            Evidence.verdict == Verdict.ACCEPTED,
            other.verdict == Verdict.ACCEPTED,
            other.device != Evidence.device,
        )
    )
    found: dict[int, set[Flag]] = {visit_id: set() for visit_id in visit_ids}
    for visit_id, flag in session.execute(union(stored, on_spot, prolonged, silent, shared, new, several)):
        found[visit_id].add(Flag(flag))
    return {visit_id: frozenset(flags) for visit_id, flags in found.items()}


def _same_phone(handle: InstrumentedAttribute[str | None]) -> Select[str]:
    """Return the ids under which the phone is known: each member on it has registered its key."""
    mine, theirs = aliased(Device), aliased(Device)
    return select(theirs.handle).join(mine, mine.public_key == theirs.public_key).where(mine.handle == handle)
