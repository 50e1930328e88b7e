"""The demo college on SQLite, filled once a run: other workers copy the file of the first."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import engines
from volunteer.database import writing
from volunteer.demo.fill import fill

NOW = datetime(2026, 5, 14, 2, 40, tzinfo=UTC)
"""A Thursday, 10:40 on the campus."""


def fill_file(path: Path, template: Path) -> None:
    """Make *path* a database with the demo college as of ``NOW``."""
    shutil.copyfile(template, path)
    engine = engines.open_engine(f"sqlite:///{path}")
    with Session(engine) as session, writing(session):
        fill(session, campus=engines.fixed_campus(), now=NOW, watched=nullcontext)
    with engines.one_off(f"sqlite:///{path}") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The file of the filled demo; nobody writes to it."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    path = shared / "demo.db"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            fill_file(shared / "demo.part", sqlite_template)
            (shared / "demo.part").rename(path)
    return path


@pytest.fixture
def filled(filled_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """The demo college on an engine of its own."""
    path = tmp_path / "volunteer.db"
    shutil.copyfile(filled_file, path)
    engine = engines.open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def college(filled: Engine) -> Iterator[Session]:
    """A session on the demo college."""
    with Session(filled) as session:
        yield session
