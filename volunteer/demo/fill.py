"""The demo college from its first day to now: planned as steps in order of time, then played one by one."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from volunteer.actions import sign_in
from volunteer.actions.audit import note
from volunteer.demo.branches import COLLEGE_CODE, SHOWN_BRANCH, TITLES
from volunteer.demo.casting import STORIES, cast_stories
from volunteer.demo.certificates import papers_of_branch
from volunteer.demo.checks import spot_checks
from volunteer.demo.founding import ADMIN, AUDITOR, founding
from volunteer.demo.papers import papers
from volunteer.demo.plan import Duty, Planner, teams_before, teams_now
from volunteer.demo.posts import POSTS
from volunteer.demo.reports import reports
from volunteer.demo.roster import HISTORY, Fate, Person, Roster, raise_roster
from volunteer.demo.shifts import around, extra, oddities, publishing
from volunteer.demo.sign_ups import ahead, evening_before, going_on, of_shown, term_of
from volunteer.demo.timetable import at_clock
from volunteer.demo.world import DEPUTY, OFFICE, Step, World
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Stage

SEED = 50
MARK = "demo"
NEIGHBOUR = "S06"
"""A branch whose committee must see nothing of the shown one."""
Watched = Callable[[Sequence[Step]], AbstractContextManager[Iterable[Step]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to happen, in order, and to whom."""

    roster: Roster
    steps: list[Step]


def fill(session: Session, *, campus: Campus, now: datetime, watched: Watched, seed: int = SEED) -> None:
    """Play the college's past up to *now*. The same seed on the same day gives the same college.

    Args:
        watched: Wraps the steps, so that a caller can show progress.
    """
    plan = planned(campus, now, seed)
    world = World(session, campus)
    with watched(plan.steps) as steps:
        for step in steps:
            step.act(world, step.at)
    note(session, "fill", MARK, None, actor_id=None, now=now, seed=seed)
    session.flush()


def planned(campus: Campus, now: datetime, seed: int) -> Plan:
    """Return every step up to *now*; those of one moment stay in the order in which they were planned."""
    today, zone = campus.day(now), campus.zone
    rng = random.Random(f"{seed} service")
    roster = raise_roster(today, seed)
    planner = Planner(roster, today=today, zone=zone, rng=rng)
    duties = cast_stories(planner.past(), roster, today=today, rng=rng)
    extra_steps, extra_duties = extra(roster, today=today, zone=zone)
    coming = around(now, zone)
    live = on_duty(_rested(planner), now, campus, rng)
    steps = [
        *_first_day(roster, now, campus),
        *publishing([duty.shift for duty in duties] + coming, today=today, zone=zone),
        *extra_steps,
        *oddities(duties, today=today, zone=zone),
        *papers(roster, duties, today=today, zone=zone),
        *term_of(duties, roster, today=today, zone=zone, seed=seed),
        *ahead(coming, going_on(roster), since=evening_before(now, zone), now=now, seed=seed),
        *of_shown(coming, roster.shown, now=now),
        *papers_of_branch(roster, today=today, zone=zone),
        *spot_checks(today, zone=zone),
        *reports(today, zone=zone),
    ]
    for duty in [*duties, *extra_duties, *live]:
        steps += STORIES[duty.story](duty, rng)
    steps.sort(key=lambda step: step.at)
    return Plan(roster, [step for step in steps if step.at <= now])


def on_duty(pool: Sequence[Person], now: datetime, campus: Campus, rng: random.Random) -> list[Duty]:
    """Return today's duties: some that are over, and those that run now."""
    half = len(pool) // 2
    teams = teams_before(pool[:half], now, campus.zone, rng) + teams_now(pool[half:], now, campus.zone, rng)
    return [
        Duty(person, shift, "two_way" if number % 3 == 1 else "live")
        for number, (person, shift) in enumerate(teams)
    ]


def _rested(planner: Planner) -> list[Person]:
    """Return who may be on duty today, shuffled: in the window, and not at a post for a fortnight."""
    people = [
        one
        for one in planner.roster.people
        if one.starts_on is not None
        and one is not planner.roster.shown
        and one.fate is Fate.GOES_ON
        and one.login == one.number
        and planner.below(one, planner.today) > 0
        and (one not in planner.last or (planner.today - planner.last[one]).days > 14)
    ]
    planner.rng.shuffle(people)
    return people


def _first_day(roster: Roster, now: datetime, campus: Campus) -> Iterator[Step]:
    today = campus.day(now)
    at = at_clock(today - HISTORY, "08:00", campus.zone)
    for act in founding(roster, today):
        yield Step(at, act)
        at += timedelta(seconds=1)
    for login in logins_with_password(roster):
        yield Step(at, _password_for(login))


def logins_with_password(roster: Roster) -> list[str]:
    """Return who can sign in by typing: the offices around the shown branch, and a handful of students.

    One for each of 961 people would take half a minute to hash.
    """
    units = (COLLEGE_CODE, SHOWN_BRANCH)
    leaders = [f"leader-{post.code.lower()}" for post in POSTS if post.unit in units]
    committees = [roster.committees[SHOWN_BRANCH, title].login for title in TITLES]
    neighbour = f"{NEIGHBOUR.lower()}-shuji"
    students = [one.number for one in roster.of(SHOWN_BRANCH, Stage.PROBATIONARY) if one.login == one.number]
    logins = [OFFICE, DEPUTY, ADMIN, AUDITOR, *leaders, neighbour, roster.shown.number, *students[:6]]
    return list(dict.fromkeys([*logins, *filter(None, committees)]))


def _password_for(login: str) -> Callable[[World, datetime], None]:
    def act(world: World, now: datetime) -> None:
        sign_in.set_password(world.session, account_id=world.account(login), password=login, now=now)

    return act
