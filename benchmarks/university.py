"""A university of any size to measure roll-ups on: every row by arithmetic, written a table a statement.

Members serve fifty times in three years; a third of them are on probation. A branch has a hundred members, or
as many as are asked for, a college ten branches, ten posts and three bases; a bigger university has more
colleges, each as large as before. Ten million visits take about a quarter of an hour to write and as long
again to add up, by the same code as the housekeeping's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime

from sqlalchemy import (
    Connection,
    Engine,
    case,
    distinct,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from benchmarks.renew import renew
from volunteer.database import Model, table_of
from volunteer.migrate import upgrade
from volunteer.models import Credit, KeptPeriod, KeptSum, PolicyVersion, ProbationWindow, Term, Unit, Visit
from volunteer.revisions import SUMMING, summing_of
from volunteer.rules.kinds import UnitKind
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.tally import RollUpKind
from volunteer.stats.kept import SUM_COLUMNS, in_window, periods
from volunteer.stats.served import FIGURES, GRADES, Days, key_of, within

VISITS_EACH = 50
BRANCH, BRANCHES = 100, 10
FIRST_DAY, DAYS = date(2024, 1, 1), 1000
TODAY = date(2026, 9, 27)
YEAR = Days.calendar_year(2025)
ACADEMIC_YEAR = Days.academic_year(2024)
TERM = Days(from_on=date(2025, 2, 17), to_on=date(2025, 7, 7))
# The running year is kept as well: pages open with it.
PERIODS = (YEAR, ACADEMIC_YEAR, TERM, Days.calendar_year(TODAY.year))
On = Callable[[str], str]
LONG_AGO = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
UNIVERSITY_PATH, COLLEGE_PATH, BRANCH_PATH = "/1/", "/1/2/", "/1/2/10002/"
# For whoever writes alone and could begin again: no reference checked, no disk waited for, sorted in memory.
_HURRY = {
    "sqlite": (
        "PRAGMA foreign_keys=OFF",
        "PRAGMA synchronous=OFF",
        "PRAGMA journal_mode=OFF",
        "PRAGMA temp_store=MEMORY",
        "PRAGMA cache_size=-1000000",
    ),
    "postgresql": (
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '512MB'",
        "SET work_mem = '512MB'",
    ),
}
# Ids: the university 1, colleges from 2, branches from 10,002; every other table from 1.
_FIRST_COLLEGE, _FIRST_BRANCH = 2, 10_002


def _tables(on: On, branch: int) -> dict[str, tuple[str, dict[str, str]]]:
    """Return by table its columns and, by what there is a number of, the values of the n-th from 0.

    In the order in which they refer to each other.
    """
    of_branch = branch * VISITS_EACH
    # Of the member's own college, another post each time; on another day each time, spread over the years.
    post = f"(n / {of_branch * BRANCHES} * 10 + (n / 50 + n % 50) % 10)"
    day = "(n % 50 * 20 + (n / 50 * 7 + n % 50) % 20)"
    net = "60 + n % 4 * 60"
    grade = "CASE n % 20 WHEN 0 THEN 'E' WHEN 1 THEN 'C' WHEN 2 THEN 'A' WHEN 3 THEN 'A' ELSE 'B' END"
    begins = f"{LONG_AGO} + n % {DAYS} * 86400"
    due = on("(965 + n % 400)")
    return {
        "unit": (
            "id, code, name, kind, branch_kind, parent_id, path",
            {
                "universities": "1, 'UNI', '大学党委', 'university', NULL, NULL, '/1/'",
                "colleges": "n + 2, 'C' || n, '学院' || n, 'college', NULL, 1, '/1/' || (n + 2) || '/'",
                "branches": "n + 10002, 'B' || n, '支部' || n, 'branch', 'student', 2 + n / 10,"
                " '/1/' || (2 + n / 10) || '/' || (n + 10002) || '/'",
            },
        ),
        "base": ("id, code, name, status", {"bases": "n + 1, 'BASE' || n, '基地' || n, 'agreed'"}),
        "post": (
            "id, code, name, base_id, unit_id, category, compensation",
            {
                "posts": "n + 1, 'P' || n, '岗位' || n, CASE WHEN n % 10 < 6 THEN n / 10 * 3 + n % 3 + 1 END,"
                " 2 + n / 10, 'service', 'none'"
            },
        ),
        "member": (
            "id, student_no, name, sort_key, initials, unit_id, stage",
            {
                "members": f"n + 1, 'S' || n, '学生' || n, 'xue sheng', 'xs', n / {branch} + 10002,"
                " CASE WHEN n % 3 = 0 THEN 'probationary' ELSE 'full' END"
            },
        ),
        "membership": (
            "member_id, unit_id, from_on",
            {"members": f"n + 1, n / {branch} + 10002, {on('0')}"},
        ),
        "probation": (
            "member_id, starts_on, ends_before, outcome, decided_on",
            {
                "members": f"n + 1, {on('(600 + n % 400)')}, {due},"
                f" CASE WHEN n % 3 > 0 THEN 'converted' END, CASE WHEN n % 3 > 0 THEN {due} END"
            },
        ),
        "shift": (
            "id, code, post_id, starts_at, ends_at, first_ends_at, capacity, is_opened_on_spot,"
            " is_for_make_ups, published_at",
            {
                "shifts": f"n + 1, 'H' || n, n / {DAYS} + 1, {begins}, {begins} + 14400, {begins} + 14400,"
                f" CASE WHEN n / {DAYS} % 4 > 0 THEN 60 END, false, false, {LONG_AGO}"
            },
        ),
        "visit": (
            "id, member_id, shift_id, post_id, unit_id, policy_id, served_on, state, grade, version,"
            " is_keepers_own, is_display_silent, is_taken_confirmed, waits_for_committee, net_min,"
            " credited_min, pending_min, lost_outside_shift, lost_away, lost_break, lost_overlap,"
            " lost_too_short, lost_rounding, lost_day_cap, kept_net, kept_credited, kept_grade",
            {
                "visits": f"n + 1, n / 50 + 1, {post} * {DAYS} + {day} + 1, {post} + 1,"
                f" n / {of_branch} + 10002, 1, {on(day)}, 'confirmed', {grade}, 1,"
                f" false, false, false, false, {net}, {net}, 0, 0, 0, 0, 0, 0, 0, 0, {net}, {net}, {grade}"
            },
        ),
        "credit": (
            "id, member_id, member_seq, visit_id, unit_id, post_id, day, net_min, credited_min, is_reversal,"
            " grade, cause, at",
            {
                "visits": f"n + 1, n / 50 + 1, n % 50 + 1, n + 1, n / {of_branch} + 10002, {post} + 1,"
                f" {on(day)}, {net}, {net}, false, {grade}, 'check_out', {LONG_AGO}"
            },
        ),
    }


def ready(engine: Engine, *, visits: int, branch: int = BRANCH) -> None:
    """Fill the database of *engine* with so many visits, fifty a member, unless it is filled."""
    upgrade(engine)
    renew(engine)
    with Session(engine) as session:
        is_there = session.get(Visit, visits) is not None
    if not is_there:
        _found(engine, visits, branch)
    _keep_sums(engine)


def _found(engine: Engine, visits: int, branch: int) -> None:
    members = visits // VISITS_EACH
    branches = members // branch
    colleges = -(-branches // BRANCHES)
    counts = {
        "universities": 1,
        "colleges": colleges,
        "branches": branches,
        "bases": colleges * 3,
        "posts": colleges * 10,
        "members": members,
        "shifts": colleges * 10 * DAYS,
        "visits": visits,
    }
    with _in_a_hurry(engine) as connection, connection.begin():
        policy = asdict(HoursPolicy(effective_on=FIRST_DAY)) | {"stages": "probationary"}
        connection.execute(
            insert(table_of(PolicyVersion)),
            policy | {"id": 1, "entered_at": datetime.fromtimestamp(LONG_AGO, UTC)},
        )
        term = {"code": "T", "name": "春季学期", "starts_on": TERM.from_on, "ends_before": TERM.to_on}
        connection.execute(insert(table_of(Term)), term)
        on = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql
        with _without_triggers(connection):
            with _without_indexes(connection):
                for table, (columns, kinds) in _tables(on, branch).items():
                    for kind, values in kinds.items():
                        _write(connection, table, columns, values, counts[kind])
            connection.execute(update(ProbationWindow).values(counted_min=in_window()))
    _settle(engine)


def _keep_sums(engine: Engine) -> None:
    """Add up what is not kept yet."""
    with Session(engine) as session:
        missing = [days for days in PERIODS if days not in periods(session)]
    for days in missing:
        with _in_a_hurry(engine) as connection, Session(connection) as session:
            row = KeptPeriod(from_on=days.from_on, to_on=days.to_on)
            session.add(row)
            session.flush()
            for kind in RollUpKind:
                _sum_up(session, kind, row.id, days)
            session.commit()
    if missing:
        _settle(engine)


def _sum_up(session: Session, kind: RollUpKind, period_id: int, days: Days) -> None:
    """Add up the branches from their visits, and what is above them from what is below.

    That comes to the same because here nobody changes the branch or serves twice at one post on a day, and
    it is several times as fast as what holds for everybody.
    """
    key, joins = key_of(kind)
    visits = (
        select(
            literal(period_id),
            literal(kind.value),
            Visit.unit_id,
            key,
            func.count(distinct(Visit.member_id)),
            func.count(),
            func.count(),
            func.sum(Visit.net_min),
            func.sum(Visit.credited_min),
            *(func.sum(case((Visit.grade == grade, Visit.net_min), else_=0)) for grade in GRADES),
        )
        .where(*within(days), Visit.net_min > 0)
        .group_by(Visit.unit_id, key.element)
    )
    for table, condition in joins:
        visits = visits.join(table, condition)
    session.execute(insert(KeptSum).from_select(SUM_COLUMNS, visits))
    for below in (UnitKind.BRANCH, UnitKind.COLLEGE):
        sums = (
            select(
                KeptSum.period_id,
                KeptSum.kind,
                Unit.parent_id,
                KeptSum.key,
                *(func.sum(getattr(KeptSum, name)) for name in FIGURES),
            )
            .join(Unit, Unit.id == KeptSum.unit_id)
            .where(KeptSum.period_id == period_id, KeptSum.kind == kind, Unit.kind == below)
            .group_by(KeptSum.period_id, KeptSum.kind, Unit.parent_id, KeptSum.key)
        )
        session.execute(insert(KeptSum).from_select(SUM_COLUMNS, sums))


def _settle(engine: Engine) -> None:
    """Do what a PostgreSQL does by itself. SQLite is measured as it serves: nobody ever analyses it."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _on_sqlite(days: str) -> str:
    return f"date('{FIRST_DAY}', {days} || ' days')"


