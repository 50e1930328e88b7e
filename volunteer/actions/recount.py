"""The proof of the ledger: everything that every member earns, computed again from the evidence."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.book import Nearby, Why, book, earned_by, read_between
from volunteer.models import Visit
from volunteer.rules.campus import Campus


@dataclass(frozen=True, slots=True, kw_only=True)
class Miscount:
    """A visit whose ledger lines or own figures are not what its evidence earns: (net, credited)."""

    visit_id: int
    was: tuple[int, int]
    now: tuple[int, int]


def recount(
    session: Session,
    *,
    campus: Campus,
    now: datetime,
    fix: bool = False,
    watched: Callable[[Sequence[int]], Iterable[int]] = lambda members: members,
) -> list[Miscount]:
    """Compare every credit with the evidence, member by member; with *fix*, book what differs anew.

    Args:
        watched: Wraps the members to go through, so that a caller can show progress.
    """
    members = session.execute(select(Visit.member_id).distinct().order_by(Visit.member_id)).scalars().all()
    found: list[Miscount] = []
    for member_id in watched(members):
        whole = read_between(session, member_id=member_id, from_day=date.min, to_day=date.max)
        wrong = list(_miscounts(whole, campus))
        found += wrong
        if wrong and fix:
            why = Why(cause="recount", actor_id=None, now=now)
            book(session, whole, zone=campus.zone, why=why, changed=[visit.id for visit in whole.visits])
    return found


def _miscounts(whole: Nearby, campus: Campus) -> Iterable[Miscount]:
    earned = earned_by(whole, campus.zone)
    for visit in whole.visits:
        credit = earned.get(visit.id)
        slices = {part.day: (part.net, part.credited) for part in credit.slices} if credit else {}
        total = (credit.net, credit.credited) if credit else (0, 0)
        if dict(visit.booked) != slices or visit.summary[:2] != total:
            was = [sum(minutes[place] for minutes in visit.booked.values()) for place in (0, 1)]
            yield Miscount(visit_id=visit.id, was=(was[0], was[1]), now=total)
