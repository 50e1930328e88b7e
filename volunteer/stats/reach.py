"""Which rows an account may see: its units with all below them, and the posts that it leads.

These are conditions for a look-up, so that what is out of reach is simply not found.
"""

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import aliased

from volunteer.models import Base, Member, Post, Unit
from volunteer.rules.kinds import Role
from volunteer.rules.roles import Actor
from volunteer.stats.tree import is_below

BASE_OFFICES = frozenset({Role.COLLEGE, Role.ADMIN})


def units_below(unit_ids: Collection[int]) -> Select[int]:
    """Return the ids of the units and of all below them."""
    return _units_below(tuple(unit_ids))


@lru_cache(maxsize=256)
def _units_below(unit_ids: tuple[int, ...]) -> Select[int]:
    top = aliased(Unit)
    return select(Unit.id).join(top, is_below(Unit.path, top.path)).where(top.id.in_(unit_ids))


def units_of(actor: Actor, roles: Collection[Role]) -> list[int]:
    """Return the units over which the account holds one of *roles*."""
    return sorted({grant.unit_id for grant in actor.grants if grant.role in roles and grant.unit_id})


def sees_all(actor: Actor, roles: Collection[Role]) -> bool:
    """Whether a right without a unit reaches everywhere: an auditor's or an administrator's."""
    return any(
        grant.role in roles and grant.role in (Role.AUDITOR, Role.ADMIN) and grant.unit_id is None
        for grant in actor.grants
    )


def units_in_reach(actor: Actor, roles: Collection[Role]) -> Select[int]:
    """Return the ids of all units in reach."""
    return select(Unit.id).where(unit_in_reach(actor, roles))


def unit_in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Return the condition on :class:`Unit`."""
    if sees_all(actor, roles):
        return true()
    held = units_of(actor, roles)
    return Unit.id.in_(units_below(held)) if held else false()


def member_in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Return the condition on :class:`Member`, by the present branch."""
    if sees_all(actor, roles):
        return true()
    held = units_of(actor, roles)
    return Member.unit_id.in_(units_below(held)) if held else false()


def post_in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Return the condition on :class:`Post`: led by the account, or run by a unit in its reach."""
    if sees_all(actor, roles):
        return true()
    led = sorted({grant.post_id for grant in actor.grants if grant.role is Role.LEADER and grant.post_id})
    held = units_of(actor, roles)
    wanted: list[ColumnElement[bool]] = []
    if led and Role.LEADER in roles:
        wanted.append(Post.id.in_(led))
    if held:
        wanted.append(Post.unit_id.in_(units_below(held)))
    return or_(*wanted) if wanted else false()


def base_in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Return the condition on :class:`Base`: of a unit in reach, or with a post in reach.

    A base of no unit is any college's to keep, and the administrators'.
    """
    if sees_all(actor, roles):
        return true()
    held = units_of(actor, roles)
    posts = select(Post.base_id).where(Post.base_id.is_not(None), post_in_reach(actor, roles))
    own = Base.unit_id.in_(units_below(held)) if held else false()
    keeps_all = any(grant.role in roles and grant.role in BASE_OFFICES for grant in actor.grants)
    return or_(own, Base.id.in_(posts), Base.unit_id.is_(None) if keeps_all else false())
