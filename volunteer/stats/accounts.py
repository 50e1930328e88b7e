"""Accounts in reach, the roles that they hold or held, what waits for a second person, and own tokens."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, ApiToken, Member, Post, Proposal, RoleGrant, Unit
from volunteer.rules.kinds import ProposalKind, Role
from volunteer.rules.roles import Actor
from volunteer.stats.reach import sees_all, units_below, units_of
from volunteer.stats.tree import is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account; ``unit_name`` is that of the member's branch or of the staff account."""

    id: int
    login: str
    name: str
    member_id: int | None
    unit_name: str | None
    unit_path: str | None
    has_password: bool
    password_set_at: datetime | None
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """A role, in force or ended, with everybody who had a hand in it."""

    id: int
    account_id: int
    login: str
    name: str
    role: Role
    title: str | None
    unit_name: str | None
    post_name: str | None
    given_by: str | None
    approved_by: str | None
    given_at: datetime
    ended_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """What waits for a second person."""

    id: int
    what: ProposalKind
    account_id: int
    login: str
    name: str
    role: Role | None
    unit_name: str | None
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """An own token in force."""

    id: int
    created_at: datetime


def account_in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Return the condition on :class:`Account`: of a unit in reach, or with a role there."""
    if sees_all(actor, roles):
        return true()
    below = units_below(units_of(actor, roles) or [0])
    members = select(Member.id).where(Member.unit_id.in_(below))
    granted = (
        select(RoleGrant.account_id)
        .outerjoin(Post, Post.id == RoleGrant.post_id)
        .where(RoleGrant.ended_at.is_(None), or_(RoleGrant.unit_id.in_(below), Post.unit_id.in_(below)))
    )
    return or_(Account.member_id.in_(members), Account.unit_id.in_(below), Account.id.in_(granted))


def accounts_total(
    session: Session, actor: Actor, roles: Collection[Role], *, search: str = "", role: Role | None = None
) -> int:
    """Return how many accounts in reach fit."""
    found = _accounts(actor, roles, search, role).subquery()
    return session.execute(select(func.count()).select_from(found)).scalar_one()


def accounts(
    session: Session,
    actor: Actor,
    roles: Collection[Role],
    *,
    search: str = "",
    role: Role | None = None,
    first: int = 0,
    limit: int,
) -> Sequence[AccountRow]:
    """Return accounts in reach, those on no roster first, then by login."""
    rows = session.execute(
        _accounts(actor, roles, search, role)
        .order_by(Account.member_id.is_not(None), Account.login, Account.id)
        .offset(first)
        .limit(limit)
    ).all()
    return [AccountRow(**row._mapping) for row in rows]


def account(session: Session, account_id: int, actor: Actor, roles: Collection[Role]) -> AccountRow | None:
    """Return the account, if it is in reach."""
    row = session.execute(_accounts(actor, roles, "", None).where(Account.id == account_id)).one_or_none()
    return AccountRow(**row._mapping) if row else None


def _accounts(
    actor: Actor, roles: Collection[Role], search: str, role: Role | None
) -> Select[*tuple[Any, ...]]:
    found: Select[*tuple[Any, ...]] = (
        select(
            Account.id,
            Account.login,
            Account.name,
            Account.member_id,
            Unit.name.label("unit_name"),
            Unit.path.label("unit_path"),
            Account.password_hash.is_not(None).label("has_password"),
            Account.password_set_at,
            Account.is_closed,
        )
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Unit, Unit.id == func.coalesce(Member.unit_id, Account.unit_id))
        .where(account_in_reach(actor, roles))
    )
    if role is not None:
        holding = select(RoleGrant.account_id).where(RoleGrant.role == role, RoleGrant.ended_at.is_(None))
        found = found.where(Account.id.in_(holding))
    if text := search.strip():
        found = found.where(
            or_(
                Account.name.contains(text, autoescape=True),
                Account.login.contains(text.lower(), autoescape=True),
                Member.initials.startswith(text.lower(), autoescape=True),
            )
        )
    return found


def grants_of_accounts(session: Session, account_ids: Iterable[int]) -> dict[int, list[GrantRow]]:
    """Return the roles of each account, those in force first, then the latest."""
    found: dict[int, list[GrantRow]] = {one: [] for one in account_ids}
    for row in _grants(session, RoleGrant.account_id.in_(found)):
        found[row.account_id].append(row)
    return found


def grants_below(
    session: Session, unit_path: str, *, first: int = 0, limit: int, is_ended: bool = False
) -> list[GrantRow]:
    """Return the roles over a unit, what lies below it, and their posts."""
    return _grants(session, _over(unit_path, is_ended=is_ended), first=first, limit=limit)


def grants_total(session: Session, unit_path: str, *, is_ended: bool = False) -> int:
    """Return how many rows :func:`grants_below` has in all."""
    return session.execute(
        select(func.count(RoleGrant.id))
        .outerjoin(Post, Post.id == RoleGrant.post_id)
        .outerjoin(Unit, Unit.id == func.coalesce(RoleGrant.unit_id, Post.unit_id))
        .where(_over(unit_path, is_ended=is_ended))
    ).scalar_one()


def _over(unit_path: str, *, is_ended: bool) -> ColumnElement[bool]:
    state = RoleGrant.ended_at.is_not(None) if is_ended else RoleGrant.ended_at.is_(None)
    return and_(is_below(Unit.path, unit_path), state)


def _grants(
    session: Session, wanted: ColumnElement[bool], *, first: int = 0, limit: int | None = None
) -> list[GrantRow]:
    giver, second, ender = aliased(Account), aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            RoleGrant.id,
            RoleGrant.account_id,
            Account.login,
            Account.name,
            RoleGrant.role,
            RoleGrant.title,
            Unit.name.label("unit_name"),
            Post.name.label("post_name"),
            giver.name.label("given_by"),
            second.name.label("approved_by"),
            RoleGrant.given_at,
            ender.name.label("ended_by"),
            RoleGrant.ended_at,
        )
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(Post, Post.id == RoleGrant.post_id)
        .outerjoin(Unit, Unit.id == func.coalesce(RoleGrant.unit_id, Post.unit_id))
        .outerjoin(giver, giver.id == RoleGrant.given_by_id)
        .outerjoin(second, second.id == RoleGrant.approved_by_id)
        .outerjoin(ender, ender.id == RoleGrant.ended_by_id)
        .where(wanted)
        .order_by(RoleGrant.ended_at.is_not(None), RoleGrant.given_at.desc(), RoleGrant.id.desc())
        .offset(first)
        .limit(limit)
    ).all()
    return [GrantRow(**row._mapping) for row in rows]


def grant_in_reach(session: Session, grant_id: int, actor: Actor, roles: Collection[Role]) -> GrantRow | None:
    """Return a grant in force whose unit or post is in reach."""
    below = units_below(units_of(actor, roles) or [0])
    reach = true() if sees_all(actor, roles) else Unit.id.in_(below)
    found = _grants(session, and_(RoleGrant.id == grant_id, RoleGrant.ended_at.is_(None), reach))
    return found[0] if found else None


def proposals(session: Session, actor: Actor, roles: Collection[Role]) -> list[ProposalRow]:
    """Return what waits for a second person, about accounts in reach, the oldest first."""
    proposer = aliased(Account)
    rows = session.execute(
        select(
            Proposal.id,
            Proposal.what,
            Proposal.account_id,
            Account.login,
            Account.name,
            Proposal.role,
            Unit.name.label("unit_name"),
            Proposal.proposed_by_id,
            proposer.name.label("proposed_by"),
            Proposal.proposed_at,
        )
        .join(Account, Account.id == Proposal.account_id)
        .join(proposer, proposer.id == Proposal.proposed_by_id)
        .outerjoin(Unit, Unit.id == Proposal.unit_id)
        .where(Proposal.decided_at.is_(None), account_in_reach(actor, roles))
        .order_by(Proposal.proposed_at, Proposal.id)
        .limit(60)
    ).all()
    return [ProposalRow(**row._mapping) for row in rows]


def approved_slip(session: Session, proposal_id: int, account_id: int) -> tuple[int, int] | None:
    """Return whose slip that account has approved, and who proposed it, so that the printing is left."""
    row = session.execute(
        select(Proposal.account_id, Proposal.proposed_by_id).where(
            Proposal.id == proposal_id,
            Proposal.what == ProposalKind.SLIP,
            Proposal.decided_by_id == account_id,
            Proposal.is_approved.is_(True),
        )
    ).one_or_none()
    return (row.account_id, row.proposed_by_id) if row else None


def grants_in_force(session: Session, account_id: int) -> bool:
    """Whether the account holds any role."""
    held = select(RoleGrant.id).where(RoleGrant.account_id == account_id, RoleGrant.ended_at.is_(None))
    return session.execute(held.limit(1)).first() is not None


def own_tokens(session: Session, account_id: int) -> list[TokenRow]:
    """Return the tokens in force, the newest first."""
    rows = session.execute(
        select(ApiToken.id, ApiToken.created_at)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.id.desc())
    ).all()
    return [TokenRow(**row._mapping) for row in rows]


def posts_to_lead(session: Session, actor: Actor, roles: Collection[Role]) -> list[tuple[str, str]]:
    """Return code and name of the posts in reach."""
    below = units_below(units_of(actor, roles) or [0])
    rows = session.execute(
        select(Post.code, Post.name).where(Post.unit_id.in_(below)).order_by(Post.name, Post.code)
    ).all()
    return [(row.code, row.name) for row in rows]


def post_to_lead(session: Session, code: str, actor: Actor, roles: Collection[Role]) -> int | None:
    """Return the id of a post in reach."""
    below = units_below(units_of(actor, roles) or [0])
    return session.scalars(select(Post.id).where(Post.code == code, Post.unit_id.in_(below))).one_or_none()
