"""Accounts, what they may do, and the trail of what was done."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Numbered, one_of
from volunteer.rules.kinds import ProposalKind, Role


class Account(Numbered):
    """Who can sign in. A new ``session_epoch`` signs it out everywhere.

    ``unit_id`` is the unit of somebody who is on no roster; a member's is that of her branch.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("member_id IS NULL OR unit_id IS NULL", name="one_home"),)

    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)
    is_closed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class RoleGrant(Numbered):
    """A right over a unit and what lies below it, or over one post. Ended, never deleted.

    ``approved_by_id`` is the second person, where one alone may not give the role.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("given_by_id <> approved_by_id", name="two_people"),
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
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]


class Proposal(Numbered):
    """What needs two people about an account: proposed by one, decided by another, never by whom it is about.

    ``is_approved`` is False for what was declined, or withdrawn by who proposed it.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint(
            "what <> 'give_role' OR (role IS NOT NULL AND unit_id IS NOT NULL)", name="gives_a_role"
        ),
        CheckConstraint("(what = 'end_role') = (grant_id IS NOT NULL)", name="ends_a_grant"),
        CheckConstraint(
            "account_id <> proposed_by_id AND account_id <> decided_by_id", name="never_about_oneself"
        ),
        CheckConstraint("NOT is_approved OR proposed_by_id <> decided_by_id", name="two_people"),
        CheckConstraint(
            "(decided_at IS NULL) = (is_approved IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_somebody",
        ),
        Index("ix_proposal_account_id", "account_id"),
    )

    what: Mapped[ProposalKind] = mapped_column(one_of(ProposalKind))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role | None] = mapped_column(one_of(Role))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("role_grant.id"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]


class Slip(Numbered):
    """A printed one-time code with which its account gets a password. Only a digest of the code is kept.

    ``replaced_at``: a later slip, or the person herself, made it worthless before it was used.
    """

    __tablename__ = "slip"
    __table_args__ = (
        CheckConstraint("printed_at < expires_at", name="expires_later"),
        CheckConstraint("used_at IS NULL OR replaced_at IS NULL", name="one_end"),
        CheckConstraint("proposed_by_id <> printed_by_id", name="two_people"),
        UniqueConstraint("account_id", "print_ref"),
        Index(
            "ux_slip_open",
            "account_id",
            unique=True,
            sqlite_where=text("used_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=text("used_at IS NULL AND replaced_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    print_ref: Mapped[str] = mapped_column(String(36))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    printed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]


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
