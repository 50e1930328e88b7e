"""What a visit earns: presence, breaks, overlap, short records, rounding, day cap, in this order.

Every step keeps the minutes it takes away under a reason, so that a result can be explained line by line.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from volunteer.rules.kinds import Lost
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.spans import Span, by_day, clipped, local_day, minus, minutes_of, union, whole_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedVisit:
    """A visit that counts: confirmed, unpaid, of a counting category, no objection in force.

    ``stays`` are exact, as scanned; ``shift`` and ``breaks`` are the published times.
    """

    id: int
    stays: tuple[Span, ...]
    shift: Span
    policy: HoursPolicy
    breaks: tuple[Span, ...] = ()
    is_made_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySlice:
    """What a visit earns on one campus day: net minutes served, credited minutes after rounding and cap."""

    day: date
    net: int
    credited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCredit:
    """The outcome for one visit. Slices sum to net and credited; stays and gaps between them to net + lost.

    Rounding and day cap lie between net and credited, the other losses between raw time and net.
    """

    visit_id: int
    net: int
    credited: int
    slices: tuple[DaySlice, ...]
    lost: Mapping[Lost, int] = field(default_factory=dict)


def presence_of(visit: CountedVisit) -> list[Span]:
    """Return the member's presence inside the shift, both ends of each stay cut to the whole minute."""
    return clipped(_floored(visit.stays), visit.shift)


def presence_start(came_at: datetime, shift: Span) -> datetime:
    """Return when presence begins to count: not before the shift does."""
    return max(whole_minute(came_at), shift.start)


def credits_for(
    visits: Iterable[CountedVisit], *, over_cap_days: Collection[date], zone: ZoneInfo
) -> list[VisitCredit]:
    """Return what each visit of one member earns, day by day, with the reason of every lost minute.

    All visits that touch the same days are judged together: a minute is counted once, a scan
    before a made-up claim, and a day's cap fills in the order of presence, not of arrival.

    Args:
        over_cap_days: Campus days whose cap is lifted to ``policy.day_cap_max_min``.
    """
    served = [_Served.of(visit) for visit in visits]
    _count_each_minute_once(served)
    used: Counter[date] = Counter()
    return [
        _book(one, used, over_cap_days, zone)
        for one in sorted(served, key=lambda one: (one.start, one.visit.id))
    ]


@dataclass(slots=True)
class _Served:
    """One visit on its way through the steps."""

    visit: CountedVisit
    start: datetime
    spans: list[Span]
    lost: Counter[Lost]

    @classmethod
    def of(cls, visit: CountedVisit) -> "_Served":
        stays = _floored(visit.stays)
        present = clipped(stays, visit.shift)
        serving = minus(present, visit.breaks)
        lost: Counter[Lost] = Counter()
        lost[Lost.OUTSIDE_SHIFT] = minutes_of(stays) - minutes_of(present)
        lost[Lost.AWAY] = minutes_of(clipped(_between(visit.stays), visit.shift))
        lost[Lost.BREAK] = minutes_of(present) - minutes_of(serving)
        start = present[0].start if present else visit.shift.start
        return cls(visit, start, serving, lost)


def _floored(stays: Sequence[Span]) -> list[Span]:
    return union(Span(whole_minute(stay.start), whole_minute(stay.end)) for stay in stays)


def _between(stays: Sequence[Span]) -> list[Span]:
    """Return the time between the first coming and the last leaving that no stay covers."""
    if not stays:
        return []
    first, last = min(stay.start for stay in stays), max(stay.end for stay in stays)
    return minus([Span(whole_minute(first), whole_minute(last))], _floored(stays))


def _count_each_minute_once(served: list[_Served]) -> None:
    """Leave each minute to one visit: scanned before made up, then the earlier start, then the lower id."""
    taken: list[Span] = []
    for one in sorted(served, key=lambda one: (one.visit.is_made_up, one.start, one.visit.id)):
        own = minus(one.spans, taken)
        one.lost[Lost.OVERLAP] = minutes_of(one.spans) - minutes_of(own)
        one.spans = own
        taken.extend(own)


def _book(one: _Served, used: Counter[date], over_cap_days: Collection[date], zone: ZoneInfo) -> VisitCredit:
    policy = one.visit.policy
    net = minutes_of(one.spans)
    if net < policy.min_record_min:
        one.lost[Lost.TOO_SHORT] = net
        return _outcome(one, ())
    slices = []
    for day, minutes in by_day(one.spans, zone).items():
        cap = policy.day_cap_max_min if day in over_cap_days else policy.day_cap_min
        rounded = minutes - minutes % policy.rounding_unit_min
        credited = min(rounded, max(0, cap - used[day]))
        used[day] += credited
        one.lost[Lost.ROUNDING] += minutes - rounded
        one.lost[Lost.DAY_CAP] += rounded - credited
        slices.append(DaySlice(day=day, net=minutes, credited=credited))
    return _outcome(one, tuple(slices))


def _outcome(one: _Served, slices: tuple[DaySlice, ...]) -> VisitCredit:
    return VisitCredit(
        visit_id=one.visit.id,
        net=sum(part.net for part in slices),
        credited=sum(part.credited for part in slices),
        slices=slices,
        lost={reason: minutes for reason, minutes in one.lost.items() if minutes},
    )


def day_of_service(came_at: datetime, shift: Span, zone: ZoneInfo) -> date:
    """Return the campus day to which the whole visit belongs: that of its presence start."""
    return local_day(presence_start(came_at, shift), zone)
