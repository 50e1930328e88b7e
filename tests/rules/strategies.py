"""Times as they are written in the tables of the rule book, and random visits for its properties.

All clock times are of Asia/Shanghai in March 2026, whose second day is a Monday.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from volunteer.rules.credit import CountedVisit, VisitCredit, credits_for
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.spans import Span

SHANGHAI = ZoneInfo("Asia/Shanghai")
MON, TUE, WED, THU = (date(2026, 3, day) for day in (2, 3, 4, 5))
POLICY = HoursPolicy(effective_on=date(2020, 1, 1))
NO_LIMITS = HoursPolicy(
    effective_on=date(2020, 1, 1), min_record_min=0, day_cap_min=1440, day_cap_max_min=1440
)

# Machines differ: no deadline, and the same examples on each run.
thorough = settings(
    deadline=None, max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def moment(text: str) -> datetime:
    """Return "2 08:30" or "2 08:30:59", of March 2026, in UTC."""
    day, clock = text.split()
    hour, minute, second = (int(part) for part in f"{clock}:00".split(":")[:3])
    local = datetime(2026, 3, int(day), 0, 0, second, tzinfo=SHANGHAI)
    return (local + timedelta(hours=hour, minutes=minute)).astimezone(UTC)


def span(text: str) -> Span:
    """Return "2 08:30-09:30" or "2 23:00-3 01:00"."""
    start, end = text.split("-")
    return Span(moment(start), moment(end if " " in end else f"{start.split()[0]} {end}"))


def visit(
    stays: str,
    *,
    shift: str | None = None,
    id: int = 1,
    breaks: str = "",
    is_made_up: bool = False,
    policy: HoursPolicy = POLICY,
) -> CountedVisit:
    """Return a visit with *stays* ("2 08:00-09:00, 2 10:00-11:00"); without *shift* the first is it."""
    spans = spans_of(stays)
    return CountedVisit(
        id=id,
        stays=spans,
        shift=span(shift) if shift else spans[0],
        policy=policy,
        breaks=spans_of(breaks),
        is_made_up=is_made_up,
    )


def spans_of(texts: str) -> tuple[Span, ...]:
    """Return the spans of a list with commas."""
    return tuple(span(text.strip()) for text in texts.split(",") if text.strip())


def judged(visits: Sequence[CountedVisit], over_cap_days: Collection[date] = ()) -> dict[int, VisitCredit]:
    """Return what each visit earns, by its id."""
    outcomes = credits_for(visits, over_cap_days=over_cap_days, zone=SHANGHAI)
    return {outcome.visit_id: outcome for outcome in outcomes}


def credited_by_day(outcomes: dict[int, VisitCredit]) -> Counter[date]:
    """Return the credited minutes of all visits by day."""
    total = Counter[date]()
    for outcome in outcomes.values():
        total.update({part.day: part.credited for part in outcome.slices})
    return total


_EPOCH = moment("2 00:00")
_DAYS = 3


@st.composite
def shifts(draw: st.DrawFn) -> Span:
    """A shift of whole minutes, up to 12 hours, within three days."""
    start = draw(st.integers(0, (_DAYS - 1) * 1440))
    length = draw(st.integers(1, 720))
    return _minutes(start, start + length)


@st.composite
def visits(
    draw: st.DrawFn, policy: HoursPolicy | None = None, id: int = 0, is_made_up: bool | None = None
) -> CountedVisit:
    """One to three stays, to the second, around a shift with up to two breaks."""
    shift = draw(shifts())
    length = int((shift.end - shift.start).total_seconds())
    stays = draw(_cuts(-1800, length + 7200, most=6))
    breaks = draw(_cuts(0, length // 60, most=4)) if draw(st.booleans()) else []
    return CountedVisit(
        id=id,
        stays=tuple(Span(*(shift.start + timedelta(seconds=cut) for cut in pair)) for pair in stays),
        shift=shift,
        policy=policy or draw(policies()),
        breaks=tuple(Span(*(shift.start + timedelta(minutes=cut) for cut in pair)) for pair in breaks),
        is_made_up=draw(st.booleans()) if is_made_up is None else is_made_up,
    )


@st.composite
def histories(draw: st.DrawFn, policy: HoursPolicy | None = None, most: int = 5) -> list[CountedVisit]:
    """Several visits of one member, ids in any order, all under one policy."""
    policy = policy or draw(policies())
    ids = draw(st.lists(st.integers(1, 99), min_size=1, max_size=most, unique=True))
    return [draw(visits(policy=policy, id=id)) for id in ids]


def policies() -> st.SearchStrategy[HoursPolicy]:
    """Policies whose roundings, caps and least records are met often."""
    return st.builds(
        lambda unit, least, caps: HoursPolicy(
            effective_on=date(2020, 1, 1),
            rounding_unit_min=unit,
            min_record_min=least,
            day_cap_min=caps[0],
            day_cap_max_min=caps[1],
        ),
        st.sampled_from((1, 15, 30)),
        st.sampled_from((0, 15)),
        st.sampled_from(((480, 720), (60, 100), (1440, 1440))),
    )


def days() -> st.SearchStrategy[frozenset[date]]:
    """Days on which an over-cap approval lies."""
    return st.frozensets(st.sampled_from((MON, TUE, WED, THU)))


@st.composite
def _cuts(draw: st.DrawFn, low: int, high: int, *, most: int) -> list[tuple[int, int]]:
    """Return disjoint pairs in order."""
    points = sorted(draw(st.lists(st.integers(low, high), min_size=2, max_size=most, unique=False)))
    return list(zip(points[::2], points[1::2], strict=False))


def _minutes(start: int, end: int) -> Span:
    return Span(_EPOCH + timedelta(minutes=start), _EPOCH + timedelta(minutes=end))
