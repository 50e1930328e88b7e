"""Leaving: a member checks out, once it is settled who says so. Books what the visit earns."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from volunteer.actions.book import drop_claim
from volunteer.actions.coming import check_in
from volunteer.actions.near import NearVisit
from volunteer.actions.presence import (
    Judged,
    ScanResult,
    check_age,
    is_keepers_own,
    is_silent,
    is_still_confirmed,
    note,
    outside,
    read_again,
    result_of,
    store,
    write,
)
from volunteer.rules.evidence import End, grade_of, state_when_closed
from volunteer.rules.kinds import Side, Source, Verdict, VisitState
from volunteer.rules.reasons import Reason, Refusal


def check_out(session: Session, judged: Judged) -> ScanResult:
    """Close the open stay and book what the visit earns.

    Raises:
        Refusal: ``OUTSIDE_SHIFT``, ``CODE_FROM_FUTURE``, ``TOO_OLD``, ``SAME_CODE_AGAIN`` or
            ``NOT_CHECKED_IN``.
    """
    context = judged.context
    known = {visit.shift_id for visit in context.nearby.visits}
    possible = {
        shift.id: shift
        for shift in context.shifts
        if shift.lets_out_at(judged.at) and (not shift.is_cancelled or shift.id in known)
    }
    if not possible:
        raise outside(judged)
    visit = _to_close(judged, possible.keys())
    shift = possible[visit.shift_id] if visit else next(iter(possible.values()))
    check_age(judged, shift)
    if visit is None or visit.unfinished is None:
        raise Refusal(Reason.NOT_CHECKED_IN)
    stay = visit.unfinished.stay
    changed = replace(
        visit,
        ends=(*visit.ends, End(stay=stay, side=Side.OUT, source=judged.source, at=judged.at)),
        is_keepers_own=visit.is_keepers_own or is_keepers_own(judged, visit.shift_id, visit.post_id),
        is_display_silent=visit.is_display_silent or is_silent(judged),
        is_taken_confirmed=is_still_confirmed(judged, visit),
    )
    changed = drop_claim(session, closed(changed), judged.now)
    # The answer to remember is that of the whole act, which ends with the check-in.
    scan = replace(judged, client_ref=None) if judged.takes_next else judged
    store(session, scan, Side.OUT, visit.id, stay=stay, verdict=Verdict.ACCEPTED)
    earned = write(session, judged, changed, "check_out")
    note(session, judged, "check_out", visit.id)
    if judged.takes_next:
        after = replace(read_again(session, judged), post_id=visit.post_id)
        return check_in(session, after, not_in=visit.shift_id)
    result = result_of(judged, Verdict.ACCEPTED, Side.OUT, changed, came_at=visit.unfinished.at)
    credit = earned.get(visit.id)
    return replace(result, net=credit.net if credit else 0, credited=credit.credited if credit else 0)


def closed(visit: NearVisit) -> NearVisit:
    """Return the visit with grade and state as its evidence now has them."""
    grade = grade_of(visit.proof, visit.policy)
    return replace(
        visit, grade=grade, state=state_when_closed(grade, waits_for_committee=visit.waits_for_committee)
    )


def _to_close(judged: Judged, shift_ids: Iterable[int]) -> NearVisit | None:
    """Return the visit that a leaving ends. What an outbox brings also closes one that time left unclosed."""
    states = {VisitState.OPEN}
    if judged.source is Source.OFFLINE:
        states.add(VisitState.UNCLOSED)
    found = [
        visit
        for visit in judged.context.nearby.visits
        if visit.shift_id in shift_ids and visit.state in states and _came_by(visit, judged.at)
    ]
    return max(found, key=lambda visit: (visit.state is VisitState.OPEN, visit.id), default=None)


def _came_by(visit: NearVisit, at: datetime) -> bool:
    """Whether the member was in: what an outbox brings may be older than a coming elsewhere."""
    return visit.unfinished is not None and visit.unfinished.at <= at
