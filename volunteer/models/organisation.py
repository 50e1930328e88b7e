"""The tree of units, and what the college sets for all: policy versions, terms, working days."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import BranchKind, Confirmation, UnitKind
from volunteer.rules.tree import chain


class Unit(Numbered):
    """A Party organisation. ``path`` lists the ids from the top down to itself, as ``/1/4/9/``.

    ``live_from``: of a college, the day from which hours are scanned; opening records lie before it.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("(kind = 'branch') = (branch_kind IS NOT NULL)", name="branches_have_a_kind"),
        CheckConstraint("parent_id <> id", name="is_not_its_own_parent"),
        CheckConstraint("live_from IS NULL OR kind = 'college'", name="a_college_begins"),
    )

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[UnitKind] = mapped_column(one_of(UnitKind))
    branch_kind: Mapped[BranchKind | None] = mapped_column(one_of(BranchKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(String(120), unique=True)
    live_from: Mapped[date | None]

    @property
    def chain(self) -> tuple[int, ...]:
        """The ids from the top of the tree down to this unit."""
        return chain(self.path)


class PolicyVersion(Numbered):
    """One version of the hours policy. Never changed: a new rule is a new row."""

    __tablename__ = "policy_version"
    __table_args__ = (
        CheckConstraint("threshold_min > 0", name="threshold"),
        CheckConstraint("rounding_unit_min BETWEEN 1 AND 60", name="rounding_unit"),
        CheckConstraint(
            "day_cap_min BETWEEN 1 AND day_cap_max_min AND day_cap_max_min <= 1440", name="day_caps"
        ),
        CheckConstraint("checkin_early_min >= 0 AND checkout_grace_min >= 0", name="scan_windows"),
        CheckConstraint("makeup_budget_pct BETWEEN 0 AND 100", name="makeup_budget"),
        CheckConstraint("extension_months_min BETWEEN 1 AND extension_months_max", name="extension"),
        CheckConstraint("near_pct BETWEEN 0 AND 100", name="near"),
        CheckConstraint(
            "min_record_min >= 0 AND record_deadline_workdays >= 0 AND notice_workdays >= 0"
            " AND certificate_notice_days >= 0 AND offline_max_age_h >= 0 AND opening_max_min >= 0"
            " AND outside_max_min >= 0 AND at_risk_week_min >= 0 AND behind_min >= 0"
            " AND behind_after_days >= 0 AND sign_up_ahead_days >= 0 AND sign_ups_at_once >= 0"
            " AND withdraw_before_h >= 0",
            name="not_negative",
        ),
    )

    effective_on: Mapped[date] = mapped_column(unique=True)
    threshold_min: Mapped[int]
    stages: Mapped[str] = mapped_column(String(80))
    rounding_unit_min: Mapped[int]
    day_cap_min: Mapped[int]
    day_cap_max_min: Mapped[int]
    checkin_early_min: Mapped[int]
    checkout_grace_min: Mapped[int]
    confirmation: Mapped[Confirmation] = mapped_column(one_of(Confirmation))
    min_record_min: Mapped[int]
    record_deadline_workdays: Mapped[int]
    makeup_budget_pct: Mapped[int]
    notice_workdays: Mapped[int]
    certificate_notice_days: Mapped[int]
    extension_months_min: Mapped[int]
    extension_months_max: Mapped[int]
    offline_max_age_h: Mapped[int]
    opening_max_min: Mapped[int]
    outside_max_min: Mapped[int]
    near_pct: Mapped[int]
    at_risk_week_min: Mapped[int]
    behind_min: Mapped[int]
    behind_after_days: Mapped[int]
    sign_up_ahead_days: Mapped[int]
    sign_ups_at_once: Mapped[int]
    withdraw_before_h: Mapped[int]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]


class Term(Numbered):
    """A term of the academic year, half-open days. Terms do not need to touch."""

    __tablename__ = "term"
    __table_args__ = (CheckConstraint("starts_on < ends_before", name="ends_after_start"),)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date]
    ends_before: Mapped[date]


class Workday(Model):
    """A day on which the college's calendar differs from the published one."""

    __tablename__ = "workday"

    on: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
