"""Lines for inboxes that time alone brings about: forgotten check-outs, shifts of tomorrow, thresholds."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from volunteer.actions.tell import tell_all, tell_lines
from volunteer.database import table_of
from volunteer.models import DailyChore
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import MessageKind
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.rules.sign_ups import REACH_AHEAD, DayOffer, within_reach
from volunteer.rules.sign_ups import offers as offers_by_day
from volunteer.rules.spans import Span
from volunteer.stats import telling
from volunteer.stats.policies import policies
from volunteer.stats.telling import Offer, Window

DAILY_FROM_HOUR = 8
_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def tell_due(session: Session, *, now: datetime) -> int:
    """Tell who forgot to check out, and who has a place at a shift within a day; return how many lines."""
    return tell_all(session, telling.forgotten(now)) + tell_all(session, telling.reminders(now))


def tell_daily(session: Session, *, campus: Campus, now: datetime) -> int:
    """Tell once a day, in the morning, where members stand and what waits; return how many were looked at."""
    if now.astimezone(campus.zone).hour < DAILY_FROM_HOUR:
        return 0
    today = campus.day(now)
    if not has_turn(session, "tell", today):
        return 0
    tell_all(session, telling.reviews_waiting(now, on=today))
    windows = telling.running_windows(session, today=today)
    reachable = _reachable(telling.offers(session, now=now), campus)
    tell_lines(session, list(_lines(windows, policies(session), reachable, today=today, now=now)))
    return len(windows)


def has_turn(session: Session, name: str, on: date) -> bool:
    """Whether what is done once a day is still to be done; of several at once one has the turn."""
    table = table_of(DailyChore)
    statement = _INSERT[session.get_bind().dialect.name](table).values(name=name, done_on=on)
    mine = statement.on_conflict_do_update(
        index_elements=[table.c.name], set_={"done_on": on}, where=table.c.done_on < on
    ).returning(table.c.name)
    return session.execute(mine).first() is not None


def _lines(
    windows: Sequence[Window],
    versions: Sequence[HoursPolicy],
    reachable: Callable[[str, int], Sequence[DayOffer]],
    *,
    today: date,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    """Give a line to each member whose standing says something new; told before, it is not told again."""
    for window in windows:
        policy = policy_on(window.starts_on, versions)
        told = _standing(window, policy, reachable, today)
        if told is not None:
            kind, minutes = told
            key = f"{kind.value}:{window.starts_on}:{window.ends_before}"
            yield {"account_id": window.account_id, "kind": kind, "key": key, "at": now, "number": minutes}


def _standing(
    window: Window,
    policy: HoursPolicy,
    reachable: Callable[[str, int], Sequence[DayOffer]],
    today: date,
) -> tuple[MessageKind, int] | None:
    """Return what to tell a member, with the minutes that the sentence names."""
    missing = policy.threshold_min - window.counted
    if missing <= 0:
        return MessageKind.MET, window.counted
    if window.ends_before - today <= REACH_AHEAD:
        possible = within_reach(reachable(window.unit_path, policy.day_cap_min), window.ends_before)
        if possible < missing:
            return MessageKind.OUT_OF_REACH, missing
    if window.counted * 100 >= policy.near_pct * policy.threshold_min:
        return MessageKind.NEAR, missing
    return None


def _reachable(found: Sequence[Offer], campus: Campus) -> Callable[[str, int], Sequence[DayOffer]]:
    """Return what looks up the offers of a branch, once each: those of its college that are open to it."""

    @cache
    def of_branch(unit_path: str, day_cap_min: int) -> Sequence[DayOffer]:
        top = unit_path.split("/")[1]
        spans = [
            (campus.day(offer.starts_at), Span(offer.starts_at, offer.ends_at))
            for offer in found
            if offer.unit_path.split("/")[1] == top
            and (not offer.is_for_unit or unit_path.startswith(offer.unit_path))
        ]
        return offers_by_day(spans, day_cap_min)

    return of_branch
