"""Which story each duty gets: mostly plain ones, and of everything that can happen at least one of late."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from volunteer.demo import claims, stories
from volunteer.demo.branches import SHOWN_BRANCH
from volunteer.demo.plan import Duty
from volunteer.demo.posts import POST
from volunteer.demo.roster import Fate, Person, Roster
from volunteer.demo.timetable import PlannedShift
from volunteer.demo.world import Step
from volunteer.rules.kinds import is_counting_post

STORIES: Mapping[str, Callable[[Duty, random.Random], list[Step]]] = {
    story.__name__: story
    for story in (
        stories.live,
        stories.typed,
        stories.two_way,
        stories.short,
        stories.two_stays,
        stories.offline_alone,
        stories.offline_seen,
        stories.poster_alone,
        stories.poster_seen,
        stories.own_alone,
        stories.own_seen,
        stories.taken_waiting,
        stories.taken,
        stories.unclosed,
        stories.attested,
        claims.correction_asked,
        claims.correction_half,
        claims.corrected,
        claims.make_up_asked,
        claims.make_up_half,
        claims.made_up,
        claims.made_up_late,
        claims.rejected,
        claims.disputed,
        claims.dispute_over,
        claims.voided,
        claims.questioned,
        claims.returned,
        claims.returned_once,
    )
} | {"borrowed": stories.live}
PLAIN = {"live": 66, "two_way": 30, "typed": 3}
PAST = PLAIN | {
    "offline_seen": 2.4,
    "poster_seen": 1,
    "attested": 3,
    "taken": 2,
    "corrected": 2.2,
    "made_up": 2.2,
    "made_up_late": 0.3,
    "rejected": 0.4,
    "two_stays": 1,
    "short": 0.5,
    "dispute_over": 0.6,
    "voided": 0.3,
    "returned_once": 0.6,
    "unclosed": 0.7,
}
# The first round holds one of each, so that a quiet fortnight still shows everything.
RECENT = (
    "unclosed",
    "make_up_half",
    "disputed",
    "offline_alone",
    "correction_asked",
    "rejected",
    "returned",
    "make_up_asked",
    "poster_alone",
    "taken_waiting",
    "voided",
    "correction_half",
    "questioned",
    "corrected",
    "made_up",
    "attested",
    "taken",
    "offline_seen",
    "poster_seen",
    "disputed",
    "unclosed",
    "make_up_half",
    "correction_asked",
    "offline_alone",
    "make_up_asked",
    "returned",
    "unclosed",
    "disputed",
)
SHOWN = ("unclosed", "make_up_half", "two_stays", "corrected", "two_way", "short", "offline_seen", "two_way")
"""The shown member's records, the latest first."""
MADE_UP = frozenset({"corrected", "made_up", "made_up_late"})
MADE_UP_AT_MOST = 420
FORTNIGHT = timedelta(days=14)


def cast_stories(
    planned: Sequence[tuple[Person, PlannedShift]], roster: Roster, *, today: date, rng: random.Random
) -> list[Duty]:
    """Return the duties with their stories, in the order of *planned*."""
    duties = [Duty(person, shift) for person, shift in planned]
    told: dict[Duty, str] = {}
    told.update(zip(_latest_of(roster.shown, duties), SHOWN, strict=False))
    told.update(_own(duties, roster, today))
    told.update(_borrowed(duties, told, today))
    recent = [one for one in duties if one not in told and _is_recent(one, today) and _is_free(one)]
    rng.shuffle(recent)
    # The desk that a visitor sees has something on it.
    recent.sort(key=lambda duty: duty.person.branch != SHOWN_BRANCH)
    told.update(zip(recent, RECENT, strict=False))
    made_up: Counter[Person] = Counter()
    return [_told(duty, told, made_up, today, rng) for duty in duties]


def _told(
    duty: Duty, told: dict[Duty, str], made_up: Counter[Person], today: date, rng: random.Random
) -> Duty:
    story = told.get(duty) or _drawn(duty, today, rng)
    if story in MADE_UP:
        made_up[duty.person] += duty.shift.minutes
        if made_up[duty.person] > MADE_UP_AT_MOST:
            # Over the budget the college would have to decide.
            story = "live"
    return replace(duty, story=story)


def _drawn(duty: Duty, today: date, rng: random.Random) -> str:
    is_old = (today - duty.shift.day).days > 40
    weights = PAST if _is_free(duty) and is_old else PLAIN
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _is_free(duty: Duty) -> bool:
    """Whether anything may happen there: who leaves, and what does not count or is long, stays plain."""
    post = POST[duty.shift.post]
    return (
        duty.person.starts_on is not None
        and duty.person.ends_on is None
        and duty.person.fate is not Fate.LEAVES
        and duty.shift.minutes <= 300
        and is_counting_post(post.category, post.compensation)
    )


def _is_recent(duty: Duty, today: date) -> bool:
    """Whether it is so long ago that its first steps are done, and not longer than a fortnight."""
    return timedelta(days=2) <= today - duty.shift.day <= FORTNIGHT


def _latest_of(person: Person, duties: Iterable[Duty]) -> list[Duty]:
    own = [duty for duty in duties if duty.person is person and _is_free(duty)]
    return sorted(own, key=lambda duty: duty.shift.span.start, reverse=True)


def _own(duties: Iterable[Duty], roster: Roster, today: date) -> dict[Duty, str]:
    """Return what leaders do at their own posts: late ones stand alone, earlier ones are vouched for."""
    own = [duty for duty in duties if roster.leaders.get(duty.shift.post) is duty.person]
    return {duty: "own_alone" if _is_recent(duty, today) else "own_seen" for duty in own}


def _borrowed(duties: Iterable[Duty], told: dict[Duty, str], today: date) -> dict[Duty, str]:
    """Let two who served together of late have used one phone."""
    teams: dict[str, list[Duty]] = {}
    for duty in duties:
        if _is_recent(duty, today) and duty not in told:
            teams.setdefault(duty.shift.code, []).append(duty)
    pair = next((team[:2] for team in teams.values() if len(team) >= 3), [])
    return dict.fromkeys(pair, "borrowed")
