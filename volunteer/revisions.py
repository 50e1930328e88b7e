"""What migrations are written with: column types, the guard of tables that only grow, the sum of a window.

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

_COUNTED = (
    "(SELECT coalesce(sum(credit.credited_min), 0) FROM credit WHERE credit.member_id = {row}.member_id"
    " AND credit.day >= {row}.starts_on AND credit.day < {row}.ends_before)"
)
# By name, by engine: after a line of the ledger, and whatever is written into a window.
SUMMING = {
    "sqlite": {
        "credit_counts": "AFTER INSERT ON credit BEGIN UPDATE probation SET counted_min = "
        + _COUNTED.format(row="probation")
        + " WHERE member_id = NEW.member_id; END",
        **{
            f"probation_counted_{event.split()[0].lower()}": f"AFTER {event} ON probation"
            f" WHEN NEW.counted_min <> {_COUNTED.format(row='NEW')}"
            f" BEGIN UPDATE probation SET counted_min = {_COUNTED.format(row='NEW')}"
            " WHERE member_id = NEW.member_id; END"
            for event in ("INSERT", "UPDATE OF starts_on, ends_before, counted_min")
        },
    },
    "postgresql": {
        "credit_counts": "AFTER INSERT ON credit FOR EACH ROW EXECUTE FUNCTION count_credit()",
        "probation_counted": "BEFORE INSERT OR UPDATE OF starts_on, ends_before, counted_min ON probation"
        " FOR EACH ROW WHEN (NEW.counted_min IS NOT NULL) EXECUTE FUNCTION keep_counted()",
    },
}
# Who credits holds the member's row a little, who begins her window holds it wholly: one of the two sees what
# the other wrote, though neither has committed when they meet.
_SUMMING_ON_POSTGRESQL = (
    """
    CREATE FUNCTION count_credit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM member WHERE id = NEW.member_id FOR KEY SHARE;
        UPDATE probation SET counted_min = 0 WHERE member_id = NEW.member_id;
        RETURN NULL;
    END
    $$
    """,
    f"""
    CREATE FUNCTION keep_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM 1 FROM member WHERE id = NEW.member_id FOR UPDATE;
        END IF;
        NEW.counted_min := {_COUNTED.format(row="NEW")};
        RETURN NEW;
    END
    $$
    """,
)


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


def keep_counted() -> None:
    """Make the database itself keep ``probation.counted_min``: what the ledger has inside the window.

    Whoever writes a line or moves a window need not think of it, and a number typed into it is not kept.
    """
    dialect = op.get_bind().dialect.name
    for function in _SUMMING_ON_POSTGRESQL if dialect == "postgresql" else ():
        op.execute(function)
    for statement in summing_of(dialect):
        op.execute(statement)


def summing_of(dialect: str) -> tuple[str, ...]:
    """Return the statements that make the triggers which keep ``probation.counted_min``."""
    return tuple(f"CREATE TRIGGER {name} {what}" for name, what in SUMMING[dialect].items())
