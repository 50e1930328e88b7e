"""Sheets of other platforms: how each names its columns, and the files that were taken in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Numbered


class OutsideSource(Numbered):
    """A platform such as i志愿, as a unit knows it. ``mapping`` is JSON: our column, its heading there."""

    __tablename__ = "outside_source"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(40))
    mapping: Mapped[str] = mapped_column(String(1000))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]


class OutsideBatch(Numbered):
    """A file whose rows became requests: two people approve them together. Only its digest is kept."""

    __tablename__ = "outside_batch"
    __table_args__ = (CheckConstraint("rows > 0", name="rows"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("outside_source.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sent_at: Mapped[datetime]
