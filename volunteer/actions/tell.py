"""Lines for people's inboxes: to whom they go is a part of the statement, however many they are.

The key says what a line is about. Told twice, by two processes or in two turns, it is one line.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from volunteer.database import table_of
from volunteer.models import Account, Message, RoleGrant
from volunteer.rules.kinds import MessageKind, Role

OFFICES = (Role.COMMITTEE, Role.COLLEGE)
_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_MESSAGE = table_of(Message)
_ABOUT = ("shift_id", "visit_id", "unit_id", "number", "text")


def tell_member(
    session: Session, member_id: int, kind: MessageKind, key: str, *, now: datetime, **about: Any
) -> int:
    """Tell one member, if she has an account."""
    return _tell(session, _accounts(Account.member_id == member_id), kind, key, now, about)


def tell_members(
    session: Session, who: Select[int], kind: MessageKind, key: str, *, now: datetime, **about: Any
) -> int:
    """Tell the members whose ids *who* selects all the same."""
    return _tell(session, _accounts(Account.member_id.in_(who)), kind, key, now, about)


def tell_account(
    session: Session, account_id: int, kind: MessageKind, key: str, *, now: datetime, **about: Any
) -> int:
    """Tell one account."""
    return _tell(session, _accounts(Account.id == account_id), kind, key, now, about)


def tell_unit(
    session: Session,
    unit_id: int,
    kind: MessageKind,
    key: str,
    *,
    besides: int | None = None,
    now: datetime,
    **about: Any,
) -> int:
    """Tell those who hold the office of a unit: a branch's inbox is that of its committee.

    Args:
        besides: An account that is told too.
    """
    holders = select(RoleGrant.account_id).where(
        RoleGrant.unit_id == unit_id, RoleGrant.role.in_(OFFICES), RoleGrant.ended_at.is_(None)
    )
    who = _accounts(or_(Account.id.in_(holders), Account.id == (besides or 0)))
    return _tell(session, who, kind, key, now, {"unit_id": unit_id} | about)


def tell_all(session: Session, rows: Select[Any]) -> int:
    """Tell everybody whom *rows* names; each row is a line, its columns named as those of the table."""
    table = _MESSAGE
    statement = (
        _INSERT[session.get_bind().dialect.name](table)
        .from_select([column.name for column in rows.selected_columns], rows)
        .on_conflict_do_nothing(index_elements=[table.c.account_id, table.c.key])
    )
    told: Any = session.execute(statement)
    return int(told.rowcount)


def _accounts(wanted: ColumnElement[bool]) -> Select[int]:
    return select(Account.id.label("account_id")).where(wanted, ~Account.is_closed)


def _tell(
    session: Session, who: Select[int], kind: MessageKind, key: str, now: datetime, about: Mapping[str, Any]
) -> int:
    columns = _MESSAGE.c
    values = {"kind": kind, "key": key, "at": now} | {name: about[name] for name in _ABOUT if name in about}
    if unknown := about.keys() - set(_ABOUT):
        raise ValueError(f"a message has no {unknown}")
    return tell_all(
        session,
        who.add_columns(*(literal(value, columns[name].type).label(name) for name, value in values.items())),
    )
