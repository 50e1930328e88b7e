"""What the college orders about records of the past: to count them by another version of the policy."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Numbered


class RecountOrder(Numbered):
    """The records of a unit of the days [from_on, before_on) are to be counted by a version of the policy.

    One proposes, another approves; ``done_at`` is when the last of them was counted.
    """

    __tablename__ = "recount_order"
    __table_args__ = (
        CheckConstraint("from_on < before_on", name="ends_after_start"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("is_approved IS NOT TRUE OR proposed_by_id <> decided_by_id", name="two_people"),
        CheckConstraint("done_at IS NULL OR is_approved IS TRUE", name="done_after_approval"),
        Index(
            "ux_recount_order_waiting",
            "unit_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    from_on: Mapped[date]
    before_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]
    done_at: Mapped[datetime | None]
