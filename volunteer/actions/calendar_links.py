"""The secret address of a person's calendar: shown once, kept as a digest, one at a time."""

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.actions.tokens import digest_of
from volunteer.models import Account, CalendarLink


def make_link(session: Session, *, account_id: int, now: datetime) -> str:
    """Return a new token for the account's calendar; the one before it opens nothing any more."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(CalendarLink).where(CalendarLink.account_id == account_id))
    session.add(CalendarLink(account_id=account_id, digest=digest_of(token), made_at=now))
    session.flush()
    note(session, "make_calendar_link", "account", account_id, actor_id=account_id, now=now)
    return token


def revoke_link(session: Session, *, account_id: int, now: datetime) -> None:
    """Make the address worthless. Done twice, it is the same."""
    gone = (
        delete(CalendarLink).where(CalendarLink.account_id == account_id).returning(CalendarLink.account_id)
    )
    if session.execute(gone).first() is not None:
        note(session, "revoke_calendar_link", "account", account_id, actor_id=account_id, now=now)


def member_of_link(session: Session, token: str) -> int | None:
    """Return whose calendar the token opens, or None."""
    return session.execute(
        select(Account.member_id)
        .join(CalendarLink, CalendarLink.account_id == Account.id)
        .where(CalendarLink.digest == digest_of(token), ~Account.is_closed)
    ).scalar_one_or_none()


def link_made_at(session: Session, account_id: int) -> datetime | None:
    """Return since when the account has an address; None without one."""
    return session.execute(
        select(CalendarLink.made_at).where(CalendarLink.account_id == account_id)
    ).scalar_one_or_none()
