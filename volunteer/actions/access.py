"""Who acts: an account with its rights in force, and the units above the place of the act."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.models import Account, Membership, Post, RoleGrant, Unit
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor, Grant
from volunteer.rules.tree import chain


def load_actor(session: Session, account_id: int) -> Actor:
    """Return the account with the rights that it holds now.

    Raises:
        Refusal: ``UNKNOWN``: no such account, or a closed one.
    """
    rows = session.execute(
        select(Account.member_id, RoleGrant.role, RoleGrant.unit_id, RoleGrant.post_id)
        .outerjoin(RoleGrant, (RoleGrant.account_id == Account.id) & RoleGrant.ended_at.is_(None))
        .where(Account.id == account_id, ~Account.is_closed)
    ).all()
    if not rows:
        raise Refusal(Reason.UNKNOWN)
    grants = tuple(
        Grant(role=Role(row.role), unit_id=row.unit_id, post_id=row.post_id)
        for row in rows
        if row.role is not None
    )
    return Actor(account_id=account_id, member_id=rows[0].member_id, grants=grants)


def actor_id(actor: Actor | None) -> int | None:
    """Return the account behind an act; None for the system itself."""
    return actor.account_id if actor else None


def chain_of(session: Session, unit_id: int | None) -> tuple[int, ...]:
    """Return the unit's id with those of all units above it; empty for a member without a branch."""
    if unit_id is None:
        return ()
    path = session.execute(select(Unit.path).where(Unit.id == unit_id)).scalar_one()
    return chain(path)


def post_chain(session: Session, post_id: int) -> tuple[int, ...]:
    """Return the chain of the unit that runs a post."""
    return chain_of(session, session.execute(select(Post.unit_id).where(Post.id == post_id)).scalar_one())


def last_branch(session: Session, member_id: int) -> int | None:
    """Return the member's branch; of one who has left the college, the last."""
    return session.execute(
        select(Membership.unit_id).where(Membership.member_id == member_id).order_by(Membership.id.desc())
    ).scalar()


def check_keeper(session: Session, actor: Actor | None, post_id: int) -> None:
    """Refuse who may not keep the post: neither its leader, nor its branch's committee, nor the college.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    if actor is not None and not actor.may_keep(post_id, post_chain(session, post_id)):
        raise Refusal(Reason.NOT_ALLOWED)


def check_not_own(actor: Actor | None, member_id: int) -> None:
    """Refuse to let anyone act on an own record.

    Raises:
        Refusal: ``SAME_PERSON``.
    """
    if actor is not None and actor.is_member(member_id):
        raise Refusal(Reason.SAME_PERSON)


def check_reviewer(session: Session, actor: Actor | None, unit_id: int | None) -> None:
    """Refuse who may not decide on the unit's records: neither its committee nor the college.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    if actor is not None and not actor.may_review(chain_of(session, unit_id)):
        raise Refusal(Reason.NOT_ALLOWED)


def check_college(session: Session, actor: Actor | None, unit_id: int | None) -> None:
    """Refuse who does not speak for the college over the unit.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    if actor is not None and not actor.is_college_of(chain_of(session, unit_id)):
        raise Refusal(Reason.NOT_ALLOWED)
