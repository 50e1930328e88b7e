"""Signing in with a password: constant work for unknown logins, wrong tries counted against the account.

Never against an address: a whole campus may share one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from volunteer.models import Account, ApiToken, CalendarLink, WrongTry
from volunteer.rules.reasons import Reason, Refusal

WRONG_TRIES = 5
TRIES_WITHIN = timedelta(minutes=10)
LONGEST_PASSWORD = 200
SHORTEST_PASSWORD = 8

# 19 MiB, two passes, one lane: about 27 ms. The library's defaults take 64 MiB for each sign-in at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody signs in with this")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is kept of an account's password."""

    account_id: int | None
    password_hash: str | None


def hashed(password: str) -> str:
    """Return what is kept of *password*.

    Raises:
        Refusal: ``BAD_FIELD``: too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refusal(Reason.BAD_FIELD, field="password", shortest=SHORTEST_PASSWORD)
    return _hasher.hash(password)


def begin_try(session: Session, *, what: str, subject: str, now: datetime) -> None:
    """Count a try as wrong before it is judged, so that many at once are no way around the limit.

    Raises:
        Refusal: ``TOO_MANY_TRIES``, with ``retry_after_s``.
    """
    _stand_in_line(session, subject)
    since = now - TRIES_WITHIN
    held = WrongTry.what == what, WrongTry.subject == _key(subject)
    session.execute(delete(WrongTry).where(*held, WrongTry.at <= since))
    tries = session.execute(select(WrongTry.at).where(*held).order_by(WrongTry.at)).scalars().all()
    if len(tries) >= WRONG_TRIES:
        left = max(1, int((tries[0] + TRIES_WITHIN - now).total_seconds()))
        raise Refusal(Reason.TOO_MANY_TRIES, retry_after_s=left)
    session.execute(insert(WrongTry).values(what=what, subject=_key(subject), at=now))


def _stand_in_line(session: Session, subject: str) -> None:
    """Let those that try at once see each other. On SQLite writers stand in line anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(_key(subject)[:15], 16))))


def forget_tries(session: Session, *, what: str, subject: str) -> None:
    """Forget the wrong tries once one was right."""
    session.execute(delete(WrongTry).where(WrongTry.what == what, WrongTry.subject == _key(subject)))


def held_for(session: Session, login: str) -> Held:
    """Return what is kept of the login's password; of one that does not exist, nothing."""
    row = session.execute(
        select(Account.id, Account.password_hash).where(Account.login == login, ~Account.is_closed)
    ).one_or_none()
    return Held(account_id=row.id if row else None, password_hash=row.password_hash if row else None)


def held_by(session: Session, account_id: int) -> Held:
    """Return what is kept of the password of an account, unless it is closed."""
    kept = session.scalars(
        select(Account.password_hash).where(Account.id == account_id, ~Account.is_closed)
    ).first()
    return Held(account_id=account_id, password_hash=kept)


def matches(held: Held, password: str) -> bool:
    """Whether the password is right. It takes the same time for a login that does not exist."""
    try:
        _hasher.verify(held.password_hash or _NOBODY, password[:LONGEST_PASSWORD])
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return held.password_hash is not None and held.account_id is not None


def sign_out_everywhere(session: Session, *, account_id: int, now: datetime) -> None:
    """End every session of the account, on every device, the tokens of its programs and its calendar's."""
    session.execute(
        update(Account).where(Account.id == account_id).values(session_epoch=Account.session_epoch + 1)
    )
    session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    session.execute(delete(CalendarLink).where(CalendarLink.account_id == account_id))


def _key(subject: str) -> str:
    """Return a name of fixed length, so that what people mistype is not kept."""
    return hashlib.sha256(subject.casefold().encode()).hexdigest()


def set_password(session: Session, *, account_id: int, password: str, now: datetime) -> None:
    """Give the account a password, which ends its sessions everywhere.

    Raises:
        Refusal: ``BAD_FIELD``: too short or too long.
    """
    keep_password(session, account_id=account_id, password_hash=hashed(password), now=now)


def keep_password(session: Session, *, account_id: int, password_hash: str, now: datetime) -> None:
    """Keep what :func:`hashed` returned, and end what stood on the password before: sessions and tokens."""
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(password_hash=password_hash, password_set_at=now)
    )
    sign_out_everywhere(session, account_id=account_id, now=now)
