"""The first lines of those who decide or keep posts: what there is to do today, each with its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from volunteer.actions.calendar import work_calendar
from volunteer.rules.roles import Actor
from volunteer.rules.workdays import deadline_after
from volunteer.stats import todo
from volunteer.stats.todo import Forgotten, Waiting
from volunteer.web import access
from volunteer.web.show import settings

SOON_WORKDAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What there is to do; ``more`` tells that not everybody who forgot is listed."""

    waiting: Waiting
    forgotten: Sequence[Forgotten]
    more: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        wait = self.waiting
        papers = wait.certificates or wait.decisions or wait.recounts
        return not (wait.cases or wait.questions or papers or self.forgotten)


def today_of(session: Session, actor: Actor, *, now: datetime, unit_path: str | None = None) -> Today | None:
    """Return what the account has to do, or None where it neither decides nor keeps anything."""
    if not access.roles() & access.KEEPERS:
        return None
    campus = settings().campus
    last = deadline_after(campus.day(now), SOON_WORKDAYS, work_calendar(session, campus)).day
    waiting = todo.waiting_for(
        session, actor, now=now, today=campus.day(now), due_by=last, unit_path=unit_path
    )
    return Today(
        waiting=waiting,
        forgotten=waiting.forgotten[: todo.FORGOTTEN_SHOWN],
        more=len(waiting.forgotten) > todo.FORGOTTEN_SHOWN,
    )
