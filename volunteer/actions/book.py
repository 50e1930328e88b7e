"""The ledger's one pen: whatever changes a record ends here, and what its member earns is booked anew.

Lines are never changed. A difference is a reversal and a new line; the visit's own figures follow in the same
transaction, so that every total is a sum over the ledger or a figure that equals it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from volunteer.actions.near import TOUCHED, NearVisit, near_columns, near_of, over_cap_days_of, reach_of
from volunteer.database import StaleRow, table_of
from volunteer.fixed import Fixed
from volunteer.models import Credit, Request, Visit
from volunteer.rules.credit import VisitCredit, credits_for
from volunteer.rules.kinds import Grade, Lost, RequestState, VisitState
from volunteer.rules.reasons import Reason, Refusal

_STORED_LOSSES = (
    Lost.OUTSIDE_SHIFT,
    Lost.AWAY,
    Lost.BREAK,
    Lost.OVERLAP,
    Lost.TOO_SHORT,
    Lost.ROUNDING,
    Lost.DAY_CAP,
)
_VISIT = Visit.__table__.c
_SUMMARY_NAMES = (
    "net_min",
    "credited_min",
    "pending_min",
    *(f"lost_{reason.value}" for reason in _STORED_LOSSES),
)
_STATE_NAMES = (
    "state",
    "grade",
    "is_keepers_own",
    "is_display_silent",
    "is_taken_confirmed",
    "waits_for_committee",
    "confirmed_by_id",
)
_UPDATE = Fixed(
    update(table_of(Visit))
    .where(_VISIT.id == bindparam("the_id"), _VISIT.version == bindparam("the_version"))
    .values(
        {
            "version": _VISIT.version + literal_column("1"),
            **{name: bindparam(name) for name in (*_STATE_NAMES, *_SUMMARY_NAMES)},
        }
    )
)
_INSERT = Fixed(
    insert(table_of(Credit)),
    "member_id member_seq visit_id unit_id post_id base_id day net_min credited_min is_reversal grade cause "
    "actor_id at",
)
last_seq = (
    select(func.coalesce(func.max(Credit.member_seq), literal_column("0")))
    .where(Credit.member_id == bindparam("member_id"))
    .scalar_subquery()
    .label("last_seq")
)
_NEARBY = select(*near_columns(), last_seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What made somebody book: the act, who did it (None: the system), and when."""

    cause: str
    actor_id: int | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A member's records around a day, as read from the database."""

    member_id: int
    day: date
    visits: tuple[NearVisit, ...]
    over_cap_days: frozenset[date]
    last_seq: int

    @classmethod
    def of(cls, row: Any, *, member_id: int, day: date) -> "Nearby":
        """Return what a row with the near columns carries."""
        return cls(
            member_id=member_id,
            day=day,
            visits=near_of(row),
            over_cap_days=over_cap_days_of(row),
            last_seq=row.last_seq,
        )

    def visit(self, visit_id: int) -> NearVisit:
        """Return one of the visits."""
        return next(visit for visit in self.visits if visit.id == visit_id)

    def live_visit_of(self, shift_id: int) -> NearVisit | None:
        """Return the member's record of a shift, void and rejected ones aside."""
        for visit in self.visits:
            if visit.shift_id == shift_id and visit.state not in (VisitState.VOID, VisitState.REJECTED):
                return visit
        return None

    def replacing(self, *changed: NearVisit) -> "Nearby":
        """Return the same with some visits changed."""
        by_id = {visit.id: visit for visit in self.visits} | {visit.id: visit for visit in changed}
        return replace(self, visits=tuple(by_id.values()))


def nearby(session: Session, *, member_id: int, day: date) -> Nearby:
    """Read the member's records around *day*."""
    row = session.execute(_NEARBY, {"member_id": member_id, **reach_of(day)}).one()
    return Nearby.of(row, member_id=member_id, day=day)


def read_between(session: Session, *, member_id: int, from_day: date, to_day: date) -> Nearby:
    """Read the member's records of a stretch of days, however long."""
    row = session.execute(_NEARBY, {"member_id": member_id, "from_day": from_day, "to_day": to_day}).one()
    return Nearby.of(row, member_id=member_id, day=from_day)


