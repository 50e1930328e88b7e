"""Service elsewhere, taken in from another platform's sheet: a request each row, decided together.

The rules are those of a single outside record; what differs is that a file takes a few statements, not a few
a row.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, check_reviewer
from volunteer.actions.ask import REASON_LENGTH
from volunteer.actions.audit import line_of, note
from volunteer.actions.calendar import work_calendar
from volunteer.database import table_of
from volunteer.models import AuditLine, Member, OutsideBatch, OutsideSource, Request
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import RequestKind, RequestState
from volunteer.rules.names import clean_line
from volunteer.rules.outside import OutsideEntry
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.workdays import deadline_after
from volunteer.stats.outside import branches_over_time, outside_minutes
from volunteer.stats.policies import policies

REQUEST, AUDIT = table_of(Request), table_of(AuditLine)
SOURCE_LENGTH = 40


def keep_source(
    session: Session,
    *,
    unit_id: int,
    name: str,
    mapping: Mapping[str, str],
    actor: Actor | None,
    now: datetime,
) -> int:
    """Remember how a platform names its columns, and return its number.

    Raises:
        Refusal: ``NOT_ALLOWED`` or ``BAD_FIELD``.
    """
    check_reviewer(session, actor, unit_id)
    name = clean_line(name, "source", longest=SOURCE_LENGTH)
    text = json.dumps(dict(sorted(mapping.items())), ensure_ascii=False)
    source = session.execute(
        select(OutsideSource).where(OutsideSource.unit_id == unit_id, OutsideSource.name == name)
    ).scalar_one_or_none()
    if source is None:
        source = OutsideSource(unit_id=unit_id, name=name, mapping="", changed_at=now)
        session.add(source)
    if source.mapping != text:
        source.mapping, source.changed_by_id, source.changed_at = text, actor_id(actor), now
    session.flush()
    return source.id


def add_outside(
    session: Session,
    *,
    entries: Sequence[OutsideEntry],
    source: tuple[int, str],
    unit_id: int,
    name: str,
    digest: str,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
) -> int:
    """Ask for the rows of a sheet, all or none, and return how many.

    They have been judged before. A row that another file brought in between fails the whole by its name.

    Args:
        source: The platform's number and name.
        name: Of the file.

    Raises:
        Refusal: ``NOT_ALLOWED``, or ``BUDGET_USED`` where somebody else asked in between.
    """
    check_reviewer(session, actor, unit_id)
    if not entries:
        return 0
    by, versions = actor_id(actor), policies(session)
    members = {entry.member_id for entry in entries}
    # Two files at once must see each other, or both would fit below the limit.
    session.execute(select(Member.id).where(Member.id.in_(members)).with_for_update(key_share=True)).all()
    _check_limits(entries, outside_minutes(session, members), versions)
    batch = OutsideBatch(
        source_id=source[0],
        unit_id=unit_id,
        name=name,
        digest=digest,
        rows=len(entries),
        sent_by_id=by,
        sent_at=now,
    )
    session.add(batch)
    session.flush()
    shared = {
        "kind": RequestKind.OUTSIDE,
        "batch_id": batch.id,
        "reason": name[:REASON_LENGTH],
        "asked_by_id": by,
        "asked_at": now,
        "state": RequestState.ASKED,
    }
    homes, deadlines = branches_over_time(session, members), _deadlines(session, entries, versions, campus)
    session.execute(
        insert(REQUEST),
        [
            {
                **shared,
                "ref": entry.ref(source[1]),
                "member_id": entry.member_id,
                "unit_id": _home_on(homes[entry.member_id], entry.on),
                "starts_at": entry.span.start if entry.span else None,
                "ends_at": entry.span.end if entry.span else None,
                "on": entry.on,
                "minutes": entry.minutes,
                "what": entry.what,
                "deadline_on": deadlines[entry.on][0],
                "is_deadline_provisional": deadlines[entry.on][1],
            }
            for entry in entries
        ],
    )
    asked = session.scalars(select(Request.id).where(Request.batch_id == batch.id).order_by(Request.id))
    line = line_of("ask_outside", "request", actor_id=by, now=now, file=batch.id)
    session.execute(insert(AUDIT), [line | {"subject_id": number} for number in asked])
    note(
        session,
        "import_outside",
        "outside_batch",
        batch.id,
        actor_id=by,
        now=now,
        added=len(entries),
        source=digest,
    )
    return len(entries)


def _check_limits(
    entries: Sequence[OutsideEntry], used: dict[int, int], versions: Sequence[HoursPolicy]
) -> None:
    for entry in entries:
        most = policy_on(entry.on, versions).outside_max_min
        before = used.get(entry.member_id, 0)
        if before + entry.minutes > most:
            raise Refusal(Reason.BUDGET_USED, minutes_left=max(0, most - before), case="record")
        used[entry.member_id] = before + entry.minutes


def _deadlines(
    session: Session, entries: Sequence[OutsideEntry], versions: Sequence[HoursPolicy], campus: Campus
) -> dict[date, tuple[date, bool]]:
    calendar = work_calendar(session, campus)
    found = {}
    for day in {entry.on for entry in entries}:
        deadline = deadline_after(day, policy_on(day, versions).record_deadline_workdays, calendar)
        found[day] = (deadline.day, deadline.is_provisional)
    return found


def _home_on(homes: Sequence[tuple[date, int]], day: date) -> int:
    """Return the branch on that day; before the first one it is the first."""
    return next((unit for since, unit in reversed(homes) if since <= day), homes[0][1])
