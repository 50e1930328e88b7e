"""The time in a picture against the time that is claimed: it says something, it decides nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from volunteer.rules.photos import Fit, Taken, fit_of
from volunteer.rules.spans import Span

NINE = datetime(2026, 3, 16, 9, tzinfo=UTC)
CLAIMED = Span(NINE, NINE + timedelta(hours=3))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("taken_at", [CLAIMED.start, CLAIMED.end])
def test_both_ends_belong_to_the_claim(taken_at: datetime) -> None:
    assert fit_of(taken_at, CLAIMED) == Fit(Taken.WITHIN)


def test_a_second_outside_is_outside() -> None:
    assert fit_of(CLAIMED.start - SECOND, CLAIMED) == Fit(Taken.BEFORE, SECOND)
    assert fit_of(CLAIMED.end + SECOND, CLAIMED) == Fit(Taken.AFTER, SECOND)


def test_a_picture_without_a_time_says_nothing() -> None:
    assert fit_of(None, CLAIMED) == Fit(Taken.UNKNOWN)