def around_visit(session: Session, visit_id: int) -> tuple[Nearby, NearVisit]:
    """Read a visit with its member's records around it.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    row = session.execute(select(Visit.member_id, Visit.served_on).where(Visit.id == visit_id)).one_or_none()
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    found = nearby(session, member_id=row.member_id, day=row.served_on)
    return found, found.visit(visit_id)


def book(
    session: Session, after: Nearby, *, zone: ZoneInfo, why: Why, changed: Iterable[int] = ()
) -> Mapping[int, VisitCredit]:
    """Write what the records now earn, and the changed records themselves.

    Args:
        after: The member's records as they are to be.
        changed: Ids of visits whose state or evidence changed; they are written even if no minute moves.

    Returns:
        What each counting visit around the day earns.

    Raises:
        StaleRow: Another transaction changed one of the visits meanwhile.
    """
    earned = earned_by(after, zone)
    pending = _pending(after, zone)
    lines: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for visit in after.visits:
        if abs(visit.served_on - after.day) > TOUCHED and visit.id not in changed:
            continue
        credit = earned.get(visit.id)
        lines += _lines(visit, credit, after.member_id, why)
        summary = _summary(credit, pending.get(visit.id, 0))
        if summary != visit.summary or visit.id in changed:
            rows.append(_row(visit, summary))
    if lines:
        for number, line in enumerate(lines, after.last_seq + 1):
            line["member_seq"] = number
        _INSERT.run_many(session, lines)
    _write_visits(session, rows)
    return earned


def earned_by(after: Nearby, zone: ZoneInfo) -> dict[int, VisitCredit]:
    """Return what each counting visit earns by its evidence."""
    counting = [visit.counted() for visit in after.visits if _is_counting(visit)]
    return {
        credit.visit_id: credit
        for credit in credits_for(counting, over_cap_days=after.over_cap_days, zone=zone)
    }


def _pending(after: Nearby, zone: ZoneInfo) -> dict[int, int]:
    """Return the net minutes that undecided records would bring if all of them were granted."""
    waiting = [visit for visit in after.visits if visit.is_counting_post and is_waiting(visit)]
    if not waiting:
        return {}
    ids = {visit.id for visit in waiting}
    counting = [visit.counted() for visit in after.visits if _is_counting(visit) and visit.id not in ids]
    granted = counting + [visit.as_if_granted() for visit in waiting]
    return {
        credit.visit_id: credit.net
        for credit in credits_for(granted, over_cap_days=after.over_cap_days, zone=zone)
        if credit.visit_id in ids
    }


def granted_alone(found: Nearby, visit: NearVisit, zone: ZoneInfo) -> int:
    """Return the net minutes that an undecided record would bring if it alone were granted."""
    if not visit.is_counting_post:
        return 0
    others = [other.counted() for other in found.visits if _is_counting(other) and other.id != visit.id]
    granted = [*others, visit.as_if_granted()]
    credits = credits_for(granted, over_cap_days=found.over_cap_days, zone=zone)
    return next(credit.net for credit in credits if credit.visit_id == visit.id)


def drop_claim(session: Session, visit: NearVisit, now: datetime) -> NearVisit:
    """Return the visit without its undecided request, if better evidence than a claim has closed it."""
    if visit.claim is None or visit.grade is Grade.D:
        return visit
    return without_claim(session, visit, now)


def without_claim(session: Session, visit: NearVisit, now: datetime) -> NearVisit:
    """Return the visit without its undecided request, which nothing can come of any more."""
    session.execute(
        update(Request)
        .where(Request.visit_id == visit.id, Request.state == RequestState.ASKED)
        .values(state=RequestState.MOOT, decided_at=now)
    )
    return replace(visit, claim=None)


def is_waiting(visit: NearVisit) -> bool:
    """Whether the record may still bring minutes: it is pending, or somebody asked for it."""
    if visit.state is VisitState.PENDING:
        return True
    return visit.claim is not None and visit.state in (VisitState.OPEN, VisitState.UNCLOSED)


def _is_counting(visit: NearVisit) -> bool:
    return visit.state is VisitState.CONFIRMED and visit.is_counting_post


def _lines(visit: NearVisit, credit: VisitCredit | None, member_id: int, why: Why) -> list[dict[str, Any]]:
    """Return the ledger lines that lead from what is booked to what is earned."""
    earned = {part.day: (part.net, part.credited) for part in credit.slices} if credit else {}
    lines = []
    for day in sorted(visit.booked.keys() | earned.keys()):
        before, now = visit.booked.get(day), earned.get(day)
        if before == now:
            continue
        if before:
            lines.append(_line(visit, day, (-before[0], -before[1]), member_id, why, is_reversal=True))
        if now:
            lines.append(_line(visit, day, now, member_id, why, is_reversal=False))
    return lines


def _line(
    visit: NearVisit, day: date, minutes: tuple[int, int], member_id: int, why: Why, *, is_reversal: bool
) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "visit_id": visit.id,
        "unit_id": visit.unit_id,
        "post_id": visit.post_id,
        "base_id": visit.base_id,
        "day": day,
        "net_min": minutes[0],
        "credited_min": minutes[1],
        "is_reversal": is_reversal,
        "grade": visit.grade,
        "cause": why.cause,
        "actor_id": why.actor_id,
        "at": why.now,
    }


def _summary(credit: VisitCredit | None, pending: int) -> tuple[int, ...]:
    if credit is None:
        return (0, 0, pending, *(0 for _ in _STORED_LOSSES))
    return (credit.net, credit.credited, pending, *(credit.lost.get(reason, 0) for reason in _STORED_LOSSES))


def _row(visit: NearVisit, summary: Sequence[int]) -> dict[str, Any]:
    return {
        "the_id": visit.id,
        "the_version": visit.version,
        **{name: getattr(visit, name) for name in _STATE_NAMES},
        **dict(zip(_SUMMARY_NAMES, summary, strict=True)),
    }


def _write_visits(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        if _UPDATE.run(session, row).rowcount != 1:
            raise StaleRow(f"visit {row['the_id']}")
