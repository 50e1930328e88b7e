"""The trail of acts: one line for each, written in the act's own transaction."""

import json
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from volunteer.database import table_of
from volunteer.fixed import Fixed
from volunteer.models import AuditLine

_ENCODER = json.JSONEncoder(default=str, ensure_ascii=False)
_INSERT = Fixed(insert(table_of(AuditLine)), "at actor_id act subject subject_id facts")


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
    _INSERT.run(
        session,
        {
            "at": now,
            "actor_id": actor_id,
            "act": act,
            "subject": subject,
            "subject_id": subject_id,
            "facts": _ENCODER.encode(facts) if facts else None,
        },
    )
