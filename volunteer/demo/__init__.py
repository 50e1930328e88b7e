"""The demo college: invented people and places, made through the same actions as everything else.

A fill is one transaction: whoever looks meanwhile sees the empty database, an interrupted fill leaves
nothing behind, and of two starts at once the second waits and finds the work done.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import click
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.config import Settings
from volunteer.database import listen, writing
from volunteer.demo.fill import fill
from volunteer.demo.refresh import is_demo, is_empty, refresh
from volunteer.demo.world import Step
from volunteer.stats.demo_faces import demo_faces

# Any number, the same in every process: "demo" in ASCII.
_LOCK = 0x64656D6F
_PATIENCE = 30
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One person as whom a visitor may sign in; the password is the login."""

    role: str
    login: str
    name: str


class NotADemo(click.ClickException):
    """The database holds something that the demo must not touch."""


def fill_or_refresh(settings: Settings, *, now: datetime | None = None) -> list[Login]:
    """Fill an empty database with the demo college, or bring a demo to today; return a login for each role.

    Raises:
        NotADemo: The database is filled with something else.
    """
    engine = create_engine(settings.database_url)
    listen(engine)
    try:
        with Session(engine) as session:
            _in_turn(session, lambda: _bring_to(session, settings, now or clock.utc_now()))
            return [
                Login(role=face.role.value if face.role else "student", login=face.login, name=face.name)
                for face in demo_faces(session)
            ]
    finally:
        engine.dispose()


def _bring_to(session: Session, settings: Settings, now: datetime) -> None:
    if is_demo(session):
        refresh(session, campus=settings.campus, now=now)
    elif is_empty(session):
        fill(session, campus=settings.campus, now=now, watched=_bar)
    else:
        raise NotADemo(
            "This database is filled, and not with the demo college: nothing was changed. Name another one"
            " with VOLUNTEER_DATABASE_URL, or start this one with `volunteer serve`."
        )


def _bar(steps: Sequence[Step]) -> AbstractContextManager[Iterable[Step]]:
    return click.progressbar(steps, label="Filling the demo college", update_min_steps=100)


def _in_turn(session: Session, work: Callable[[], None]) -> None:
    """Run *work* in a writer's transaction, as soon as no other start holds one."""
    for turn in range(_PATIENCE):
        try:
            with writing(session):
                _lock(session.get_bind().engine, session)
                work()
        except OperationalError as error:
            # Only the beginning can meet it: whoever has begun as a writer is alone.
            if "database is locked" not in str(error.orig) or turn == _PATIENCE - 1:
                raise
            click.echo("Another start is filling the demo college; waiting for it.")
        else:
            return


def _lock(engine: Engine, session: Session) -> None:
    if engine.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
