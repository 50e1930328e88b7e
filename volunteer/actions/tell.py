"""Lines for people's inboxes: to whom they go is a part of the statement, however many they are.

The key says what a line is about. Told twice, by two processes or in two turns, it is one line.
"""

from collections.abc import Collection, Mapping, Sequence
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
_ABOUT = ("shift_id", "visit_id", "unit_id", "role", "number", "text")


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


def tell_people(
    session: Session,
    member_id: Any,
    account_id: int | None,
    kind: MessageKind,
    key: str,
    *,
    now: datetime,
    **about: Any,
) -> int:
    """Tell a member and an account, once if they are the same person."""
    who = _accounts(or_(Account.member_id == member_id, Account.id == (account_id or 0)))
    return _tell(session, who, kind, key, now, about)


def tell_units(
    session: Session,
    unit_ids: Collection[int],
    kind: MessageKind,
    key: str,
    *,
    besides: int | None = None,
    now: datetime,
    **about: Any,
) -> int:
    """Tell those who hold the office of one of the units: a branch's inbox is that of its committee.

    Args:
        unit_ids: The first is the one that the message names.
        besides: An account that is told too.
    """
    holders = select(RoleGrant.account_id).where(
        RoleGrant.unit_id.in_(unit_ids), RoleGrant.role.in_(OFFICES), RoleGrant.ended_at.is_(None)
    )
    who = _accounts(or_(Account.id.in_(holders), Account.id == (besides or 0)))
    return _tell(session, who, kind, key, now, {"unit_id": next(iter(unit_ids), None)} | about)


def tell_all(session: Session, rows: Select[Any]) -> int:
    """Tell everybody whom *rows* names; each row is a line, its columns named as those of the table."""
    line, columns = rows.subquery(), _MESSAGE.c
    known = select(columns.id).where(columns.account_id == line.c.account_id, columns.key == line.c.key)
    # What was told before is left out at once; the conflict is that of two who tell at the same moment.
    fresh = select(*line.c).where(~known.exists())
    statement = _insert(session).from_select([column.name for column in line.c], fresh)
    told: Any = session.execute(_quietly(statement), execution_options={"preserve_rowcount": True})
    return int(told.rowcount)


def tell_lines(session: Session, lines: Sequence[Mapping[str, Any]]) -> None:
    """Tell what was worked out line by line; all lines have the same columns."""
    if lines:
        session.execute(_quietly(_insert(session)), lines)


def _insert(session: Session) -> Any:
    return _INSERT[session.get_bind().dialect.name](_MESSAGE)


def _quietly(statement: Any) -> Any:
    return statement.on_conflict_do_nothing(index_elements=[_MESSAGE.c.account_id, _MESSAGE.c.key])


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
