"""On PostgreSQL the application serves as a role that owns nothing: what only grows it cannot change."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from tests import engines
from tests.actions.stage import Stage
from tests.cast import Cast
from volunteer.database import writing
from volunteer.migrate import grant_to
from volunteer.models import Credit
from volunteer.revisions import GUARDED_TABLES
from volunteer.rules.campus import Campus

ON_POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture
def role(engine: Engine) -> str:
    """A name that takes quoting; roles belong to the whole server, where other tests run at the same time."""
    return f"{engine.url.database}'s clerk"


@pytest.fixture
def served(engine: Engine, committed_cast: Cast, role: str) -> Iterator[Engine]:
    """The same database, as the role that serves."""
    url = engine.url.render_as_string(hide_password=False)
    quoted = engine.dialect.identifier_preparer.quote_identifier(role)
    with engines.one_off(url) as connection:
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {quoted}")
        connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN")
    grant_to(url, role)
    own = engines.open_engine(make_url(url).set(username=role).render_as_string(hide_password=False))
    yield own
    own.dispose()
    with engines.one_off(url) as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {quoted}")
        connection.exec_driver_sql(f"DROP ROLE {quoted}")


@ON_POSTGRESQL
def test_it_can_do_what_a_service_takes(served: Engine, committed_cast: Cast, campus: Campus) -> None:
    with Session(served) as session, writing(session):
        stage = Stage(session, committed_cast, campus)
        visit = stage.serve("mei", "09:00", "12:00")
        assert stage.stands(visit)[2] == 180
        assert stage.count(Credit) == 1


@ON_POSTGRESQL
@pytest.mark.parametrize("table", [*GUARDED_TABLES, "alembic_version"])
def test_it_can_change_and_remove_nothing_that_only_grows(served: Engine, table: str) -> None:
    for statement in (
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"UPDATE {table} SET {_first(served, table)} = NULL",
    ):
        with served.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(statement))


@ON_POSTGRESQL
def test_it_cannot_lift_a_guard(served: Engine) -> None:
    with served.connect() as connection, pytest.raises(ProgrammingError, match="must be owner"):
        connection.execute(text("DROP TRIGGER credit_no_change ON credit"))
    with served.connect() as connection, pytest.raises(ProgrammingError, match="must be owner"):
        connection.execute(text("ALTER TABLE credit DISABLE TRIGGER ALL"))


@ON_POSTGRESQL
def test_said_again_it_changes_nothing(served: Engine, engine: Engine, role: str) -> None:
    grant_to(engine.url.render_as_string(hide_password=False), role)
    with served.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM credit")) == 0


def test_sqlite_has_no_roles() -> None:
    with pytest.raises(ValueError, match="no roles on sqlite"):
        grant_to("sqlite://", "clerk")


def _first(engine: Engine, table: str) -> str:
    with engine.connect() as connection:
        return str(next(iter(connection.execute(text(f'SELECT * FROM "{table}" LIMIT 0')).keys())))
