"""The stage: the cast of people with short verbs, proven after every test."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.actions.stage import Stage
from tests.cast import Cast
from volunteer.rules.campus import Campus


@pytest.fixture
def stage(session: Session, cast: Cast, campus: Campus) -> Iterator[Stage]:
    """Everybody, ready to act. Whatever a test did, the ledger then equals the evidence."""
    stage = Stage(session, cast, campus)
    yield stage
    stage.prove()
