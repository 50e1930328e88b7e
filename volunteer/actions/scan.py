"""Check in and out by a scanned or typed code: one transaction, few statements, safe to repeat.

The order of judgement is that of the protocol: a reference seen before gets its old answer, then the code, the
person, the shift, "already in, nothing changes", the code's single use, and last the stay itself.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.actions.book import Why, book
from volunteer.actions.near import NearVisit
from volunteer.actions.scan_context import DisplayFound, ScanContext, ShiftAround, load_context
from volunteer.models import Evidence, Membership, Visit
from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.codes import Code, Purpose
from volunteer.rules.credit import presence_start
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
# An unasked second scan checks out only this late in the shift, so that a nervous one does not end a service.
CHECKS_OUT_BY_ITSELF = timedelta(minutes=15)
_VISIT_INSERT = insert(Visit.__table__).returning(Visit.__table__.c.id)
_EVIDENCE_INSERT = insert(Evidence.__table__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a phone sends.

    Attributes:
        code: The 31 characters, or None for a code typed beside a chosen post (``typed`` resolved it).
        display_step: Handle and step of a typed code.
        post_id: The post that the member chose at a base's site.
        action: What the member wants; None lets the scan decide itself.
        takes_next: Check out and into the next shift of the post.
        client_ref: The phone's own name for this scan; the same one again gets the same answer.
        device: The device's id, kept as evidence.
        judged_at: When the link was first opened here (the ticket); the code and the time count as of then.
        is_queued: It comes from the phone's outbox: its time is its code's.
    """

    code: str | None = None
    display_step: tuple[str, int] | None = None
    post_id: int | None = None
    action: Side | None = None
    takes_next: bool = False
    client_ref: str | None = None
    device: str | None = None
    judged_at: datetime | None = None
    is_queued: bool = False

    @property
    def content(self) -> str:
        """A digest of what was sent, to tell a repeat from another scan under the same name."""
        parts = (self.code, self.display_step, self.post_id, self.action, self.takes_next)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


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
class _Judged:
    """A scan whose code is genuine and of its time."""

    scan: Scan
    context: ScanContext
    display: DisplayFound
    step: int
    source: Source
    at: datetime
    now: datetime
    campus: Campus


def check(session: Session, *, member_id: int, scan: Scan, campus: Campus, now: datetime) -> ScanResult:
    """Check the member in or out at the post whose code was scanned.

    Phones retry: a second call with the same ``client_ref`` returns what the first one did, even after its
    code has expired.

    Raises:
        Refusal: ``NOT_A_MEMBER``, ``WRONG_ACCOUNT``, ``CLIENT_REF_REUSED``, ``CODE_UNKNOWN``, ``CODE_EXPIRED``,
            ``CODE_FROM_FUTURE``, ``TOO_OLD``, ``PROBATION_CLOSED``, ``OUTSIDE_SHIFT``, ``CHOOSE_POST``,
            ``ALREADY_CHECKED_IN``, ``NOT_CHECKED_IN`` or ``SAME_CODE_AGAIN``.
    """
    try:
        code = _code_of(scan, campus)
    except Refusal:
        code = None
    seen_at = scan.judged_at or now
    at = _moment_of(code, scan, seen_at)
    context = load_context(
        session,
        member_id=member_id,
        handle=code.handle.hex() if code else None,
        step=code.step if code else None,
        client_ref=scan.client_ref,
        at=at,
        campus=campus,
    )
    if context is None:
        raise Refusal(Reason.NOT_A_MEMBER)
    if context.receipt is not None:
        return _again(context, scan)
    display = _known(code, context, at)
    assert code is not None
    source = _source_of(code, scan, seen_at)
    judged = _Judged(
        scan=scan,
        context=context,
        display=display,
        step=code.step,
        source=source,
        at=at,
        now=now,
        campus=campus,
    )
    if context.is_closed:
        raise Refusal(Reason.PROBATION_CLOSED)
    side = scan.action or _decides_itself(judged)
    result = _check_in(session, judged) if side is Side.IN else _check_out(session, judged)
    return result


def _code_of(scan: Scan, campus: Campus) -> Code:
    if scan.display_step is not None:
        handle, step = scan.display_step
        return Code(Purpose.LIVE, bytes.fromhex(handle), step)
    code = codes.read(scan.code or "", campus.keyring)
    if code.purpose is Purpose.PASS:
        raise Refusal(Reason.CODE_UNKNOWN)
    return code


