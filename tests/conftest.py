"""Fixtures: a database on each engine, sessions, the application, and a cast of people.

A test that takes ``engine``, ``session``, ``app``, ``client`` or ``cast`` runs twice: on SQLite, in a real
file, and on PostgreSQL. A PostgreSQL that does not start fails the tests that need it; it never skips them.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import engines
from tests.cast import Cast, raise_cast
from volunteer.config import Settings
from volunteer.migrate import upgrade
from volunteer.rules.campus import Campus

# A busy machine makes no rule wrong.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")
_STARTED = pytest.StashKey["PostgreSQL"]()
MEMORY_DISK = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """The server of this run: its URL, or why there is none."""

    url: str | None
    trouble: str | None
    stack: ExitStack

    @classmethod
    def start(cls) -> "PostgreSQL":
        """Start it; what goes wrong is told to every test that needs it."""
        stack = ExitStack()
        try:
            return cls(stack.enter_context(engines.postgresql_server()), None, stack)
        except Exception as error:
            # Whatever it is, the tests must fail with it.
            return cls(None, f"PostgreSQL did not start: {error!r}", stack)


def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write in memory, where there is room: it need not survive a power cut.

    Each commit waits for the disk otherwise, for most of the time of a test.
    """
    if MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_DISK))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand every xdist worker the server that the controlling process started before the first of them."""
    stash = node.config.stash
    if _STARTED not in stash:
        stash[_STARTED] = PostgreSQL.start()
    node.workerinput["postgresql"] = (stash[_STARTED].url, stash[_STARTED].trouble)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, once all workers are done."""
    if _STARTED in config.stash:
        config.stash[_STARTED].stack.close()


@pytest.fixture(scope="session")
def postgresql_server(pytestconfig: pytest.Config) -> str:
    """The URL of the run's PostgreSQL; `engines.new_database` makes more databases on it."""
    workerinput = getattr(pytestconfig, "workerinput", None)
    if workerinput:
        url, trouble = workerinput["postgresql"]
    else:
        if _STARTED not in pytestconfig.stash:
            pytestconfig.stash[_STARTED] = PostgreSQL.start()
        url, trouble = pytestconfig.stash[_STARTED].url, pytestconfig.stash[_STARTED].trouble
    if url is None:
        pytest.fail(trouble)
    return str(url)


@pytest.fixture(scope="session")
def postgresql_engine(postgresql_server: str) -> Iterator[Engine]:
    """This worker's database on PostgreSQL. Use ``engine``, which leaves it clean."""
    name = f"fifty_hours_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    engine = engines.open_engine(engines.new_database(postgresql_server, name))
    yield engine
    engine.dispose()
    engines.drop_database(postgresql_server, name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = engines.open_engine(f"sqlite:///{path}")
    upgrade(engine)
    # Without it, part of the tables would still be in the file beside it.
    with engines.one_off(f"sqlite:///{path}") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a migrated, empty database of its own. What the test commits is gone after it."""
    if request.param == "postgresql":
        engine = request.getfixturevalue("postgresql_engine")
        yield engine
        engines.sweep(engine)
        return
    path = tmp_path / "volunteer.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    engine = engines.open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in a writer's transaction that is rolled back after the test.

    A commit inside only ends a savepoint, so another connection sees nothing of it: code that commits for
    others to see is tested with ``engine`` or ``app``.
    """
    with engine.connect().execution_options(is_writer=True) as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def cast(session: Session) -> Cast:
    """Everybody, in the session's own transaction."""
    return raise_cast(session)


@pytest.fixture
def committed_cast(engine: Engine) -> Cast:
    """Everybody, committed: for tests of the application and of several connections."""
    with engine.connect().execution_options(is_writer=True) as connection, Session(connection) as session:
        cast = raise_cast(session)
        session.commit()
    return cast


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    """Settings for the test's database, with secrets that never change."""
    return engines.settings_for(engine, tmp_path)


@pytest.fixture
def campus() -> Campus:
    """Asia/Shanghai, fixed keys, the published workdays: what actions are told about the deployment."""
    return engines.fixed_campus()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on the test's database. An unforeseen error is raised, not turned into a 500.

    After the test every connection must be back in the pool.
    """
    from volunteer import create_app
    from volunteer.database import db

    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        # One that nobody gives back is missing from a server's pool until chance collects it.
        not_given_back = db.engine.pool.checkedout()
        db.engine.dispose()
        assert not_given_back == 0


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has not signed in."""
    return app.test_client()
