"""The order of the desk, as a table."""

from typing import Any

import pytest

from volunteer.rules.kinds import Flag
from volunteer.rules.risk import WEIGHT, Level, Part, risk_of

QUIET: dict[str, Any] = {"flags": (), "days_left": None, "minutes": 60}
CASES: dict[str, tuple[dict[str, Any], dict[Part, int]]] = {
    "nothing speaks for it": ({}, {}),
    "flags add up": ({"flags": (Flag.SHARED_DEVICE, Flag.PROLONGED)}, {Part.FLAGS: 35}),
    "six days left are no hurry": ({"days_left": 6}, {}),
    "five days left are": ({"days_left": 5}, {Part.DEADLINE: 10}),
    "four too": ({"days_left": 4}, {Part.DEADLINE: 10}),
    "three": ({"days_left": 3}, {Part.DEADLINE: 20}),
    "two": ({"days_left": 2}, {Part.DEADLINE: 20}),
    "the last day": ({"days_left": 1}, {Part.DEADLINE: 30}),
    "it is over": ({"days_left": 0}, {Part.DEADLINE: 40}),
    "somebody says that it is wrong": ({"is_objection": True}, {Part.OBJECTION: 15}),
    "under a quarter made up": ({"made_up_min": 249, "served_min": 1000}, {}),
    "a quarter made up": ({"made_up_min": 250, "served_min": 1000}, {Part.SHARE: 10}),
    "under half made up": ({"made_up_min": 499, "served_min": 1000}, {Part.SHARE: 10}),
    "half made up": ({"made_up_min": 500, "served_min": 1000}, {Part.SHARE: 20}),
    "nothing served yet": ({"made_up_min": 0, "served_min": 0}, {}),
    "just under four hours": ({"minutes": 239}, {}),
    "four hours": ({"minutes": 240}, {Part.LONG: 5}),
    "all at once": (
        {"flags": (Flag.RECIPROCAL,), "days_left": 1, "is_objection": True, "minutes": 300},
        {Part.FLAGS: 30, Part.DEADLINE: 30, Part.OBJECTION: 15, Part.LONG: 5},
    ),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_what_brings_points(facts: dict[str, Any], expected: dict[Part, int]) -> None:
    risk = risk_of(**QUIET | facts)
    assert risk.parts == expected
    assert risk.points == sum(expected.values())


@pytest.mark.parametrize(
    ("days_left", "flags", "level"),
    [
        (None, (Flag.MADE_UP_SHARE,), Level.LOW),
        (None, (Flag.MADE_UP_SHARE, Flag.PROLONGED), Level.MIDDLE),
        (1, (Flag.MADE_UP_SHARE,), Level.MIDDLE),
        (1, (Flag.MADE_UP_SHARE, Flag.PROLONGED), Level.HIGH),
    ],
)
def test_20_points_read_as_middle_and_50_as_high(
    days_left: int | None, flags: tuple[Flag, ...], level: Level
) -> None:
    assert risk_of(**QUIET | {"days_left": days_left, "flags": flags}).level is level


def test_every_flag_weighs_something() -> None:
    assert set(WEIGHT) == set(Flag)
    assert all(WEIGHT.values())
