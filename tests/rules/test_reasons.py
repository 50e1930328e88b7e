"""Why something is refused: a closed list of keys that scripts and scenarios rely on."""

import re

import pytest

from volunteer.rules.reasons import Reason, Refusal

# CONTRACT 3. Add freely; rename nothing.
PROMISED = [
    "code_unknown",
    "code_expired",
    "outside_shift",
    "already_checked_in",
    "not_checked_in",
    "not_a_member",
    "beyond_shift",
    "shift_in_past",
    "shift_started",
    "shift_overlaps",
    "choose_post",
    "deadline_passed",
    "budget_used",
    "same_person",
    "not_allowed",
    "extension_out_of_range",
    "extension_repeated",
    "threshold_not_met",
    "not_due",
    "probation_closed",
    "same_code_again",
    "too_old",
    "wrong_account",
    "code_from_future",
    "client_ref_reused",
    "csrf_stale",
]


@pytest.mark.parametrize("key", PROMISED)
def test_a_promised_reason_keeps_its_key(key: str) -> None:
    assert Reason(key).value == key


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_a_reason_is_its_name_in_lower_case(reason: Reason) -> None:
    assert reason.value == reason.name.lower()
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.value)


def test_a_refusal_carries_its_reason_and_what_the_sentence_names() -> None:
    refusal = Refusal(Reason.BUDGET_USED, minutes=450)
    assert refusal.reason is Reason.BUDGET_USED
    assert refusal.facts == {"minutes": 450}
    assert str(refusal) == "budget_used"


def test_a_refusal_without_facts_has_none() -> None:
    assert Refusal(Reason.UNKNOWN).facts == {}
