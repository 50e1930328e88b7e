"""What the desk keeps beside its decisions: questions to a post's leaders, and records drawn by lot."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered


class Question(Numbered):
    """What a reviewer asks the leaders of a post about one record, and their one answer. No talk follows."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name="answered_by_somebody",
        ),
        CheckConstraint("asked_by_id <> answered_by_id", name="two_people"),
        Index(
            "ux_question_open",
            "visit_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        Index("ix_question_visit_id", "visit_id"),
    )

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    text: Mapped[str] = mapped_column(String(200))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(200))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]


class SpotDraw(Numbered):
    """The lot over the records of one month below a unit. Seed and records give the same sample again.

    ``population`` counts those records, ``digest`` is the SHA-256 over their ids: a draw made again on others
    is seen to be another one.
    """

    __tablename__ = "spot_draw"
    __table_args__ = (
        UniqueConstraint("unit_id", "month"),
        CheckConstraint("population > 0", name="population"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[date]
    seed: Mapped[str] = mapped_column(String(32))
    population: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    drawn_at: Mapped[datetime]


class SpotCheck(Model):
    """A record that the lot drew, and what somebody found who had no part in it."""

    __tablename__ = "spot_check"
    __table_args__ = (
        CheckConstraint(
            "(checked_at IS NULL) = (is_right IS NULL) AND (checked_at IS NULL) = (finding IS NULL)"
            " AND (checked_at IS NULL) = (checked_by_id IS NULL)",
            name="found_by_somebody",
        ),
        Index("ix_spot_check_visit_id", "visit_id"),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("spot_draw.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    is_right: Mapped[bool | None]
    finding: Mapped[str | None] = mapped_column(String(200))
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    checked_at: Mapped[datetime | None]
