"""The counting of hours once more, as slow and plain as can be: every minute is one number in a set.

It shares no line with ``volunteer.rules.credit`` or ``spans`` and knows Asia/Shanghai as "eight hours ahead".
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from volunteer.rules.credit import CountedVisit

Minutes = set[int]


@dataclass(frozen=True)
class NaiveCredit:
    """What a visit earns."""

    net: int
    credited: int
    days: dict[date, tuple[int, int]]
    lost: dict[str, int]


def naive_credits(
    visits: Sequence[CountedVisit], over_cap_days: Collection[date] = ()
) -> dict[int, NaiveCredit]:
    """Return what each visit earns, by its id."""
    lost = {visit.id: Counter({"outside_shift": 0}) for visit in visits}
    left: dict[int, Minutes] = {}
    begins: dict[int, int] = {}
    for visit in visits:
        stayed, shift, pause = stayed_minutes(visit), shift_minutes(visit), break_minutes(visit)
        lost[visit.id]["outside_shift"] = len(stayed - shift)
        lost[visit.id]["away"] = len(away_minutes(visit))
        lost[visit.id]["break"] = len(stayed & shift & pause)
        left[visit.id] = (stayed & shift) - pause
        begins[visit.id] = min(stayed & shift, default=number(visit.shift.start))
    seen: Minutes = set()
    for visit in sorted(visits, key=lambda each: (each.is_made_up, begins[each.id], each.id)):
        lost[visit.id]["overlap"] = len(left[visit.id] & seen)
        left[visit.id] -= seen
        seen |= left[visit.id]
    booked: Counter[date] = Counter()
    result = {}
    for visit in sorted(visits, key=lambda each: (begins[each.id], each.id)):
        minutes, rule, days = left[visit.id], visit.policy, {}
        if len(minutes) < rule.min_record_min:
            lost[visit.id]["too_short"], minutes = len(minutes), set()
        for day, net in sorted(Counter(day_of(minute) for minute in minutes).items()):
            cap = rule.day_cap_max_min if day in over_cap_days else rule.day_cap_min
            rounded = net // rule.rounding_unit_min * rule.rounding_unit_min
            credited = 0
            while credited < rounded and booked[day] < cap:
                credited, booked[day] = credited + 1, booked[day] + 1
            lost[visit.id]["rounding"] += net - rounded
            lost[visit.id]["day_cap"] += rounded - credited
            days[day] = (net, credited)
        result[visit.id] = NaiveCredit(
            net=len(minutes),
            credited=sum(credited for _, credited in days.values()),
            days=days,
            lost={reason: count for reason, count in lost[visit.id].items() if count},
        )
    return result


def number(moment: datetime) -> int:
    """Return the minute in which *moment* lies, counted from 1970."""
    return int(moment.timestamp()) // 60


def day_of(minute: int) -> date:
    """Return the day of a minute in Shanghai."""
    return date(1970, 1, 1) + timedelta(days=(minute + 8 * 60) // 1440)


def stayed_minutes(visit: CountedVisit) -> Minutes:
    """Return the minutes of all stays, whether in the shift or not."""
    return {minute for stay in visit.stays for minute in range(number(stay.start), number(stay.end))}


def shift_minutes(visit: CountedVisit) -> Minutes:
    """Return the minutes of the shift."""
    return set(range(number(visit.shift.start), number(visit.shift.end)))


def break_minutes(visit: CountedVisit) -> Minutes:
    """Return the minutes of the breaks."""
    return {minute for pause in visit.breaks for minute in range(number(pause.start), number(pause.end))}


def away_minutes(visit: CountedVisit) -> Minutes:
    """Return the minutes of the shift between one stay and the next."""
    if not visit.stays:
        return set()
    first = min(number(stay.start) for stay in visit.stays)
    last = max(number(stay.end) for stay in visit.stays)
    return (set(range(first, last)) - stayed_minutes(visit)) & shift_minutes(visit)


def serving_minutes(visits: Sequence[CountedVisit]) -> dict[date, Minutes]:
    """Return the minutes that one person was serving anywhere, by day, each once."""
    days: dict[date, Minutes] = defaultdict(set)
    for visit in visits:
        for minute in (stayed_minutes(visit) & shift_minutes(visit)) - break_minutes(visit):
            days[day_of(minute)].add(minute)
    return days
