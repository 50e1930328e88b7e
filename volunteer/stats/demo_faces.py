"""The people as whom a visitor may enter the demo college: one for each role."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from volunteer.models import Account, Member, RoleGrant
from volunteer.rules.kinds import Role, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One entry; ``role`` is None for a probationary member without any office."""

    account_id: int
    login: str
    name: str
    role: Role | None


def demo_faces(session: Session) -> list[Face]:
    """Return the first account of each role, and the first probationary member who holds none."""
    first = (
        select(func.min(Account.id).label("id"), RoleGrant.role)
        .outerjoin(RoleGrant, (RoleGrant.account_id == Account.id) & RoleGrant.ended_at.is_(None))
        .outerjoin(Member, Member.id == Account.member_id)
        .where(~Account.is_closed, RoleGrant.role.is_not(None) | (Member.stage == Stage.PROBATIONARY))
        .group_by(RoleGrant.role)
        .subquery()
    )
    rows = session.execute(
        select(Account.id, Account.login, Account.name, first.c.role).join(first, first.c.id == Account.id)
    ).all()
    found = [
        Face(account_id=row.id, login=row.login, name=row.name, role=Role(row.role) if row.role else None)
        for row in rows
    ]
    order = [None, *Role]
    return sorted(found, key=lambda face: order.index(face.role))
