"""What holds for every history of visits, found by trying random ones against counting minute by minute."""

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.naive import away_minutes, naive_credits, serving_minutes, stayed_minutes
from tests.rules.strategies import (
    NO_LIMITS,
    SHANGHAI,
    TUE,
    credited_by_day,
    days,
    histories,
    judged,
    thorough,
    visits,
)
from volunteer.rules.credit import CountedVisit
from volunteer.rules.kinds import Lost
from volunteer.rules.spans import Span, day_start


@thorough
@given(histories(), days())
def test_the_outcome_is_that_of_counting_minute_by_minute(
    history: list[CountedVisit], over_cap: frozenset[date]
) -> None:
    outcomes, expected = judged(history, over_cap), naive_credits(history, over_cap)
    assert outcomes.keys() == expected.keys()
    for id, naive in expected.items():
        assert {part.day: (part.net, part.credited) for part in outcomes[id].slices} == naive.days
        assert (outcomes[id].net, outcomes[id].credited) == (naive.net, naive.credited)
        assert outcomes[id].lost == naive.lost


@thorough
@given(st.data(), histories(), days())
def test_the_order_in_which_visits_arrive_does_not_matter(
    data: st.DataObject, history: list[CountedVisit], over_cap: frozenset[date]
) -> None:
    shuffled = data.draw(st.permutations(history))
    assert judged(shuffled, over_cap) == judged(history, over_cap)


@thorough
@given(histories(), days())
def test_no_day_is_credited_above_its_cap(history: list[CountedVisit], over_cap: frozenset[date]) -> None:
    policy = history[0].policy
    for day, credited in credited_by_day(judged(history, over_cap)).items():
        assert credited <= (policy.day_cap_max_min if day in over_cap else policy.day_cap_min)


@thorough
@given(histories(), days())
def test_a_total_is_the_sum_of_its_parts(history: list[CountedVisit], over_cap: frozenset[date]) -> None:
    outcomes = judged(history, over_cap)
    for each in history:
        outcome = outcomes[each.id]
        lost = Counter(outcome.lost)
        after_rounding = lost.pop(Lost.ROUNDING, 0) + lost.pop(Lost.DAY_CAP, 0)
        raw = len(stayed_minutes(each)) + len(away_minutes(each))
        assert outcome.net == sum(part.net for part in outcome.slices)
        assert outcome.credited == sum(part.credited for part in outcome.slices)
        assert raw == outcome.net + lost.total()
        assert outcome.net == outcome.credited + after_rounding
        assert all(minutes > 0 for minutes in outcome.lost.values())


@thorough
@given(histories())
def test_no_minute_is_counted_twice(history: list[CountedVisit]) -> None:
    served = serving_minutes(history)
    net = Counter[date]()
    for outcome in judged(history).values():
        net.update({part.day: part.net for part in outcome.slices})
    assert all(net[day] <= len(served[day]) for day in net)


@thorough
@given(histories(policy=NO_LIMITS))
def test_without_limits_every_minute_served_is_counted_exactly_once(history: list[CountedVisit]) -> None:
    served = {day: len(minutes) for day, minutes in serving_minutes(history).items()}
    assert credited_by_day(judged(history)) == served


@thorough
@given(histories(), visits(id=100, is_made_up=True))
def test_a_made_up_claim_never_takes_a_minute_from_a_scanned_visit(
    history: list[CountedVisit], claim: CountedVisit
) -> None:
    before = judged(history)
    after = judged([*history, replace(claim, policy=history[0].policy)])
    for each in history:
        if not each.is_made_up:
            assert after[each.id].net == before[each.id].net


@thorough
@given(histories(policy=NO_LIMITS), visits(policy=NO_LIMITS, id=100))
def test_another_visit_never_lowers_what_a_day_counts(
    history: list[CountedVisit], more: CountedVisit
) -> None:
    before, after = credited_by_day(judged(history)), credited_by_day(judged([*history, more]))
    assert all(after[day] >= before[day] for day in before)


@thorough
@given(histories(), histories())
def test_evidence_of_one_person_never_changes_anothers_hours(
    hers: list[CountedVisit], his: list[CountedVisit]
) -> None:
    before = judged(hers)
    judged(his)
    assert judged(hers) == before


@thorough
@given(histories(), days())
def test_an_over_cap_approval_changes_only_its_days_and_never_downwards(
    history: list[CountedVisit], over_cap: frozenset[date]
) -> None:
    before, after = credited_by_day(judged(history)), credited_by_day(judged(history, over_cap))
    for day in before | after:
        assert after[day] >= before[day] if day in over_cap else after[day] == before[day]


@thorough
@given(visits(policy=NO_LIMITS, id=1))
def test_cutting_a_visit_in_two_at_midnight_keeps_the_sum(whole: CountedVisit) -> None:
    midnight = day_start(TUE, SHANGHAI)
    halves = [
        replace(
            whole,
            id=number,
            shift=side,
            stays=tuple(part for stay in whole.stays if (part := stay.within(side)) is not None),
        )
        for number, side in enumerate(
            [Span(whole.shift.start, midnight), Span(midnight, whole.shift.end)]
            if whole.shift.start < midnight < whole.shift.end
            else [whole.shift]
        )
    ]
    assert credited_by_day(judged(halves)) == credited_by_day(judged([whole]))


@thorough
@given(histories(), st.integers(0, 59), st.integers(0, 59))
def test_seconds_within_the_minute_change_nothing(
    history: list[CountedVisit], coming: int, leaving: int
) -> None:
    def moved(stay: Span) -> Span:
        came = stay.start.replace(second=coming)
        return Span(came, max(came, stay.end.replace(second=leaving)))

    assert judged([replace(each, stays=tuple(map(moved, each.stays))) for each in history]) == judged(history)


@thorough
@given(histories())
def test_what_the_cap_leaves_whole_is_a_multiple_of_the_rounding_unit(history: list[CountedVisit]) -> None:
    for outcome in judged(history).values():
        if Lost.DAY_CAP not in outcome.lost:
            assert all(part.credited % history[0].policy.rounding_unit_min == 0 for part in outcome.slices)
