"""Members, the branch they belonged to on each day, their probation and what was decided about it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import DecisionKind, Outcome, ProposalState, Stage


class Member(Numbered):
    """A person on the roster. Personal data is the minimum: number, name, branch, stage.

    ``unit_id`` is the present branch, None after a transfer out of the college.
    ``sort_key`` and ``initials`` are the pinyin of the name, for order and search on every engine.
    After ``anonymised_at`` neither name nor number tells who it was; the records stay under the row.
    """

    __tablename__ = "member"
    __table_args__ = (Index("ix_member_unit_id_sort_key", "unit_id", "sort_key"),)

    student_no: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    sort_key: Mapped[str] = mapped_column(String(200))
    initials: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    stage: Mapped[Stage] = mapped_column(one_of(Stage))
    anonymised_at: Mapped[datetime | None]


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
    """A member's probation: half-open days [starts_on, ends_before).

    ``counted_min`` is what the ledger has inside them, in minutes. The database keeps it by itself, whatever
    is written into it (``revisions.keep_counted``), so that a whole university is judged without adding up.
    """

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
    counted_min: Mapped[int] = mapped_column(default=0)
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


class DecisionProposal(Numbered):
    """What a branch proposes about a member: a decision of its meeting, or a day whose cap is lifted.

    ``on`` is the day of the meeting, or the day to be lifted. Its rows stay, whatever came of them.
    """

    __tablename__ = "decision_proposal"
    __table_args__ = (
        CheckConstraint("(what = 'extension') = (months IS NOT NULL)", name="extensions_have_months"),
        CheckConstraint("months IS NULL OR months BETWEEN 1 AND 24", name="months"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_at_some_time"),
        CheckConstraint(
            "state IN ('waiting', 'overtaken') OR decided_by_id IS NOT NULL", name="decided_by_somebody"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'declined') OR proposed_by_id <> decided_by_id", name="two_people"
        ),
        CheckConstraint("state <> 'declined' OR answer IS NOT NULL", name="declined_with_a_reason"),
        # A meeting decides one thing about a member, and each day is lifted once.
        Index(
            "ux_decision_proposal_waiting",
            "member_id",
            unique=True,
            sqlite_where=text("state = 'waiting' AND what <> 'over_cap'"),
            postgresql_where=text("state = 'waiting' AND what <> 'over_cap'"),
        ),
        Index(
            "ux_decision_proposal_day",
            "member_id",
            "on",
            unique=True,
            sqlite_where=text("state = 'waiting' AND what = 'over_cap'"),
            postgresql_where=text("state = 'waiting' AND what = 'over_cap'"),
        ),
        Index("ix_decision_proposal_member_id", "member_id"),
    )

    what: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    months: Mapped[int | None]
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(200))
