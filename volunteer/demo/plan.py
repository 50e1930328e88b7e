"""Who serves when: day by day, those furthest below their own pace go to the shifts of that day."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from volunteer.demo.branches import FIRST_POST
from volunteer.demo.posts import POST
from volunteer.demo.roster import HISTORY, Fate, Person, Roster
from volunteer.demo.timetable import PlannedShift, running_at, served_on
from volunteer.rules.kinds import is_counting_post

THRESHOLD_MIN = 3000
ENOUGH_MIN = 3480
"""Where the eager ones stop: the threshold, with a reserve for what breaks and late comings take away."""
YEAR_DAYS = 365
LEAST_BELOW_MIN = 60
SHOWN_DAYS_AGO = (2, 5, 9)


@dataclass(frozen=True, slots=True, eq=False)
class Duty:
    """Somebody at a shift; ``story`` names how it goes."""

    person: Person
    shift: PlannedShift
    story: str = "live"


class Planner:
    """Fills the shifts of the past with the people of the roster."""

    def __init__(self, roster: Roster, *, today: date, zone: ZoneInfo, rng: random.Random) -> None:
        self.roster = roster
        self.today = today
        self.zone = zone
        self.rng = rng
        self.done: Counter[Person] = Counter({one: one.opening_min for one in roster.people})
        self.last: dict[Person, date] = {}
        self.shown_days = {today - timedelta(days=ago) for ago in SHOWN_DAYS_AGO}

    def past(self) -> list[tuple[Person, PlannedShift]]:
        """Return who served at which shift, up to yesterday."""
        duties = []
        for ago in range(HISTORY.days - 2, 0, -1):
            day = self.today - timedelta(days=ago)
            duties += self._day(day)
        return duties

    def _day(self, day: date) -> list[tuple[Person, PlannedShift]]:
        wanting = self._wanting(day)
        possible = served_on(day, self.zone, today=self.today)
        duties = []
        for shift in self._shifts(possible, day):
            seats = min(self.rng.randrange(3, 8), shift.seats)
            team = [one for one in wanting if POST[shift.post].unit != one.branch or self.rng.random() < 0.9]
            team = [one for one in team if not self._leads(one, shift) or self.rng.random() < 0.5][:seats]
            if len(team) < 2 and day not in self.shown_days:
                continue
            wanting = [one for one in wanting if one not in team]
            duties += [(one, shift) for one in team]
            self.book(team, shift)
        return duties

    def _leads(self, person: Person, shift: PlannedShift) -> bool:
        return self.roster.leaders.get(shift.post) is person

    def book(self, team: Iterable[Person], shift: PlannedShift) -> None:
        """Note what a team will have served."""
        post = POST[shift.post]
        minutes = shift.minutes if is_counting_post(post.category, post.compensation) else 0
        for person in team:
            self.done[person] += minutes
            self.last[person] = shift.day

    def _shifts(self, possible: Sequence[PlannedShift], day: date) -> list[PlannedShift]:
        """Choose the shifts of a day that were served: more at week-ends, fewer in the holidays."""
        at_week_end = day.weekday() >= 5
        count = self.rng.choice((3, 3, 4, 4) if at_week_end else (0, 1, 2, 2))
        if day.month in (2, 8):
            count = (count + 1) // 2
        if day in self.shown_days:
            count = max(count, 1)
        chosen: dict[str, PlannedShift] = {}
        for _ in range(count):
            shift = self.rng.choices(possible, weights=[one.share for one in possible])[0]
            chosen[shift.code] = shift
        return sorted(chosen.values(), key=lambda shift: (shift.span.start, shift.code))

    def _wanting(self, day: date) -> list[Person]:
        """Return who is below her own pace and is rested, the furthest below first by and large."""
        found = []
        for person in self.roster.people:
            if person is self.roster.shown and day in self.shown_days:
                found.append((10.0**6, person))
                continue
            below = self.below(person, day)
            rested = person not in self.last or (day - self.last[person]).days > 2
            if below >= LEAST_BELOW_MIN and rested:
                found.append((below * self.rng.random(), person))
        return [person for _, person in sorted(found, key=lambda pair: (-pair[0], pair[1].number))]

    def below(self, person: Person, day: date) -> float:
        """Return the minutes that somebody is below her own pace; 0 for who cannot serve on that day."""
        began = person.starts_on or self.today - HISTORY
        if person.zeal == 0 or day < began or (person.ends_on is not None and self._is_gone(person, day)):
            return 0
        wanted = min(person.zeal * THRESHOLD_MIN * ((day - began).days + 12) / YEAR_DAYS, ENOUGH_MIN)
        return wanted - self.done[person]

    def _is_gone(self, person: Person, day: date) -> bool:
        return person.fate is not Fate.MOVES and person.ends_on is not None and day >= person.ends_on


def teams_now(
    pool: Sequence[Person], now: datetime, zone: ZoneInfo, rng: random.Random
) -> list[tuple[Person, PlannedShift]]:
    """Return who is on duty now: a few at each of up to six running shifts, always some at the first post."""
    running = sorted(running_at(now, zone), key=lambda shift: (shift.post != FIRST_POST, shift.code))
    others = running[1:]
    rng.shuffle(others)
    rest = list(pool)
    duties = []
    for shift in [*running[:1], *others[:5]]:
        seats = rng.randrange(2, min(5, shift.seats) + 1)
        team, rest = rest[:seats], rest[seats:]
        duties += [(one, shift) for one in team]
    return duties


def teams_before(
    pool: Sequence[Person], now: datetime, zone: ZoneInfo, rng: random.Random
) -> list[tuple[Person, PlannedShift]]:
    """Return who served today already: at up to three shifts that are over."""
    today = now.astimezone(zone).date()
    over = [shift for shift in served_on(today, zone, today=today) if shift.span.end <= now]
    rest = list(pool)
    duties = []
    for shift in rng.sample(over, min(3, len(over))):
        team, rest = rest[:3], rest[3:]
        duties += [(one, shift) for one in team]
    return duties
