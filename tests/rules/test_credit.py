"""What a visit earns (DOMAIN 3): presence, breaks, overlap, short records, rounding, day cap."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.rules.strategies import (
    MON,
    POLICY,
    SHANGHAI,
    TUE,
    WED,
    judged,
    moment,
    span,
    visit,
)
from volunteer.rules.credit import (
    CountedVisit,
    VisitCredit,
    credits_for,
    day_of_service,
    presence_of,
    presence_start,
)
from volunteer.rules.kinds import Lost
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.probation import Probation
from volunteer.rules.spans import Span

QUARTERS = replace(POLICY, rounding_unit_min=15)
HALVES = replace(POLICY, rounding_unit_min=30)


# --- One visit ----------------------------------------------------------------------------------

ONE_VISIT = {
    "an hour is sixty minutes": ("2 08:00-09:00", {MON: 60}, {}),
    "59 seconds past the minute add nothing": ("2 08:00-09:00:59", {MON: 60}, {}),
    "60 seconds past add one": ("2 08:00-09:01:00", {MON: 61}, {}),
    "coming 59 seconds late costs nothing": ("2 08:00:59-09:00", {MON: 60}, {}),
    "coming 60 seconds late costs a minute": ("2 08:01:00-09:00", {MON: 59}, {}),
    "14 minutes earn nothing": ("2 08:00-08:14", {}, {Lost.TOO_SHORT: 14}),
    "15 minutes earn 15": ("2 08:00-08:15", {MON: 15}, {}),
    "14 minutes 59 seconds earn nothing": ("2 08:00-08:14:59", {}, {Lost.TOO_SHORT: 14}),
    "midnight splits the visit": ("2 23:00-3 01:00", {MON: 60, TUE: 60}, {}),
    "the last minute of a day is that day's": ("2 23:00-3 00:00", {MON: 60}, {}),
    "the first minute of a day is the next day's": ("2 23:00-3 00:01", {MON: 60, TUE: 1}, {}),
    "10 minutes on both sides of midnight are one record of 20": ("2 23:50-3 00:10", {MON: 10, TUE: 10}, {}),
    "480 minutes fit under the cap": ("2 08:00-16:00", {MON: 480}, {}),
    "the 481st minute does not": ("2 08:00-16:01", {MON: 480}, {Lost.DAY_CAP: 1}),
    "each day has a cap of its own": ("2 15:00-3 09:00", {MON: 480, TUE: 480}, {Lost.DAY_CAP: 120}),
}


@pytest.mark.parametrize("stay, expected, lost", ONE_VISIT.values(), ids=ONE_VISIT)
def test_a_visit_earns_its_whole_minutes_by_day(
    stay: str, expected: dict[date, int], lost: dict[Lost, int]
) -> None:
    shift = Span(moment("2 08:00"), moment("3 20:00"))
    outcome = judged([replace(visit(stay), shift=shift)])[1]
    assert {part.day: part.credited for part in outcome.slices} == expected
    assert outcome.lost == lost


SHIFT = "2 08:00-12:00"
STEPS = {
    "coming early counts from the start": ("2 07:30-12:00", "", 240, {Lost.OUTSIDE_SHIFT: 30}),
    "leaving late counts to the end": ("2 08:00-14:00", "", 240, {Lost.OUTSIDE_SHIFT: 120}),
    "seconds before the start are a minute outside": ("2 07:59:59-12:00", "", 240, {Lost.OUTSIDE_SHIFT: 1}),
    "seconds after the end are nothing": ("2 08:00-12:00:59", "", 240, {}),
    "leaving before the shift starts is accepted and earns nothing": (
        "2 07:35-07:55",
        "",
        0,
        {Lost.OUTSIDE_SHIFT: 20},
    ),
    "a break is no service": ("2 08:00-12:00", "2 10:00-10:30", 210, {Lost.BREAK: 30}),
    "two breaks": ("2 08:00-12:00", "2 09:00-09:10, 2 10:00-10:30", 200, {Lost.BREAK: 40}),
    "breaks that overlap are subtracted once": (
        "2 08:00-12:00",
        "2 10:00-10:30, 2 10:15-10:45",
        195,
        {Lost.BREAK: 45},
    ),
    "only the part of a break that she was there for": (
        "2 10:15-12:00",
        "2 10:00-10:30",
        90,
        {Lost.BREAK: 15},
    ),
    "time between stays is away": ("2 08:00-09:00, 2 10:00-12:00", "", 180, {Lost.AWAY: 60}),
    "three stays": ("2 08:00-09:00, 2 09:30-10:00, 2 11:00-12:00", "", 150, {Lost.AWAY: 90}),
    "a minute away": ("2 08:00-09:00:59, 2 09:01:00-12:00", "", 239, {Lost.AWAY: 1}),
    "back within the minute": ("2 08:00-09:00:10, 2 09:00:50-12:00", "", 240, {}),
    "away before the shift starts is not away": (
        "2 07:40-07:45, 2 08:10-12:00",
        "",
        230,
        {Lost.OUTSIDE_SHIFT: 5, Lost.AWAY: 10},
    ),
    "all of it in the break": ("2 10:00-10:30", "2 10:00-10:30", 0, {Lost.BREAK: 30}),
    "the break leaves 14 minutes": (
        "2 10:00-10:44",
        "2 10:00-10:30",
        0,
        {Lost.BREAK: 30, Lost.TOO_SHORT: 14},
    ),
    "a stay of no length": ("2 09:00:10-09:00:50", "", 0, {}),
}


@pytest.mark.parametrize("stays, breaks, net, lost", STEPS.values(), ids=STEPS)
def test_every_minute_that_does_not_count_has_a_reason(
    stays: str, breaks: str, net: int, lost: dict[Lost, int]
) -> None:
    outcome = judged([visit(stays, shift=SHIFT, breaks=breaks)])[1]
    assert (outcome.net, outcome.credited, outcome.lost) == (net, net, lost)


def test_service_counts_to_the_last_minute_of_probation_and_not_a_minute_longer() -> None:
    probation = Probation(starts_on=date(2025, 3, 3))
    outcome = judged([visit("2 23:00-3 01:00")])[1]
    assert probation.ends_before == TUE
    assert sum(part.credited for part in outcome.slices if probation.holds(part.day)) == 60


# --- Presence -----------------------------------------------------------------------------------

PRESENCE_STARTS = {
    "half an hour early": ("2 07:30:00", "2 08:00"),
    "a second early": ("2 07:59:59", "2 08:00"),
    "on time": ("2 08:00:00", "2 08:00"),
    "59 seconds late": ("2 08:00:59", "2 08:00"),
    "a minute late": ("2 08:01:00", "2 08:01"),
}


@pytest.mark.parametrize("came, starts", PRESENCE_STARTS.values(), ids=PRESENCE_STARTS)
def test_presence_starts_not_before_the_shift(came: str, starts: str) -> None:
    assert presence_start(moment(came), span(SHIFT)) == moment(starts)


def test_presence_is_what_lies_in_the_shift() -> None:
    present = presence_of(visit("2 07:40-09:00:30, 2 10:00:59-13:00", shift=SHIFT))
    assert present == [span("2 08:00-09:00"), span("2 10:00-12:00")]


SERVICE_DAYS = {
    "a visit over midnight belongs to its first day": ("2 22:10", "2 22:00-3 02:00", MON),
    "who comes early for a shift at midnight serves the new day": ("2 23:40", "3 00:00-02:00", TUE),
    "who comes after midnight serves the new day": ("3 00:00", "2 22:00-3 02:00", TUE),
    "the last minute": ("2 23:59:59", "2 22:00-3 02:00", MON),
}


@pytest.mark.parametrize("came, shift, day", SERVICE_DAYS.values(), ids=SERVICE_DAYS)
def test_the_day_of_service_is_that_of_the_presence_start(came: str, shift: str, day: date) -> None:
    assert day_of_service(moment(came), span(shift), SHANGHAI) == day


# --- Rounding -----------------------------------------------------------------------------------

ROUNDING = {
    "a unit of 1 takes nothing": (POLICY, "2 08:00-08:59", {MON: 59}, 0),
    "44 minutes by quarters": (QUARTERS, "2 08:00-08:44", {MON: 30}, 14),
    "45 minutes by quarters": (QUARTERS, "2 08:00-08:45", {MON: 45}, 0),
    "59 minutes by halves": (HALVES, "2 08:00-08:59", {MON: 30}, 29),
    "60 minutes by halves": (HALVES, "2 08:00-09:00", {MON: 60}, 0),
    "29 minutes by halves are recorded and earn nothing": (HALVES, "2 08:00-08:29", {MON: 0}, 29),
    "each day's slice is cut for itself": (QUARTERS, "2 23:40-3 00:25", {MON: 15, TUE: 15}, 15),
}


@pytest.mark.parametrize("policy, stay, expected, rounding", ROUNDING.values(), ids=ROUNDING)
def test_each_day_slice_is_floored_to_the_rounding_unit(
    policy: HoursPolicy, stay: str, expected: dict[date, int], rounding: int
) -> None:
    outcome = judged([visit(stay, policy=policy)])[1]
    assert {part.day: part.credited for part in outcome.slices} == expected
    assert outcome.lost.get(Lost.ROUNDING, 0) == rounding
    assert outcome.net == outcome.credited + rounding


def test_several_stays_of_a_day_are_rounded_together_and_not_one_by_one() -> None:
    shift = "2 08:00-12:00"
    assert judged([visit("2 08:00-08:20, 2 09:00-09:25", shift=shift, policy=QUARTERS)])[1].credited == 45


def test_two_visits_of_a_day_are_rounded_each_for_itself() -> None:
    outcomes = judged(
        [visit("2 08:00-08:20", policy=QUARTERS, id=1), visit("2 09:00-09:25", policy=QUARTERS, id=2)]
    )
    assert [outcome.credited for outcome in outcomes.values()] == [15, 15]


# --- Overlap ------------------------------------------------------------------------------------

OVERLAPS = {
    "the earlier start keeps the minutes": (
        [visit("2 08:00-10:00", id=2), visit("2 09:00-11:00", id=1)],
        {2: 120, 1: 60},
    ),
    "of the same start the lower id keeps them": (
        [visit("2 08:00-10:00", id=2), visit("2 08:00-11:00", id=1)],
        {1: 180, 2: 0},
    ),
    "scanned beats made up, though it starts later": (
        [visit("2 08:00-10:00", id=1, is_made_up=True), visit("2 09:00-11:00", id=2)],
        {1: 60, 2: 120},
    ),
    "of two made-up ones the earlier start keeps them": (
        [visit("2 09:00-11:00", id=1, is_made_up=True), visit("2 08:00-10:00", id=2, is_made_up=True)],
        {1: 60, 2: 120},
    ),
    "touching visits share nothing": (
        [visit("2 08:00-10:00", id=1), visit("2 10:00-11:00", id=2)],
        {1: 120, 2: 60},
    ),
    "a claim around a scan keeps both its ends": (
        [visit("2 08:00-12:00", id=1, is_made_up=True), visit("2 09:00-11:00", id=2)],
        {1: 120, 2: 120},
    ),
    "the clipped start decides, not the scan": (
        [visit("2 07:30-10:00", id=2, shift="2 08:30-10:00"), visit("2 08:00-09:00", id=1)],
        {1: 60, 2: 60},
    ),
    "another's break leaves its minutes free": (
        [visit("2 08:00-12:00", id=1, breaks="2 10:00-11:00"), visit("2 10:00-11:00", id=2)],
        {1: 180, 2: 60},
    ),
    "another's time away leaves its minutes free": (
        [visit("2 08:00-09:00, 2 11:00-12:00", id=1, shift=SHIFT), visit("2 09:30-10:30", id=2)],
        {1: 120, 2: 60},
    ),
}


@pytest.mark.parametrize("given_visits, net", OVERLAPS.values(), ids=OVERLAPS)
def test_a_minute_of_a_person_is_counted_once(given_visits: list[CountedVisit], net: dict[int, int]) -> None:
    assert {id: outcome.net for id, outcome in judged(given_visits).items()} == net


def test_minutes_taken_by_another_visit_are_lost_as_overlap() -> None:
    outcomes = judged([visit("2 08:00-10:00", id=1), visit("2 09:00-11:00", id=2)])
    assert outcomes[2].lost == {Lost.OVERLAP: 60}
    assert outcomes[1].lost == {}


def test_the_minutes_of_a_record_that_is_too_short_are_not_given_back() -> None:
    outcomes = judged([visit("2 08:00-08:10", id=1), visit("2 08:00-09:00", id=2)])
    assert (outcomes[1].net, outcomes[1].lost) == (0, {Lost.TOO_SHORT: 10})
    assert (outcomes[2].net, outcomes[2].lost) == (50, {Lost.OVERLAP: 10})


def test_what_overlap_leaves_decides_whether_a_record_is_too_short() -> None:
    outcomes = judged([visit("2 08:00-09:00", id=1), visit("2 08:30-09:14", id=2)])
    assert outcomes[2].lost == {Lost.OVERLAP: 30, Lost.TOO_SHORT: 14}


# --- Day cap ------------------------------------------------------------------------------------

CAPS = {
    "it fills in order of presence, not of id": (
        [visit("2 13:00-18:00", id=1), visit("2 08:00-12:00", id=2)],
        (),
        {2: 240, 1: 240},
    ),
    "a third visit finds nothing left": (
        [visit("2 08:00-12:00", id=1), visit("2 12:00-16:00", id=2), visit("2 16:00-18:00", id=3)],
        (),
        {1: 240, 2: 240, 3: 0},
    ),
    "an earlier claim fills it before a later scan": (
        [visit("2 13:00-18:00", id=1), visit("2 08:00-12:00", id=2, is_made_up=True)],
        (),
        {2: 240, 1: 240},
    ),
    "the clipped start decides the order": (
        [
            visit("2 07:30-13:00", id=1, shift="2 08:30-13:00"),
            visit("2 08:00-08:30, 2 13:00-18:00", id=2, shift="2 08:00-18:00"),
        ],
        (),
        {2: 330, 1: 150},
    ),
    "an approval lifts the day to 720": ([visit("2 08:00-20:01")], [MON], {1: 720}),
    "an approval of another day lifts nothing": ([visit("2 08:00-20:01")], [TUE], {1: 480}),
    "a lifted day shares its 720": (
        [visit("2 00:00-10:00", id=1), visit("2 10:00-20:00", id=2)],
        [MON],
        {1: 600, 2: 120},
    ),
    "a visit of last night under the old cap leaves the rest of the new one": (
        [
            visit("2 23:00-3 02:00", id=1, policy=replace(POLICY, day_cap_min=60)),
            visit("3 08:00-16:00", id=2),
        ],
        (),
        {1: 120, 2: 420},
    ),
    "what is too short uses nothing up": (
        [visit("2 07:00-07:14", id=1), visit("2 08:00-16:00", id=2)],
        (),
        {1: 0, 2: 480},
    ),
    "what rounding took uses nothing up": (
        [visit("2 07:00-07:29", id=1, policy=HALVES), visit("2 08:00-16:00", id=2, policy=HALVES)],
        (),
        {1: 0, 2: 480},
    ),
}


@pytest.mark.parametrize("given_visits, over_cap, credited", CAPS.values(), ids=CAPS)
def test_the_day_cap_fills_in_order_of_presence(
    given_visits: list[CountedVisit], over_cap: list[date], credited: dict[int, int]
) -> None:
    assert {id: outcome.credited for id, outcome in judged(given_visits, over_cap).items()} == credited


def test_the_cap_takes_credited_minutes_and_leaves_net_minutes() -> None:
    outcome = judged([visit("2 08:00-18:00")])[1]
    assert (outcome.net, outcome.credited, outcome.lost) == (600, 480, {Lost.DAY_CAP: 120})


def test_outcomes_come_in_order_of_presence() -> None:
    outcomes = credits_for(
        [visit("3 08:00-09:00", id=1), visit("2 10:00-11:00", id=2), visit("2 08:00-09:00", id=3)],
        over_cap_days=(),
        zone=SHANGHAI,
    )
    assert [outcome.visit_id for outcome in outcomes] == [3, 2, 1]


def test_nobody_without_visits_earns_anything() -> None:
    assert credits_for([], over_cap_days=(), zone=SHANGHAI) == []


# --- Odd visits -----------------------------------------------------------------------------------


def test_three_days_of_a_long_shift_are_three_slices() -> None:
    outcome = judged([visit("2 20:00-4 04:00")])[1]
    assert [(part.day, part.net, part.credited) for part in outcome.slices] == [
        (MON, 240, 240),
        (TUE, 1440, 480),
        (WED, 240, 240),
    ]


def test_a_visit_without_presence_is_listed_with_nothing() -> None:
    nobody = replace(visit("2 08:00-09:00"), stays=())
    assert judged([nobody])[1] == VisitCredit(visit_id=1, net=0, credited=0, slices=())


def test_the_policy_of_each_visit_decides_its_own_least_record() -> None:
    strict = replace(POLICY, min_record_min=60)
    outcomes = judged([visit("2 08:00-08:59", id=1, policy=strict), visit("2 10:00-10:59", id=2)])
    assert [outcomes[1].net, outcomes[2].net] == [0, 59]


def test_a_moment_of_any_zone_counts_the_same() -> None:
    local = visit("2 23:00-3 01:00")
    elsewhere = replace(
        local,
        stays=tuple(
            Span(stay.start.astimezone(SHANGHAI), stay.end.astimezone(SHANGHAI)) for stay in local.stays
        ),
    )
    assert judged([elsewhere]) == judged([local])
    assert elsewhere.stays[0].start.utcoffset() == timedelta(hours=8)
