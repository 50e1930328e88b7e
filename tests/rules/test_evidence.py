"""How strong evidence is: grades A to E, until when a witness helps, and what time alone does."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.strategies import POLICY, moment, span, thorough
from volunteer.rules.evidence import (
    MAX_STAYS,
    End,
    Proof,
    grade_of,
    shift_flags,
    state_at,
    state_when_closed,
    stays_of,
    waits_for_committee,
    witness_limit,
)
from volunteer.rules.kinds import Confirmation, Flag, Grade, Side, Source, VisitState

SHIFT = span("2 08:00-10:00")
IN, OUT = Side.IN, Side.OUT


def proof(
    came: Source,
    left: Source,
    *witnessed: str,
    is_keepers_own: bool = False,
    is_display_silent: bool = False,
    is_taken_confirmed: bool = False,
) -> Proof:
    return Proof(
        ends=(
            End(stay=1, side=IN, source=came, at=moment("2 08:00")),
            End(stay=1, side=OUT, source=left, at=moment("2 10:00")),
        ),
        shift=SHIFT,
        is_keepers_own=is_keepers_own,
        is_display_silent=is_display_silent,
        witnessed_at=tuple(moment(at) for at in witnessed),
        is_taken_confirmed=is_taken_confirmed,
    )


LIVE, TYPED, PRINTED, OFFLINE = Source.LIVE, Source.TYPED, Source.PRINTED, Source.OFFLINE
TAKEN, ATTESTED, CLAIMED = Source.TAKEN, Source.ATTESTED, Source.CLAIMED

GRADES = {
    "live in and out": (proof(LIVE, LIVE), Grade.B),
    "typed digits are live": (proof(TYPED, LIVE), Grade.B),
    "a witness while the shift runs": (proof(LIVE, LIVE, "2 09:00"), Grade.A),
    "a witness before the shift starts": (proof(LIVE, LIVE, "2 07:59:59"), Grade.B),
    "a witness as the shift starts": (proof(LIVE, LIVE, "2 08:00"), Grade.A),
    "a witness in the last second": (proof(LIVE, LIVE, "2 09:59:59"), Grade.A),
    "a witness when the shift is over": (proof(LIVE, LIVE, "2 10:00"), Grade.B),
    "one of two witnesses in time": (proof(LIVE, LIVE, "2 10:30", "2 09:30"), Grade.A),
    "offline in alone": (proof(OFFLINE, LIVE), Grade.D),
    "offline out alone": (proof(LIVE, OFFLINE), Grade.D),
    "offline, witnessed in the shift": (proof(OFFLINE, OFFLINE, "2 09:00"), Grade.C),
    "offline, witnessed 24:00 after the end": (proof(OFFLINE, OFFLINE, "3 10:00:00"), Grade.C),
    "offline, witnessed 24:00 and a second after": (proof(OFFLINE, OFFLINE, "3 10:00:01"), Grade.D),
    "a poster alone": (proof(PRINTED, PRINTED), Grade.D),
    "a poster at one end": (proof(PRINTED, LIVE), Grade.D),
    "a poster, witnessed 120:00 after the end": (proof(PRINTED, PRINTED, "2 12:00:00"), Grade.C),
    "a poster, witnessed 120:01 after the end": (proof(PRINTED, PRINTED, "2 12:00:01"), Grade.D),
    "a poster and an offline scan have the poster's limit": (proof(PRINTED, OFFLINE, "2 12:00:01"), Grade.D),
    "a keeper's own scan": (proof(LIVE, LIVE, is_keepers_own=True), Grade.D),
    "a keeper's own scan, witnessed while it runs": (
        proof(LIVE, LIVE, "2 09:00", is_keepers_own=True),
        Grade.C,
    ),
    "a keeper's own scan, witnessed 24:00 after": (
        proof(LIVE, LIVE, "3 10:00:00", is_keepers_own=True),
        Grade.C,
    ),
    "a keeper's own scan, witnessed a second later": (
        proof(LIVE, LIVE, "3 10:00:01", is_keepers_own=True),
        Grade.D,
    ),
    "a silent display": (proof(LIVE, LIVE, is_display_silent=True), Grade.D),
    "a silent display, witnessed": (proof(LIVE, LIVE, "2 09:00", is_display_silent=True), Grade.C),
    "an end that the leader attested": (proof(LIVE, ATTESTED), Grade.C),
    "taken in and out, not confirmed": (proof(TAKEN, TAKEN), Grade.D),
    "taken in and out, confirmed by the member": (proof(TAKEN, TAKEN, is_taken_confirmed=True), Grade.C),
    "taken out alone, not confirmed": (proof(LIVE, TAKEN), Grade.D),
    "a claimed end": (proof(LIVE, CLAIMED), Grade.E),
    "a claimed end, however witnessed": (proof(LIVE, CLAIMED, "2 09:00"), Grade.E),
    "all claimed": (proof(CLAIMED, CLAIMED), Grade.E),
}


@pytest.mark.parametrize("given_proof, grade", GRADES.values(), ids=GRADES)
def test_the_grade_says_how_strong_the_evidence_is(given_proof: Proof, grade: Grade) -> None:
    assert grade_of(given_proof, POLICY) is grade


def test_a_stay_of_weak_evidence_makes_the_whole_visit_weak() -> None:
    strong = proof(LIVE, LIVE)
    weak = End(stay=2, side=IN, source=OFFLINE, at=moment("2 09:00"))
    assert grade_of(replace(strong, ends=(*strong.ends, weak)), POLICY) is Grade.D


LIMITS = {
    "live scans need none": (proof(LIVE, LIVE), None),
    "a poster: the end of the check-out grace": (proof(PRINTED, LIVE), "2 12:00"),
    "an offline scan: 24 hours after the end": (proof(LIVE, OFFLINE), "3 10:00"),
    "a keeper's own scan: 24 hours after the end": (proof(LIVE, LIVE, is_keepers_own=True), "3 10:00"),
    "both: the earlier": (proof(PRINTED, OFFLINE, is_keepers_own=True), "2 12:00"),
}


@pytest.mark.parametrize("given_proof, limit", LIMITS.values(), ids=LIMITS)
def test_a_witness_helps_until_the_limit(given_proof: Proof, limit: str | None) -> None:
    assert witness_limit(given_proof, POLICY) == (limit and moment(limit))


def test_the_limit_of_a_poster_follows_the_grace_of_the_policy() -> None:
    short = replace(POLICY, checkout_grace_min=30)
    assert witness_limit(proof(PRINTED, PRINTED), short) == moment("2 10:30")


STRENGTH = {Grade.D: 0, Grade.C: 1, Grade.B: 2, Grade.A: 3}
CLOCKS = st.integers(-60, 2000).map(lambda minutes: SHIFT.start + timedelta(minutes=minutes))


@thorough
@given(
    st.sampled_from(list(product(Source, Source))),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.lists(CLOCKS, max_size=3),
    CLOCKS,
)
def test_one_more_witness_never_lowers_a_grade_and_never_lifts_a_claim(
    sources: tuple[Source, Source],
    own: bool,
    silent: bool,
    confirmed: bool,
    seen: list[datetime],
    more: datetime,
) -> None:
    before = replace(
        proof(*sources, is_keepers_own=own, is_display_silent=silent, is_taken_confirmed=confirmed),
        witnessed_at=tuple(seen),
    )
    after = replace(before, witnessed_at=(*before.witnessed_at, more))
    if CLAIMED in sources:
        assert grade_of(before, POLICY) is grade_of(after, POLICY) is Grade.E
    else:
        assert STRENGTH[grade_of(after, POLICY)] >= STRENGTH[grade_of(before, POLICY)]


@pytest.mark.parametrize("sources", list(product((LIVE, TYPED, PRINTED, OFFLINE), repeat=2)), ids="-".join)
def test_a_keepers_own_scan_is_never_above_c(sources: tuple[Source, Source]) -> None:
    assert grade_of(proof(*sources, is_keepers_own=True), POLICY) is Grade.D
    assert grade_of(proof(*sources, "2 09:00", is_keepers_own=True), POLICY) is Grade.C


# --- States -----------------------------------------------------------------------------------------

CLOSED = {
    "A counts at once": (Grade.A, False, VisitState.CONFIRMED),
    "B counts at once": (Grade.B, False, VisitState.CONFIRMED),
    "C counts at once": (Grade.C, False, VisitState.CONFIRMED),
    "D waits for a witness": (Grade.D, False, VisitState.PENDING),
    "A waits for the committee": (Grade.A, True, VisitState.PENDING),
    "C waits for the committee": (Grade.C, True, VisitState.PENDING),
    "D waits": (Grade.D, True, VisitState.PENDING),
}


@pytest.mark.parametrize("grade, waits, state", CLOSED.values(), ids=CLOSED)
def test_a_closed_record_counts_unless_it_waits_for_somebody(
    grade: Grade, waits: bool, state: VisitState
) -> None:
    assert state_when_closed(grade, waits_for_committee=waits) is state


def test_the_policy_says_whether_the_committee_confirms() -> None:
    assert not waits_for_committee(POLICY)
    assert waits_for_committee(replace(POLICY, confirmation=Confirmation.COMMITTEE))


READS_AS = {
    "while the shift runs": ("2 09:00:00", VisitState.OPEN),
    "as it ends": ("2 10:00:00", VisitState.OPEN),
    "119:59 after the end": ("2 11:59:59", VisitState.OPEN),
    "120:00 after the end": ("2 12:00:00", VisitState.OPEN),
    "120:01 after the end": ("2 12:00:01", VisitState.UNCLOSED),
    "the next day": ("3 09:00:00", VisitState.UNCLOSED),
}


@pytest.mark.parametrize("now, state", READS_AS.values(), ids=READS_AS)
def test_an_open_visit_becomes_unclosed_by_time_alone(now: str, state: VisitState) -> None:
    assert state_at(VisitState.OPEN, SHIFT.end, POLICY, moment(now)) is state


@pytest.mark.parametrize("state", [state for state in VisitState if state is not VisitState.OPEN], ids=str)
def test_no_other_state_changes_by_time(state: VisitState) -> None:
    assert state_at(state, SHIFT.end, POLICY, moment("9 09:00")) is state


def test_the_grace_is_the_policys() -> None:
    none = replace(POLICY, checkout_grace_min=0)
    assert state_at(VisitState.OPEN, SHIFT.end, none, moment("2 10:00:00")) is VisitState.OPEN
    assert state_at(VisitState.OPEN, SHIFT.end, none, moment("2 10:00:01")) is VisitState.UNCLOSED


# --- Stays ------------------------------------------------------------------------------------------


def end(stay: int, side: Side, at: str, source: Source = LIVE) -> End:
    return End(stay=stay, side=side, source=source, at=moment(at))


STAYS = {
    "in and out": ([end(1, IN, "2 08:00"), end(1, OUT, "2 09:00")], ["2 08:00-09:00"]),
    "still there": ([end(1, IN, "2 08:00")], []),
    "back, and still there": (
        [end(1, IN, "2 08:00"), end(1, OUT, "2 09:00"), end(2, IN, "2 09:30")],
        ["2 08:00-09:00"],
    ),
    "two stays": (
        [end(1, IN, "2 08:00"), end(1, OUT, "2 09:00"), end(2, IN, "2 09:30"), end(2, OUT, "2 10:00")],
        ["2 08:00-09:00", "2 09:30-10:00"],
    ),
    "a leaving that nobody came for": ([end(1, OUT, "2 09:00")], []),
    "a leaving before the coming": ([end(1, IN, "2 09:00"), end(1, OUT, "2 08:59:59")], []),
    "a leaving in the same second": ([end(1, IN, "2 09:00"), end(1, OUT, "2 09:00")], ["2 09:00-09:00"]),
    "a claim takes the place of a scan": (
        [end(1, IN, "2 08:00"), end(1, OUT, "2 09:00", CLAIMED), end(1, OUT, "2 10:00")],
        ["2 08:00-09:00"],
    ),
    "a claim of one end leaves the other as scanned": (
        [end(1, IN, "2 08:00"), end(1, OUT, "2 09:00"), end(1, IN, "2 08:30", CLAIMED)],
        ["2 08:30-09:00"],
    ),
}


@pytest.mark.parametrize("ends, stays", STAYS.values(), ids=STAYS)
def test_a_stay_has_both_ends(ends: list[End], stays: list[str]) -> None:
    assert stays_of(tuple(ends)) == tuple(span(stay) for stay in stays)
    assert stays_of(tuple(reversed(ends))) == tuple(span(stay) for stay in stays)


def test_a_shift_has_up_to_three_stays() -> None:
    assert MAX_STAYS == 3


# --- Flags ------------------------------------------------------------------------------------------

FLAGS = {
    "published ahead": (False, False, set()),
    "opened on the spot": (True, False, {Flag.OPENED_ON_THE_SPOT}),
    "prolonged": (False, True, {Flag.PROLONGED}),
    "both": (True, True, {Flag.OPENED_ON_THE_SPOT, Flag.PROLONGED}),
}


@pytest.mark.parametrize("opened, prolonged, flags", FLAGS.values(), ids=FLAGS)
def test_a_shift_passes_its_flags_on(opened: bool, prolonged: bool, flags: set[Flag]) -> None:
    assert shift_flags(opened_on_spot=opened, is_prolonged=prolonged) == flags
