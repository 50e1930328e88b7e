"""What about a record a person should look at: stored flags, and those that its shift and devices show."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, literal, select, union
from sqlalchemy.orm import Session, aliased

from volunteer.models import Evidence, Shift, Visit, VisitFlag
from volunteer.rules.kinds import Flag, Verdict


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
        .where(mine, other.device == Evidence.device, other.member_id != Visit.member_id)
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
    for visit_id, flag in session.execute(union(stored, on_spot, prolonged, silent, shared, several)):
        found[visit_id].add(Flag(flag))
    return {visit_id: frozenset(flags) for visit_id, flags in found.items()}
