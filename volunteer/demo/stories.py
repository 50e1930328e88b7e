"""How a duty goes on site: scanned, witnessed, taken in, forgotten. A story is the list of its steps."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from volunteer.actions import keep
from volunteer.actions.presence import ScanResult
from volunteer.demo.plan import Duty
from volunteer.demo.world import Step, World
from volunteer.rules.kinds import Side

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def came_at(duty: Duty, rng: random.Random) -> datetime:
    """Return when somebody scans in: mostly some minutes early, a relief once the others' shift is over."""
    is_late = rng.random() < 0.1 or duty.shift.is_relief
    return duty.shift.span.start + timedelta(seconds=rng.randrange(60, 540) * (1 if is_late else -1))


def left_at(duty: Duty, rng: random.Random) -> datetime:
    """Return when somebody scans out: mostly some minutes after the end."""
    is_early = rng.random() < 0.08
    seconds = -rng.randrange(300, 1500) if is_early else rng.randrange(10, 480)
    return duty.shift.span.end + timedelta(seconds=seconds)


def _in(duty: Duty, at: datetime) -> Step:
    return Step(at, lambda world, now: world.check(duty, Side.IN, now))


def _out(duty: Duty, at: datetime) -> Step:
    return Step(at, lambda world, now: world.check(duty, Side.OUT, now))


def _seen(duty: Duty, at: datetime, *, is_second: bool = False) -> Step:
    """Let the leader vouch, or the second keeper where the leader herself is the one."""
    post = duty.shift.post
    return Step(
        at,
        lambda world, now: world.witness(
            duty, world.second_keeper(post) if is_second else world.leader(post), now
        ),
    )


def live(duty: Duty, rng: random.Random) -> list[Step]:
    """Scan in and out."""
    return [_in(duty, came_at(duty, rng)), _out(duty, left_at(duty, rng))]


def typed(duty: Duty, rng: random.Random) -> list[Step]:
    """Type the eight digits both times."""
    return [
        Step(came_at(duty, rng), lambda world, now: world.check(duty, Side.IN, now, is_typed=True)),
        Step(left_at(duty, rng), lambda world, now: world.check(duty, Side.OUT, now, is_typed=True)),
    ]


def two_way(duty: Duty, rng: random.Random) -> list[Step]:
    """Scan in and out; the leader ticks the roster meanwhile."""
    return [*live(duty, rng), _seen(duty, duty.shift.span.start + rng.randrange(15, 75) * MINUTE)]


def short(duty: Duty, rng: random.Random) -> list[Step]:
    """Leave after a few minutes."""
    start = duty.shift.span.start
    return [_in(duty, start - 3 * MINUTE), _out(duty, start + rng.randrange(6, 14) * MINUTE)]


def two_stays(duty: Duty, rng: random.Random) -> list[Step]:
    """Go away for a while and come back."""
    away = duty.shift.span.start + rng.randrange(40, 60) * MINUTE
    return [*live(duty, rng), _out(duty, away), _in(duty, away + rng.randrange(12, 25) * MINUTE)]


def offline_alone(duty: Duty, rng: random.Random) -> list[Step]:
    """Scan without network; the phone uploads in the evening."""
    came, left = came_at(duty, rng), left_at(duty, rng)
    sent = max(left, duty.shift.span.end) + rng.randrange(1, 4) * HOUR
    return [
        Step(sent, lambda world, now: world.check(duty, Side.IN, now, since=came)),
        Step(sent, lambda world, now: world.check(duty, Side.OUT, now, since=left)),
    ]


def offline_seen(duty: Duty, rng: random.Random) -> list[Step]:
    """Scan without network; the leader vouches on the next morning."""
    return [*offline_alone(duty, rng), _seen(duty, duty.shift.span.end + 12 * HOUR)]


def poster_alone(duty: Duty, rng: random.Random) -> list[Step]:
    """Scan the printed poster."""
    return [
        Step(came_at(duty, rng), lambda world, now: world.check(duty, Side.IN, now, is_poster=True)),
        Step(left_at(duty, rng), lambda world, now: world.check(duty, Side.OUT, now, is_poster=True)),
    ]


def poster_seen(duty: Duty, rng: random.Random) -> list[Step]:
    """Scan the printed poster; the leader vouches on site."""
    return [*poster_alone(duty, rng), _seen(duty, duty.shift.span.start + 30 * MINUTE)]


def own_alone(duty: Duty, rng: random.Random) -> list[Step]:
    """Serve at the post that she leads."""
    return live(duty, rng)


def own_seen(duty: Duty, rng: random.Random) -> list[Step]:
    """Serve at the post that she leads; another keeper vouches."""
    return [*live(duty, rng), _seen(duty, duty.shift.span.start + 40 * MINUTE, is_second=True)]


def taken_waiting(duty: Duty, rng: random.Random) -> list[Step]:
    """Have no phone at hand; the leader takes her in and out."""
    return [
        Step(duty.shift.span.start + MINUTE, partial(_take, duty, keep.take_in)),
        Step(duty.shift.span.end + rng.randrange(1, 9) * MINUTE, partial(_take, duty, keep.take_out)),
    ]


def taken(duty: Duty, rng: random.Random) -> list[Step]:
    """The same, and she confirms it in the evening."""
    return [*taken_waiting(duty, rng), Step(duty.shift.span.end + 3 * HOUR, partial(_confirm_taken, duty))]


def _take(duty: Duty, act: Callable[..., ScanResult], world: World, now: datetime) -> None:
    result = act(
        world.session,
        member_id=world.member(duty.person.number),
        post_id=world.post(duty.shift.post),
        actor=world.leader(duty.shift.post),
        campus=world.campus,
        now=now,
    )
    world.visits[duty] = result.visit_id


def _confirm_taken(duty: Duty, world: World, now: datetime) -> None:
    keep.confirm_taken(
        world.session,
        visit_id=world.visits[duty],
        member_id=world.member(duty.person.number),
        campus=world.campus,
        now=now,
    )


def unclosed(duty: Duty, rng: random.Random) -> list[Step]:
    """Forget to check out."""
    return [_in(duty, came_at(duty, rng))]


def attested(duty: Duty, rng: random.Random) -> list[Step]:
    """Forget to check out; the leader closes the shift."""
    return [
        *unclosed(duty, rng),
        Step(duty.shift.span.end + rng.randrange(5, 90) * MINUTE, partial(_attest, duty)),
    ]


def _attest(duty: Duty, world: World, now: datetime) -> None:
    keep.attest_end(
        world.session,
        shift_id=world.shift(duty.shift.code),
        ends_at=duty.shift.span.end,
        member_ids=[world.member(duty.person.number)],
        actor=world.leader(duty.shift.post),
        campus=world.campus,
        now=now,
    )
