"""The trail: who did what and who looked at whose data, newest first, in the reach of an overseer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, or_, select, true, union
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    AuditLine,
    Look,
    Member,
    Membership,
    Post,
    Request,
    RoleGrant,
    Unit,
    Visit,
)
from volunteer.rules.kinds import Role, Sight
from volunteer.rules.roles import Actor
from volunteer.stats.reach import sees_all, units_below, units_of

FITTING = 50
DAILY = "sign_head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is searched for.

    Attributes:
        since: The first moment; ``until`` the first after it.
        act: The one act, or the one sight.
        subject: The kind of row, and its number.
        person: Part of a name or login, or a student number: whoever acted, and whom it was about.
    """

    since: datetime | None = None
    until: datetime | None = None
    act: str = ""
    subject: str = ""
    subject_id: int | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins: below these numbers of acts and of looks."""

    act: int | None = None
    look: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    """One act, or one look; ``about`` is the name of whom or what it was about, if it has one."""

    id: int
    at: datetime
    by: str | None
    act: str
    is_look: bool
    subject: str
    subject_id: int | None
    about: str | None
    facts: str | None


@dataclass(frozen=True, slots=True)
class _People:
    """Whom a search for a person found."""

    accounts: Collection[int]
    members: Collection[int]


def trail(
    session: Session,
    actor: Actor,
    roles: Collection[Role],
    asked: Asked,
    *,
    cursor: Cursor | None = None,
    limit: int,
) -> tuple[list[TrailLine], Cursor | None]:
    """Return a page of the trail, and where the next one begins; None after the last.

    Three statements at most, however long the trail is; each goes down the numbers from the cursor on.
    """
    start = cursor or Cursor()
    people = _people(session, asked.person) if asked.person else None
    acts = _acts(session, actor, roles, asked, people, start.act, limit)
    looks = _looks(session, actor, roles, asked, people, start.look, limit)
    # Each list goes down by itself, so they are only merged.
    both = list(islice(merge(acts, looks, key=lambda line: line.at, reverse=True), limit + 1))
    page = both[:limit]
    if len(both) <= limit:
        return page, None
    last_act = min((line.id for line in page if not line.is_look), default=start.act)
    last_look = min((line.id for line in page if line.is_look), default=start.look)
    return page, Cursor(last_act, last_look)


def _people(session: Session, text: str) -> _People:
    """Return whom the text fits, of accounts and of the roster; too many are cut."""
    accounts = select(Account.id, true().label("is_account")).where(
        or_(Account.login.contains(text, autoescape=True), Account.name.contains(text, autoescape=True))
    )
    members = select(Member.id, false().label("is_account")).where(
        or_(Member.student_no == text, Member.name.contains(text, autoescape=True))
    )
    found = union(accounts.limit(FITTING).subquery().select(), members.limit(FITTING).subquery().select())
    rows = session.execute(found).all()
    return _People([row[0] for row in rows if row[1]], [row[0] for row in rows if not row[1]])


def _acts(
    session: Session,
    actor: Actor,
    roles: Collection[Role],
    asked: Asked,
    people: _People | None,
    below: int | None,
    limit: int,
) -> list[TrailLine]:
    if asked.act in set(Sight):
        return []
    wanted = [_act_in_reach(actor, roles), *_between(AuditLine.at, asked)]
    if below is not None:
        wanted.append(AuditLine.id < below)
    # Each branch's head is signed every day: among them nothing else would be found.
    wanted.append(AuditLine.act == asked.act if asked.act else AuditLine.act != DAILY)
    if asked.subject:
        wanted.append(AuditLine.subject == asked.subject)
    if asked.subject_id is not None:
        wanted.append(AuditLine.subject_id == asked.subject_id)
    if people is not None:
        wanted.append(
            or_(AuditLine.actor_id.in_(people.accounts), _is_about(people.members, people.accounts))
        )
    by = aliased(Account)
    rows = session.execute(
        select(
            AuditLine.id,
            AuditLine.at,
            by.name.label("by"),
            AuditLine.act,
            AuditLine.subject,
            AuditLine.subject_id,
            _name_of_subject().label("about"),
            AuditLine.facts,
        )
        .outerjoin(by, by.id == AuditLine.actor_id)
        .where(*wanted)
        .order_by(AuditLine.id.desc())
        .limit(limit + 1)
    ).all()
    return [TrailLine(**row._mapping, is_look=False) for row in rows]


def _looks(
    session: Session,
    actor: Actor,
    roles: Collection[Role],
    asked: Asked,
    people: _People | None,
    below: int | None,
    limit: int,
) -> list[TrailLine]:
    if (asked.act and asked.act not in set(Sight)) or asked.subject not in ("", "member", "unit"):
        return []
    wanted = [_look_in_reach(actor, roles), *_between(Look.at, asked)]
    if below is not None:
        wanted.append(Look.id < below)
    if asked.act:
        wanted.append(Look.what == Sight(asked.act))
    if asked.subject:
        column = Look.member_id if asked.subject == "member" else Look.unit_id
        number = asked.subject_id
        wanted.append(column.is_not(None) if number is None else column == number)
    elif asked.subject_id is not None:
        return []
    if people is not None:
        wanted.append(or_(Look.account_id.in_(people.accounts), Look.member_id.in_(people.members)))
    rows = session.execute(
        select(
            Look.id,
            Look.at,
            Account.name.label("by"),
            Look.what,
            Look.member_id,
            Look.unit_id,
            Member.name.label("member"),
            Unit.name.label("unit"),
        )
        .join(Account, Account.id == Look.account_id)
        .outerjoin(Member, Member.id == Look.member_id)
        .outerjoin(Unit, Unit.id == Look.unit_id)
        .where(*wanted)
        .order_by(Look.id.desc())
        .limit(limit + 1)
    ).all()
    return [
        TrailLine(
            id=row.id,
            at=row.at,
            by=row.by,
            act=row.what,
            is_look=True,
            subject="member" if row.member_id else "unit",
            subject_id=row.member_id or row.unit_id,
            about=row.member or row.unit,
            facts=None,
        )
        for row in rows
    ]


def _between(column: Any, asked: Asked) -> list[ColumnElement[bool]]:
    return [
        *([column >= asked.since] if asked.since else []),
        *([column < asked.until] if asked.until else []),
    ]


def _is_about(members: Any, accounts: Any) -> ColumnElement[bool]:
    """Whether the row of an act is one of these people's."""
    visits = select(Visit.id).where(Visit.member_id.in_(members))
    requests = select(Request.id).where(Request.member_id.in_(members))
    subjects = {"member": members, "account": accounts, "visit": visits, "request": requests}
    return or_(
        *(and_(AuditLine.subject == name, AuditLine.subject_id.in_(rows)) for name, rows in subjects.items())
    )


