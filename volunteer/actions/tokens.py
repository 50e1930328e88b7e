"""Bearer tokens for programs: shown once, kept as a digest, revoked one by one or with the password."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.models import ApiToken
from volunteer.rules.reasons import Reason, Refusal

MOST_TOKENS = 5


def digest_of(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(session: Session, *, account_id: int, actor_id: int | None, now: datetime) -> str:
    """Return a new token of the account. It has all the rights of the account and is not shown again.

    Raises:
        Refusal: ``ALREADY_EXISTS``: the account has five.
    """
    held = session.scalars(
        select(ApiToken.id).where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    ).all()
    if len(held) >= MOST_TOKENS:
        raise Refusal(Reason.ALREADY_EXISTS, case="tokens")
    text = secrets.token_urlsafe(32)
    session.add(ApiToken(account_id=account_id, digest=digest_of(text), created_at=now))
    session.flush()
    note(session, "make_token", "account", account_id, actor_id=actor_id, now=now)
    return text


def revoke_token(session: Session, *, token_id: int, account_id: int, now: datetime) -> None:
    """Make one of the account's own tokens worthless.

    Raises:
        Refusal: ``UNKNOWN``: it has no such token in force.
    """
    revoked = session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiToken.id)
    ).first()
    if revoked is None:
        raise Refusal(Reason.UNKNOWN)
    note(session, "revoke_token", "account", account_id, actor_id=account_id, now=now, token=token_id)