def _moment_of(code: Code | None, scan: Scan, seen_at: datetime) -> datetime:
    """Return the time that counts: the server's, or for a scan from the outbox that of its code."""
    if code is not None and code.purpose is Purpose.LIVE and _is_late(code, scan, seen_at):
        return code.at
    return seen_at


def _is_late(code: Code, scan: Scan, seen_at: datetime) -> bool:
    return scan.is_queued and code.step < codes.step_at(seen_at) - codes.STEPS_BACK


def _again(context: ScanContext, scan: Scan) -> ScanResult:
    """Return the stored answer to a reference that was used before."""
    receipt = context.receipt
    assert receipt is not None
    if receipt.member_id != context.member_id:
        raise Refusal(Reason.WRONG_ACCOUNT)
    if receipt.content != scan.content:
        raise Refusal(Reason.CLIENT_REF_REUSED)
    if receipt.verdict is Verdict.REFUSED or receipt.visit_id is None:
        raise Refusal(Reason(receipt.reason))
    visit = next((near for near in context.nearby.visits if near.id == receipt.visit_id), None)
    return ScanResult(
        verdict=receipt.verdict,
        action=receipt.side,
        visit_id=receipt.visit_id,
        at=receipt.at,
        counts_from=presence_start(receipt.at, visit.shift) if visit else None,
        state=visit.state if visit else VisitState.CONFIRMED,
        grade=visit.grade if visit else Grade.B,
        net=visit.summary[0] if visit else 0,
        credited=visit.summary[1] if visit else 0,
    )


def _known(code: Code | None, context: ScanContext, at: datetime) -> DisplayFound:
    display = context.display
    if code is None or display is None or display.is_poster is not (code.purpose is Purpose.PRINTED):
        raise Refusal(Reason.CODE_UNKNOWN)
    if display.revoked_at is not None and display.revoked_at <= at:
        raise Refusal(Reason.CODE_UNKNOWN)
    return display


def _source_of(code: Code, scan: Scan, seen_at: datetime) -> Source:
    """Return what kind of evidence the scan is; refuse a code that is not of its time."""
    if code.purpose is Purpose.PRINTED:
        if scan.is_queued:
            raise Refusal(Reason.CODE_EXPIRED)
        return Source.PRINTED
    if _is_late(code, scan, seen_at):
        return Source.OFFLINE
    if not scan.is_queued:
        codes.check_fresh(code.step, seen_at)
    return Source.TYPED if scan.display_step is not None else Source.LIVE


def _check_age(judged: _Judged, shift: ShiftAround) -> None:
    """Refuse what an outbox kept too long, or what is ahead of the clock; after the shift, as the protocol has it."""
    if not judged.scan.is_queued:
        return
    codes.check_not_ahead(judged.step, judged.now)
    if judged.now - judged.at > timedelta(hours=shift.policy.offline_max_age_h):
        raise Refusal(Reason.TOO_OLD, hours=shift.policy.offline_max_age_h)


def _decides_itself(judged: _Judged) -> Side:
    """Return what a scan without a wish does: in, nothing, or out when the shift is nearly over."""
    open_visit = _open_visit(judged.context)
    if open_visit is None or all(shift.id != open_visit.shift_id for shift in judged.context.shifts):
        return Side.IN
    return Side.OUT if judged.at >= open_visit.shift.end - CHECKS_OUT_BY_ITSELF else Side.IN


def _open_visit(context: ScanContext) -> NearVisit | None:
    return next((visit for visit in context.nearby.visits if visit.state is VisitState.OPEN), None)


def _chosen(shifts: Sequence[ShiftAround], judged: _Judged) -> ShiftAround:
    """Return the shift that a scan belongs to: running before coming; two posts are for the member to choose."""
    running = [shift for shift in shifts if shift.span.start <= judged.at] or list(shifts)
    if judged.scan.post_id is not None:
        running = [shift for shift in running if shift.post_id == judged.scan.post_id]
    if not running:
        raise _outside(judged)
    if len({shift.post_id for shift in running}) > 1:
        raise Refusal(Reason.CHOOSE_POST, posts=[(shift.post_id, shift.post_name) for shift in running])
    return min(running, key=lambda shift: (shift.span.start, shift.id))


