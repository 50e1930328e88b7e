"""The demo's 961 people: who belongs where, since when on probation, how eager, and how it ends."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum, auto

from volunteer.demo.branches import (
    BRANCHES,
    COLLEGE_CODE,
    SHOWN_BRANCH,
    STAFF_BRANCHES,
    STUDENT_BRANCHES,
    TITLES,
    BranchPlan,
)
from volunteer.demo.names import older_names, young_names
from volunteer.demo.posts import POSTS
from volunteer.rules.kinds import BranchKind, Stage

HISTORY = timedelta(days=430)
"""How long ago the college began with the software."""


class Fate(Enum):
    """How a probation goes on, beside the hours that somebody serves."""

    GOES_ON = auto()
    CONVERTED = auto()
    WAITS = auto()
    NOT_MET = auto()
    EXTENDED = auto()
    CANCELLED = auto()
    MOVES = auto()
    LEAVES = auto()


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """Somebody on the roster.

    Attributes:
        zeal: Against the straight line to the threshold; 1 is on it. 0: never serves.
        ends_on: The last day of service for who leaves or is cancelled.
        login: Of her account, if she has one.
    """

    number: str
    name: str
    branch: str
    stage: Stage
    starts_on: date | None = None
    zeal: float = 0.0
    fate: Fate = Fate.GOES_ON
    ends_on: date | None = None
    opening_min: int = 0
    login: str | None = None


@dataclass(slots=True, kw_only=True)
class Roster:
    """Everybody, and who holds which office. ``shown`` is the member as whom a visitor enters."""

    people: list[Person]
    shown: Person
    committees: dict[tuple[str, str], Person] = field(default_factory=dict)
    leaders: dict[str, Person] = field(default_factory=dict)

    def of(self, branch: str, stage: Stage) -> list[Person]:
        """Return the people of a branch at one stage, in the order of their numbers."""
        return [one for one in self.people if one.branch == branch and one.stage is stage]


def raise_roster(today: date, seed: int) -> Roster:
    """Return the same people for the same day and seed."""
    rng = random.Random(f"{seed} people")
    young, older = young_names(rng), older_names(rng)
    people: list[Person] = []
    for branch in BRANCHES:
        windows = list(_windows(branch, today, rng))
        names = older if branch.kind is BranchKind.STAFF else young
        people += _members(branch, windows, names, today, rng)
    shown = next(
        one
        for one in people
        if one.branch == SHOWN_BRANCH and one.starts_on == _meetings(SHOWN_BRANCH, today)[1]
    )
    shown.zeal, shown.login = 1.0, shown.number
    roster = Roster(people=people, shown=shown)
    _fill_offices(roster)
    _scatter(roster, today, rng)
    return roster


def _members(
    branch: BranchPlan, windows: list[Person], names: Iterator[str], today: date, rng: random.Random
) -> Iterator[Person]:
    """Give a whole branch: those with a window, then activists and candidates, the rest full members."""
    is_staff = branch.kind is BranchKind.STAFF
    others = [] if is_staff else [Stage.ACTIVIST] * 6 + [Stage.CANDIDATE] * 3
    place = int(branch.code[1:])
    for number in range(branch.size):
        if number < len(windows):
            plan = windows[number]
        else:
            stage = others[number - len(windows)] if number - len(windows) < len(others) else Stage.FULL
            plan = Person(number="", name="", branch=branch.code, stage=stage, zeal=_side_zeal(stage, rng))
        year = today.year - (rng.randrange(3, 20) if is_staff else rng.randrange(1, 4))
        code = f"{year}{'9' if is_staff else '3'}{place:02}{number + 1:03}"
        yield replace(plan, number=code, name=next(names))


def _side_zeal(stage: Stage, rng: random.Random) -> float:
    """Return how eager somebody without a window is: one in ten serves now and then."""
    is_serving = stage is not Stage.CANDIDATE and rng.random() < 0.1
    return 0.2 if is_serving else 0.0


def _meetings(branch: str, today: date) -> list[date]:
    """Return the days on which a student branch admitted members: recently, half a year and a year ago."""
    first = 6 + round(9.3 * (int(branch[1:]) - 1))
    return [today - timedelta(days=first + round(half * 185)) for half in (0, 1, 2)]


def _windows(branch: BranchPlan, today: date, rng: random.Random) -> Iterator[Person]:
    """Give the people of a branch who are or were on probation, without number and name."""
    base = Person(number="", name="", branch=branch.code, stage=Stage.PROBATIONARY)
    place = int(branch.code[1:])
    if branch.kind is BranchKind.STAFF:
        if place in (2, 3, 4, 6, 7, 8):
            starts_on = today - timedelta(days=rng.randrange(40, 340))
            yield replace(base, starts_on=starts_on, zeal=rng.uniform(0.7, 1.3))
        return
    recent, earlier, last_year = _meetings(branch.code, today)
    for starts_on in (earlier, recent):
        for _ in range(8):
            yield replace(base, starts_on=starts_on, zeal=_zeal(rng))
    if place == len(STUDENT_BRANCHES):
        # Days before the end, without an hour: no pace can mend it.
        yield replace(base, starts_on=earlier - timedelta(days=3), zeal=0.0)
    if (today - last_year).days > 455:
        return
    for fate in _fates(place):
        zeal = {Fate.NOT_MET: 0.5, Fate.EXTENDED: 0.62, Fate.CANCELLED: 0.15}.get(
            fate, rng.uniform(1.15, 1.4)
        )
        ends_on = last_year + timedelta(days=374) if fate is Fate.CANCELLED else None
        yield replace(base, starts_on=last_year, zeal=zeal, fate=fate, ends_on=ends_on)


def _fates(place: int) -> tuple[Fate, ...]:
    third = Fate.CANCELLED if place % 3 == 2 else Fate.NOT_MET
    return (Fate.CONVERTED, Fate.CONVERTED, Fate.CONVERTED, Fate.WAITS, third, Fate.EXTENDED)


def _zeal(rng: random.Random) -> float:
    """Return how eager somebody is: most go along the line, some ahead of it, some far behind."""
    low, high = rng.choices(
        ((1.25, 1.9), (0.9, 1.15), (0.6, 0.85), (0.25, 0.5), (0.0, 0.08)), weights=(24, 40, 20, 11, 5)
    )[0]
    return rng.uniform(low, high)


def _fill_offices(roster: Roster) -> None:
    """Give each branch a committee and each post a leader from the unit that runs it."""
    for branch in BRANCHES:
        full = roster.of(branch.code, Stage.FULL)
        for (title, ending), person in zip(TITLES.items(), full, strict=False):
            person.login = f"{branch.code.lower()}-{ending}"
            roster.committees[branch.code, title] = person
    for post in POSTS:
        if post.leader is not None or post.unit == COLLEGE_CODE:
            continue
        stage = Stage.PROBATIONARY if post.is_student_led else Stage.FULL
        free = [
            one
            for one in roster.of(post.unit, stage)
            if one.login is None and one.fate is Fate.GOES_ON and (one.zeal > 0.5 or stage is Stage.FULL)
        ]
        free[0].login = f"leader-{post.code.lower()}"
        roster.leaders[post.code] = free[0]


def _scatter(roster: Roster, today: date, rng: random.Random) -> None:
    """Let a few move to another branch or leave, one be cancelled early, and some not have begun."""
    inside = [
        one
        for one in roster.people
        if one.starts_on is not None
        and one.login is None
        and one.fate is Fate.GOES_ON
        and (today - one.starts_on).days > 150
        and one.zeal > 0.5
    ]
    chosen = rng.sample(inside, 5)
    for person in chosen[:4]:
        person.fate, person.ends_on = Fate.MOVES, today - timedelta(days=rng.randrange(20, 100))
    chosen[4].fate, chosen[4].ends_on = Fate.CANCELLED, today - timedelta(days=33)
    waiting = [one for one in roster.people if one.stage is Stage.CANDIDATE][:3]
    for person in waiting:
        person.stage, person.starts_on = Stage.PROBATIONARY, today + timedelta(days=9)
    for person in roster.people:
        if person.starts_on is not None and person.starts_on < today - HISTORY:
            person.opening_min = rng.randrange(60, 181, 30)
    for number, branch in enumerate(("S03", "S12"), 1):
        # On no branch's roster any more: beside the 961.
        roster.people.append(
            Person(
                number=f"{today.year - 2}399{number:03}",
                name=("童令仪", "卜思齐")[number - 1],
                branch=branch,
                stage=Stage.PROBATIONARY,
                starts_on=today - timedelta(days=200 + 60 * number),
                zeal=0.8,
                fate=Fate.LEAVES,
                ends_on=today - timedelta(days=70 * number),
            )
        )
    for person in roster.people:
        if person.starts_on is not None and person.login is None:
            person.login = person.number


def count_of(roster: Roster) -> int:
    """Return how many are on the roster once those who leave have left."""
    return sum(one.fate is not Fate.LEAVES for one in roster.people)


TOTAL = sum(branch.size for branch in STAFF_BRANCHES + STUDENT_BRANCHES)
