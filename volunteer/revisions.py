"""What migrations are written with: shared column types, and the guard of the tables that only grow.

A released migration must go on doing what it did. Change nothing here that one of them uses; add beside it.
"""

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GUARDED_TABLES = (
    "approval",
    "audit",
    "certificate",
    "certificate_end",
    "credit",
    "decision",
    "evidence",
    "ledger_head",
    "look",
    "notice",
    "notice_end",
    "notice_line",
    "over_cap",
    "policy_version",
    "seal",
    "snapshot",
    "witness",
)
# One entry a trigger of a guarded table, by engine.
GUARDS = {
    "sqlite": ("no_update", "no_delete"),
    "postgresql": ("no_change", "no_truncate"),
}

_REFUSE_ON_POSTGRESQL = """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END
    $$
"""


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the column type of a closed list of *values*, held by the CHECK constraint *name*."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def guard(*tables: str) -> None:
    """Make the database itself refuse to change or remove a row of *tables*.

    Rebuilding a table, as ``batch_alter_table`` does on SQLite for most changes, drops its triggers.
    A guarded table is therefore never rebuilt: it gets new columns, or a new table beside it.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSE_ON_POSTGRESQL)
    for table in tables:
        for statement in guards_of(table, op.get_bind().dialect.name):
            op.execute(statement)


def guards_of(table: str, dialect: str) -> tuple[str, ...]:
    """Return the statements that make the triggers of one guarded table."""
    if dialect == "postgresql":
        return (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        )
    # With recursive_triggers on, INSERT OR REPLACE meets the second one too.
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END",
    )
