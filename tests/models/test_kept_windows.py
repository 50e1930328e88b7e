"""A probation window keeps what the ledger has inside it, whoever writes, and in which order they meet."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from tests.cast import LONG_AGO, Cast
from volunteer.database import table_of
from volunteer.models import Credit, ProbationWindow, Visit
from volunteer.rules.kinds import Grade, VisitState

WINDOW = table_of(ProbationWindow)
FIRST, END = date(2026, 3, 1), date(2027, 3, 1)
Work = Callable[[Connection], object]


def line(cast: Cast, day: date, minutes: int, number: int = 1, member: int | None = None) -> Work:
    """Return what writes a line of the ledger."""
    values = {
        "member_id": member or cast.mei,
        "member_seq": number,
        "visit_id": member or cast.mei,
        "post_id": cast.post,
        "unit_id": cast.law,
        "day": day,
        "net_min": minutes,
        "credited_min": minutes,
        "is_reversal": minutes < 0,
        "grade": Grade.B,
        "cause": "check_out",
        "at": LONG_AGO,
    }
    return lambda connection: connection.execute(insert(table_of(Credit)).values(**values))


def record(cast: Cast, member: int) -> Work:
    """Return what writes a record for lines to belong to, with the member's own number."""
    values = {
        "id": member,
        "member_id": member,
        "shift_id": cast.shift,
        "post_id": cast.post,
        "unit_id": cast.law,
        "policy_id": cast.policy,
        "served_on": FIRST,
        "state": VisitState.CONFIRMED,
        "grade": Grade.B,
    }
    return lambda connection: connection.execute(insert(table_of(Visit)).values(**values))


def window(cast: Cast, **values: object) -> Work:
    """Return what changes the window."""
    changed = update(WINDOW).where(WINDOW.c.member_id == cast.mei).values(**values)
    return lambda connection: connection.execute(changed)


def began(cast: Cast) -> Work:
    """Return what begins the window anew, as it was never there."""
    row = {"member_id": cast.mei, "starts_on": FIRST, "ends_before": END}
    return lambda connection: connection.execute(insert(WINDOW).values(**row))


def nothing_yet(cast: Cast) -> Work:
    return lambda connection: connection.execute(delete(WINDOW).where(WINDOW.c.member_id == cast.mei))


def do(engine: Engine, *works: Work) -> None:
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for work in works:
            work(connection)


def kept(engine: Engine, cast: Cast) -> int | None:
    with engine.connect() as connection:
        return connection.scalar(select(WINDOW.c.counted_min).where(WINDOW.c.member_id == cast.mei))


@pytest.fixture
def cast(committed_cast: Cast, engine: Engine) -> Cast:
    do(engine, window(committed_cast, starts_on=FIRST, ends_before=END))
    for member in (committed_cast.mei, committed_cast.ning):
        do(engine, record(committed_cast, member))
    return committed_cast


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 2, 28), False),
        (FIRST, True),
        (date(2027, 2, 28), True),
        (END, False),
    ],
)
def test_a_line_counts_on_a_day_of_the_window(engine: Engine, cast: Cast, day: date, counts: bool) -> None:
    do(engine, line(cast, day, 180))
    assert kept(engine, cast) == (180 if counts else 0)


def test_a_reversal_takes_back_what_its_line_brought(engine: Engine, cast: Cast) -> None:
    do(engine, line(cast, FIRST, 180), line(cast, FIRST, -180, 2), line(cast, FIRST, 150, 3))
    assert kept(engine, cast) == 150


def test_another_member_s_line_is_not_hers(engine: Engine, cast: Cast) -> None:
    do(engine, line(cast, FIRST, 180, member=cast.ning))
    assert kept(engine, cast) == 0


def test_a_window_that_moves_counts_anew(engine: Engine, cast: Cast) -> None:
    do(engine, line(cast, FIRST, 60), line(cast, END, 30, 2))
    do(engine, window(cast, ends_before=date(2027, 9, 1)))
    assert kept(engine, cast) == 90
    do(engine, window(cast, starts_on=date(2026, 3, 2)))
    assert kept(engine, cast) == 30


def test_a_window_that_begins_counts_what_is_there(engine: Engine, cast: Cast) -> None:
    do(engine, nothing_yet(cast), line(cast, FIRST, 60), began(cast))
    assert kept(engine, cast) == 60


@pytest.mark.parametrize("typed", [3000, 0, -1])
def test_a_number_that_somebody_types_into_it_is_not_kept(engine: Engine, cast: Cast, typed: int) -> None:
    do(engine, line(cast, FIRST, 60))
    do(engine, window(cast, counted_min=typed))
    assert kept(engine, cast) == 60
    do(engine, window(cast, counted_min=typed, ends_before=date(2027, 9, 1)))
    assert kept(engine, cast) == 60


MEETINGS = {
    "two lines": (lambda cast: line(cast, FIRST, 60), lambda cast: line(cast, FIRST, 30, 2), 90),
    "a line and an extension that lets it in": (
        lambda cast: line(cast, END, 60),
        lambda cast: window(cast, ends_before=date(2027, 9, 1)),
        60,
    ),
    "a line and a window that begins": (lambda cast: line(cast, FIRST, 60), began, 60),
}


@pytest.mark.parametrize("is_turned", [False, True], ids=["first", "second"])
@pytest.mark.parametrize("meeting", MEETINGS)
def test_of_two_who_meet_one_sees_what_the_other_wrote(
    engine: Engine, cast: Cast, meeting: str, is_turned: bool
) -> None:
    *works, minutes = MEETINGS[meeting]
    first, second = ([work(cast) for work in works])[:: -1 if is_turned else 1]
    if began in works:
        do(engine, nothing_yet(cast))
    other = threading.Thread(target=do, args=(engine, second))
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        first(connection)
        other.start()
        # Time to meet; whether they do, and who waits for whom, the result is the same.
        other.join(timeout=0.3)
    other.join(timeout=20)
    assert kept(engine, cast) == minutes
