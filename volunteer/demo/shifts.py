"""Publishing: the shifts that were served, those to come, and odd ones: cancelled, prolonged, on the spot."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from volunteer.actions import shifts
from volunteer.demo.casting import PLAIN
from volunteer.demo.plan import Duty
from volunteer.demo.posts import POST
from volunteer.demo.roster import HISTORY, Roster
from volunteer.demo.timetable import PUBLISHED_AHEAD, PlannedShift, at_clock, running_at, served_on
from volunteer.demo.world import OFFICE, Step, World
from volunteer.rules.kinds import Stage
from volunteer.rules.spans import Span

COMING_DAYS = 7
HOUR = timedelta(hours=1)


def publishing(wanted: Iterable[PlannedShift], *, today: date, zone: ZoneInfo) -> Iterator[Step]:
    """Give the steps that publish each of the shifts once, eight days ahead."""
    earliest = at_clock(today - HISTORY, "18:00", zone)
    for shift in {shift.code: shift for shift in wanted}.values():
        at = at_clock(shift.day - PUBLISHED_AHEAD, "16:00", zone)
        yield Step(max(at, earliest), partial(publish, shift))


def around(now: datetime, zone: ZoneInfo) -> list[PlannedShift]:
    """Return what runs now, today's shifts and those of the next seven days."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in range(COMING_DAYS + 1)]
    return [*running_at(now, zone), *(shift for day in days for shift in served_on(day, zone, today=today))]


def publish(shift: PlannedShift, world: World, now: datetime) -> None:
    """Publish a shift as its post's leader."""
    world.ids["shift", shift.code] = shifts.publish(
        world.session,
        code=shift.code,
        post_id=world.post(shift.post),
        span=shift.span,
        breaks=shift.breaks,
        capacity=shift.seats,
        actor=world.leader(shift.post),
        now=now,
    )


def oddities(duties: Sequence[Duty], *, today: date, zone: ZoneInfo) -> Iterator[Step]:
    """Give the steps that prolong some served shifts and cancel one that is to come."""
    special = {duty.shift.code for duty in duties if duty.story not in PLAIN}
    mornings = [duty.shift for duty in duties if duty.shift.code.startswith("LIB")]
    plain = [one for one in mornings if one.code.endswith("0830") and one.code not in special]
    for shift in list(dict.fromkeys(plain))[-3:]:
        yield Step(shift.span.end - HOUR / 4, partial(_prolong, shift))
    tomorrow = served_on(today + timedelta(days=2), zone, today=today)
    cancelled = next(shift for shift in tomorrow if shift.post == "CROSSING")
    yield Step(at_clock(today - timedelta(days=1), "17:00", zone), partial(_cancel, cancelled))


def _prolong(shift: PlannedShift, world: World, now: datetime) -> None:
    shifts.prolong(
        world.session,
        shift_id=world.shift(shift.code),
        ends_at=shift.span.end + HOUR / 2,
        actor=world.leader(shift.post),
        now=now,
    )


def _cancel(shift: PlannedShift, world: World, now: datetime) -> None:
    shifts.cancel(
        world.session,
        shift_id=world.shift(shift.code),
        reason="路口施工,暂停一次",
        actor=world.leader(shift.post),
        now=now,
    )


def extra(roster: Roster, *, today: date, zone: ZoneInfo) -> tuple[list[Step], list[Duty]]:
    """Return two shifts outside the timetable: one opened on the spot, one entered later for make-ups."""
    steps: list[Step] = []
    duties: list[Duty] = []
    for post, ago, clock, is_past in (("ARCHIVE", 12, "09:10", False), ("NEIGHBOUR", 10, "18:30", True)):
        start = at_clock(today - timedelta(days=ago), clock, zone)
        shift = PlannedShift(
            code=f"{post}-{today - timedelta(days=ago):%Y%m%d}-X",
            post=post,
            day=today - timedelta(days=ago),
            span=Span(start, start + 2 * HOUR),
            breaks=(),
            seats=4,
            share=0,
            is_relief=True,
        )
        act = partial(_enter_past, shift) if is_past else partial(publish, shift)
        steps.append(Step(start + 3 * HOUR if is_past else start, act))
        people = [one for one in roster.of(POST[post].unit, Stage.FULL) if one.login is None][:2]
        duties += [Duty(person, shift, "made_up" if is_past else "live") for person in people]
    return steps, duties


def _enter_past(shift: PlannedShift, world: World, now: datetime) -> None:
    world.ids["shift", shift.code] = shifts.publish(
        world.session,
        code=shift.code,
        post_id=world.post(shift.post),
        span=shift.span,
        actor=world.actor(OFFICE),
        now=now,
    )
