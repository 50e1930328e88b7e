"""Every constraint of the database parts right from wrong, and only the wrong is refused."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from tests.models.boundaries import BOUNDARIES, DIGEST, OPEN, OTHER_DAY
from tests.models.rows import ISSUED_REQUEST, TABLES, VALID, Row, fill, insert, refused


@pytest.fixture
def filled(engine: Engine) -> Iterator[Connection]:
    """One valid row in every table, and the further ones that the boundaries speak of."""
    with engine.connect().execution_options(is_writer=True) as connection:
        transaction = connection.begin()
        fill(connection)
        for number in ("2", "3"):
            insert(connection, "member", VALID["member"] | {"student_no": number})
        insert(connection, "shift", VALID["shift"] | {"code": "second"})
        insert(connection, "site", VALID["site"] | {"code": "second"})
        insert(connection, "notice", VALID["notice"] | {"ref": "second"})
        for _ in range(2):
            insert(connection, "certificate_request", VALID["certificate_request"] | ISSUED_REQUEST)
        third = {"number": "C-3", "request_id": 3, "digest": "3" * 64}
        insert(connection, "certificate", VALID["certificate"] | third)
        insert(connection, "visit", VALID["visit"] | OPEN | {"member_id": 3, "shift_id": 1})
        insert(connection, "letter", VALID["letter"] | DIGEST | {"digest_on": "2026-03-15"})
        yield connection
        transaction.rollback()


def changed(table: str, change: Row) -> Row:
    """Return the valid row with *change*; a changed policy version also gets a day of its own."""
    return VALID[table] | (OTHER_DAY if change and table == "policy_version" else {}) | change


@pytest.mark.parametrize(
    ("constraint", "table", "taken", "wrong"),
    BOUNDARIES,
    ids=[f"{constraint}-{number}" for number, (constraint, *_) in enumerate(BOUNDARIES)],
)
def test_a_constraint_parts_right_from_wrong(
    filled: Connection, constraint: str, table: str, taken: Row, wrong: Row
) -> None:
    savepoint = filled.begin_nested()
    insert(filled, table, changed(table, taken))
    savepoint.rollback()
    with refused(filled) as names:
        insert(filled, table, changed(table, wrong))
    assert constraint in names


def test_every_constraint_has_its_pair() -> None:
    held = {str(rule.name) for table in TABLES.values() for rule in rules_of(table)}
    assert held - {constraint for constraint, *_ in BOUNDARIES} == set()


def rules_of(table: sa.Table) -> Iterator[sa.Constraint | sa.Index]:
    """Give each uniqueness and range of the table; no running number, reference or closed list."""
    yield from (index for index in table.indexes if index.unique)
    for constraint in table.constraints:
        match constraint:
            case sa.PrimaryKeyConstraint() if "id" not in constraint.columns:
                yield constraint
            case sa.CheckConstraint() if not getattr(constraint, "_type_bound", False):
                yield constraint
            case sa.UniqueConstraint():
                yield constraint


LISTS = [
    (table.name, column.name)
    for table in TABLES.values()
    for column in table.columns
    if isinstance(column.type, sa.Enum)
]


@pytest.mark.parametrize(("table", "column"), LISTS, ids=[".".join(place) for place in LISTS])
def test_a_closed_list_takes_no_other_word(filled: Connection, table: str, column: str) -> None:
    with refused(filled) as names:
        insert(filled, table, VALID[table] | {column: "other"})
    assert names
    assert all(name.startswith(f"ck_{table}_") for name in names)


@pytest.mark.parametrize("table", TABLES)
def test_what_is_not_optional_must_be_given(filled: Connection, table: str) -> None:
    for column in TABLES[table].columns:
        # SQLite numbers a table's rows by its whole-number key, given or not.
        if column.nullable or (column.primary_key and len(TABLES[table].primary_key) == 1):
            continue
        with refused(filled) as names:
            insert(filled, table, VALID[table] | {column.name: None})
        assert names == [f"{table}.{column.name}"]


def test_what_others_refer_to_is_not_removed(filled: Connection) -> None:
    for table in ("member", "unit", "post", "shift", "account"):
        with refused(filled):
            filled.execute(sa.text(f"DELETE FROM {table} WHERE id = 1"))
