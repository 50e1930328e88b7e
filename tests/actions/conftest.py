"""The stage: the cast of people with short verbs, proven after every test.

The cast is committed once a worker and engine; each test plays in a transaction that is undone after it.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import engines
from tests.actions.stage import Stage
from tests.cast import Cast, raise_cast
from volunteer.rules.campus import Campus

Theatre = tuple[Engine, Cast]


@contextmanager
def _theatre(url: str) -> Iterator[Theatre]:
    """Commit the cast to a database, and give both."""
    engine = engines.open_engine(url)
    with engine.connect().execution_options(is_writer=True) as connection, Session(connection) as session:
        cast = raise_cast(session)
        session.commit()
    yield engine, cast
    engine.dispose()


@pytest.fixture(scope="session")
def theatre_on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    path = tmp_path_factory.mktemp("theatre") / "volunteer.db"
    shutil.copyfile(sqlite_template, path)
    with _theatre(f"sqlite:///{path}") as theatre:
        yield theatre


@pytest.fixture(scope="session")
def theatre_on_postgresql(postgresql_server: str) -> Iterator[Theatre]:
    # Folders of tests that share these people each raise a theatre of their own.
    name = f"theatre_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{secrets.token_hex(3)}"
    with _theatre(engines.new_database(postgresql_server, name)) as theatre:
        yield theatre
    engines.drop_database(postgresql_server, name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stage(request: pytest.FixtureRequest, campus: Campus) -> Iterator[Stage]:
    """Everybody, ready to act. Whatever a test did, the ledger then equals the evidence."""
    engine, cast = request.getfixturevalue(f"theatre_on_{request.param}")
    connection: Any
    with engine.connect().execution_options(is_writer=True) as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            stage = Stage(session, cast, campus)
            yield stage
            stage.prove()
        outer.rollback()
