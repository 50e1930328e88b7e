"""What the college sets for all: terms that do not overlap, days of the calendar, versions of the policy.

None of it changes a record that was made: a visit keeps its policy version, and terms and days are looked up.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from volunteer.actions import registry
from volunteer.actions.access import actor_id
from volunteer.actions.audit import note
from volunteer.models import Term, Workday
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Role
from volunteer.rules.names import clean_line
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

LONGEST_REASON = 200


def add_term(
    session: Session, *, code: str, name: str, starts_on: date, ends_on: date, actor: Actor, now: datetime
) -> int:
    """Register a term whose last day is *ends_on*, and return its id.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``ALREADY_EXISTS``, or ``BAD_FIELD``: it overlaps another one.
    """
    _check_college(actor)
    _check_apart(session, starts_on, ends_on)
    return registry.add_term(
        session,
        code=code,
        name=name,
        starts_on=starts_on,
        ends_before=ends_on + timedelta(days=1),
        actor=actor,
        now=now,
    )


def change_term(
    session: Session, *, term_id: int, name: str, starts_on: date, ends_on: date, actor: Actor, now: datetime
) -> None:
    """Change a term's name and days. What was served then belongs to whichever term has its day now.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, or ``BAD_FIELD``: it overlaps another one.
    """
    _check_college(actor)
    term = session.get(Term, term_id)
    if term is None:
        raise Refusal(Reason.UNKNOWN)
    _check_apart(session, starts_on, ends_on, but=term_id)
    was = f"{term.name} {term.starts_on}..{term.ends_before}"
    term.name, term.starts_on, term.ends_before = (
        clean_line(name, "name"),
        starts_on,
        ends_on + timedelta(days=1),
    )
    session.flush()
    note(session, "change_term", "term", term_id, actor_id=actor_id(actor), now=now, was=was)


def set_days(
    session: Session,
    *,
    starts_on: date,
    ends_on: date,
    is_workday: bool | None,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> int:
    """Say of a stretch of days whether the college works, and return how many days changed.

    A day is kept only where it differs from the published calendar, or where none is published.

    Args:
        ends_on: The last day, included.
        is_workday: None takes the college's own word back.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    _check_college(actor)
    held = {
        on: bool(works)
        for on, works in session.execute(
            select(Workday.on, Workday.is_workday).where(Workday.on >= starts_on, Workday.on <= ends_on)
        )
    }
    days = [starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1)]
    wanted = {
        day: is_workday
        for day in days
        if is_workday is not None and campus.published_workdays(day) is not is_workday
    }
    changed = [day for day in days if held.get(day) is not wanted.get(day)]
    session.execute(delete(Workday).where(Workday.on.in_([day for day in changed if day in held])))
    session.add_all(Workday(on=day, is_workday=wanted[day]) for day in changed if day in wanted)
    session.flush()
    if changed:
        note(
            session,
            "set_workdays",
            "workday",
            None,
            actor_id=actor_id(actor),
            now=now,
            starts_on=starts_on,
            ends_on=ends_on,
            is_workday=is_workday,
            days=len(changed),
        )
    return len(changed)


def enter_policy(
    session: Session, *, policy: HoursPolicy, reason: str, actor: Actor, campus: Campus, now: datetime
) -> int:
    """Enter a version that takes effect later than today, with its reason, and return its id.

    One that began in the past would judge anew what was served under another rule.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``ALREADY_EXISTS`` or ``BAD_FIELD``.
    """
    _check_college(actor)
    earliest = campus.day(now) + timedelta(days=1)
    if policy.effective_on < earliest:
        raise Refusal(Reason.BAD_FIELD, field="effective_on", case="not_ahead", earliest=earliest)
    why = clean_line(reason, "reason", longest=LONGEST_REASON)
    return registry.add_policy(session, policy=policy, reason=why, actor=actor, now=now)


def _check_apart(session: Session, starts_on: date, ends_on: date, but: int | None = None) -> None:
    """Refuse days that another term has: its service would be counted in both."""
    other = (
        session.execute(
            select(Term)
            .where(Term.starts_on <= ends_on, Term.ends_before > starts_on, Term.id != (but or 0))
            .order_by(Term.starts_on)
            .limit(1)
        )
        .scalars()
        .first()
    )
    if other is not None:
        raise Refusal(
            Reason.BAD_FIELD,
            field="starts_on",
            case="term_overlaps",
            name=other.name,
            first=other.starts_on,
            last=other.ends_before - timedelta(days=1),
        )


def _check_college(actor: Actor) -> None:
    if not any(grant.role is Role.COLLEGE for grant in actor.grants):
        raise Refusal(Reason.NOT_ALLOWED)
