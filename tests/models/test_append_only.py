"""What is written into the ledger and its like stays: the database refuses to change or remove it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from tests.models.rows import TABLES, VALID, fill
from volunteer.revisions import GUARDED_TABLES


@pytest.fixture
def filled(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(is_writer=True) as connection:
        transaction = connection.begin()
        fill(connection)
        yield connection
        transaction.rollback()


def assert_refused(connection: Connection, table: str, statement: str) -> None:
    before = connection.execute(sa.select(TABLES[table])).all()
    savepoint = connection.begin_nested()
    with pytest.raises(IntegrityError, match=f"append-only: {table}"):
        connection.exec_driver_sql(statement)
    savepoint.rollback()
    assert connection.execute(sa.select(TABLES[table])).all() == before
    assert before


def key_of(table: str) -> list[str]:
    return [column.name for column in TABLES[table].primary_key]


def a_column_of(table: str) -> str:
    return next(column.name for column in TABLES[table].columns if not column.primary_key)


@pytest.mark.parametrize("table", GUARDED_TABLES)
def test_a_row_is_not_changed(filled: Connection, table: str) -> None:
    column = a_column_of(table)
    assert_refused(filled, table, f'UPDATE "{table}" SET "{column}" = "{column}"')


@pytest.mark.parametrize("table", GUARDED_TABLES)
def test_a_row_is_not_removed(filled: Connection, table: str) -> None:
    assert_refused(filled, table, f'DELETE FROM "{table}"')


@pytest.mark.parametrize("table", GUARDED_TABLES)
def test_a_row_is_not_replaced(filled: Connection, table: str) -> None:
    row = {name: repr(value) for name, value in VALID[table].items() if value is not None}
    if "id" in key_of(table):
        row["id"] = "1"
    columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(row.values())
    if filled.dialect.name == "sqlite":
        assert_refused(filled, table, f'INSERT OR REPLACE INTO "{table}" ({columns}) VALUES ({values})')
        assert_refused(filled, table, f'REPLACE INTO "{table}" ({columns}) VALUES ({values})')
    key, column = ", ".join(f'"{name}"' for name in key_of(table)), a_column_of(table)
    assert_refused(
        filled,
        table,
        f'INSERT INTO "{table}" ({columns}) VALUES ({values})'
        f' ON CONFLICT ({key}) DO UPDATE SET "{column}" = "{table}"."{column}"',
    )


@pytest.mark.parametrize("table", GUARDED_TABLES)
def test_a_table_is_not_emptied_at_a_stroke(filled: Connection, table: str) -> None:
    if filled.dialect.name == "sqlite":
        # SQLite empties a table without looking at its rows only where it has no triggers.
        assert_refused(filled, table, f'DELETE FROM "{table}" WHERE 1')
    else:
        assert_refused(filled, table, f'TRUNCATE "{table}" CASCADE')


def test_a_line_may_always_be_added(filled: Connection) -> None:
    filled.exec_driver_sql(
        "INSERT INTO audit (at, act, subject) VALUES (1, 'look', 'visit')"
        " ON CONFLICT (id) DO UPDATE SET act = 'other'"
    )
    assert filled.scalar(sa.select(sa.func.count()).select_from(TABLES["audit"])) == 2


def test_a_table_that_is_not_guarded_may_change(filled: Connection) -> None:
    filled.exec_driver_sql("UPDATE term SET name = '秋'")
    filled.exec_driver_sql("DELETE FROM term")
