"""The lot of the spot check: one a branch, at most 2 %, the same for the same seed."""

import pytest

from volunteer.rules.sample import digest_of, drawn, size_of

THREE_BRANCHES = {visit: visit % 3 for visit in range(1, 301)}


@pytest.mark.parametrize(
    ("records", "branches", "expected"),
    [(0, 0, 0), (1, 1, 1), (49, 5, 1), (99, 5, 1), (100, 5, 2), (249, 5, 4), (250, 5, 5), (5000, 5, 5)],
)
def test_one_record_a_branch_and_at_most_two_per_cent_but_never_none(
    records: int, branches: int, expected: int
) -> None:
    assert size_of(records, branches) == expected


def test_no_branch_is_drawn_twice() -> None:
    found = drawn("4f1c", THREE_BRANCHES)
    assert len(found) == 3
    assert {THREE_BRANCHES[visit] for visit in found} == {0, 1, 2}


def test_the_same_seed_draws_the_same_records_in_whatever_order_they_come() -> None:
    backwards = dict(reversed(THREE_BRANCHES.items()))
    assert drawn("4f1c", THREE_BRANCHES) == drawn("4f1c", backwards)


def test_another_seed_draws_others_and_every_record_may_come_up() -> None:
    few = {visit: visit % 2 for visit in range(1, 11)}
    assert {visit for seed in range(300) for visit in drawn(str(seed), few)} == set(few)


def test_other_records_have_another_digest() -> None:
    assert digest_of([1, 2, 3]) == digest_of([3, 2, 1])
    assert digest_of([1, 23]) != digest_of([12, 3])


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn("4f1c", {}) == ()
