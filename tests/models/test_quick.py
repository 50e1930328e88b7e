"""The busiest path: fixed statements on the driver, and the transaction around them."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tests.cast import LONG_AGO, TODAY
from volunteer.database import (
    Begin,
    begin_several,
    db,
    in_transaction,
    quick_transaction,
    table_of,
    transaction,
)
from volunteer.fixed import Fixed, Linked
from volunteer.models import AuditLine, Term

TERM = Fixed(sa.insert(table_of(Term)).returning(Term.__table__.c.id), "code name starts_on ends_before")
AUDIT = Fixed(sa.insert(table_of(AuditLine)), "at act subject")
LINKED = Linked(
    sa.insert(table_of(Term)),
    "code name starts_on ends_before",
    (sa.insert(table_of(AuditLine)), "at act subject", "subject_id"),
)
LINE = {"at": LONG_AGO, "act": "look", "subject": "term"}
FOUND = Fixed(sa.select(Term.id, Term.starts_on).where(Term.code == sa.bindparam("code")))
ROW = {"code": "T", "name": "T", "starts_on": LONG_AGO.date(), "ends_before": TODAY}


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def codes() -> list[str]:
    with Session(db.engine) as session:
        return list(session.scalars(sa.select(Term.code).order_by(Term.code)))


def test_what_a_quick_transaction_wrote_is_there_after_it() -> None:
    with quick_transaction() as session:
        (number,) = TERM.row(session, ROW)
    found = FOUND.glance(db.engine, {"code": "T"})
    assert (found.id, str(found.starts_on)) == (number, str(ROW["starts_on"]))


def test_what_a_failed_quick_transaction_wrote_is_not() -> None:
    with pytest.raises(ZeroDivisionError), quick_transaction() as session:
        TERM.row(session, ROW)
        1 / 0  # noqa: B018
    assert codes() == []


def test_its_session_sees_and_shares_the_transaction() -> None:
    with quick_transaction() as session:
        TERM.row(session, ROW)
        assert session.scalars(sa.select(Term.code)).all() == ["T"]
        session.add(Term(**ROW | {"code": "U"}))
        session.flush()
    assert codes() == ["T", "U"]
    with pytest.raises(ZeroDivisionError), quick_transaction() as session:
        session.add(Term(**ROW | {"code": "V"}))
        session.flush()
        TERM.row(session, ROW | {"code": "W"})
        1 / 0  # noqa: B018
    assert codes() == ["T", "U"]


@pytest.mark.parametrize("begin", [quick_transaction, transaction])
def test_a_savepoint_takes_back_fixed_statements_too(begin: Begin) -> None:
    with begin() as session:
        with pytest.raises(IntegrityError), session.begin_nested():
            TERM.row(session, ROW)
            TERM.row(session, ROW)
        TERM.row(session, ROW | {"code": "U"})
    assert codes() == ["U"]


def test_a_constraint_speaks_as_it_does_through_a_session() -> None:
    with quick_transaction() as session:
        TERM.row(session, ROW)
    with pytest.raises(IntegrityError), quick_transaction() as session:
        TERM.row(session, ROW)
    with pytest.raises(IntegrityError), quick_transaction() as session:
        TERM.run_many(session, [ROW | {"code": "U"}, ROW])
    assert codes() == ["T"]


def test_the_work_is_done_again_after_a_constraint() -> None:
    tries: list[str] = []

    def work(session: Session) -> None:
        tries.append("T" if not tries else "U")
        TERM.row(session, ROW | {"code": tries[-1]})

    in_transaction(lambda session: TERM.row(session, ROW))
    in_transaction(work, begin=quick_transaction)
    assert (tries, codes()) == (["T", "U"], ["T", "U"])


def test_text_with_nul_reaches_no_engine() -> None:
    row = {"at": LONG_AGO, "act": "look\0", "subject": "visit"}
    with pytest.raises((ValueError, DBAPIError)), quick_transaction() as session:
        AUDIT.run(session, row)


def test_a_glance_leaves_no_transaction_behind() -> None:
    assert FOUND.glance(db.engine, {"code": "none"}) is None
    with quick_transaction() as session:
        TERM.row(session, ROW)
    assert FOUND.glance(db.engine, {"code": "T"}) is not None


@pytest.mark.parametrize("begin", [quick_transaction, transaction])
def test_linked_rows_name_the_key_of_the_first(begin: Begin) -> None:
    with begin() as session:
        number = LINKED.run(session, ROW, LINE)
    with Session(db.engine) as session:
        assert session.scalars(sa.select(AuditLine.subject_id)).all() == [number]
        assert session.scalars(sa.select(Term.id)).all() == [number]


@pytest.mark.parametrize("begin", [quick_transaction, transaction])
def test_of_linked_rows_all_are_written_or_none(begin: Begin) -> None:
    for fault in ({"act": None}, {"subject": None}):
        with pytest.raises(IntegrityError), begin() as session:
            LINKED.run(session, ROW, LINE | fault)
    with Session(db.engine) as session:
        assert session.scalars(sa.select(AuditLine.id)).all() == []
    assert codes() == []


def test_linked_rows_share_a_transaction_that_has_begun() -> None:
    with pytest.raises(ZeroDivisionError), quick_transaction() as session:
        begin_several(session)
        LINKED.run(session, ROW, LINE)
        AUDIT.run(session, LINE)
        1 / 0  # noqa: B018
    assert codes() == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_whoever_writes_after_what_stood_alone_is_told() -> None:
    with pytest.raises(ValueError, match="second write"), quick_transaction() as session:
        LINKED.run(session, ROW, LINE)
        AUDIT.run(session, LINE)
    with pytest.raises(ValueError, match="second write"), quick_transaction() as session:
        LINKED.run(session, ROW | {"code": "U"}, LINE)
        session.add(Term(**ROW | {"code": "V"}))
        session.flush()
    assert codes() == ["T", "U"]


def test_a_failed_glance_leaves_a_connection_that_still_begins() -> None:
    broken = Fixed(sa.select(sa.text("1 / nothing")))
    with pytest.raises(DBAPIError):
        broken.glance(db.engine, {})
    with pytest.raises(ZeroDivisionError), db.engine.begin() as connection:
        connection.execute(sa.insert(table_of(Term)), ROW)
        1 / 0  # noqa: B018
    assert codes() == []


def test_only_defaults_that_are_plain_numbers_can_be_fixed() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String, default="x"))
    with pytest.raises(ValueError, match="no plain number"):
        Fixed(sa.insert(table))
