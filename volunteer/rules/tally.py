"""Where a member stands against the threshold. Pure sums over what is already credited."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far a window has run on a day, and what is counted in it: numbers, or columns of a statement.

    The rules over it are written with nothing but arithmetic, comparisons and ``&``, which read either: one
    rule tells a member where she stands and counts a university.

    Args:
        counted: Credited minutes inside the window.
        elapsed: Days from the window's first to today, negative before it.
        days_left: Days to its end, today among them; 0 or fewer after it.
        policy: The version in force when the window began, or its columns.
    """

    counted: Any
    elapsed: Any
    days_left: Any
    policy: Any

    @property
    def short(self) -> Any:
        """By how many minutes the threshold is missed; 0 or fewer if it is not."""
        return self.policy.threshold_min - self.counted

    @property
    def per_week(self) -> Any:
        """The missing minutes a week that is left, rounded up; for who is short and has days left."""
        return (self.short * 7 + self.days_left - 1) // self.days_left


def places(course: Course) -> tuple[tuple[Status | Phase, Any], ...]:
    """Return where an undecided member can stand, each with what it takes; the first that holds is hers.

    A window that has not begun or is over gives a phase, a running one a status.
    """
    counted, short, policy = course.counted, course.short, course.policy
    elapsed, days_left = course.elapsed, course.days_left
    length = elapsed + days_left
    under_the_line = policy.threshold_min * elapsed - counted * length
    return (
        (Phase.NOT_STARTED, elapsed < 0),
        (Phase.DUE_WAITING, (days_left <= 0) & (short <= 0)),
        (Phase.NOT_MET, days_left <= 0),
        (Status.MET, short <= 0),
        (Status.UNREACHABLE, short > days_left * policy.day_cap_min),
        (Status.AT_RISK, short * 7 > policy.at_risk_week_min * days_left),
        (Status.NEAR, counted * 100 >= policy.near_pct * policy.threshold_min),
        (
            Status.BEHIND,
            (elapsed > policy.behind_after_days) & (under_the_line > policy.behind_min * length),
        ),
        (Status.ON_TRACK, short > 0),
    )


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
    phase, status, days_left, per_week, pace = _decided(probation, is_transferred_out), None, 0, None, None
    if probation and phase is None:
        elapsed = (today - probation.starts_on).days
        left = (probation.ends_before - today).days
        course = Course(counted=counted, elapsed=elapsed, days_left=left, policy=policy)
        place = next(place for place, holds in places(course) if holds)
        if isinstance(place, Status):
            phase = Phase.IN_WINDOW if probation.extension_months is None else Phase.EXTENDED
            status, days_left = place, left
            per_week = course.per_week if missing else 0
            pace = policy.threshold_min * elapsed // (elapsed + left)
        else:
            phase = place
    return Standing(
        phase=phase or Phase.NO_WINDOW,
        status=status,
        is_met=missing == 0 if probation else None,
        counted=counted if probation else 0,
        threshold=policy.threshold_min,
        missing=missing,
        days_left=days_left,
        per_week=per_week,
        pace=pace,
    )


def _decided(probation: Probation | None, is_transferred_out: bool) -> Phase | None:
    """Return the phase of whom no day moves any more; None for who is on the way, or has no window."""
    if probation is not None and probation.outcome is not None:
        return Phase.CONVERTED if probation.outcome is Outcome.CONVERTED else Phase.CANCELLED
    return Phase.TRANSFERRED_OUT if is_transferred_out else None


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
