"""Who is asking: one small object an account, loaded by one statement, from the session or a bearer token.

The session holds ``account.epoch``: raising the epoch in the database signs the account out everywhere.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Select, select

from volunteer import clock
from volunteer.database import db
from volunteer.fixed import Fixed
from volunteer.models import Account, ApiToken, Member
from volunteer.rules.kinds import Stage
from volunteer.stats.inbox import unread_of

STAFF_STAYS = timedelta(hours=12)
MEMBER_STAYS = timedelta(days=180)
_UNTIL = "until"
_BEARER = "account_of_bearer"

manager = LoginManager()


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):
    """The account that asks, and the member behind it if there is one.

    ``unread`` is how much of its inbox a browser shows as new; programs are not told.
    """

    id: int
    login: str
    name: str
    member_id: int | None
    unit_id: int | None
    stage: Stage | None
    student_no: str | None
    session_epoch: int
    unread: int = 0

    def get_id(self) -> str:
        return f"{self.id}.{self.session_epoch}"


def _accounts() -> Select[Any]:
    account, member = Account.__table__.c, Member.__table__.c
    return (
        select(
            account.id,
            account.login,
            account.name,
            account.member_id,
            member.unit_id,
            member.stage,
            member.student_no,
            account.session_epoch,
        )
        .select_from(Account.__table__.outerjoin(Member.__table__, member.id == account.member_id))
        .where(account.is_closed.is_(False))
    )


_BY_ID = Fixed(
    _accounts()
    # Here, and not in a statement of its own on every page.
    .add_columns(unread_of(Account.__table__.c.id).label("unread"))
    .where(Account.__table__.c.id == db.bindparam("id"))
)
_BY_TOKEN = Fixed(
    _accounts().where(
        Account.__table__.c.id
        == select(ApiToken.account_id)
        .where(ApiToken.digest == db.bindparam("digest"), ApiToken.revoked_at.is_(None))
        .scalar_subquery()
    )
)


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies. With a bearer token the cookie is not read, and nothing comes of no session."""

    _serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer, made once: the secret does not change while we run."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the cookie, or an empty one."""
        if bearer_of(request) is not None:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        """Set or delete the cookie, if there was or is anything in the session."""
        if session or session.modified:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Let Flask-Login load the account of a session, once a request."""
    app.session_interface = Sessions()
    manager.session_protection = None
    manager.init_app(app)
    manager.user_loader(_from_session)


def bearer() -> str | None:
    """Return the token that a program brought, or None. With one, the cookie says nothing."""
    return bearer_of(request)


def bearer_of(request: Request) -> str | None:
    """Return the bearer token of *request*, or None."""
    kind, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def asking() -> SignedIn | None:
    """Return who asks: the account of the bearer token if there is one, else of the session."""
    if _BEARER in g:
        return getattr(g, _BEARER)  # type: ignore[no-any-return]
    token = bearer()
    if token is None:
        account: SignedIn = current_user._get_current_object()
        return account if account.is_authenticated else None
    found = _seen(_BY_TOKEN.glance(db.engine, {"digest": digest_of(token)}))
    setattr(g, _BEARER, found)
    return found


def forget_asker() -> None:
    """Let nobody ask from here on in this request: without a database it is not known who does."""
    setattr(g, _BEARER, None)


def by_id(account_id: int) -> SignedIn | None:
    """Return the account, unless it is closed."""
    return _seen(_BY_ID.glance(db.engine, {"id": account_id}))


def digest_of(token: str) -> str:
    """Return what the database keeps of a bearer token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(account: SignedIn, *, is_staff: bool, now: datetime) -> None:
    """Begin a session: 180 days for a member, 12 hours for those who decide about others."""
    session.clear()
    session.permanent = True
    session[_UNTIL] = int((now + (STAFF_STAYS if is_staff else MEMBER_STAYS)).timestamp())
    login_user(account)


def sign_out() -> None:
    """End this browser's session."""
    logout_user()
    session.clear()


def _from_session(key: str) -> SignedIn | None:
    account_id, _, epoch = key.partition(".")
    if bearer() is not None or not account_id.isdecimal() or not epoch.isdecimal():
        return None
    if session.get(_UNTIL, 0) <= clock.utc_now().timestamp():
        return None
    account = by_id(int(account_id))
    return account if account is not None and account.session_epoch == int(epoch) else None


def _seen(row: Any) -> SignedIn | None:
    if row is None:
        return None
    account_id, login, name, member_id, unit_id, stage, student_no, epoch, *unread = row
    stage = stage and Stage(stage)
    return SignedIn(account_id, login, name, member_id, unit_id, stage, student_no, epoch, *unread)
