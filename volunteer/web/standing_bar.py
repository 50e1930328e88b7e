"""Where the members of a unit stand, as one bar: each part as wide as it has members."""

from collections.abc import Mapping
from dataclasses import dataclass

from volunteer.rules.kinds import Phase, Status

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """The members who stand in one place."""

    place: Status | Phase
    count: int
    x: float
    width: float


def standing_bar(tally: Mapping[Status | Phase, int]) -> list[Part]:
    """Return the parts that somebody stands in, side by side; together they are as wide as the bar."""
    total, before, parts = sum(tally.values()), 0, []
    for place, count in tally.items():
        if count:
            x, end = (round(WIDTH * members / total, 2) for members in (before, before + count))
            parts.append(Part(place, count, x, round(end - x, 2)))
        before += count
    return parts
