"""Where a member stands (DOMAIN 4): phase, status in its order, pace, shares, hours as shown."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.strategies import POLICY, thorough
from volunteer.rules.kinds import Outcome, Phase, Status
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.probation import Probation
from volunteer.rules.tally import Standing, hours_text, hundredths_text, share_pct, standing_of

START, DUE = date(2025, 11, 20), date(2026, 11, 20)
WINDOW = Probation(starts_on=START)
EXTENDED = Probation(starts_on=START, extension_months=6)


def standing(
    counted: int,
    *,
    left: int | None = None,
    elapsed: int | None = None,
    policy: HoursPolicy = POLICY,
    probation: Probation = WINDOW,
) -> Standing:
    """A member with so many days left, or so many gone."""
    today = probation.starts_on + timedelta(days=elapsed or 0)
    if left is not None:
        today = probation.ends_before - timedelta(days=left)
    return standing_of(probation=probation, counted=counted, policy=policy, today=today)


# --- The threshold ----------------------------------------------------------------------------------

THRESHOLD = {
    "a minute short": (2999, False, 1),
    "on the minute": (3000, True, 0),
    "a minute above": (3001, True, 0),
    "nothing yet": (0, False, 3000),
}


@pytest.mark.parametrize("counted, is_met, missing", THRESHOLD.values(), ids=THRESHOLD)
def test_the_threshold_is_met_from_its_last_minute_on(counted: int, is_met: bool, missing: int) -> None:
    stands = standing(counted, elapsed=100)
    assert (stands.is_met, stands.missing, stands.counted, stands.threshold) == (
        is_met,
        missing,
        counted,
        3000,
    )


def test_2999_minutes_show_as_49_98_hours_and_are_not_met() -> None:
    assert hours_text(2999) == "49.98"
    assert standing(2999, left=0).phase is Phase.NOT_MET
    assert standing(3000, left=0).phase is Phase.DUE_WAITING


# --- Phase ------------------------------------------------------------------------------------------

ENDED = {outcome: replace(WINDOW, outcome=outcome) for outcome in Outcome}
PHASES = {
    "before the window opens": (WINDOW, "2025-11-19", 0, False, Phase.NOT_STARTED),
    "on the first day": (WINDOW, "2025-11-20", 0, False, Phase.IN_WINDOW),
    "on the last day": (WINDOW, "2026-11-19", 0, False, Phase.IN_WINDOW),
    "due and not met": (WINDOW, "2026-11-20", 2999, False, Phase.NOT_MET),
    "due and met": (WINDOW, "2026-11-20", 3000, False, Phase.DUE_WAITING),
    "extended": (EXTENDED, "2026-11-20", 2999, False, Phase.EXTENDED),
    "extended, on the last day": (EXTENDED, "2027-05-19", 2999, False, Phase.EXTENDED),
    "extended, due and not met": (EXTENDED, "2027-05-20", 2999, False, Phase.NOT_MET),
    "extended, due and met": (EXTENDED, "2027-05-20", 3000, False, Phase.DUE_WAITING),
    "converted": (ENDED[Outcome.CONVERTED], "2026-12-01", 3000, False, Phase.CONVERTED),
    "cancelled": (ENDED[Outcome.CANCELLED], "2026-03-01", 0, False, Phase.CANCELLED),
    "transferred out": (WINDOW, "2026-03-01", 0, True, Phase.TRANSFERRED_OUT),
    "no window": (None, "2026-03-01", 0, False, Phase.NO_WINDOW),
}


@pytest.mark.parametrize("probation, today, counted, is_out, phase", PHASES.values(), ids=PHASES)
def test_the_phase_says_how_far_a_probation_has_come(
    probation: Probation | None, today: str, counted: int, is_out: bool, phase: Phase
) -> None:
    stands = standing_of(
        probation=probation,
        counted=counted,
        policy=POLICY,
        today=date.fromisoformat(today),
        is_transferred_out=is_out,
    )
    assert stands.phase is phase
    is_running = phase in {Phase.IN_WINDOW, Phase.EXTENDED}
    assert (stands.status is not None) is is_running
    assert (stands.per_week is not None) is is_running


def test_without_a_window_nothing_is_counted_and_nothing_is_met_or_not_met() -> None:
    stands = standing_of(probation=None, counted=500, policy=POLICY, today=DUE)
    assert (stands.counted, stands.missing, stands.days_left) == (0, 0, 0)
    assert stands.is_met is None
    assert stands.status is None


# --- Days and pace ----------------------------------------------------------------------------------

DAYS_LEFT = {
    "the first day": ("2025-11-20", 365),
    "the last day counts": ("2026-11-19", 1),
    "due": ("2026-11-20", 0),
}


@pytest.mark.parametrize("today, left", DAYS_LEFT.values(), ids=DAYS_LEFT)
def test_days_left_count_today(today: str, left: int) -> None:
    stands = standing_of(probation=WINDOW, counted=0, policy=POLICY, today=date.fromisoformat(today))
    assert stands.days_left == left


PACE = {
    "two weeks left": (2280, 14, 360),
    "half a week left": (2900, 3, 234),
    "nothing missing": (3000, 14, 0),
    "the first day": (0, 365, 58),
}


@pytest.mark.parametrize("counted, left, per_week", PACE.values(), ids=PACE)
def test_the_pace_asked_for_is_enough(counted: int, left: int, per_week: int) -> None:
    stands = standing(counted, left=left)
    assert stands.per_week == per_week
    assert per_week * left >= stands.missing * 7 > (per_week - 1) * left


# --- Status -----------------------------------------------------------------------------------------

STATUSES = {
    # met
    "met on the first day": (3000, {"elapsed": 0}, Status.MET),
    "met on the last": (3000, {"left": 1}, Status.MET),
    # unreachable: missing > days left x day cap
    "480 missing on the last day": (2520, {"left": 1}, Status.AT_RISK),
    "481 missing on the last day": (2519, {"left": 1}, Status.UNREACHABLE),
    "960 missing with two days left": (2040, {"left": 2}, Status.AT_RISK),
    "961 missing with two days left": (2039, {"left": 2}, Status.UNREACHABLE),
    # at risk: missing per week left > 360
    "360 a week are asked": (2280, {"left": 14}, Status.BEHIND),
    "361 a week are asked": (2279, {"left": 14}, Status.AT_RISK),
    "at risk wins over near": (2639, {"left": 7}, Status.AT_RISK),
    "360 a week and near": (2640, {"left": 7}, Status.NEAR),
    # near: 80 %
    "80 %": (2400, {"left": 60}, Status.NEAR),
    "a minute under 80 %": (2399, {"left": 60}, Status.ON_TRACK),
    # behind: more than 600 under the straight line, after day 60
    "600 under the line": (0, {"elapsed": 73}, Status.ON_TRACK),
    "608 under the line": (0, {"elapsed": 74}, Status.BEHIND),
    "600 and a part under the line": (8, {"elapsed": 74}, Status.BEHIND),
    "599 and a part under the line": (9, {"elapsed": 74}, Status.ON_TRACK),
    # on track
    "nothing yet on the first day": (0, {"elapsed": 0}, Status.ON_TRACK),
    "on the line": (1500, {"left": 182}, Status.ON_TRACK),
}


@pytest.mark.parametrize("counted, day, status", STATUSES.values(), ids=STATUSES)
def test_the_first_status_that_fits_is_the_members(counted: int, day: dict[str, int], status: Status) -> None:
    assert standing(counted, left=day.get("left"), elapsed=day.get("elapsed")).status is status


EAGER = replace(POLICY, behind_min=100)
AFTER_DAY_60 = {"day 60": (60, Status.ON_TRACK), "day 61": (61, Status.BEHIND)}


@pytest.mark.parametrize("elapsed, status", AFTER_DAY_60.values(), ids=AFTER_DAY_60)
def test_nobody_is_behind_in_the_first_60_days(elapsed: int, status: Status) -> None:
    assert standing(0, elapsed=elapsed, policy=EAGER).status is status


def test_near_wins_over_behind() -> None:
    assert standing(2400, left=40, policy=EAGER).status is Status.NEAR
    assert standing(2399, left=40, policy=EAGER).status is Status.BEHIND


def test_unreachable_wins_over_near() -> None:
    assert standing(2519, left=1, policy=POLICY).status is Status.UNREACHABLE


def test_an_extension_gives_the_line_its_full_length() -> None:
    assert standing(2400, elapsed=366, probation=EXTENDED).status is Status.NEAR
    assert standing(1500, elapsed=366, probation=EXTENDED).status is Status.ON_TRACK
    assert standing(1300, elapsed=366, probation=EXTENDED).status is Status.BEHIND


@thorough
@given(
    st.integers(0, 3100),
    st.integers(0, 545),
    st.sampled_from([WINDOW, EXTENDED]),
    st.sampled_from([POLICY, EAGER, replace(POLICY, threshold_min=1200, near_pct=75, at_risk_week_min=90)]),
)
def test_status_follows_the_sentences_of_the_rule(
    counted: int, elapsed: int, probation: Probation, policy: HoursPolicy
) -> None:
    length = (probation.ends_before - probation.starts_on).days
    left = length - elapsed
    stands = standing(counted, elapsed=elapsed, probation=probation, policy=policy)
    if left <= 0:
        assert stands.status is None
        return
    missing = max(0, policy.threshold_min - counted)
    line = Fraction(policy.threshold_min * elapsed, length)
    sentences = [
        (counted >= policy.threshold_min, Status.MET),
        (missing > left * policy.day_cap_min, Status.UNREACHABLE),
        (Fraction(missing * 7, left) > policy.at_risk_week_min, Status.AT_RISK),
        (Fraction(counted, policy.threshold_min) >= Fraction(policy.near_pct, 100), Status.NEAR),
        (elapsed > policy.behind_after_days and line - counted > policy.behind_min, Status.BEHIND),
        (True, Status.ON_TRACK),
    ]
    assert stands.status is next(status for fits, status in sentences if fits)


@thorough
@given(st.integers(0, 3100), st.integers(1, 365), st.integers(0, 500))
def test_more_minutes_never_ask_for_more(counted: int, left: int, more: int) -> None:
    before, after = standing(counted, left=left), standing(counted + more, left=left)
    assert after.missing <= before.missing
    assert before.per_week is not None
    assert after.per_week is not None
    assert after.per_week <= before.per_week


# --- Shares and hours -------------------------------------------------------------------------------

SHARES = {
    "nothing of something": (0, 60, 0.0),
    "all": (60, 60, 100.0),
    "a third": (1, 3, 33.3),
    "two thirds": (2, 3, 66.7),
    "half up": (1, 2000, 0.1),
    "just under half": (1, 2001, 0.0),
    "half up where a float would go down": (1, 800, 0.1),
    "0.25 is 0.3, though even is 0.2": (1, 400, 0.3),
    "0.35 is 0.4": (7, 2000, 0.4),
    "99.95 is 100": (1999, 2000, 100.0),
    "99.94 is not": (9994, 10_000, 99.9),
}


@pytest.mark.parametrize("part, whole, share", SHARES.values(), ids=SHARES)
def test_a_share_is_rounded_half_up_to_one_decimal(part: int, whole: int, share: float) -> None:
    assert share_pct(part, whole) == share


def test_a_share_of_nothing_is_nothing() -> None:
    assert share_pct(0, 0) is None


@thorough
@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_that_of_school_arithmetic(part: int, whole: int) -> None:
    exact = Decimal(part * 100) / Decimal(whole)
    assert share_pct(part, whole) == float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


HOURS = {
    "nothing": (0, "0.00"),
    "a minute": (1, "0.01"),
    "three minutes": (3, "0.05"),
    "a half": (30, "0.50"),
    "59 minutes are not an hour": (59, "0.98"),
    "an hour": (60, "1.00"),
    "2,999": (2999, "49.98"),
    "3,000": (3000, "50.00"),
    "thousands have no comma": (360_000, "6000.00"),
    "a reversal of an hour": (-60, "-1.00"),
    "a reversal of a minute": (-1, "-0.02"),
    "a reversal of an hour and a half": (-90, "-1.50"),
}


@pytest.mark.parametrize("minutes, text", HOURS.values(), ids=HOURS)
def test_hours_have_two_decimals(minutes: int, text: str) -> None:
    assert hours_text(minutes) == text


@thorough
@given(st.integers(-100_000, 100_000))
def test_hours_are_never_rounded_up(minutes: int) -> None:
    shown = Decimal(hours_text(minutes))
    exact = Fraction(minutes, 60)
    assert 0 <= exact - Fraction(shown) < Fraction(1, 100)
    assert shown == (Decimal(minutes) / 60).quantize(Decimal("0.01"), ROUND_FLOOR)


SHOWN = {
    "nothing is counted": (0, "50.00"),
    "28.46 and 21.54 make 50": (1708, "21.54"),
    "a minute short": (2999, "0.02"),
    "met to the minute": (3000, "0.00"),
    "more than met": (3600, "0.00"),
}


@pytest.mark.parametrize("counted, missing", SHOWN.values(), ids=SHOWN)
def test_counted_and_missing_hours_add_up_to_the_threshold_as_they_are_shown(
    counted: int, missing: str
) -> None:
    policy = HoursPolicy(effective_on=date(2025, 1, 1))
    probation = Probation(starts_on=date(2026, 1, 1))
    standing = standing_of(probation=probation, counted=counted, policy=policy, today=date(2026, 3, 1))
    assert hundredths_text(standing.missing_hundredths) == missing
    if counted <= 3000:
        assert Decimal(hours_text(counted)) + Decimal(missing) == Decimal("50.00")
    nobody = standing_of(probation=None, counted=0, policy=policy, today=date(2026, 3, 1))
    assert nobody.missing_hundredths == 0
