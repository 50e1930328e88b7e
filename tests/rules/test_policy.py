"""The numbers that the law leaves to the college: defaults, versions, the make-up budget (DOMAIN 3)."""

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.strategies import POLICY, thorough
from volunteer.rules.kinds import Confirmation, Stage
from volunteer.rules.policy import POLICY_KEYS, HoursPolicy, policy_on
from volunteer.rules.tally import hours_text

DEFAULTS = {
    "threshold_min": 3000,
    "stages": (Stage.PROBATIONARY,),
    "rounding_unit_min": 1,
    "day_cap_min": 480,
    "day_cap_max_min": 720,
    "checkin_early_min": 30,
    "checkout_grace_min": 120,
    "confirmation": Confirmation.AUTO,
    "min_record_min": 15,
    "record_deadline_workdays": 10,
    "makeup_budget_pct": 15,
    "notice_workdays": 3,
    "certificate_notice_days": 7,
    "extension_months_min": 6,
    "extension_months_max": 12,
    "offline_max_age_h": 72,
    "opening_max_min": 3000,
    "outside_max_min": 1200,
    "near_pct": 80,
    "at_risk_week_min": 360,
    "behind_min": 600,
    "behind_after_days": 60,
    "sign_up_ahead_days": 14,
    "sign_ups_at_once": 8,
    "withdraw_before_h": 12,
}


@pytest.mark.parametrize("key, value", DEFAULTS.items(), ids=DEFAULTS)
def test_the_defaults_are_those_of_the_college(key: str, value: object) -> None:
    assert getattr(POLICY, key) == value


def test_every_number_is_a_key_of_the_policy() -> None:
    assert DEFAULTS.keys() == POLICY_KEYS


def test_a_version_is_never_edited() -> None:
    with pytest.raises(FrozenInstanceError):
        POLICY.threshold_min = 1  # type: ignore[misc]


BUDGETS = {
    "15 % of fifty hours is seven and a half": (3000, 15, 450),
    "floored": (2999, 15, 449),
    "none": (3000, 0, 0),
    "all": (3000, 100, 3000),
}


@pytest.mark.parametrize("threshold, pct, minutes", BUDGETS.values(), ids=BUDGETS)
def test_the_make_up_budget_is_a_share_of_the_threshold(threshold: int, pct: int, minutes: int) -> None:
    assert replace(POLICY, threshold_min=threshold, makeup_budget_pct=pct).makeup_budget_min == minutes


def test_the_make_up_budget_shows_as_seven_and_a_half_hours() -> None:
    assert hours_text(POLICY.makeup_budget_min) == "7.50"


OLD, NEW = (HoursPolicy(effective_on=date(year, 9, 1), threshold_min=year) for year in (2024, 2026))
IN_FORCE = {
    "the day before a new version": (date(2026, 8, 31), OLD),
    "the day it takes effect": (date(2026, 9, 1), NEW),
    "long after": (date(2030, 1, 1), NEW),
    "the first day of the first": (date(2024, 9, 1), OLD),
    "before there was any": (date(2020, 1, 1), OLD),
}


@pytest.mark.parametrize("day, version", IN_FORCE.values(), ids=IN_FORCE)
def test_the_latest_version_that_took_effect_is_in_force(day: date, version: HoursPolicy) -> None:
    assert policy_on(day, [OLD, NEW]) is version
    assert policy_on(day, [NEW, OLD]) is version


def test_there_is_always_a_version() -> None:
    with pytest.raises(ValueError, match="no policy"):
        policy_on(date(2026, 1, 1), [])


@thorough
@given(st.lists(st.dates(), min_size=1, max_size=6, unique=True), st.dates())
def test_the_version_in_force_is_never_one_of_the_future_where_an_older_one_exists(
    starts: list[date], day: date
) -> None:
    chosen = policy_on(day, [HoursPolicy(effective_on=start) for start in starts]).effective_on
    past = [start for start in starts if start <= day]
    assert chosen == (max(past) if past else min(starts))