def _outside(judged: _Judged) -> Refusal:
    """Return the refusal with the shift that it is about, so that the sentence can say when."""
    coming = [shift for shift in judged.context.shifts if shift.span.start > judged.at]
    over = [shift for shift in judged.context.shifts if shift.span.end <= judged.at]
    if over:
        latest = max(over, key=lambda shift: shift.span.end)
        case = "over" if latest.lets_out_at(judged.at) else "grace_over"
        return Refusal(Reason.OUTSIDE_SHIFT, case=case, ends_at=latest.span.end)
    if coming:
        shift = min(coming, key=lambda shift: shift.span.start)
        opens_at = shift.span.start - timedelta(minutes=shift.policy.checkin_early_min)
        return Refusal(Reason.OUTSIDE_SHIFT, case="early", opens_at=opens_at)
    return Refusal(Reason.OUTSIDE_SHIFT, case="none")


# --- in -------------------------------------------------------------------------------------------------------


def _check_in(session: Session, judged: _Judged, *, not_in: int | None = None) -> ScanResult:
    context = judged.context
    possible = [shift for shift in context.shifts if shift.takes_in_at(judged.at) and shift.id != not_in]
    if not possible:
        raise _outside(judged)
    shift = _chosen(possible, judged)
    _check_age(judged, shift)
    open_visit = _open_visit(context)
    if open_visit is not None and open_visit.shift_id == shift.id:
        _store(session, judged, Side.IN, open_visit.id, stay=None, verdict=Verdict.UNCHANGED)
        return _result(judged, Verdict.UNCHANGED, Side.IN, open_visit, came_at=open_visit.ends[-1].at)
    if Side.IN in context.used_sides:
        raise Refusal(Reason.SAME_CODE_AGAIN)
    earlier = context.nearby.live_visit_of(shift.id)
    state = _make_room(session, judged, open_visit)
    if earlier is not None:
        return _come_back(session, judged, earlier, state)
    return _open_new(session, judged, shift, state)


def _make_room(session: Session, judged: _Judged, open_visit: NearVisit | None) -> VisitState:
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


def _come_back(session: Session, judged: _Judged, visit: NearVisit, state: VisitState) -> ScanResult:
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
    )
    changed = replace(changed, grade=grade_of(changed.proof, changed.policy))
    _store(session, judged, Side.IN, visit.id, stay=stay, verdict=Verdict.ACCEPTED)
    _write(session, judged, changed, "check_in")
    _note(session, judged, "check_in", visit.id)
    return _result(judged, Verdict.ACCEPTED, Side.IN, changed, came_at=judged.at)


def _open_new(session: Session, judged: _Judged, shift: ShiftAround, state: VisitState) -> ScanResult:
    end = End(stay=1, side=Side.IN, source=judged.source, at=judged.at)
    is_own = _is_keepers_own(judged, shift.id, shift.post_id)
    proof = Proof(ends=(end,), shift=shift.span, is_keepers_own=is_own, is_display_silent=_is_silent(judged))
    grade = grade_of(proof, shift.policy)
    counts_from = presence_start(judged.at, shift.span)
    visit_id = (
        session.connection()
        .execute(
            _VISIT_INSERT,
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
        )
        .scalar_one()
    )
    _store(session, judged, Side.IN, visit_id, stay=1, verdict=Verdict.ACCEPTED)
    _note(session, judged, "check_in", visit_id)
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


def _unit_at(session: Session, judged: _Judged) -> int:
    """Return the branch at the time of service: the present one, but for a scan that comes in later."""
    unit_id = judged.context.unit_id
    assert unit_id is not None
    if judged.source is not Source.OFFLINE:
        return unit_id
    return unit_on(session, judged.context.member_id, judged.campus.day(judged.at)) or unit_id


