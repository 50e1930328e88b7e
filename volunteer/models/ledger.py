"""The seals over the ledger, a chain for each branch. Append-only, like what they seal."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered


class Seal(Model):
    """A ledger line's place in its branch's chain, and the seal over it and all before it, in hex."""

    __tablename__ = "seal"
    __table_args__ = (
        UniqueConstraint("unit_id", "number"),
        CheckConstraint("number >= 1", name="number"),
    )

    credit_id: Mapped[int] = mapped_column(ForeignKey("credit.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class LedgerHead(Numbered):
    """The end of a branch's chain on one day, signed with a key that is not in the database."""

    __tablename__ = "ledger_head"
    __table_args__ = (UniqueConstraint("unit_id", "on"), CheckConstraint("number >= 1", name="number"))

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    on: Mapped[date]
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(86))
    at: Mapped[datetime]
