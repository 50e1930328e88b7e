"""About a person's own data: who looked at it, how she was called before, her wish to be forgotten."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Numbered, one_of
from volunteer.rules.kinds import Sight


class Look(Numbered):
    """Somebody of an office looked at a member's data, or took a list of a unit's members along. Append-only.

    Neither a member nor a unit: at everything that the account reaches. A table of its own beside the trail
    of acts: it grows with what is read, and holds no word about anybody.
    """

    __tablename__ = "look"
    __table_args__ = (
        CheckConstraint("member_id IS NULL OR unit_id IS NULL", name="at_a_member_or_a_unit"),
        Index("ix_look_member_id", "member_id"),
    )

    at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    what: Mapped[Sight] = mapped_column(one_of(Sight))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class FormerName(Numbered):
    """The name or the student number that a member bore before it was mended.

    It stands beside the trail and not in it, for the trail cannot forget.
    """

    __tablename__ = "former_name"
    __table_args__ = (CheckConstraint("(name IS NULL) <> (student_no IS NULL)", name="a_name_or_a_number"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(60))
    student_no: Mapped[str | None] = mapped_column(String(40))
    until_at: Mapped[datetime]


class Erasure(Numbered):
    """A member's wish that her name be taken from the records, and the college's answer to it."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)"
            " AND (decided_at IS NULL) = (answer IS NULL)",
            name="answered_by_somebody",
        ),
        Index(
            "ux_erasure_open",
            "member_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("ix_erasure_member_id", "member_id"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str | None] = mapped_column(String(200))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    is_granted: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(String(200))
