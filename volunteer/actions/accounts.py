"""Accounts and the roles they are given.

The college gives leaders, committees and group leaders. Its own role and the technical ones take two of its
accounts (``volunteer/actions/proposals.py``). A role is never given by who printed the slip that opened the
account: she could be the one who uses it.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, chain_of, post_chain
from volunteer.actions.audit import note
from volunteer.actions.sign_in import sign_out_everywhere
from volunteer.actions.slips import end_slips, printer_of
from volunteer.actions.tell import tell_units
from volunteer.models import Account, Member, Post, RoleGrant
from volunteer.rules.kinds import MessageKind, Role
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

GIVEN_BY_ONE = frozenset({Role.LEADER, Role.COMMITTEE, Role.GROUP_LEADER})
"""The roles that one college account gives alone; every other takes two."""


def add_account(
    session: Session,
    *,
    login: str,
    name: str,
    member_id: int | None = None,
    unit_id: int | None = None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Create an account without a role or a password, and return its id.

    Args:
        unit_id: The unit of somebody who is on no roster.

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
    account = Account(
        login=login, name=clean_line(name, "name"), member_id=member_id, unit_id=unit_id, created_at=now
    )
    session.add(account)
    session.flush()
    note(session, "add_account", "account", account.id, actor_id=actor_id(actor), now=now)
    return account.id


def close_account(session: Session, *, account_id: int, actor: Actor, now: datetime) -> None:
    """Let nobody in any more: sessions, tokens and slips end. What was done with the account stands.

    Raises:
        Refusal: ``NOT_ALLOWED`` or ``SAME_PERSON``.
    """
    _check_admin(actor, account_id)
    session.execute(update(Account).where(Account.id == account_id).values(is_closed=True))
    sign_out_everywhere(session, account_id=account_id, now=now)
    end_slips(session, account_ids=[account_id], now=now)
    note(session, "close_account", "account", account_id, actor_id=actor.account_id, now=now)


def reopen_account(session: Session, *, account_id: int, actor: Actor, now: datetime) -> None:
    """Take a closing back: her own password opens the account again, with the roles that were not ended.

    Raises:
        Refusal: ``NOT_ALLOWED`` or ``SAME_PERSON``.
    """
    _check_admin(actor, account_id)
    session.execute(update(Account).where(Account.id == account_id).values(is_closed=False))
    note(session, "reopen_account", "account", account_id, actor_id=actor.account_id, now=now)


def sign_account_out(session: Session, *, account_id: int, actor: Actor, now: datetime) -> None:
    """End all sessions and tokens of somebody whose phone is lost. Her password stays.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    if not actor.is_admin():
        raise Refusal(Reason.NOT_ALLOWED)
    sign_out_everywhere(session, account_id=account_id, now=now)
    note(session, "sign_account_out", "account", account_id, actor_id=actor.account_id, now=now)


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

    Raises:
        Refusal: ``NOT_ALLOWED``, ``SAME_PERSON`` for a role given to oneself or to an account that one
            opened, or ``BAD_FIELD``.
    """
    if (role is Role.LEADER) is not (post_id is not None):
        raise Refusal(Reason.BAD_FIELD, field="post" if role is Role.LEADER else "unit")
    if actor is not None:
        _check_giver(session, actor, account_id, role, unit_id, post_id)
        check_not_opened_by(session, actor, account_id)
    return grant(
        session,
        account_id=account_id,
        role=role,
        unit_id=unit_id,
        post_id=post_id,
        title=title,
        given_by_id=actor_id(actor),
        now=now,
    )


def grant(
    session: Session,
    *,
    account_id: int,
    role: Role,
    unit_id: int | None = None,
    post_id: int | None = None,
    title: str | None = None,
    given_by_id: int | None,
    approved_by_id: int | None = None,
    now: datetime,
) -> int:
    """Write a role that has been judged, unless it is held already, and return the grant's id."""
    held = select(RoleGrant.id).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role == role,
        RoleGrant.unit_id == unit_id if unit_id is not None else RoleGrant.unit_id.is_(None),
        RoleGrant.post_id == post_id if post_id is not None else RoleGrant.post_id.is_(None),
        RoleGrant.ended_at.is_(None),
    )
    if (known := session.execute(held).scalars().first()) is not None:
        return known
    row = RoleGrant(
        account_id=account_id,
        role=role,
        unit_id=unit_id,
        post_id=post_id,
        title=title,
        given_by_id=given_by_id,
        approved_by_id=approved_by_id,
        given_at=now,
    )
    session.add(row)
    session.flush()
    _begin_anew(session, account_id, now)
    seconded = {"approved_by": approved_by_id} if approved_by_id is not None else {}
    note(session, "give_role", "account", account_id, actor_id=given_by_id, now=now, role=role, **seconded)
    _tell(session, row, MessageKind.ROLE_GIVEN, now)
    return row.id


