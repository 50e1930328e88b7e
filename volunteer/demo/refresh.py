"""A later start of the demo: the shifts of the days ahead, and somebody on duty at those that run."""

import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions import keep
from volunteer.demo.casting import STORIES
from volunteer.demo.fill import MARK, SEED
from volunteer.demo.plan import Duty, teams_now
from volunteer.demo.posts import POST
from volunteer.demo.roster import Person
from volunteer.demo.shifts import around, publish
from volunteer.demo.sign_ups import ahead
from volunteer.demo.timetable import PlannedShift, at_clock, running_at
from volunteer.demo.world import Step, World
from volunteer.models import Account, AuditLine, Member, Post, ProbationWindow, Shift, Unit, Visit
from volunteer.rules.campus import Campus
from volunteer.rules.evidence import ATTEST_WITHIN
from volunteer.rules.kinds import Stage, VisitState
from volunteer.rules.reasons import Refusal

LONGEST = timedelta(days=1)
ENOUGH_INSIDE = 3


def is_demo(session: Session) -> bool:
    """Whether the database was filled here."""
    found = select(AuditLine.id).where(AuditLine.subject == MARK).limit(1)
    return session.execute(found).first() is not None


def is_empty(session: Session) -> bool:
    """Whether nobody has registered anything yet."""
    return all(
        session.execute(select(table.id).limit(1)).first() is None
        for table in (Unit, Account, Member, AuditLine)
    )


def refresh(session: Session, *, campus: Campus, now: datetime) -> int:
    """Publish what is missing up to a week ahead and let people come on duty; return how many shifts.

    Nothing is dated before the last act in the database. A second call at the same time adds nothing.
    """
    world = World(session, campus)
    since = _last_act(session, campus, now)
    fresh = _missing(session, around(now, campus.zone), since)
    steps = [Step(since, partial(publish, shift)) for shift in fresh]
    steps += ahead(fresh, _free(session, campus, now), since=since, now=now, seed=SEED)
    steps += _closing(session, now)
    _play(world, steps)
    if _inside(session, now) < ENOUGH_INSIDE:
        _play(world, _coming_in(world, since, now))
    session.flush()
    return len(fresh)


def _play(world: World, steps: Iterable[Step]) -> None:
    """Take the steps. What a visitor has changed since, such as who leads a post, may refuse one of them."""
    for step in steps:
        with suppress(Refusal), world.session.begin_nested():
            step.act(world, step.at)


def _last_act(session: Session, campus: Campus, now: datetime) -> datetime:
    """Return when something last happened, last night at the earliest: from then on it can be published."""
    latest = session.execute(select(AuditLine.at).order_by(AuditLine.id.desc()).limit(1)).scalar_one()
    last_night = at_clock(campus.day(now) - timedelta(days=1), "20:00", campus.zone)
    return min(max(latest, last_night), now)


def _missing(session: Session, planned: Iterable[PlannedShift], since: datetime) -> list[PlannedShift]:
    """Return the shifts that can still be published and overlap none that somebody else has published."""
    rows = session.execute(
        select(Post.code, Shift.starts_at, Shift.ends_at)
        .join(Post, Post.id == Shift.post_id)
        .where(Shift.ends_at > since - LONGEST)
    ).all()
    codes = set(session.scalars(select(Shift.code).where(Shift.ends_at > since - LONGEST)))
    wanted = {shift.code: shift for shift in planned if shift.code not in codes and shift.span.start > since}
    return [
        shift
        for shift in wanted.values()
        if not any(
            row.code == shift.post and row.starts_at < shift.span.end and row.ends_at > shift.span.start
            for row in rows
        )
    ]


def _closing(session: Session, now: datetime) -> list[Step]:
    """Return the steps by which leaders close what others forgot; a visitor's own records stay."""
    visitors = select(Account.member_id).where(
        Account.password_hash.is_not(None), Account.member_id.is_not(None)
    )
    rows = session.execute(
        select(Shift.id, Shift.ends_at, Post.code, Visit.member_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .join(Post, Post.id == Visit.post_id)
        .where(
            Visit.state == VisitState.OPEN,
            Shift.ends_at <= now,
            Shift.ends_at >= now - ATTEST_WITHIN,
            Visit.member_id.not_in(visitors),
        )
        .order_by(Visit.id)
    ).all()
    return [
        Step(now, partial(_attest, row.id, row.ends_at, row.code, row.member_id))
        for row in rows
        if row.code in POST
    ]


def _attest(shift_id: int, ends_at: datetime, post: str, member_id: int, world: World, now: datetime) -> None:
    keep.attest_end(
        world.session,
        shift_id=shift_id,
        ends_at=ends_at,
        member_ids=[member_id],
        actor=world.leader(post),
        campus=world.campus,
        now=now,
    )


def _inside(session: Session, now: datetime) -> int:
    """Return how many are checked in at shifts that run."""
    rows = session.scalars(
        select(Visit.id)
        .join(Shift, Shift.id == Visit.shift_id)
        .where(Visit.state == VisitState.OPEN, Shift.starts_at <= now, Shift.ends_at > now)
    ).all()
    return len(rows)


def _coming_in(world: World, since: datetime, now: datetime) -> list[Step]:
    """Return the steps by which a few come to the shifts that run, none of them before *since*."""
    zone = world.campus.zone
    rng = random.Random(f"{SEED} {now:%Y%m%d}")
    pool = _free(world.session, world.campus, now)
    rng.shuffle(pool)
    published = set(world.session.scalars(select(Shift.code).where(Shift.ends_at > now)))
    running = {shift.code for shift in running_at(now, zone)} & published
    steps: list[Step] = []
    for person, shift in teams_now(pool, now, zone, rng):
        if shift.code in running:
            steps += STORIES["live"](Duty(person, shift), rng)
    steps = [replace(step, at=max(step.at, since)) for step in steps]
    return sorted((step for step in steps if step.at <= now), key=lambda step: step.at)


def _free(session: Session, campus: Campus, now: datetime) -> list[Person]:
    """Return the probationary members who are not in anywhere, without those as whom a visitor may enter."""
    today = campus.day(now)
    busy = select(Visit.member_id).where(Visit.state == VisitState.OPEN)
    visitors = select(Account.member_id).where(
        Account.password_hash.is_not(None), Account.member_id.is_not(None)
    )
    rows = session.execute(
        select(Member.student_no, Member.name, Unit.code)
        .join(Unit, Unit.id == Member.unit_id)
        .join(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(
            Member.stage == Stage.PROBATIONARY,
            ProbationWindow.starts_on <= today,
            ProbationWindow.ends_before > today,
            ProbationWindow.outcome.is_(None),
            Member.id.not_in(busy),
            Member.id.not_in(visitors),
        )
        .order_by(Member.id)
    ).all()
    return [
        Person(number=row.student_no, name=row.name, branch=row.code, stage=Stage.PROBATIONARY)
        for row in rows
    ]