def _act_in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Acts of the own accounts, and acts about own rows whoever did them."""
    if sees_all(actor, roles):
        return true()
    below = units_below(units_of(actor, roles) or [0])
    subjects: dict[str, Any] = {
        "member": _members_below(below),
        "unit": below,
        "post": select(Post.id).where(Post.unit_id.in_(below)),
        "visit": select(Visit.id).where(Visit.unit_id.in_(below)),
        "request": select(Request.id).where(Request.unit_id.in_(below)),
        "account": _accounts_below(below),
    }
    return or_(
        AuditLine.actor_id.in_(_accounts_below(below)),
        *(and_(AuditLine.subject == name, AuditLine.subject_id.in_(rows)) for name, rows in subjects.items()),
    )


def _look_in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    if sees_all(actor, roles):
        return true()
    below = units_below(units_of(actor, roles) or [0])
    return or_(
        Look.account_id.in_(_accounts_below(below)),
        Look.member_id.in_(_members_below(below)),
        Look.unit_id.in_(below),
    )


def _members_below(below: Any) -> Any:
    # Whoever was ever there: what was done to her then concerns those who oversee it.
    return select(Membership.member_id).where(Membership.unit_id.in_(below))


def _accounts_below(below: Any) -> Any:
    """Return whose acts are those of the units: their members', their staff's, and who held a role there."""
    granted = (
        select(RoleGrant.account_id)
        .outerjoin(Post, Post.id == RoleGrant.post_id)
        .where(or_(RoleGrant.unit_id.in_(below), Post.unit_id.in_(below)))
    )
    return select(Account.id).where(
        or_(
            Account.member_id.in_(_members_below(below)),
            Account.unit_id.in_(below),
            Account.id.in_(granted),
        )
    )


def _name_of_subject() -> ColumnElement[str | None]:
    """Return the name of the person or the place that an act was about."""

    def named(name: Any, number: Any) -> Any:
        return select(name).where(number == AuditLine.subject_id).correlate(AuditLine).scalar_subquery()

    of_visit = (
        select(Member.name)
        .join(Visit, Visit.member_id == Member.id)
        .where(Visit.id == AuditLine.subject_id)
        .correlate(AuditLine)
        .scalar_subquery()
    )
    of_request = (
        select(Member.name)
        .join(Request, Request.member_id == Member.id)
        .where(Request.id == AuditLine.subject_id)
        .correlate(AuditLine)
        .scalar_subquery()
    )
    return case(
        (AuditLine.subject == "member", named(Member.name, Member.id)),
        (AuditLine.subject == "account", named(Account.name, Account.id)),
        (AuditLine.subject == "visit", of_visit),
        (AuditLine.subject == "request", of_request),
        (AuditLine.subject == "unit", named(Unit.name, Unit.id)),
        (AuditLine.subject == "post", named(Post.name, Post.id)),
        else_=None,
    )
