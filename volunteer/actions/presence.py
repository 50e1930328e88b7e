"""Coming and leaving, once it is settled who says so: by a code or by a keeper of the post."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions import audit
from volunteer.actions.book import Why, book, drop_claim, nearby
from volunteer.actions.near import NearVisit
from volunteer.actions.scan_context import DisplayFound, ScanContext, ShiftAround
from volunteer.database import table_of
from volunteer.fixed import Fixed, Linked
from volunteer.models import AuditLine, Evidence, Membership, Visit
from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.credit import VisitCredit, presence_start
from volunteer.rules.evidence import (
    MAX_STAYS,
    End,
    Proof,
    grade_of,
    state_at,
    state_when_closed,
    waits_for_committee,
)
from volunteer.rules.kinds import Grade, Side, Source, Verdict, VisitState
from volunteer.rules.reasons import Reason, Refusal

HEARTBEAT_WITHIN = timedelta(minutes=5)
_EVIDENCE_COLUMNS = (
    "member_id stay side source at received_at by_account_id display_id step code_age_s device client_ref "
    "content verdict"
)
_EVIDENCE_INSERT = Fixed(insert(table_of(Evidence)), f"{_EVIDENCE_COLUMNS} visit_id")
_NEW_VISIT = Linked(
    insert(table_of(Visit)),
    "member_id shift_id post_id unit_id policy_id served_on state grade is_keepers_own is_display_silent "
    "waits_for_committee",
    (insert(table_of(Evidence)), _EVIDENCE_COLUMNS, "visit_id"),
    (insert(table_of(AuditLine)), audit.COLUMNS, "subject_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What became of a scan. Minutes are those of the visit so far."""

    verdict: Verdict
    action: Side
    visit_id: int
    at: datetime
    counts_from: datetime | None
    state: VisitState
    grade: Grade
    net: int
    credited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A coming or leaving that is taken for what it says: a genuine code of its time, or a keeper's word.

    Attributes:
        display: What showed the code; None where a keeper takes the member in or out.
        step: Of a live code; 0 on a poster.
        post_id: The post that was chosen, where a site has several.
        takes_next: Check out and into the next shift of the post.
        client_ref: With ``content``, so that a phone may ask again.
        is_queued: It waited in a phone's outbox.
        keeper_id: The account that takes the member in or out.
    """

    context: ScanContext
    source: Source
    at: datetime
    now: datetime
    campus: Campus
    display: DisplayFound | None = None
    step: int | None = None
    post_id: int | None = None
    takes_next: bool = False
    client_ref: str | None = None
    content: str | None = None
    device: str | None = None
    is_queued: bool = False
    keeper_id: int | None = None


def _check_age(judged: Judged, shift: ShiftAround) -> None:
    """Refuse what an outbox kept too long or what is ahead of the clock; judged after the shift."""
    if not judged.is_queued or judged.step is None:
        return
    codes.check_not_ahead(judged.step, judged.now)
    if judged.now - judged.at > timedelta(hours=shift.policy.offline_max_age_h):
        raise Refusal(Reason.TOO_OLD, hours=shift.policy.offline_max_age_h)


def open_visit_of(context: ScanContext) -> NearVisit | None:
    """Return the visit that the member has not left yet; there is at most one."""
    return next((visit for visit in context.nearby.visits if visit.state is VisitState.OPEN), None)


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


def outside(judged: Judged) -> Refusal:
    """Return the refusal with the shift that it is about, so that the sentence can say when."""
    published = [shift for shift in judged.context.shifts if not shift.is_cancelled]
    coming = [shift for shift in published if shift.span.start > judged.at]
    over = [shift for shift in published if shift.span.end <= judged.at]
    if over:
        latest = max(over, key=lambda shift: shift.span.end)
        case = "over" if latest.lets_out_at(judged.at) else "grace_over"
        return Refusal(Reason.OUTSIDE_SHIFT, case=case, ends_at=latest.span.end)
    if coming:
        shift = min(coming, key=lambda shift: shift.span.start)
        opens_at = shift.span.start - timedelta(minutes=shift.policy.checkin_early_min)
        return Refusal(Reason.OUTSIDE_SHIFT, case="early", opens_at=opens_at)
    return Refusal(Reason.OUTSIDE_SHIFT, case="none")


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
    _check_age(judged, shift)
    if open_visit is not None and open_visit.shift_id == shift.id:
        came = open_visit.ends[-1]
        _store(session, judged, Side.IN, open_visit.id, stay=came.stay, verdict=Verdict.UNCHANGED)
        return _result(judged, Verdict.UNCHANGED, Side.IN, open_visit, came_at=came.at)
    earlier = context.nearby.live_visit_of(shift.id)
    state = _make_room(session, judged, open_visit)
    if earlier is not None and open_visit is not None:
        judged = _read_again(session, judged)
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
    _write(session, judged, replace(open_visit, state=VisitState.UNCLOSED), "unclosed")
    return VisitState.OPEN


def _read_again(session: Session, judged: Judged) -> Judged:
    """Return the same with the member's records as this transaction has just written them."""
    before = judged.context.nearby
    fresh = nearby(session, member_id=before.member_id, day=before.day)
    return replace(judged, context=replace(judged.context, nearby=fresh))


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
        is_keepers_own=visit.is_keepers_own or _is_keepers_own(judged, visit.shift_id, visit.post_id),
        is_display_silent=visit.is_display_silent or _is_silent(judged),
        is_taken_confirmed=_is_taken_confirmed(judged, visit),
    )
    changed = replace(changed, grade=grade_of(changed.proof, changed.policy))
    _store(session, judged, Side.IN, visit.id, stay=stay, verdict=Verdict.ACCEPTED)
    _write(session, judged, changed, "check_in")
    _note(session, judged, "check_in", visit.id)
    return _result(judged, Verdict.ACCEPTED, Side.IN, changed, came_at=judged.at)


