"""Who signs up in the demo: most of those who then serve, some who do not come, and who comes next."""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from volunteer.actions import sign_ups
from volunteer.demo.plan import Duty
from volunteer.demo.posts import POST
from volunteer.demo.roster import Fate, Person, Roster
from volunteer.demo.timetable import PlannedShift, at_clock
from volunteer.demo.world import Step, World
from volunteer.rules.kinds import is_counting_post
from volunteer.rules.reasons import Refusal

TERM = timedelta(days=60)
SIGNED_UP = ("live", "two_way", "typed")
NO_SHOWS = 24
PER_SHIFT = 4


def term_of(duties: Iterable[Duty], roster: Roster, *, today: date, zone: ZoneInfo, seed: int) -> list[Step]:
    """Return the steps by which most who served of late had signed up, and some who then did not come."""
    rng = random.Random(f"{seed} sign-ups")
    of_late = [duty for duty in duties if today - TERM <= duty.shift.day < today]
    steps = [
        _step(duty.person, duty.shift, rng, zone)
        for duty in of_late
        if duty.story in SIGNED_UP and rng.random() < 0.5
    ]
    shifts = [duty.shift for duty in of_late if duty.story in SIGNED_UP and (today - duty.shift.day).days > 1]
    people = going_on(roster)
    for shift in rng.sample(shifts, min(NO_SHOWS, len(shifts))):
        steps.append(_step(rng.choice(people), shift, rng, zone))
    return steps


def ahead(
    shifts: Iterable[PlannedShift], people: Sequence[Person], *, since: datetime, now: datetime, seed: int
) -> Iterator[Step]:
    """Give the steps by which people sign up for what comes, for some of it more than have a place."""
    rng = random.Random(f"{seed} coming")
    for number, shift in enumerate(_coming(shifts, now)):
        crowd = shift.seats + 2 if number % 9 == 4 else rng.randrange(0, PER_SHIFT)
        for person in rng.sample(people, min(crowd, len(people))):
            yield Step(since + rng.random() * (now - since), partial(_sign_up, person, shift))


def of_shown(shifts: Iterable[PlannedShift], shown: Person, *, now: datetime) -> Iterator[Step]:
    """Give the steps of the member as whom a visitor enters: she has two places and waits for a third."""
    for number, shift in enumerate(_coming(shifts, now)):
        if number in (12, 22, 31):
            yield Step(now - timedelta(minutes=5), partial(_sign_up, shown, shift))


def _coming(shifts: Iterable[PlannedShift], now: datetime) -> list[PlannedShift]:
    return [shift for shift in shifts if shift.span.start > now and _counts(shift)]


def going_on(roster: Roster) -> list[Person]:
    """Return whose probation goes on, without the member as whom a visitor enters."""
    return [
        one
        for one in roster.people
        if one.starts_on is not None and one.fate is Fate.GOES_ON and one is not roster.shown
    ]


def evening_before(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the last of the coming shifts is published."""
    return at_clock(now.astimezone(zone).date() - timedelta(days=1), "16:30", zone)


def _counts(shift: PlannedShift) -> bool:
    post = POST[shift.post]
    return is_counting_post(post.category, post.compensation)


def _step(person: Person, shift: PlannedShift, rng: random.Random, zone: ZoneInfo) -> Step:
    day = shift.day - timedelta(days=rng.randrange(1, 7))
    return Step(
        at_clock(day, "12:00", zone) + timedelta(minutes=rng.randrange(500)), partial(_sign_up, person, shift)
    )


def _sign_up(person: Person, shift: PlannedShift, world: World, now: datetime) -> None:
    # Somebody may have signed up elsewhere at that time, or for as many as one may: then not.
    with suppress(Refusal):
        sign_ups.sign_up(
            world.session,
            member_id=world.member(person.number),
            shift_id=world.shift(shift.code),
            campus=world.campus,
            now=now,
        )
