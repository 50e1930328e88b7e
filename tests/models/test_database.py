"""The engine's settings, who begins as a writer, and how moments and text are kept."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.cast import LONG_AGO, TODAY
from volunteer.database import BUSY_TIMEOUT_MS, Instant
from volunteer.models import AuditLine, Term

SHANGHAI = ZoneInfo("Asia/Shanghai")
WRITERS, LINES = 8, 25

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def writer(engine: Engine) -> Connection:
    return engine.connect().execution_options(is_writer=True)


@only_sqlite
def test_every_connection_to_sqlite_has_its_settings(engine: Engine) -> None:
    wanted = {
        "journal_mode": "wal",
        "busy_timeout": BUSY_TIMEOUT_MS,
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
    }
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted


@only_sqlite
def test_a_writer_keeps_other_writers_out_from_its_first_moment(engine: Engine) -> None:
    with writer(engine) as first, writer(engine) as second:
        second.connection.cursor().execute("PRAGMA busy_timeout=0")
        first.begin()
        with pytest.raises(OperationalError, match="locked"):
            second.begin()


@only_sqlite
def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_it(engine: Engine) -> None:
    with writer(engine) as first, engine.connect() as reader:
        first.execute(sa.insert(AuditLine), {"at": LONG_AGO, "act": "look", "subject": "visit"})
        assert reader.scalar(sa.select(sa.func.count(AuditLine.id))) == 0
        reader.rollback()
        first.commit()
        assert reader.scalar(sa.select(sa.func.count(AuditLine.id))) == 1


def test_of_writers_that_read_first_none_is_lost(engine: Engine) -> None:
    """On SQLite a deferred transaction that turns writer after a read loses here to "database is locked"."""

    def write(number: int) -> None:
        for line in range(LINES):
            with writer(engine) as connection, connection.begin():
                connection.scalar(sa.select(sa.func.max(AuditLine.id)))
                row = {"at": LONG_AGO, "act": f"{number}-{line}", "subject": "visit"}
                connection.execute(sa.insert(AuditLine), row)

    assert failures_of([lambda number=number: write(number) for number in range(WRITERS)]) == []  # type: ignore[misc]
    with engine.connect() as connection:
        assert len(set(connection.scalars(sa.select(AuditLine.act)))) == WRITERS * LINES


def failures_of(works: list[Callable[[], None]]) -> list[BaseException]:
    """Run all of *works* at once and return what went wrong."""
    failed: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_of_two_who_take_the_same_code_one_is_told(engine: Engine) -> None:
    """Uniqueness lives in the constraint: checking first and inserting then lets both through."""

    def take() -> None:
        with writer(engine) as connection, connection.begin():
            row = {"code": "T", "name": "T", "starts_on": LONG_AGO.date(), "ends_before": TODAY}
            connection.execute(sa.insert(Term), row)

    failed = failures_of([take] * WRITERS)
    assert len(failed) == WRITERS - 1
    assert {type(error) for error in failed} == {sa.exc.IntegrityError}


def keep(moment: datetime) -> int | None:
    return Instant().process_bind_param(moment, sqlite.dialect())


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    naive = datetime(2026, 3, 16, 9, 0)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="without a zone"):
        keep(naive)
    session.add(AuditLine(at=naive, act="look", subject="visit"))
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        session.flush()
    session.rollback()


def test_a_moment_comes_back_in_utc_whatever_zone_it_was_told_in(session: Session) -> None:
    session.add(AuditLine(at=datetime(2026, 3, 16, 9, 0, 1, tzinfo=SHANGHAI), act="look", subject="visit"))
    session.flush()
    session.expire_all()
    at = session.scalars(sa.select(AuditLine.at)).one()
    assert at == datetime(2026, 3, 16, 1, 0, 1, tzinfo=UTC)
    assert at.tzinfo is UTC


ZONES = st.sampled_from([UTC, SHANGHAI, ZoneInfo("America/New_York"), timezone(timedelta(hours=-12))])
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(st.lists(MOMENTS, min_size=2))
def test_kept_moments_have_the_order_of_the_moments(moments: list[datetime]) -> None:
    kept = [keep(moment) for moment in sorted(moments)]
    assert all(early is not None and late is not None and early <= late for early, late in pairwise(kept))


@given(MOMENTS)
def test_a_kept_moment_is_the_moment_to_the_second(moment: datetime) -> None:
    back = Instant().process_result_value(keep(moment), sqlite.dialect())
    assert back is not None
    assert timedelta(0) <= moment - back < timedelta(seconds=1)


def test_moments_are_compared_as_moments_by_the_database(session: Session) -> None:
    early, late = (datetime(2026, 3, 16, hour, tzinfo=SHANGHAI) for hour in (9, 10))
    session.add_all([AuditLine(at=at, act="look", subject="visit") for at in (late, early)])
    session.flush()
    told_elsewhere = late.astimezone(ZoneInfo("America/New_York"))
    before = session.scalars(sa.select(AuditLine.at).where(AuditLine.at < told_elsewhere)).all()
    assert list(before) == [early]


RARE = {
    "outside the first plane": "𠮷野家",
    "a dot": "阿依古丽·买买提",
    "empty": "",
    "a quote": 'O\'Neil "x"',
}


@pytest.mark.parametrize("text", RARE.values(), ids=RARE)
def test_rare_text_comes_back_as_it_was(session: Session, text: str) -> None:
    session.add(AuditLine(at=LONG_AGO, act="look", subject="visit", facts=text))
    session.flush()
    assert session.scalars(sa.select(AuditLine.facts)).one() == text


@only_sqlite
def test_nul_is_refused_wherever_text_comes_from(engine: Engine) -> None:
    rows = [{"at": 1, "act": act, "subject": "visit"} for act in ("look", "lo\0ok")]
    with writer(engine) as connection, connection.begin(), pytest.raises(ValueError, match="NUL"):
        connection.execute(sa.select(AuditLine.id).where(AuditLine.act == "lo\0ok"))
    with writer(engine) as connection, connection.begin(), pytest.raises(ValueError, match="NUL"):
        connection.execute(sa.text("INSERT INTO audit (at, act, subject) VALUES (:at, :act, :subject)"), rows)


BROKEN_TEXT = {"NUL": "a\0b", "a lone surrogate": "a\ud800b"}


@pytest.mark.parametrize("text", BROKEN_TEXT.values(), ids=BROKEN_TEXT)
def test_text_that_one_engine_cannot_keep_is_refused_by_both(session: Session, text: str) -> None:
    session.add(AuditLine(at=LONG_AGO, act="look", subject="visit", facts=text))
    # Not IntegrityError: nothing that a second try could mend.
    with pytest.raises((sa.exc.DataError, ValueError)):
        session.flush()
    session.rollback()
