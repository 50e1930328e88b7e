"""Who is called after a headcount."""

import pytest

from volunteer.rules.roll_call import drawn, is_due


@pytest.mark.parametrize(("people", "expected"), [(0, False), (9, False), (10, True), (11, True)])
def test_names_are_called_from_ten_people_on(people: int, expected: bool) -> None:
    assert is_due(people) is expected


def test_the_same_seed_draws_the_same_names_in_whatever_order_the_records_come() -> None:
    assert drawn("4f1c", range(1, 31)) == drawn("4f1c", list(range(30, 0, -1)))


def test_two_different_names_are_drawn() -> None:
    assert len(set(drawn("4f1c", range(1, 31)))) == 2


@pytest.mark.parametrize("people", [0, 1, 2])
def test_where_there_are_fewer_all_are_called(people: int) -> None:
    assert sorted(drawn("4f1c", range(people))) == list(range(people))


def test_every_name_may_come_up() -> None:
    called = {visit for seed in range(400) for visit in drawn(str(seed), range(1, 11))}
    assert called == set(range(1, 11))
