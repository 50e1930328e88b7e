"""Members, the branch they belonged to on each day, their probation and what was decided about it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import Outcome, Stage


class Member(Numbered):
    """A person on the roster. Personal data is the minimum: number, name, branch, stage.

    ``unit_id`` is the present branch, None after a transfer out of the college.
    ``sort_key`` and ``initials`` are the pinyin of the name, for order and search on every engine.
    """

    __tablename__ = "member"
    __table_args__ = (Index("ix_member_unit_id_sort_key", "unit_id", "sort_key"),)

    student_no: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    sort_key: Mapped[str] = mapped_column(String(200))
    initials: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    stage: Mapped[Stage] = mapped_column(one_of(Stage))


class Membership(Numbered):
    """The branch of a member over half-open days; the present one has no end."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("before_on IS NULL OR from_on <= before_on", name="ends_after_start"),
        Index(
            "ux_membership_present",
            "member_id",
            unique=True,
            sqlite_where=text("before_on IS NULL"),
            postgresql_where=text("before_on IS NULL"),
        ),
        Index("ix_membership_member_id_from_on", "member_id", "from_on"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    from_on: Mapped[date]
    before_on: Mapped[date | None]


class ProbationWindow(Model):
    """A member's probation: half-open days [starts_on, ends_before)."""

    __tablename__ = "probation"
    __table_args__ = (
        CheckConstraint("starts_on < ends_before", name="ends_after_start"),
        CheckConstraint("extension_months IS NULL OR extension_months BETWEEN 1 AND 24", name="extension"),
        CheckConstraint("(outcome IS NULL) = (decided_on IS NULL)", name="outcome_has_a_day"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    starts_on: Mapped[date]
    ends_before: Mapped[date] = mapped_column(index=True)
    extension_months: Mapped[int | None]
    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome))
    decided_on: Mapped[date | None]


class Decision(Numbered):
    """What a branch general meeting decided: proposed by one office, entered by another person.

    ``outcome`` is None for an extension.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) <> (extension_months IS NULL)", name="extension_or_outcome"),
        CheckConstraint("proposed_by_id <> approved_by_id", name="two_people"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome))
    extension_months: Mapped[int | None]
    meeting_on: Mapped[date]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class OverCap(Model):
    """A day of one member whose cap is lifted, with two people and a reason."""

    __tablename__ = "over_cap"
    __table_args__ = (CheckConstraint("proposed_by_id <> approved_by_id", name="two_people"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
