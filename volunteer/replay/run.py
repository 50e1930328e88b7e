"""Run a scenario on an open database and tell every difference."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from volunteer.database import writing
from volunteer.replay.events import HANDLERS
from volunteer.replay.expect import differences
from volunteer.replay.lines import BadScenario, Event, read_lines
from volunteer.replay.world import World, unknown
from volunteer.rules.campus import Campus
from volunteer.rules.reasons import Refusal
from volunteer.rules.workdays import no_year_known


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the scenario says."""

    place: str
    key: str
    wanted: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.place} {self.key}: wanted {self.wanted!r}, got {self.got!r}"


def replay(
    path: Path, *, engine: Engine, campus: Campus, until: datetime | None = None
) -> Iterator[Difference]:
    """Run the events of *path* in order, each in a transaction of its own, and yield what differs.

    Working days are those that the scenario enters, over Monday to Friday: a later edition of the published
    calendar must not change what an old scenario tells.

    Raises:
        BadScenario: A line is not of the grammar, or names what it never introduced.
    """
    with Session(engine) as session:
        world = World(session=session, campus=replace(campus, published_workdays=no_year_known))
        for event in read_lines(path):
            if until is not None and event.at > until:
                return
            try:
                yield from _run(world, event)
            except KeyError as error:
                raise unknown(event, error) from error
            except BadScenario:
                raise
            except (TypeError, ValueError, OverflowError) as error:
                # A value that no code of ours could take, such as a role that does not exist.
                raise BadScenario(f"{event.place}: {error}") from error


def _run(world: World, event: Event) -> Iterator[Difference]:
    if event.do == "expect":
        yield from _compare(world, event)
        return
    refused = None
    if event.do in ("check_in", "check_out"):
        # The display lives whatever becomes of the scan.
        with writing(world.session):
            world.display(event.text("post"), event.at, is_poster=bool(event.keys.get("printed")))
    try:
        with writing(world.session):
            HANDLERS[event.do](world, event)
    except Refusal as refusal:
        refused = refusal.reason.value
    if refused != event.refused:
        yield Difference(event.place, "refused", event.refused, refused)


def _compare(world: World, event: Event) -> Iterator[Difference]:
    try:
        for key, wanted, got in differences(world, event):
            yield Difference(event.place, key, wanted, got)
    except Refusal as refusal:
        # What is expected of does not exist at all.
        yield Difference(event.place, "expect", "a record", refusal.reason.value)
    world.session.rollback()
