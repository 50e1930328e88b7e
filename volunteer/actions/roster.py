"""Put many people on the roster at once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, chain_of
from volunteer.actions.audit import note
from volunteer.database import table_of
from volunteer.models import Member, Membership, ProbationWindow, Unit
from volunteer.pinyin import initials_of, sort_key_of
from volunteer.rules.probation import Probation
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.roster import RosterEntry

MEMBER, MEMBERSHIP, WINDOW = table_of(Member), table_of(Membership), table_of(ProbationWindow)


def add_members(
    session: Session, *, entries: Sequence[RosterEntry], source: str, actor: Actor | None, now: datetime
) -> int:
    """Put people on the roster, with a branch and, where they have a first day, a probation each.

    A few statements for all of them and one line in the trail: ten thousand take seconds. The entries have
    been judged before; a student number that was taken in between fails the whole, by its constraint.

    Args:
        source: Where they come from, for the trail; the digest of a file.

    Raises:
        Refusal: ``NOT_ALLOWED``, or ``UNKNOWN`` for a unit.
    """
    units = _unit_ids(session, {entry.unit for entry in entries}, actor)
    if not entries:
        return 0
    people = _add(session, entries, units)
    session.execute(
        insert(MEMBERSHIP),
        [
            {"member_id": member_id, "unit_id": units[entry.unit], "from_on": date.min}
            for member_id, entry in people
        ],
    )
    windows = [
        _window(member_id, entry.probation_start)
        for member_id, entry in people
        if entry.probation_start is not None
    ]
    if windows:
        session.execute(insert(WINDOW), windows)
    by = actor_id(actor)
    note(session, "import_members", "member", None, actor_id=by, now=now, added=len(people), source=source)
    return len(people)


def _add(
    session: Session, entries: Sequence[RosterEntry], units: dict[str | None, int]
) -> list[tuple[int, RosterEntry]]:
    """Insert the members and return each entry with its id.

    The ids are read afterwards: RETURNING in the order of the rows would be a statement a row on SQLite.
    """
    last = session.execute(select(MEMBER.c.id).order_by(MEMBER.c.id.desc()).limit(1)).scalar() or 0
    session.execute(insert(MEMBER), [_member(entry, units) for entry in entries])
    added = session.execute(select(MEMBER.c.student_no, MEMBER.c.id).where(MEMBER.c.id > last)).all()
    ids = {row.student_no: row.id for row in added}
    return [(ids[entry.student_no], entry) for entry in entries]


def _unit_ids(session: Session, codes: set[str | None], actor: Actor | None) -> dict[str | None, int]:
    """Return the ids of the units, all of which must be known and the actor's."""
    rows = session.execute(select(Unit.code, Unit.id).where(Unit.code.in_(codes))).all()
    ids: dict[str | None, int] = {row.code: row.id for row in rows}
    if ids.keys() != codes:
        raise Refusal(Reason.UNKNOWN)
    if actor is not None and not all(actor.is_college_of(chain_of(session, id_)) for id_ in ids.values()):
        raise Refusal(Reason.NOT_ALLOWED)
    return ids


def _member(entry: RosterEntry, units: dict[str | None, int]) -> dict[str, object]:
    return {
        "student_no": entry.student_no,
        "name": entry.name,
        "sort_key": sort_key_of(entry.name),
        "initials": initials_of(entry.name),
        "unit_id": units[entry.unit],
        "stage": entry.stage,
    }


def _window(member_id: int, starts_on: date) -> dict[str, object]:
    probation = Probation(starts_on=starts_on)
    return {"member_id": member_id, "starts_on": starts_on, "ends_before": probation.ends_before}