def _on_postgresql(days: str) -> str:
    return f"date '{FIRST_DAY}' + {days}"


def _write(connection: Connection, table: str, columns: str, values: str, count: int) -> None:
    """Write so many rows; what is not named has its default."""
    named = columns.split(", ")
    others = {
        column.name: _spelled(column.default.arg)  # type: ignore[attr-defined]
        for column in Model.metadata.tables[table].columns
        if column.name not in named and column.default is not None
    }
    rows = ", ".join([values, *others.values()])
    numbers = (
        f"WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1})"
        f" SELECT {rows} FROM numbers"
        if connection.dialect.name == "sqlite"
        else f"SELECT {rows} FROM generate_series(0, {count - 1}) AS numbers(n)"
    )
    connection.execute(text(f"INSERT INTO {table} ({', '.join([*named, *others])}) {numbers}"))


def _spelled(default: object) -> str:
    return f"'{default}'" if isinstance(default, str) else str(default).lower()


@contextmanager
def _in_a_hurry(engine: Engine) -> Iterator[Connection]:
    """Give a connection that checks no reference, waits for no disk and sorts in memory."""
    dialect = engine.dialect.name
    with engine.connect().execution_options(is_writer=True) as connection:
        for statement in _HURRY[dialect]:
            connection.connection.cursor().execute(statement)
        connection.commit()
        yield connection
        connection.commit()
        if dialect == "sqlite":
            connection.connection.cursor().execute("PRAGMA journal_mode=WAL")
    # The other settings were the connection's own.
    engine.dispose()


@contextmanager
def _without_triggers(connection: Connection) -> Iterator[None]:
    """Let windows be added up all at once; on PostgreSQL who is in a hurry starts no trigger anyway."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name in SUMMING["sqlite"] if is_sqlite else ():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for statement in summing_of("sqlite") if is_sqlite else ():
        connection.exec_driver_sql(statement)


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Make the indexes of the two large tables once their rows are there."""
    indexes = [index for model in (Visit, Credit) for index in table_of(model).indexes]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)
