"""The closed lists: their keys are promises, and what counts as service is one of them."""

from enum import StrEnum

import pytest

from volunteer.rules.kinds import (
    Category,
    Compensation,
    Grade,
    Lost,
    Outcome,
    Phase,
    RequestKind,
    Role,
    Stage,
    Status,
    UnitKind,
    VisitState,
    is_counting_post,
)

LISTS = {
    "units": (UnitKind, "university college general_branch branch group"),
    "stages": (Stage, "activist candidate probationary full"),
    "states of a visit": (VisitState, "open unclosed pending confirmed disputed rejected void"),
    "grades": (Grade, "A B C D E X"),
    "phases": (
        Phase,
        "not_started in_window extended due_waiting not_met converted cancelled transferred_out no_window",
    ),
    "statuses, in their order": (Status, "met unreachable at_risk near behind on_track"),
    "lost minutes, in the order of the steps": (
        Lost,
        "outside_shift away break overlap too_short rounding day_cap outside_window",
    ),
    "outcomes": (Outcome, "converted cancelled"),
    "roles": (Role, "leader committee group_leader college admin auditor"),
}


@pytest.mark.parametrize("kind, keys", LISTS.values(), ids=LISTS)
def test_a_closed_list_keeps_its_keys(kind: type[StrEnum], keys: str) -> None:
    assert [each.value for each in kind] == keys.split()


COUNTING = {(Category.SERVICE, Compensation.NONE), (Category.SERVICE, Compensation.EXPENSES)}


@pytest.mark.parametrize("compensation", Compensation, ids=str)
@pytest.mark.parametrize("category", Category, ids=str)
def test_only_unpaid_service_counts(category: Category, compensation: Compensation) -> None:
    assert is_counting_post(category, compensation) is ((category, compensation) in COUNTING)


def test_opening_and_outside_records_have_a_line_of_their_own() -> None:
    assert {kind for kind in RequestKind if kind.is_record} == {RequestKind.OPENING, RequestKind.OUTSIDE}
