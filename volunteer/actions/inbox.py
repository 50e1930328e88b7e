"""Reading an inbox."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from volunteer.models import Message


def mark_read(session: Session, *, account_id: int, now: datetime, message_id: int | None = None) -> None:
    """Note that a message, or every one, of an account was read."""
    statement = update(Message).where(Message.account_id == account_id, Message.read_at.is_(None))
    if message_id is not None:
        statement = statement.where(Message.id == message_id)
    session.execute(statement.values(read_at=now))
