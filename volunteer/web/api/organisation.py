"""Units and members of the registry."""

from datetime import date
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import people, registry
from volunteer.database import in_transaction
from volunteer.rules.kinds import Role, Sight, Stage
from volunteer.rules.reasons import Reason
from volunteer.schemas import changes
from volunteer.schemas import entries as shapes
from volunteer.stats import listing
from volunteer.stats.listing import MemberEntry, UnitEntry
from volunteer.web import access, looks
from volunteer.web.api.entries import made, one, page, takes, unit_id
from volunteer.web.show import settings

bp = Blueprint("organisation", __name__, description="Units and members")
COLLEGE = frozenset({Role.COLLEGE})
UNIT = {"code": "LAW", "name": "法学院本科生第一党支部", "kind": "branch", "parent": "COL"}
MEMBER = {
    "student_no": "2023305001",
    "name": "李梅",
    "unit": "LAW",
    "stage": "probationary",
    "probation_start": "2025-12-01",
}


@bp.get("/units")
@access.holder
@bp.arguments(shapes.UnitQuery, location="query")
@bp.response(200, shapes.page_of("units", shapes.UnitShown))
def units(asked: dict[str, Any]) -> dict[str, Any]:
    """List the units in reach, by code."""
    return page("units", listing.units, asked)


@bp.get("/units/<code:code>")
@access.holder
@bp.response(200, shapes.UnitShown)
def unit(code: str) -> UnitEntry:
    """Return one unit."""
    return one(listing.units, code, access.ANY_ROLE)


@bp.post("/units")
@access.office
@takes(bp, changes.UnitNew(), UNIT, refused=(Reason.ALREADY_EXISTS,))
@bp.response(201, shapes.UnitShown)
def new_unit(values: dict[str, Any]) -> Any:
    """Register a unit below its parent. Sent twice, the second is 409 ``already_exists``."""
    actor, now = access.actor(), clock.utc_now()
    parent = values.pop("parent")
    access.reach()
    parent_id = unit_id(parent, access.OFFICES) if parent is not None else None
    in_transaction(
        lambda session: registry.add_unit(session, parent_id=parent_id, actor=actor, now=now, **values)
    )
    return made(listing.units, values["code"])


@bp.patch("/units/<code:code>")
@access.office
@takes(bp, changes.UnitChange(partial=True), {"name": "法学院研究生党支部"})
@bp.response(200, shapes.UnitShown)
def change_unit(values: dict[str, Any], code: str) -> UnitEntry:
    """Change the name of a unit. Code, kind and place in the tree stay: past reports stand on them."""
    found, actor, now = one(listing.units, code, access.OFFICES), access.actor(), clock.utc_now()
    if values:
        in_transaction(
            lambda session: registry.change_unit(session, unit_id=found.id, actor=actor, now=now, **values)
        )
    return one(listing.units, code, access.OFFICES)


@bp.get("/members")
@access.reader
@bp.arguments(shapes.MemberListQuery, location="query")
@bp.response(200, shapes.page_of("members", shapes.MemberShown))
def members(asked: dict[str, Any]) -> dict[str, Any]:
    """List the members in reach, by student number."""
    looks.saw(Sight.MEMBERS)
    return page("members", listing.members, asked, key="student_no")


@bp.get("/members/<code:student_no>")
@access.reader
@bp.response(200, shapes.MemberShown)
def member(student_no: str) -> MemberEntry:
    """Return one member."""
    found: MemberEntry = one(listing.members, student_no, access.READERS)
    looks.saw(Sight.ROSTER_ENTRY, member_id=found.id)
    return found


@bp.post("/members")
@access.college
@takes(bp, changes.MemberNew(), MEMBER, refused=(Reason.ALREADY_EXISTS,))
@bp.response(201, shapes.MemberShown)
def new_member(values: dict[str, Any]) -> Any:
    """Put a person on the roster of a branch. Sent twice, the second is 409 ``already_exists``."""
    actor, now = access.actor(), clock.utc_now()
    home, starts_on = unit_id(values.pop("unit"), COLLEGE), values.pop("probation_start")
    in_transaction(
        lambda session: registry.add_member(
            session, unit_id=home, starts_on=starts_on, actor=actor, now=now, **values
        )
    )
    return made(listing.members, values["student_no"])


@bp.patch("/members/<code:student_no>")
@access.college
@takes(
    bp,
    changes.MemberChange(partial=True),
    {"stage": "probationary", "probation_start": "2025-12-01"},
    refused=(
        Reason.SAME_PERSON,
        Reason.PROBATION_CLOSED,
        Reason.STAGE_ORDER,
        Reason.NOT_DUE,
        Reason.ALREADY_CREDITED,
        Reason.ALREADY_EXISTS,
    ),
)
@bp.response(200, shapes.MemberShown)
def change_member(values: dict[str, Any], student_no: str) -> MemberEntry:
    """Change a name, mend a number under which nothing is credited yet, or note the next stage."""
    found, actor, now = one(listing.members, student_no, COLLEGE), access.actor(), clock.utc_now()

    def work(session: Session) -> None:
        who: dict[str, Any] = {"member_id": found.id, "actor": actor, "now": now}
        if "name" in values:
            people.rename(session, name=values["name"], **who)
        if "student_no" in values:
            people.mend_number(session, student_no=values["student_no"], **who)
        if "stage" in values:
            _go_on(session, values["stage"], values.get("probation_start"), who)

    if values:
        in_transaction(work)
    return one(listing.members, values.get("student_no", student_no), COLLEGE)


def _go_on(session: Session, stage: Stage, meeting_on: date | None, who: dict[str, Any]) -> None:
    if meeting_on is not None:
        people.admit(session, meeting_on=meeting_on, campus=settings().campus, **who)
    elif stage is Stage.CANDIDATE:
        people.make_candidate(session, **who)
