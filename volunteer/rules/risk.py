"""In which order the desk shows what waits: a sum of points, each with its part. It decides nothing else."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from volunteer.rules.kinds import Flag

# Another person's hand, or a plain contradiction, weighs most; what happens on every busy day least.
WEIGHT: Mapping[Flag, int] = {
    Flag.CLAIM_CONTRADICTS_SCAN: 30,
    Flag.ABSENT_AT_ROLL_CALL: 30,
    Flag.SHARED_DEVICE: 30,
    Flag.RECIPROCAL: 30,
    Flag.HEADCOUNT_DIFFERS: 20,
    Flag.OLD_CODE: 20,
    Flag.SAME_PAIR: 20,
    Flag.SEVERAL_DEVICES: 20,
    Flag.BROKEN_QUEUE: 20,
    Flag.HASTY_APPROVAL: 20,
    Flag.NEVER_REFUSES: 20,
    Flag.MADE_UP_SHARE: 15,
    Flag.LATE_RUSH: 15,
    Flag.ROUND_TIMES: 10,
    Flag.SLOW_TICKET: 10,
    Flag.UNSIGNED_QUEUE: 10,
    Flag.DISPLAY_SILENT: 10,
    Flag.NEW_DEVICE: 10,
    Flag.OPENED_ON_THE_SPOT: 5,
    Flag.PROLONGED: 5,
}
OBJECTION = 15
DEADLINE = ((0, 40), (1, 30), (3, 20), (5, 10))
"""Points for at most so many working days left; the first that fits. 0: it is over."""
SHARE = ((50, 20), (25, 10))
"""Points from so many per cent of made-up minutes on."""
LONG_MIN = 240
LONG = 5
HIGH, MIDDLE = 50, 20


class Part(StrEnum):
    """What brings points."""

    FLAGS = "flags"
    DEADLINE = "deadline"
    OBJECTION = "objection"
    SHARE = "share"
    LONG = "long"


class Level(StrEnum):
    """How a sum of points reads."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Risk:
    """The points of one card, by what brought them."""

    parts: Mapping[Part, int]

    @property
    def points(self) -> int:
        """All of them."""
        return sum(self.parts.values())

    @property
    def level(self) -> Level:
        """How the sum reads."""
        if self.points >= HIGH:
            return Level.HIGH
        return Level.MIDDLE if self.points >= MIDDLE else Level.LOW


def risk_of(
    *,
    flags: Collection[Flag],
    days_left: int | None,
    minutes: int,
    made_up_min: int = 0,
    served_min: int = 0,
    is_objection: bool = False,
) -> Risk:
    """Return how much speaks for looking at a card early.

    Args:
        days_left: Working days until its deadline, that day included; 0 once it is over, None without one.
        minutes: What it is about.
        made_up_min: Of the member's *served_min* minutes.
    """
    points = {
        Part.FLAGS: sum(WEIGHT[flag] for flag in flags),
        Part.DEADLINE: _first(DEADLINE, lambda limit: days_left is not None and days_left <= limit),
        Part.OBJECTION: OBJECTION if is_objection else 0,
        Part.SHARE: _first(SHARE, lambda limit: served_min > 0 and made_up_min * 100 >= limit * served_min),
        Part.LONG: LONG if minutes >= LONG_MIN else 0,
    }
    return Risk({part: value for part, value in points.items() if value})


def _first(steps: Sequence[tuple[int, int]], fits: Callable[[int], bool]) -> int:
    return next((points for limit, points in steps if fits(limit)), 0)
