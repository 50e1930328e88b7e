"""Every number that the national law leaves to the college, as one versioned value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from volunteer.rules.kinds import Confirmation, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursPolicy:
    """One version of the college's rule. Minutes, days, months and per cents, as the names say."""

    effective_on: date
    threshold_min: int = 3000
    stages: tuple[Stage, ...] = (Stage.PROBATIONARY,)
    rounding_unit_min: int = 1
    day_cap_min: int = 480
    day_cap_max_min: int = 720
    checkin_early_min: int = 30
    checkout_grace_min: int = 120
    confirmation: Confirmation = Confirmation.AUTO
    min_record_min: int = 15
    record_deadline_workdays: int = 10
    makeup_budget_pct: int = 15
    notice_workdays: int = 3
    certificate_notice_days: int = 7
    extension_months_min: int = 6
    extension_months_max: int = 12
    offline_max_age_h: int = 72
    opening_max_min: int = 3000
    outside_max_min: int = 1200
    near_pct: int = 80
    at_risk_week_min: int = 360
    behind_min: int = 600
    behind_after_days: int = 60
    sign_up_ahead_days: int = 14
    sign_ups_at_once: int = 8
    withdraw_before_h: int = 12

    @property
    def makeup_budget_min(self) -> int:
        """The minutes of grade E that the branch alone may credit to one member."""
        return self.threshold_min * self.makeup_budget_pct // 100


# What the college may choose, ends included; in the unit that the name says. Beyond lies a slip of the pen.
LIMITS: Mapping[str, tuple[int, int]] = {
    "threshold_min": (60, 60_000),
    "rounding_unit_min": (1, 60),
    "day_cap_min": (60, 1440),
    "day_cap_max_min": (60, 1440),
    "checkin_early_min": (0, 240),
    "checkout_grace_min": (0, 720),
    "min_record_min": (0, 240),
    "record_deadline_workdays": (1, 60),
    "makeup_budget_pct": (0, 100),
    "notice_workdays": (0, 60),
    "certificate_notice_days": (0, 60),
    "extension_months_min": (1, 24),
    "extension_months_max": (1, 24),
    "offline_max_age_h": (0, 168),
    "opening_max_min": (0, 60_000),
    "outside_max_min": (0, 60_000),
    "near_pct": (0, 100),
    "at_risk_week_min": (0, 10_080),
    "behind_min": (0, 60_000),
    "behind_after_days": (0, 365),
    "sign_up_ahead_days": (1, 180),
    "sign_ups_at_once": (1, 100),
    "withdraw_before_h": (0, 168),
}

POLICY_KEYS = frozenset(field.name for field in fields(HoursPolicy)) - {"effective_on"}


def policy_on(day: date, versions: Sequence[HoursPolicy]) -> HoursPolicy:
    """Return the version in force on *day*: the latest that took effect by then, else the earliest known.

    Raises:
        ValueError: There is no version at all.
    """
    if not versions:
        raise ValueError("no policy version")
    ordered = sorted(versions, key=lambda version: version.effective_on)
    in_force = [version for version in ordered if version.effective_on <= day]
    return in_force[-1] if in_force else ordered[0]
