"""Reports that were frozen: what was published stays as it was, whatever is found later."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from volunteer.database import Numbered, one_of
from volunteer.rules.kinds import ReportKind


class Snapshot(Numbered):
    """A frozen report. Append-only.

    ``content`` is the report's one spelling and ``digest`` its SHA-256: the same data are the same row.
    ``ref`` is the name that the form had when it was shown, so that a form sent twice freezes once.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        CheckConstraint("from_on < to_on", name="ends_after_start"),
        Index("ix_snapshot_unit_id_from_on", "unit_id", "from_on"),
    )

    ref: Mapped[str] = mapped_column(String(36), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[ReportKind] = mapped_column(one_of(ReportKind))
    period: Mapped[str] = mapped_column(String(40))
    from_on: Mapped[date]
    to_on: Mapped[date]
    content: Mapped[str] = deferred(mapped_column(Text, nullable=False))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    frozen_at: Mapped[datetime]
