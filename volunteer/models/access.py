"""Accounts, what they may do, and the trail of what was done."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Numbered, one_of
from volunteer.rules.kinds import Role


class Account(Numbered):
    """Who can sign in. A new ``session_epoch`` signs it out everywhere."""

    __tablename__ = "account"

    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_epoch: Mapped[int] = mapped_column(default=0)
    is_closed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class RoleGrant(Numbered):
    """A right over a unit and what lies below it, or over one post. Ended, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("(role = 'leader') = (post_id IS NOT NULL)", name="leaders_have_a_post"),
        CheckConstraint(
            "role NOT IN ('committee', 'college', 'group_leader') OR unit_id IS NOT NULL",
            name="offices_have_a_unit",
        ),
        Index("ix_role_grant_account_id", "account_id"),
        Index(
            "ux_role_grant_unit",
            "account_id",
            "role",
            "unit_id",
            unique=True,
            sqlite_where=text("unit_id IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=text("unit_id IS NOT NULL AND ended_at IS NULL"),
        ),
        Index(
            "ux_role_grant_post",
            "post_id",
            "account_id",
            unique=True,
            sqlite_where=text("post_id IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=text("post_id IS NOT NULL AND ended_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(one_of(Role))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    title: Mapped[str | None] = mapped_column(String(20))
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(Numbered):
    """A bearer token for programs; only its SHA-256 is kept."""

    __tablename__ = "api_token"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class WrongTry(Numbered):
    """A wrong password or typed code, counted against the account it was tried on, never an address."""

    __tablename__ = "wrong_try"
    __table_args__ = (Index("ix_wrong_try_what_subject_at", "what", "subject", "at"),)

    what: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class AuditLine(Numbered):
    """Who did what to which row, and when. Append-only."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject_subject_id", "subject", "subject_id"),)

    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int | None]
    facts: Mapped[str | None] = mapped_column(String(400))
