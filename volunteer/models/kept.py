"""What the roll-ups keep, so that a whole university's year is not counted anew each time it is looked at."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.tally import RollUpKind


class KeptPeriod(Numbered):
    """Half-open days whose sums are kept: a calendar year, an academic year or a term. Never changed."""

    __tablename__ = "kept_period"
    __table_args__ = (UniqueConstraint("from_on", "to_on"), CheckConstraint("from_on < to_on", name="days"))

    from_on: Mapped[date]
    to_on: Mapped[date]


class KeptSum(Model):
    """What one post, base, month or slot, or all of them, received in a period from a unit and all below it.

    It is the sum over the ``kept_`` columns of the visits, which the housekeeping brings up to date; what a
    visit has become since is added by whoever reads. So nothing here is written by a scan.
    ``key`` is the post's or base's id (0: at no base), the month as 202603, or a shift's times; 0 for all.
    """

    __tablename__ = "kept_sum"

    period_id: Mapped[int] = mapped_column(ForeignKey("kept_period.id"), primary_key=True)
    kind: Mapped[RollUpKind] = mapped_column(one_of(RollUpKind), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    headcount: Mapped[int]
    person_times: Mapped[int]
    visits: Mapped[int]
    net: Mapped[int]
    credited: Mapped[int]
    net_a: Mapped[int]
    net_b: Mapped[int]
    net_c: Mapped[int]
    net_e: Mapped[int]
