"""A person's inbox, and how much of it is unread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, MailAddress, Message, Post, Shift, Unit, Visit
from volunteer.rules.kinds import MessageKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLine:
    """A message with what its sentence names. ``is_own``: the record that it is about is the reader's."""

    id: int
    kind: MessageKind
    at: datetime
    is_read: bool
    is_own: bool
    visit_id: int | None
    post_name: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    unit_code: str | None
    unit_name: str | None
    role: Role | None
    number: int | None
    text: str | None


def unread_of(account_id: Any) -> ScalarSelect[int]:
    """Return how many messages of an account are unread, as a column of another statement."""
    return (
        select(func.count())
        .where(Message.account_id == account_id, Message.read_at.is_(None))
        .scalar_subquery()
    )


def mail_address(session: Session, account_id: int) -> str | None:
    """Return where the account is told besides, if it entered an address."""
    return session.execute(
        select(MailAddress.address).where(MailAddress.account_id == account_id)
    ).scalar_one_or_none()


def inbox(
    session: Session,
    account_id: int,
    *,
    message_id: int | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> list[InboxLine]:
    """Return the messages of an account, the newest first."""
    wanted = [Message.account_id == account_id]
    if message_id is not None:
        wanted.append(Message.id == message_id)
    return lines(session, *wanted, offset=offset, limit=limit)


def lines(session: Session, *wanted: object, offset: int = 0, limit: int | None = None) -> list[InboxLine]:
    """Return messages with what they are about, the newest first."""
    of_visit = aliased(Visit)
    rows = session.execute(
        select(
            Message.id,
            Message.kind,
            Message.at,
            Message.read_at.is_not(None).label("is_read"),
            func.coalesce(of_visit.member_id == Account.member_id, False).label("is_own"),
            Message.visit_id,
            Post.name.label("post_name"),
            Shift.starts_at,
            Shift.ends_at,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            Message.role,
            Message.number,
            Message.text,
        )
        .join(Account, Account.id == Message.account_id)
        .outerjoin(of_visit, of_visit.id == Message.visit_id)
        .outerjoin(Shift, Shift.id == func.coalesce(Message.shift_id, of_visit.shift_id))
        .outerjoin(Post, Post.id == Shift.post_id)
        .outerjoin(Unit, Unit.id == Message.unit_id)
        .where(*wanted)  # type: ignore[arg-type]
        .order_by(Message.at.desc(), Message.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return [InboxLine(**row._mapping) for row in rows]
