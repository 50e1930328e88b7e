"""Coming: a member checks in, once it is settled who says so. Opens a visit, or the next stay of one."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import insert
from sqlalchemy.orm import Session

from volunteer.actions import audit
from volunteer.actions.near import NearVisit
from volunteer.actions.presence import (
    EVIDENCE_COLUMNS,
    Judged,
    ScanResult,
    check_age,
    check_first_use,
    evidence_of,
    is_keepers_own,
    is_silent,
    is_still_confirmed,
    line_of,
    note,
    open_visit_of,
    outside,
    read_again,
    result_of,
    store,
    unit_on,
    write,
)
from volunteer.actions.scan_context import ShiftAround
from volunteer.database import table_of
from volunteer.fixed import Linked
from volunteer.models import AuditLine, Evidence, Visit
from volunteer.rules.credit import presence_start
from volunteer.rules.evidence import MAX_STAYS, End, Proof, grade_of, state_at, waits_for_committee
from volunteer.rules.kinds import Side, Source, Verdict, VisitState
from volunteer.rules.reasons import Reason, Refusal

_NEW_VISIT = Linked(
    insert(table_of(Visit)),
    "member_id shift_id post_id unit_id policy_id served_on state grade is_keepers_own is_display_silent "
    "waits_for_committee",
    (insert(table_of(Evidence)), EVIDENCE_COLUMNS, "visit_id"),
    (insert(table_of(AuditLine)), audit.COLUMNS, "subject_id"),
)


def check_in(session: Session, judged: Judged, *, not_in: int | None = None) -> ScanResult:
    """Open a visit, or the next stay of one; an open visit in the same shift stays as it is.

    Args:
        not_in: The shift that the member has just left.

    Raises:
        Refusal: ``OUTSIDE_SHIFT``, ``CHOOSE_POST``, ``CODE_FROM_FUTURE``, ``TOO_OLD``, ``SAME_CODE_AGAIN`` or
            ``ALREADY_CHECKED_IN``.
    """
    context = judged.context
    possible = [
        shift
        for shift in context.shifts
        if shift.takes_in_at(judged.at) and not shift.is_cancelled and shift.id != not_in
    ]
    if not possible:
        raise outside(judged)
    open_visit = open_visit_of(context)
    shift = _chosen(possible, judged, open_visit)
    check_age(judged, shift)
    if open_visit is not None and open_visit.shift_id == shift.id:
        came = open_visit.ends[-1]
        store(session, judged, Side.IN, open_visit.id, stay=came.stay, verdict=Verdict.UNCHANGED)
        return result_of(judged, Verdict.UNCHANGED, Side.IN, open_visit, came_at=came.at)
    earlier = context.nearby.live_visit_of(shift.id)
    state = _make_room(session, judged, open_visit)
    if earlier is not None and open_visit is not None:
        judged = read_again(session, judged)
        earlier = judged.context.nearby.visit(earlier.id)
    if earlier is not None:
        return _come_back(session, judged, earlier, state)
    return _open_new(session, judged, shift, state)


def _make_room(session: Session, judged: Judged, open_visit: NearVisit | None) -> VisitState:
    """Return the state of the new presence. An open visit elsewhere gives way only once its shift has ended.

    A scan from the outbox that is older than the open visit is itself the one that was left unclosed.
    """
    if open_visit is None:
        return VisitState.OPEN
    if judged.source is Source.OFFLINE and judged.at < open_visit.ends[-1].at:
        return VisitState.UNCLOSED
    if judged.at < open_visit.shift.end:
        raise Refusal(Reason.ALREADY_CHECKED_IN, post_id=open_visit.post_id)
    write(session, judged, replace(open_visit, state=VisitState.UNCLOSED), "unclosed")
    return VisitState.OPEN


def _come_back(session: Session, judged: Judged, visit: NearVisit, state: VisitState) -> ScanResult:
    """Begin the next stay of a visit that was closed before its shift was over."""
    stay = visit.last_stay + 1
    may_return = visit.state in (VisitState.CONFIRMED, VisitState.PENDING) and visit.unfinished is None
    if stay > MAX_STAYS or not may_return:
        raise Refusal(Reason.ALREADY_CHECKED_IN, post_id=visit.post_id)
    end = End(stay=stay, side=Side.IN, source=judged.source, at=judged.at)
    changed = replace(
        visit,
        ends=(*visit.ends, end),
        state=state,
        is_keepers_own=visit.is_keepers_own or is_keepers_own(judged, visit.shift_id, visit.post_id),
        is_display_silent=visit.is_display_silent or is_silent(judged),
        is_taken_confirmed=is_still_confirmed(judged, visit),
    )
    changed = replace(changed, grade=grade_of(changed.proof, changed.policy))
    store(session, judged, Side.IN, visit.id, stay=stay, verdict=Verdict.ACCEPTED)
    write(session, judged, changed, "check_in")
    note(session, judged, "check_in", visit.id)
    return result_of(judged, Verdict.ACCEPTED, Side.IN, changed, came_at=judged.at)


def _open_new(session: Session, judged: Judged, shift: ShiftAround, state: VisitState) -> ScanResult:
    end = End(stay=1, side=Side.IN, source=judged.source, at=judged.at)
    is_own = is_keepers_own(judged, shift.id, shift.post_id)
    proof = Proof(ends=(end,), shift=shift.span, is_keepers_own=is_own, is_display_silent=is_silent(judged))
    grade = grade_of(proof, shift.policy)
    counts_from = presence_start(judged.at, shift.span)
    check_first_use(judged, Side.IN)
    visit_id = _NEW_VISIT.run(
        session,
        {
            "member_id": judged.context.member_id,
            "shift_id": shift.id,
            "post_id": shift.post_id,
            "unit_id": _unit_at(session, judged),
            "policy_id": shift.policy_id,
            "served_on": judged.campus.day(counts_from),
            "state": state,
            "grade": grade,
            "is_keepers_own": is_own,
            "is_display_silent": proof.is_display_silent,
            "waits_for_committee": waits_for_committee(shift.policy),
        },
        evidence_of(judged, Side.IN, stay=1, verdict=Verdict.ACCEPTED),
        line_of(judged, "check_in"),
    )
    return ScanResult(
        verdict=Verdict.ACCEPTED,
        action=Side.IN,
        visit_id=visit_id,
        at=judged.at,
        counts_from=counts_from,
        state=state_at(state, shift.span.end, shift.policy, judged.now),
        grade=grade,
        net=0,
        credited=0,
    )


def _unit_at(session: Session, judged: Judged) -> int:
    """Return the branch at the time of service: the present one, but for a scan that comes in later."""
    unit_id = judged.context.unit_id
    assert unit_id is not None
    if judged.source is not Source.OFFLINE:
        return unit_id
    return unit_on(session, judged.context.member_id, judged.campus.day(judged.at)) or unit_id


def _chosen(shifts: Sequence[ShiftAround], judged: Judged, open_visit: NearVisit | None) -> ShiftAround:
    """Return the shift of a scan: where she is in, else running before coming, of the post that she chose.

    Between two posts the member chooses.
    """
    wanted = [shift for shift in shifts if judged.post_id in (None, shift.post_id)]
    if not wanted:
        raise outside(judged)
    for shift in wanted:
        if open_visit is not None and shift.id == open_visit.shift_id:
            return shift
    running = [shift for shift in wanted if shift.span.start <= judged.at] or wanted
    if len({shift.post_id for shift in running}) > 1:
        raise Refusal(Reason.CHOOSE_POST, posts=[(shift.post_id, shift.post_name) for shift in running])
    return min(running, key=lambda shift: (shift.span.start, shift.id))
