"""The probation window: one year from the admitting meeting, extendable once, never shortened."""

import calendar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from volunteer.rules.kinds import Outcome, Stage
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal

PROBATION_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Probation:
    """The half-open days [starts_on, ends_before) of one member, and how it ended if it did."""

    starts_on: date
    extension_months: int | None = None
    outcome: Outcome | None = None

    @property
    def due_on(self) -> date:
        """The original due date; it lies outside the window."""
        return plus_months(self.starts_on, PROBATION_MONTHS)

    @property
    def ends_before(self) -> date:
        """The first day after the window: the due date, or that plus the extension."""
        return plus_months(self.due_on, self.extension_months or 0)

    def holds(self, day: date) -> bool:
        """Whether *day* counts."""
        return self.starts_on <= day < self.ends_before


# A whole university is judged at once, and many began on one day.
@lru_cache(maxsize=16_384)
def plus_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last: 2024-02-29 plus 12 is 2025-02-28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def check_next_stage(stage: Stage, to: Stage) -> None:
    """Refuse a step that leaves one out or leads back. To full membership only the meeting's decision leads.

    Raises:
        Refusal: ``STAGE_ORDER``.
    """
    if (stage, to) not in ((Stage.ACTIVIST, Stage.CANDIDATE), (Stage.CANDIDATE, Stage.PROBATIONARY)):
        raise Refusal(Reason.STAGE_ORDER, stage=stage, to=to)


def check_admission(stage: Stage, *, meeting_on: date, today: date) -> None:
    """Refuse to admit to probation who is no candidate, or before the meeting was held.

    Raises:
        Refusal: ``STAGE_ORDER`` or ``NOT_DUE``.
    """
    check_next_stage(stage, Stage.PROBATIONARY)
    if meeting_on > today:
        raise Refusal(Reason.NOT_DUE, day=meeting_on)


def check_extension(
    probation: Probation, *, months: int, meeting_on: date, today: date, policy: HoursPolicy
) -> None:
    """Refuse an extension that the rule does not know.

    Raises:
        Refusal: ``PROBATION_CLOSED``, ``EXTENSION_OUT_OF_RANGE``, ``EXTENSION_REPEATED`` or ``NOT_DUE``.
    """
    _check_open(probation)
    low, high = policy.extension_months_min, policy.extension_months_max
    if not low <= months <= high:
        raise Refusal(Reason.EXTENSION_OUT_OF_RANGE, low=low, high=high)
    if probation.extension_months is not None:
        raise Refusal(Reason.EXTENSION_REPEATED)
    _check_due(probation, meeting_on, today)


def check_decision(
    probation: Probation, outcome: Outcome, *, meeting_on: date, today: date, counted: int, threshold: int
) -> None:
    """Refuse to record a decision that contradicts the record. The decision itself is the meeting's.

    Args:
        counted: Credited minutes inside the window.
        threshold: The minutes that it takes.

    Raises:
        Refusal: ``PROBATION_CLOSED``, ``NOT_DUE`` or ``THRESHOLD_NOT_MET``.
    """
    _check_open(probation)
    if outcome is Outcome.CANCELLED:
        _check_held(meeting_on, today)
        return
    _check_due(probation, meeting_on, today)
    if counted < threshold:
        # Who was extended once has only the cancellation left, or her record put right.
        case = {} if probation.extension_months is None else {"case": "extended"}
        raise Refusal(Reason.THRESHOLD_NOT_MET, minutes=counted, threshold=threshold, **case)


def _check_open(probation: Probation) -> None:
    if probation.outcome is not None:
        raise Refusal(Reason.PROBATION_CLOSED)


def _check_due(probation: Probation, meeting_on: date, today: date) -> None:
    if meeting_on < probation.ends_before or today < probation.ends_before:
        raise Refusal(Reason.NOT_DUE, day=probation.ends_before)
    _check_held(meeting_on, today)


def _check_held(meeting_on: date, today: date) -> None:
    if meeting_on > today:
        raise Refusal(Reason.NOT_DUE, day=meeting_on, case="ahead")
