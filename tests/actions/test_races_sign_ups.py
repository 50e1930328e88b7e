"""The last place, wanted by twenty at once: one has it, the others wait, each with a number of her own.

The control looks first and writes afterwards: the index lets one of them through, without it all of them are.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.actions.stage import at
from tests.actions.test_races import Hall, Work, made_hall, members
from tests.cast import Cast
from volunteer.actions import sign_ups
from volunteer.actions.sign_ups import SignedUp
from volunteer.database import writing
from volunteer.models import Message, SignUp
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import MessageKind
from volunteer.rules.sign_ups import free_seat

WANT = 20
FRIDAY = at("13 09:00")
_INDEX = "CREATE UNIQUE INDEX ux_sign_up_seat ON sign_up (shift_id, seat)"


@pytest.fixture
def hall(engine: Engine, committed_cast: Cast, campus: Campus, tmp_path: Path) -> Iterator[Hall]:
    yield from made_hall(engine, committed_cast, campus, tmp_path)


def shift_of(hall: Hall, capacity: int) -> int:
    with hall.stage() as stage:
        return stage.system.shift("P1", hall.cast.post, at("17 09:00"), at("17 12:00"), capacity=capacity)


def signing_up(member_id: int, shift_id: int) -> Work:
    return lambda stage: sign_ups.sign_up(
        stage.session, member_id=member_id, shift_id=shift_id, campus=stage.campus, now=FRIDAY
    )


def winners(hall: Hall, shift_id: int) -> int:
    return hall.count(SignUp.shift_id == shift_id, SignUp.seat == 1)


def test_of_twenty_who_want_the_last_place_one_has_it_and_the_others_wait_in_a_line(hall: Hall) -> None:
    shift = shift_of(hall, 1)
    found: list[SignedUp] = hall.at_once([signing_up(one, shift) for one in members(hall, WANT)])
    assert winners(hall, shift) == 1
    assert sorted(one.waiting_number for one in found) == list(range(WANT))


def test_all_places_are_given_and_none_twice(hall: Hall) -> None:
    shift = shift_of(hall, 7)
    found: list[SignedUp] = hall.at_once([signing_up(one, shift) for one in members(hall, WANT)])
    assert Counter(one.has_place for one in found) == {True: 7, False: WANT - 7}
    seats = hall.read(select(SignUp.seat).where(SignUp.seat.is_not(None)).order_by(SignUp.seat))
    assert [seat for (seat,) in seats] == list(range(1, 8))


def test_one_who_taps_twenty_times_has_one_place(hall: Hall) -> None:
    shift, (mei,) = shift_of(hall, 3), members(hall, 1)
    found: list[SignedUp] = hall.at_once([signing_up(mei, shift)] * WANT)
    assert {one.has_place for one in found} == {True}
    assert hall.count(SignUp.shift_id == shift) == 1


def test_of_two_shifts_at_the_same_time_she_gets_one_however_quick_she_is(hall: Hall) -> None:
    (mei,) = members(hall, 1)
    with hall.stage() as stage:
        other = stage.system.shift("P2", hall.cast.campus_post, at("17 10:00"), at("17 11:00"))
    hall.at_once([signing_up(mei, shift) for shift in (shift_of(hall, 3), other)] * 5)
    assert hall.count(SignUp.member_id == mei) == 1


def test_places_that_come_free_at_once_go_to_the_first_who_wait(hall: Hall) -> None:
    shift, people = shift_of(hall, 5), members(hall, 12)
    with hall.stage() as stage:
        for one in people:
            signing_up(one, shift)(stage)
            stage.system.account(f"a{one}", member_id=one)

    def withdrawing(member_id: int) -> Work:
        return lambda stage: sign_ups.withdraw(
            stage.session, member_id=member_id, shift_id=shift, campus=stage.campus, now=FRIDAY
        )

    hall.at_once([withdrawing(one) for one in people[:5]])
    rows = hall.read(select(SignUp.member_id).where(SignUp.seat.is_not(None)).order_by(SignUp.member_id))
    assert [member_id for (member_id,) in rows] == people[5:10]
    assert hall.count(Message.kind == MessageKind.PLACE_FREE) == 5


@pytest.fixture(params=[True, False], ids=["with the index", "without the index"])
def has_index(request: pytest.FixtureRequest, engine: Engine) -> Iterator[bool]:
    """Whether a seat can be held once only; the index is there again afterwards."""
    if not request.param:
        _write(engine, "DROP INDEX ux_sign_up_seat")
    yield request.param
    if not request.param:
        _write(engine, "DELETE FROM sign_up", _INDEX)


def test_the_control_who_looks_first_and_writes_later_is_stopped_by_the_index_alone(
    hall: Hall, has_index: bool
) -> None:
    shift, people = shift_of(hall, 1), members(hall, WANT)
    have_looked = threading.Barrier(WANT, timeout=60)

    def naive(member_id: int) -> None:
        with hall.engine.connect() as connection:
            taken = connection.scalars(select(SignUp.seat).where(SignUp.shift_id == shift)).all()
        have_looked.wait()
        values = {"shift_id": shift, "member_id": member_id, "asked_at": FRIDAY, "seated_at": FRIDAY}
        seat = free_seat([one for one in taken if one], 1)
        with suppress(IntegrityError), Session(hall.engine) as session, writing(session):
            session.execute(insert(SignUp).values(seat=seat, **values))

    # Not in the hall's transactions: in those they would stand in line on SQLite.
    threads = [threading.Thread(target=naive, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert winners(hall, shift) == (1 if has_index else WANT)


def _write(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))
