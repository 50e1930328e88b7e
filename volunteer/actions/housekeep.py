"""What time alone brings about: visits past their grace, lines to seal, heads to sign, names to forget.

Done once or ten times, by one process or by several at once, it comes to the same.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic, sleep

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from volunteer.actions import kept
from volunteer.actions.anonymise import AT_ONCE as NAMES_AT_ONCE
from volunteer.actions.anonymise import anonymise_due
from volunteer.actions.book import Why, around_visit, book
from volunteer.actions.remind import tell_daily, tell_due
from volunteer.actions.seal import BATCH, seal, sign_heads
from volunteer.database import in_transaction, transaction
from volunteer.models import Letter, Message, Shift, Upload, Visit, WrongTry
from volunteer.rules.campus import Campus
from volunteer.rules.evidence import state_at
from volunteer.rules.kinds import VisitState
from volunteer.signatures import HeadSigner
from volunteer.stats.json_rows import spelled

AT_ONCE = 100
LONGEST_REST_S = 1.0
WRONG_TRIES_KEPT = timedelta(days=1)
# A file that nobody applied. It holds names.
UPLOADS_KEPT = timedelta(days=1)
MESSAGES_KEPT = timedelta(days=120)


class _Undone(Exception):
    """Ends a dry run: nothing of it is kept."""


def housekeep(
    *, campus: Campus, signer: HeadSigner, retention_years: int, now: datetime
) -> Mapping[str, int]:
    """Do all that is due, each step in transactions of its own, and return how much of each was done."""
    steps = _steps(campus, signer, retention_years, now)
    return {name: until_done(step, at_once) for name, (step, at_once) in steps.items()}


def would_do(*, campus: Campus, signer: HeadSigner, retention_years: int, now: datetime) -> Mapping[str, int]:
    """Return how much of each is due. All of it is done in one transaction, which is then let go."""
    found: dict[str, int] = {}
    try:
        with transaction() as session:
            for name, (step, at_once) in _steps(campus, signer, retention_years, now).items():
                found[name] = total = step(session)
                while total >= at_once and (more := step(session)) > 0:
                    found[name] += more
                    total = more
            raise _Undone
    except _Undone:
        return found


def _steps(
    campus: Campus, signer: HeadSigner, retention_years: int, now: datetime
) -> Mapping[str, tuple[Callable[[Session], int], int]]:
    """Return each step with the most that it does at once."""
    return {
        "closed": (lambda session: close_past_grace(session, campus=campus, now=now), AT_ONCE),
        "sealed": (seal, BATCH),
        "kept": (kept.keep_sums, kept.AT_ONCE),
        "signed": (
            lambda session: sign_heads(session, on=campus.day(now), signer=signer, now=now),
            sys.maxsize,
        ),
        "told": (lambda session: _tell(session, campus, now), sys.maxsize),
        "forgotten": (lambda session: forget(session, now=now), sys.maxsize),
        "anonymised": (
            lambda session: anonymise_due(session, years=retention_years, campus=campus, now=now),
            NAMES_AT_ONCE,
        ),
    }


def _tell(session: Session, campus: Campus, now: datetime) -> int:
    return tell_due(session, now=now) + tell_daily(session, campus=campus, now=now)


def until_done(step: Callable[[Session], int], at_once: int) -> int:
    """Repeat a step that does at most so much at once: nobody waits for long behind it.

    After each it rests as long as it worked. Who waits on SQLite asks only now and then, and would find a
    writer that begins again at once there every time.
    """
    total = 0
    began = monotonic()
    while (done := in_transaction(step)) > 0:
        total += done
        if done < at_once:
            break
        sleep(min(monotonic() - began, LONGEST_REST_S))
        began = monotonic()
    return total


def close_past_grace(session: Session, *, campus: Campus, now: datetime) -> int:
    """Write down which visits are unclosed; they read so already. Return how many, of the oldest hundred."""
    found = session.execute(
        select(Visit.id)
        .join(Shift, Shift.id == Visit.shift_id)
        .where(Visit.state == spelled(VisitState.OPEN), Shift.ends_at < now)
        .order_by(Shift.ends_at, Visit.id)
        .limit(AT_ONCE)
    ).scalars()
    return sum(_close(session, visit_id, campus, now) for visit_id in found.all())


def _close(session: Session, visit_id: int, campus: Campus, now: datetime) -> bool:
    near, visit = around_visit(session, visit_id)
    state = state_at(visit.state, visit.shift.end, visit.policy, now)
    if state is visit.state:
        return False
    why = Why(cause="unclosed", actor_id=None, now=now)
    book(session, near.replacing(replace(visit, state=state)), zone=campus.zone, why=why, changed=(visit_id,))
    return True


def forget(session: Session, *, now: datetime) -> int:
    """Remove what was kept for a while only, and return how many rows."""
    tries = delete(WrongTry).where(WrongTry.at < now - WRONG_TRIES_KEPT)
    files = delete(Upload).where(Upload.applied_at.is_(None), Upload.sent_at < now - UPLOADS_KEPT)
    old = select(Message.id).where(Message.at < now - MESSAGES_KEPT)
    letters = delete(Letter).where(Letter.message_id.in_(old))
    messages = delete(Message).where(Message.at < now - MESSAGES_KEPT)
    digests = delete(Letter).where(Letter.digest_on < (now - MESSAGES_KEPT).date())
    steps = (tries, files, letters, digests, messages)
    return sum(session.execute(statement).rowcount for statement in steps)  # type: ignore[attr-defined]
