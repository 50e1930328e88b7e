"""What is decided on paper: ends of probations, moves, hours from before and from elsewhere, lifted caps."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from volunteer.actions import approve, ask, decide
from volunteer.demo.branches import STUDENT_BRANCHES
from volunteer.demo.plan import Duty
from volunteer.demo.roster import HISTORY, Fate, Person, Roster
from volunteer.demo.timetable import at_clock
from volunteer.demo.world import OFFICE, Step, World
from volunteer.rules.kinds import Outcome, RequestKind
from volunteer.rules.probation import Probation
from volunteer.stats.standing import member_standing

EXTENDED_BY = 6
DAY = timedelta(days=1)


def papers(roster: Roster, duties: Sequence[Duty], *, today: date, zone: ZoneInfo) -> Iterator[Step]:
    """Give every step that is taken at a desk and belongs to no single duty."""
    yield from _fates(roster, today, zone)
    yield from _openings(roster, today, zone)
    yield from _outside(roster, today, zone)
    yield from _lifted(duties)


def _fates(roster: Roster, today: date, zone: ZoneInfo) -> Iterator[Step]:
    for number, person in enumerate(one for one in roster.people if one.fate is not Fate.GOES_ON):
        assert person.starts_on is not None
        if person.fate in (Fate.MOVES, Fate.LEAVES):
            assert person.ends_on is not None
            yield Step(at_clock(person.ends_on, "09:00", zone), partial(_transfer, person))
            continue
        due_on = Probation(starts_on=person.starts_on).due_on
        met_on = person.ends_on or due_on + (3 + number % 5) * DAY
        if met_on < today:
            yield Step(at_clock(met_on, "15:30", zone), partial(_decide, person, met_on))


def _transfer(person: Person, world: World, now: datetime) -> None:
    """Move somebody to the next branch, or out of the college."""
    codes = [branch.code for branch in STUDENT_BRANCHES]
    following = codes[(codes.index(person.branch) + 1) % len(codes)] if person.branch in codes else codes[0]
    decide.transfer(
        world.session,
        member_id=world.member(person.number),
        to_unit_id=world.unit(following) if person.fate is Fate.MOVES else None,
        on=world.campus.day(now),
        actor=world.actor(OFFICE),
        campus=world.campus,
        now=now,
    )


def _decide(person: Person, met_on: date, world: World, now: datetime) -> None:
    """Record what the branch's meeting decided; a conversion only on a record that allows it."""
    member_id = world.member(person.number)
    if person.fate is Fate.EXTENDED:
        decide.extend(
            world.session,
            member_id=member_id,
            months=EXTENDED_BY,
            meeting_on=met_on,
            proposed_by=world.committee(person.branch),
            approved_by=world.actor(OFFICE),
            campus=world.campus,
            now=now,
        )
        return
    standing = member_standing(world.session, member_id, today=met_on).standing
    is_converting = person.fate is Fate.CONVERTED and standing.is_met
    if is_converting or person.fate is Fate.CANCELLED:
        decide.decide(
            world.session,
            member_id=member_id,
            outcome=Outcome.CONVERTED if is_converting else Outcome.CANCELLED,
            meeting_on=met_on,
            proposed_by=world.committee(person.branch),
            approved_by=world.actor(OFFICE),
            campus=world.campus,
            now=now,
        )


def _openings(roster: Roster, today: date, zone: ZoneInfo) -> Iterator[Step]:
    """Give the records of those whose probation is older than the software."""
    began = today - HISTORY
    for person in roster.people:
        if person.opening_min and person.starts_on is not None:
            on = person.starts_on + (began - person.starts_on) / 2
            act = partial(_ask, person, RequestKind.OPENING, on, person.opening_min, "系统启用前纸质台账")
            yield Step(at_clock(began + 2 * DAY, "10:00", zone), act)
            yield from _two_yeses(person, RequestKind.OPENING, began + 3 * DAY, zone)


def _outside(roster: Roster, today: date, zone: ZoneInfo) -> Iterator[Step]:
    """Give a few records from elsewhere; the last two still wait."""
    inside = [
        one
        for one in roster.people
        if one.starts_on is not None
        and one.fate is Fate.GOES_ON
        and one.zeal > 0.5
        and 60 < (today - one.starts_on).days < 340
    ]
    rng = random.Random(f"{today} outside")
    for number, person in enumerate(rng.sample(inside, 8)):
        on = today - timedelta(days=50 - 6 * number)
        what = "返乡期间家乡社区志愿服务"
        act = partial(_ask, person, RequestKind.OUTSIDE, on, rng.randrange(120, 421, 60), what)
        yield Step(at_clock(on + DAY, "20:00", zone), act)
        if number < 6:
            yield from _two_yeses(person, RequestKind.OUTSIDE, on + 2 * DAY, zone)


def _two_yeses(person: Person, kind: RequestKind, day: date, zone: ZoneInfo) -> Iterator[Step]:
    secretary = f"{person.branch.lower()}-shuji"
    yield Step(at_clock(day, "10:30", zone), partial(_approve, person, kind, secretary))
    yield Step(at_clock(day + DAY, "16:00", zone), partial(_approve, person, kind, OFFICE))


def _ask(
    person: Person, kind: RequestKind, on: date, minutes: int, what: str, world: World, now: datetime
) -> None:
    world.ids["request", f"{kind}-{person.number}"] = ask.request_record(
        world.session,
        kind=kind,
        ref=f"{kind}-{person.number}",
        member_id=world.member(person.number),
        on=on,
        minutes=minutes,
        what=what,
        reason="附原始台账照片" if kind is RequestKind.OPENING else "附服务单位证明",
        actor=world.committee(person.branch, "zuzhi"),
        campus=world.campus,
        now=now,
    )


def _approve(person: Person, kind: RequestKind, login: str, world: World, now: datetime) -> None:
    approve.approve(
        world.session,
        request_id=world.ids["request", f"{kind}-{person.number}"],
        actor=world.actor(login),
        campus=world.campus,
        now=now,
    )


def _lifted(duties: Sequence[Duty]) -> Iterator[Step]:
    """Lift the cap for some of those who served a day longer than it."""
    long = [duty for duty in duties if duty.shift.minutes > 480 and duty.person.ends_on is None]
    for duty in long[::4]:
        yield Step(duty.shift.span.end + timedelta(hours=40), partial(_lift, duty))


def _lift(duty: Duty, world: World, now: datetime) -> None:
    decide.lift_cap(
        world.session,
        member_id=world.member(duty.person.number),
        on=duty.shift.day,
        reason="迎新高峰,人手不足,经支部同意连续在岗",
        proposed_by=world.committee(duty.person.branch),
        approved_by=world.actor(OFFICE),
        campus=world.campus,
        now=now,
    )
