"""Letters: messages that also go to an address which a person entered, and a day's figures for the college.

They wait in the database and are sent outside every transaction. A letter is taken by moving its next try
on, so that of two senders one has it, and one that dies on the way tries again later: sent at least once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, case, delete, insert, literal, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.actions.remind import DAILY_FROM_HOUR, has_turn
from volunteer.database import table_of
from volunteer.models import Account, Letter, MailAddress, Message
from volunteer.rules.campus import Campus
from volunteer.stats.telling import day_figures

WAITS_S = (60, 300, 1800, 7200, 21_600, 43_200, 86_400)
"""How long after each try the next one is made."""
MOST_TRIES = len(WAITS_S)
AT_ONCE = 20
YOUNG = timedelta(days=2)
_WAITING = (Letter.sent_at.is_(None), Letter.given_up_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A letter to send now: a message with its address, or a day with its figures for the channel."""

    id: int
    message_id: int | None
    address: str | None
    digest_on: date | None
    waiting: int | None
    gaps: int | None
    language: str | None


def keep_address(
    session: Session, *, account_id: int, address: str | None, language: str, now: datetime
) -> None:
    """Keep where somebody wants to be told besides, at her own wish; None forgets it.

    Args:
        language: Key of the catalogue in which letters to her are written.
    """
    held = session.get(MailAddress, account_id)
    if (held.address if held else None) == address:
        return
    session.execute(delete(MailAddress).where(MailAddress.account_id == account_id))
    if address is not None:
        session.execute(
            insert(MailAddress).values(account_id=account_id, address=address, since=now, language=language)
        )
    act = "forget_address" if address is None else "keep_address"
    note(session, act, "account", account_id, actor_id=account_id, now=now)


def write_in(session: Session, *, account_id: int, language: str) -> None:
    """Let letters to somebody speak the language that she reads from now on, if she entered an address."""
    session.execute(update(MailAddress).where(MailAddress.account_id == account_id).values(language=language))


def write_letters(session: Session, *, now: datetime) -> int:
    """Write a letter for each new unread message of who entered an address; return how many."""
    known = select(Letter.id).where(Letter.message_id == Message.id)
    fresh = (
        select(Message.id, literal(now, table_of(Letter).c.due_at.type), literal(0))
        .join(MailAddress, MailAddress.account_id == Message.account_id)
        .join(Account, Account.id == Message.account_id)
        .where(
            Message.at > now - YOUNG,
            Message.at >= MailAddress.since,
            Message.read_at.is_(None),
            ~Account.is_closed,
            ~known.exists(),
        )
    )
    done: Any = session.execute(
        insert(Letter).from_select(["message_id", "due_at", "tries"], fresh, include_defaults=False),
        execution_options={"preserve_rowcount": True},
    )
    return int(done.rowcount)


def write_digest(session: Session, *, campus: Campus, now: datetime) -> bool:
    """Write the day's figures for the college's channel, once, in the morning, if there are any."""
    today = campus.day(now)
    if now.astimezone(campus.zone).hour < DAILY_FROM_HOUR or not has_turn(session, "digest", today):
        return False
    waiting, gaps = day_figures(session, now=now)
    if not waiting and not gaps:
        return False
    session.execute(insert(Letter).values(digest_on=today, waiting=waiting, gaps=gaps, due_at=now))
    return True


def take_due(session: Session, *, now: datetime) -> list[Due]:
    """Take the letters whose time has come, and move their next try on."""
    due = (
        select(Letter.id)
        .where(*_WAITING, Letter.due_at <= now)
        .order_by(Letter.due_at, Letter.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    wait = case(dict(enumerate(WAITS_S)), value=Letter.tries, else_=WAITS_S[-1])
    later = type_coerce(literal(int(now.timestamp()), BigInteger) + wait, BigInteger)
    taken = session.scalars(
        update(Letter)
        .where(Letter.id.in_(due), *_WAITING, Letter.due_at <= now)
        .values(due_at=later, tries=Letter.tries + 1)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    ).all()
    rows = session.execute(
        select(
            Letter.id,
            Letter.message_id,
            MailAddress.address,
            Letter.digest_on,
            Letter.waiting,
            Letter.gaps,
            MailAddress.language,
        )
        .outerjoin(Message, Message.id == Letter.message_id)
        .outerjoin(MailAddress, MailAddress.account_id == Message.account_id)
        .where(Letter.id.in_(taken))
        .order_by(Letter.id)
    ).all()
    return [Due(**row._mapping) for row in rows]


def settle(session: Session, *, sent: Collection[int], tried: Collection[int], now: datetime) -> None:
    """Note which letters went out; who could not be reached so often is given up."""
    session.execute(update(Letter).where(Letter.id.in_(sent)).values(sent_at=now))
    lost = or_(Letter.tries >= MOST_TRIES, Letter.message_id.in_(_without_address()))
    session.execute(
        update(Letter)
        .where(Letter.id.in_(tried), Letter.id.not_in(sent), lost)
        .values(given_up_at=now)
        .execution_options(synchronize_session=False)
    )


def _without_address() -> Any:
    """Return the messages of those who took their address back meanwhile."""
    return (
        select(Message.id)
        .outerjoin(MailAddress, MailAddress.account_id == Message.account_id)
        .where(MailAddress.account_id.is_(None))
    )