def _open_new(session: Session, judged: Judged, shift: ShiftAround, state: VisitState) -> ScanResult:
    end = End(stay=1, side=Side.IN, source=judged.source, at=judged.at)
    is_own = _is_keepers_own(judged, shift.id, shift.post_id)
    proof = Proof(ends=(end,), shift=shift.span, is_keepers_own=is_own, is_display_silent=_is_silent(judged))
    grade = grade_of(proof, shift.policy)
    counts_from = presence_start(judged.at, shift.span)
    _check_first_use(judged, Side.IN)
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
        _evidence(judged, Side.IN, stay=1, verdict=Verdict.ACCEPTED),
        _line(judged, "check_in"),
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


def unit_on(session: Session, member_id: int, day: date) -> int | None:
    """Return the branch that the member belonged to on *day*."""
    return session.execute(
        select(Membership.unit_id)
        .where(Membership.member_id == member_id, Membership.from_on <= day)
        .order_by(Membership.from_on.desc(), Membership.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def _is_keepers_own(judged: Judged, shift_id: int, post_id: int) -> bool:
    """Whether she leads the post, published the shift or opened the display: her own scan proves little."""
    published = any(shift.id == shift_id and shift.is_published_by_member for shift in judged.context.shifts)
    opened = judged.display is not None and judged.display.is_opened_by_member
    return published or opened or post_id in judged.context.led_posts


def _is_silent(judged: Judged) -> bool:
    """Whether the display gave no sign of life around the code's step."""
    if judged.display is None or judged.display.is_poster or judged.step is None:
        return False
    seen_at = judged.display.seen_at
    shown_at = datetime.fromtimestamp(judged.step * codes.STEP_SECONDS, UTC)
    return seen_at is None or seen_at < shown_at - HEARTBEAT_WITHIN


def _is_taken_confirmed(judged: Judged, visit: NearVisit) -> bool:
    """Whether what she confirmed is all that was done for her: being taken in or out anew is not."""
    return visit.is_taken_confirmed and judged.source is not Source.TAKEN


# --- out ---


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
    _check_age(judged, shift)
    if visit is None or visit.unfinished is None:
        raise Refusal(Reason.NOT_CHECKED_IN)
    stay = visit.unfinished.stay
    changed = replace(
        visit,
        ends=(*visit.ends, End(stay=stay, side=Side.OUT, source=judged.source, at=judged.at)),
        is_keepers_own=visit.is_keepers_own or _is_keepers_own(judged, visit.shift_id, visit.post_id),
        is_display_silent=visit.is_display_silent or _is_silent(judged),
        is_taken_confirmed=_is_taken_confirmed(judged, visit),
    )
    changed = drop_claim(session, closed(changed), judged.now)
    # The answer to remember is that of the whole act, which ends with the check-in.
    scan = replace(judged, client_ref=None) if judged.takes_next else judged
    _store(session, scan, Side.OUT, visit.id, stay=stay, verdict=Verdict.ACCEPTED)
    earned = _write(session, judged, changed, "check_out")
    _note(session, judged, "check_out", visit.id)
    if judged.takes_next:
        after = replace(_read_again(session, judged), post_id=visit.post_id)
        return check_in(session, after, not_in=visit.shift_id)
    result = _result(judged, Verdict.ACCEPTED, Side.OUT, changed, came_at=visit.unfinished.at)
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


# --- what both write ---


def _write(session: Session, judged: Judged, visit: NearVisit, cause: str) -> Mapping[int, VisitCredit]:
    return book(
        session,
        judged.context.nearby.replacing(visit),
        zone=judged.campus.zone,
        why=Why(cause=cause, actor_id=judged.keeper_id, now=judged.now),
        changed=(visit.id,),
    )


def _store(
    session: Session, judged: Judged, side: Side, visit_id: int, *, stay: int | None, verdict: Verdict
) -> None:
    """Keep the scan. One that changes nothing is kept only if the phone may ask for its answer again.

    Raises:
        Refusal: ``SAME_CODE_AGAIN``.
    """
    if verdict is Verdict.ACCEPTED:
        _check_first_use(judged, side)
    elif judged.client_ref is None:
        return
    row = _evidence(judged, side, stay=stay, verdict=verdict)
    _EVIDENCE_INSERT.run(session, row | {"visit_id": visit_id})


def _check_first_use(judged: Judged, side: Side) -> None:
    """Refuse a code that served this member for this action; judged last of all."""
    if side in judged.context.used_sides:
        raise Refusal(Reason.SAME_CODE_AGAIN)


def _evidence(judged: Judged, side: Side, *, stay: int | None, verdict: Verdict) -> dict[str, object]:
    return {
        "member_id": judged.context.member_id,
        "stay": stay,
        "side": side,
        "source": judged.source,
        "at": judged.at,
        "received_at": judged.now,
        "by_account_id": judged.keeper_id,
        "display_id": judged.display.id if judged.display else None,
        "step": judged.step,
        "code_age_s": _age(judged),
        "device": judged.device,
        "client_ref": judged.client_ref,
        "content": judged.content if judged.client_ref else None,
        "verdict": verdict,
    }


def _age(judged: Judged) -> int | None:
    if not judged.step:
        return None
    return max(0, int(judged.now.timestamp()) - judged.step * codes.STEP_SECONDS)


def _note(session: Session, judged: Judged, act: str, visit_id: int) -> None:
    audit.write(session, _line(judged, act), visit_id)


def _line(judged: Judged, act: str) -> dict[str, object]:
    return audit.line_of(
        act, "visit", actor_id=judged.keeper_id, now=judged.now, member_id=judged.context.member_id
    )


def _result(
    judged: Judged, verdict: Verdict, side: Side, visit: NearVisit, *, came_at: datetime
) -> ScanResult:
    return ScanResult(
        verdict=verdict,
        action=side,
        visit_id=visit.id,
        at=came_at if verdict is Verdict.UNCHANGED else judged.at,
        counts_from=presence_start(came_at, visit.shift),
        state=state_at(visit.state, visit.shift.end, visit.policy, judged.now),
        grade=visit.grade,
        net=visit.summary[0],
        credited=visit.summary[1],
    )
