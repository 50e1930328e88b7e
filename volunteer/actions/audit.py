"""The trail of acts: one line for each, written in the act's own transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from volunteer.database import table_of
from volunteer.fixed import Fixed
from volunteer.models import AuditLine, Look

_ENCODER = json.JSONEncoder(default=str, ensure_ascii=False)
COLUMNS = "at actor_id act subject facts"
_LOOK = Fixed(insert(table_of(Look)), "at account_id what member_id unit_id")
_INSERT = Fixed(insert(table_of(AuditLine)), f"{COLUMNS} subject_id")


def note(
    session: Session,
    act: str,
    subject: str,
    subject_id: int | None,
    *,
    actor_id: int | None,
    now: datetime,
    **facts: object,
) -> None:
    """Write who did what to which row. *facts* are few and hold no secret."""
    write(session, line_of(act, subject, actor_id=actor_id, now=now, **facts), subject_id)


def write(session: Session, line: dict[str, object], subject_id: int | None) -> None:
    """Write a line that :func:`line_of` made."""
    _INSERT.run(session, line | {"subject_id": subject_id})


def note_look(session: Session, looks: Sequence[Mapping[str, object]]) -> None:
    """Write who looked at whose data: the columns of :class:`Look`. No act, so in no act's transaction."""
    _LOOK.run_many(session, looks)


def line_of(
    act: str, subject: str, *, actor_id: int | None, now: datetime, **facts: object
) -> dict[str, object]:
    """Return the line's values, for whoever writes it together with a row whose key is not known yet."""
    return {
        "at": now,
        "actor_id": actor_id,
        "act": act,
        "subject": subject,
        "facts": _ENCODER.encode(facts) if facts else None,
    }
