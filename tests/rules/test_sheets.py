"""How many codes a display takes along."""

from datetime import UTC, datetime, timedelta

import pytest

from volunteer.rules.sheets import steps_of_sheet
from volunteer.rules.spans import Span

NINE = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
FIRST = int(NINE.timestamp()) // 15
DAY = 24 * 60 * 4
SHIFT = Span(NINE + timedelta(hours=1), NINE + timedelta(hours=2, seconds=1))


def shown(**more: object) -> tuple[int, int]:
    found = steps_of_sheet(more.pop("now", NINE), **more)  # type: ignore[arg-type]
    return found.start - FIRST, len(found)


CASES: dict[str, tuple[dict[str, object], tuple[int, int]]] = {
    "24 hours, from the present step": ({}, (0, DAY)),
    "the present step is the one that runs": ({"now": NINE + timedelta(seconds=14)}, (0, DAY)),
    "and then the next": ({"now": NINE + timedelta(seconds=15)}, (1, DAY)),
    "a week where no network is": ({"is_offline_site": True}, (0, 7 * DAY)),
    "only what the display lacks": ({"after": FIRST + DAY - 5}, (DAY - 4, 4)),
    "nothing, if it lacks nothing": ({"after": FIRST + DAY - 1}, (DAY, 0)),
    "nothing, if it holds more": ({"after": FIRST + 2 * DAY}, (2 * DAY + 1, 0)),
    "what is past is never sent": ({"after": FIRST - 9}, (0, DAY)),
    "a host's shift alone, its last second included": ({"within": SHIFT}, (240, 241)),
    "a host's shift alone, offline or not": ({"within": SHIFT, "is_offline_site": True}, (240, 241)),
    "what is left of a host's shift": (
        {"within": SHIFT, "now": NINE + timedelta(hours=2)},
        (480, 1),
    ),
    "nothing after a host's shift": (
        {"within": SHIFT, "now": NINE + timedelta(hours=2, seconds=15)},
        (481, 0),
    ),
    "a host's shift of tomorrow is cut at 24 hours": (
        {"within": Span(NINE + timedelta(hours=23), NINE + timedelta(hours=30))},
        (DAY - 240, 240),
    ),
}


@pytest.mark.parametrize(("asked", "expected"), CASES.values(), ids=CASES)
def test_steps_of_sheet(asked: dict[str, object], expected: tuple[int, int]) -> None:
    assert shown(**asked) == expected