def end_role(session: Session, *, grant_id: int, actor: Actor | None, now: datetime) -> None:
    """Take a right back. What was done with it stands.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``SAME_PERSON``.
    """
    row = running_grant(session, grant_id)
    if actor is not None:
        _check_giver(session, actor, row.account_id, row.role, row.unit_id, row.post_id)
    end_grant(session, row, ended_by_id=actor_id(actor), now=now)


def running_grant(session: Session, grant_id: int) -> RoleGrant:
    """Return a grant in force.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    row = session.get(RoleGrant, grant_id)
    if row is None or row.ended_at is not None:
        raise Refusal(Reason.UNKNOWN)
    return row


def end_grant(session: Session, row: RoleGrant, *, ended_by_id: int | None, now: datetime) -> None:
    """Write that a grant has ended."""
    session.execute(
        update(RoleGrant).where(RoleGrant.id == row.id).values(ended_at=now, ended_by_id=ended_by_id)
    )
    note(session, "end_role", "account", row.account_id, actor_id=ended_by_id, now=now, role=row.role)
    _tell(session, row, MessageKind.ROLE_ENDED, now)


def check_not_opened_by(session: Session, actor: Actor, account_id: int) -> None:
    """Refuse who printed the slip that opened the account: she may be the one who sits behind it.

    Raises:
        Refusal: ``SAME_PERSON``.
    """
    if printer_of(session, account_id) == actor.account_id:
        raise Refusal(Reason.SAME_PERSON, case="printed_by_you")


def _tell(session: Session, row: RoleGrant, kind: MessageKind, now: datetime) -> None:
    """Tell the branch where the role is held, that of the person, and the person herself."""
    home = func.coalesce(Member.unit_id, Account.unit_id)
    found = session.execute(
        select(Account.name, home.label("home"), Post.unit_id.label("of_post"))
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Post, Post.id == row.post_id)
        .where(Account.id == row.account_id)
    ).one()
    units = [unit for unit in dict.fromkeys((row.unit_id, found.of_post, found.home)) if unit is not None]
    key = f"{kind.value}:{row.id}"
    tell_units(session, units, kind, key, besides=row.account_id, now=now, role=row.role, text=found.name)


def _begin_anew(session: Session, account_id: int, now: datetime) -> None:
    """End the sessions of an account that gets a right: those of members last half a year, of offices hours.

    Who has no password has no session.
    """
    has_password = select(Account.id).where(Account.id == account_id, Account.password_hash.is_not(None))
    if session.execute(has_password).first() is not None:
        sign_out_everywhere(session, account_id=account_id, now=now)


def _check_admin(actor: Actor, account_id: int) -> None:
    if not actor.is_admin():
        raise Refusal(Reason.NOT_ALLOWED)
    if actor.account_id == account_id:
        raise Refusal(Reason.SAME_PERSON, case="own_account")


def _check_giver(
    session: Session,
    actor: Actor,
    account_id: int,
    role: Role,
    unit_id: int | None,
    post_id: int | None,
) -> None:
    if actor.account_id == account_id:
        raise Refusal(Reason.SAME_PERSON, case="own_account")
    chain = post_chain(session, post_id) if post_id is not None else chain_of(session, unit_id)
    if role not in GIVEN_BY_ONE or not actor.is_college_of(chain):
        raise Refusal(Reason.NOT_ALLOWED)
