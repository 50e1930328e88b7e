"""What people are told, and what goes out by e-mail or chat."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import MessageKind, Role


class Message(Numbered):
    """One line of a person's inbox. It holds what it is about, not a sentence: that is made when it is read.

    ``key`` is what the message is about, so that nobody is told the same thing twice. ``number`` is a count
    or minutes, ``text`` what somebody wrote, or a name.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ux_message_key", "account_id", "key", unique=True),
        Index(
            "ix_message_unread",
            "account_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index("ix_message_at", "at"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[MessageKind] = mapped_column(one_of(MessageKind))
    key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role | None] = mapped_column(one_of(Role))
    number: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(String(200))


class DailyChore(Model):
    """The last day on which something was done that is done once a day."""

    __tablename__ = "daily_chore"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    done_on: Mapped[date]


class MailAddress(Model):
    """Where a person wants to be told outside the application, and in which language; she said so herself."""

    __tablename__ = "mail_address"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(10))


class Letter(Numbered):
    """Something to send out: a message to a person's address, or a day's figures to the college's channel.

    Sent by a background step, outside any transaction. ``due_at`` moves on before each try, so that of two
    senders one takes it.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("(message_id IS NULL) <> (digest_on IS NULL)", name="a_message_or_a_day"),
        CheckConstraint("tries >= 0", name="tries"),
        Index(
            "ix_letter_due",
            "due_at",
            sqlite_where=text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        ),
    )

    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), unique=True)
    digest_on: Mapped[date | None] = mapped_column(unique=True)
    waiting: Mapped[int | None]
    gaps: Mapped[int | None]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
