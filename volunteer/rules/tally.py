"""Where a member stands against the threshold. Pure sums over what is already credited."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from volunteer.rules.kinds import Outcome, Phase, Status
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.probation import Probation


class RollUpKind(StrEnum):
    """By what a roll-up is divided; ``all`` is one sum, ``slot`` a time of the week at which shifts run."""

    ALL = "all"
    POST = "post"
    BASE = "base"
    MONTH = "month"
    SLOT = "slot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A member against the threshold on one day. Minutes and days.

    ``is_met`` is None where there is no window, ``status``, ``per_week`` and ``pace`` outside it. The pace is
    where the straight line to the threshold stands today.
    """

    phase: Phase
    status: Status | None
    is_met: bool | None
    counted: int
    threshold: int
    missing: int
    days_left: int
    per_week: int | None
    pace: int | None = None

    @property
    def missing_hundredths(self) -> int:
        """Hundredths of an hour that are missing on paper: threshold less counted, both as they are shown.

        Were the missing minutes floored as well, 28.46 counted and 21.53 missing would make 49.99.
        """
        return hundredths(self.threshold) - hundredths(self.counted) if self.missing else 0


def standing_of(
    *,
    probation: Probation | None,
    counted: int,
    policy: HoursPolicy,
    today: date,
    is_transferred_out: bool = False,
) -> Standing:
    """Return phase, status and pace of a member.

    Args:
        counted: Credited minutes inside the window.
        policy: The version in force when the window began.
    """
    missing = max(0, policy.threshold_min - counted) if probation else 0
    is_met = missing == 0 if probation else None
    phase = _phase(probation, today, is_met=bool(is_met), is_transferred_out=is_transferred_out)
    days_left = 0
    status = None
    per_week = None
    pace = None
    if probation and phase in (Phase.IN_WINDOW, Phase.EXTENDED):
        days_left = (probation.ends_before - today).days
        status = _status(probation, counted, missing, policy, today)
        per_week = -(-missing * 7 // days_left)
        elapsed = (today - probation.starts_on).days
        pace = policy.threshold_min * elapsed // (probation.ends_before - probation.starts_on).days
    return Standing(
        phase=phase,
        status=status,
        is_met=is_met,
        counted=counted if probation else 0,
        threshold=policy.threshold_min,
        missing=missing,
        days_left=days_left,
        per_week=per_week,
        pace=pace,
    )


def _phase(probation: Probation | None, today: date, *, is_met: bool, is_transferred_out: bool) -> Phase:
    if probation is not None and probation.outcome is not None:
        return Phase.CONVERTED if probation.outcome is Outcome.CONVERTED else Phase.CANCELLED
    if is_transferred_out:
        return Phase.TRANSFERRED_OUT
    if probation is None:
        return Phase.NO_WINDOW
    if today < probation.starts_on:
        return Phase.NOT_STARTED
    if today < probation.ends_before:
        return Phase.IN_WINDOW if probation.extension_months is None else Phase.EXTENDED
    return Phase.DUE_WAITING if is_met else Phase.NOT_MET


def _status(probation: Probation, counted: int, missing: int, policy: HoursPolicy, today: date) -> Status:
    """Return the first status that fits. Today counts among the days left."""
    days_left = (probation.ends_before - today).days
    elapsed = (today - probation.starts_on).days
    length = (probation.ends_before - probation.starts_on).days
    if missing == 0:
        return Status.MET
    if missing > days_left * policy.day_cap_min:
        return Status.UNREACHABLE
    if missing * 7 > policy.at_risk_week_min * days_left:
        return Status.AT_RISK
    if counted * 100 >= policy.near_pct * policy.threshold_min:
        return Status.NEAR
    under_the_line = policy.threshold_min * elapsed - counted * length
    if elapsed > policy.behind_after_days and under_the_line > policy.behind_min * length:
        return Status.BEHIND
    return Status.ON_TRACK


def share_pct(part: int, whole: int) -> float | None:
    """Return *part* of *whole* in per cent, half up to one decimal; None over nothing."""
    if whole == 0:
        return None
    return (part * 2000 + whole) // (2 * whole) / 10


def hours_text(minutes: int) -> str:
    """Return hours with two decimals, never rounded up: 2,999 minutes show as 49.98, minus one as -0.02."""
    return hundredths_text(hundredths(minutes))


def hundredths(minutes: int) -> int:
    """Return the whole hundredths of an hour in *minutes*, never rounded up."""
    return minutes * 100 // 60


def hundredths_text(value: int) -> str:
    """Return hundredths of an hour as hours with two decimals."""
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"