def unit_on(session: Session, member_id: int, day: Any) -> int | None:
    """Return the branch that the member belonged to on *day*."""
    return session.execute(
        select(Membership.unit_id)
        .where(Membership.member_id == member_id, Membership.from_on <= day)
        .order_by(Membership.from_on.desc(), Membership.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def _is_keepers_own(judged: _Judged, shift_id: int, post_id: int) -> bool:
    """Whether she leads the post, published the shift or opened the display: then her own scan proves little."""
    published = any(shift.id == shift_id and shift.is_published_by_member for shift in judged.context.shifts)
    return published or post_id in judged.context.led_posts or judged.display.is_opened_by_member


def _is_silent(judged: _Judged) -> bool:
    """Whether the display gave no sign of life around the code's step."""
    if judged.display.is_poster:
        return False
    seen_at = judged.display.seen_at
    return seen_at is None or seen_at < judged.at - HEARTBEAT_WITHIN


# --- out ------------------------------------------------------------------------------------------------------


def _check_out(session: Session, judged: _Judged) -> ScanResult:
    context = judged.context
    possible = {shift.id: shift for shift in context.shifts if shift.lets_out_at(judged.at)}
    if not possible:
        raise _outside(judged)
    visit = _to_close(judged, possible.keys())
    shift = possible[visit.shift_id] if visit else next(iter(possible.values()))
    _check_age(judged, shift)
    if Side.OUT in context.used_sides:
        raise Refusal(Reason.SAME_CODE_AGAIN)
    if visit is None or visit.unfinished is None or judged.at < visit.unfinished.at:
        raise Refusal(Reason.NOT_CHECKED_IN)
    stay = visit.unfinished.stay
    changed = replace(
        visit,
        ends=(*visit.ends, End(stay=stay, side=Side.OUT, source=judged.source, at=judged.at)),
        is_display_silent=visit.is_display_silent or _is_silent(judged),
    )
    changed = closed(changed)
    _store(session, judged, Side.OUT, visit.id, stay=stay, verdict=Verdict.ACCEPTED)
    earned = _write(session, judged, changed, "check_out")
    _note(session, judged, "check_out", visit.id)
    result = _result(judged, Verdict.ACCEPTED, Side.OUT, changed, came_at=visit.unfinished.at)
    if judged.scan.takes_next:
        after = replace(judged, context=replace(context, nearby=context.nearby.replacing(changed)))
        unnamed = replace(judged.scan, client_ref=None)
        return _check_in(session, replace(after, scan=unnamed), not_in=visit.shift_id)
    credit = earned.get(visit.id)
    return replace(result, net=credit.net if credit else 0, credited=credit.credited if credit else 0)


def closed(visit: NearVisit) -> NearVisit:
    """Return the visit with grade and state as its evidence now has them."""
    grade = grade_of(visit.proof, visit.policy)
    return replace(
        visit, grade=grade, state=state_when_closed(grade, waits_for_committee=visit.waits_for_committee)
    )


def _to_close(judged: _Judged, shift_ids: Any) -> NearVisit | None:
    """Return the visit that a leaving ends. What an outbox brings also closes one that time left unclosed."""
    states = {VisitState.OPEN}
    if judged.source is Source.OFFLINE:
        states.add(VisitState.UNCLOSED)
    found = [
        visit
        for visit in judged.context.nearby.visits
        if visit.shift_id in shift_ids and visit.state in states and visit.unfinished is not None
    ]
    return max(found, key=lambda visit: (visit.state is VisitState.OPEN, visit.id), default=None)


# --- what both write ------------------------------------------------------------------------------------------


def _write(session: Session, judged: _Judged, visit: NearVisit, cause: str) -> Any:
    return book(
        session,
        judged.context.nearby.replacing(visit),
        zone=judged.campus.zone,
        why=Why(cause=cause, actor_id=None, now=judged.now),
        changed=(visit.id,),
    )


def _store(
    session: Session, judged: _Judged, side: Side, visit_id: int, *, stay: int | None, verdict: Verdict
) -> None:
    """Keep the scan. One that changes nothing is kept only if the phone may ask for its answer again."""
    scan = judged.scan
    if verdict is Verdict.UNCHANGED and scan.client_ref is None:
        return
    session.connection().execute(
        _EVIDENCE_INSERT,
        {
            "member_id": judged.context.member_id,
            "visit_id": visit_id,
            "stay": stay,
            "side": side,
            "source": judged.source,
            "at": judged.at,
            "received_at": judged.now,
            "display_id": judged.display.id,
            "step": judged.step,
            "code_age_s": _age(judged),
            "device": scan.device,
            "client_ref": scan.client_ref,
            "content": scan.content if scan.client_ref else None,
            "verdict": verdict,
        },
    )


def _age(judged: _Judged) -> int | None:
    if judged.display.is_poster:
        return None
    return max(0, int(judged.now.timestamp()) - judged.step * codes.STEP_SECONDS)


def _note(session: Session, judged: _Judged, act: str, visit_id: int) -> None:
    note(session, act, "visit", visit_id, actor_id=None, now=judged.now, member_id=judged.context.member_id)


def _result(
    judged: _Judged, verdict: Verdict, side: Side, visit: NearVisit, *, came_at: datetime
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
