"""Accounts and the roles they are given."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, chain_of, post_chain
from volunteer.actions.audit import note
from volunteer.models import Account, RoleGrant
from volunteer.rules.kinds import Role
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor


def add_account(
    session: Session,
    *,
    login: str,
    name: str,
    member_id: int | None = None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Create an account without a role or a password, and return its id.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD`` or ``ALREADY_EXISTS``.
    """
    if actor is not None and not actor.is_admin():
        raise Refusal(Reason.NOT_ALLOWED)
    login = clean_line(login, "login")
    taken = select(Account.id).where(Account.login == login)
    if member_id is not None:
        taken = select(Account.id).where((Account.login == login) | (Account.member_id == member_id))
    if session.execute(taken).first() is not None:
        raise Refusal(Reason.ALREADY_EXISTS, field="login")
    account = Account(login=login, name=clean_line(name, "name"), member_id=member_id, created_at=now)
    session.add(account)
    session.flush()
    note(session, "add_account", "account", account.id, actor_id=actor_id(actor), now=now)
    return account.id


def give_role(
    session: Session,
    *,
    account_id: int,
    role: Role,
    unit_id: int | None = None,
    post_id: int | None = None,
    title: str | None = None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Give an account a right over a unit or a post, and return the grant's id. Given twice, it is the same.

    The college gives leaders and committees; its own role and the technical ones come from the command line
    until two college accounts can give them together.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``SAME_PERSON`` for a role given to oneself, or ``BAD_FIELD``.
    """
    if (role is Role.LEADER) is not (post_id is not None):
        raise Refusal(Reason.BAD_FIELD, field="post" if role is Role.LEADER else "unit")
    if actor is not None:
        _check_giver(session, actor, account_id, role, unit_id, post_id)
    held = select(RoleGrant.id).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role == role,
        RoleGrant.unit_id == unit_id if unit_id is not None else RoleGrant.unit_id.is_(None),
        RoleGrant.post_id == post_id if post_id is not None else RoleGrant.post_id.is_(None),
        RoleGrant.ended_at.is_(None),
    )
    if (known := session.execute(held).scalars().first()) is not None:
        return known
    grant = RoleGrant(
        account_id=account_id,
        role=role,
        unit_id=unit_id,
        post_id=post_id,
        title=title,
        given_by_id=actor_id(actor),
        given_at=now,
    )
    session.add(grant)
    session.flush()
    note(session, "give_role", "account", account_id, actor_id=actor_id(actor), now=now, role=role)
    return grant.id


def end_role(session: Session, *, grant_id: int, actor: Actor | None, now: datetime) -> None:
    """Take a right back. What was done with it stands.

    Raises:
        Refusal: ``UNKNOWN`` or ``NOT_ALLOWED``.
    """
    grant = session.get(RoleGrant, grant_id)
    if grant is None or grant.ended_at is not None:
        raise Refusal(Reason.UNKNOWN)
    if actor is not None:
        _check_giver(session, actor, None, grant.role, grant.unit_id, grant.post_id)
    session.execute(update(RoleGrant).where(RoleGrant.id == grant_id).values(ended_at=now))
    note(session, "end_role", "account", grant.account_id, actor_id=actor_id(actor), now=now)


def _check_giver(
    session: Session,
    actor: Actor,
    account_id: int | None,
    role: Role,
    unit_id: int | None,
    post_id: int | None,
) -> None:
    if actor.account_id == account_id:
        raise Refusal(Reason.SAME_PERSON)
    chain = post_chain(session, post_id) if post_id is not None else chain_of(session, unit_id)
    if role not in (Role.LEADER, Role.COMMITTEE, Role.GROUP_LEADER) or not actor.is_college_of(chain):
        raise Refusal(Reason.NOT_ALLOWED)
