"""Who means to come to a shift: places, the waiting list, and the address of a person's calendar."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered


class SignUp(Numbered):
    """A member's own wish to serve at a shift. Nobody is put here by another.

    ``seat`` is her place, from 1 on: two who take the last one at once collide on it. Without one she waits,
    in the order of the ids. Withdrawn rows stay, so that calendars and leaders learn of it.
    """

    __tablename__ = "sign_up"
    __table_args__ = (
        CheckConstraint("seat IS NULL OR seat > 0", name="seat"),
        CheckConstraint("seat IS NULL OR withdrawn_at IS NULL", name="withdrawing_frees_the_seat"),
        CheckConstraint("seat IS NULL OR seated_at IS NOT NULL", name="seated_at_some_time"),
        Index("ux_sign_up_seat", "shift_id", "seat", unique=True),
        Index(
            "ux_sign_up_live",
            "member_id",
            "shift_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_sign_up_shift_id_member_id", "shift_id", "member_id"),
    )

    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    asked_at: Mapped[datetime]
    seat: Mapped[int | None]
    seated_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class CalendarLink(Model):
    """The secret address of an account's calendar; only a digest of its token is kept."""

    __tablename__ = "calendar_link"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
