"""Check in and out by a scanned or typed code: one transaction, few statements, safe to repeat.

The order of judgement is that of the protocol: a reference seen before gets its old answer, then the code,
the person, the shift, "already in, nothing changes", the stay, and last the code's single use.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from volunteer.actions.book import around_visit
from volunteer.actions.coming import check_in
from volunteer.actions.leaving import check_out
from volunteer.actions.presence import Judged, ScanResult, open_visit_of
from volunteer.actions.receipts import unpacked
from volunteer.actions.scan_context import DisplayFound, ScanContext, load_context
from volunteer.database import begin_several
from volunteer.models import VisitFlag
from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.codes import Code, Purpose
from volunteer.rules.credit import presence_start
from volunteer.rules.evidence import state_at
from volunteer.rules.kinds import Flag, Side, Source, Verdict
from volunteer.rules.reasons import Reason, Refusal

# An unasked second scan checks out only this late in the shift, so that a nervous one does not end a service.
CHECKS_OUT_BY_ITSELF = timedelta(minutes=15)
# Long enough to sign in; whoever takes longer may have been sent the link.
SLOW_TICKET = timedelta(seconds=90)


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
        judged_at: When the link was first opened here (the ticket): code and time count as of then.
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


def check(session: Session, *, member_id: int, scan: Scan, campus: Campus, now: datetime) -> ScanResult:
    """Check the member in or out at the post whose code was scanned.

    Phones retry: a second call with the same ``client_ref`` returns what the first one did, even after its
    code has expired.

    Raises:
        Refusal: ``NOT_A_MEMBER``, ``WRONG_ACCOUNT``, ``CLIENT_REF_REUSED``, ``CODE_UNKNOWN``,
            ``CODE_EXPIRED``, ``CODE_FROM_FUTURE``, ``TOO_OLD``, ``PROBATION_CLOSED``, ``OUTSIDE_SHIFT``,
            ``CHOOSE_POST``,
            ``ALREADY_CHECKED_IN``, ``NOT_CHECKED_IN`` or ``SAME_CODE_AGAIN``.
    """
    code = _genuine(scan, campus)
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
        return _again(session, context, scan, now)
    display = _known(code, context, at)
    assert code is not None
    source = _source_of(code, scan, seen_at)
    if context.is_closed:
        raise Refusal(Reason.PROBATION_CLOSED)
    judged = Judged(
        context=context,
        source=source,
        at=at,
        now=now,
        campus=campus,
        display=display,
        step=code.step,
        post_id=scan.post_id,
        takes_next=scan.takes_next,
        client_ref=scan.client_ref,
        content=scan.content,
        device=scan.device,
        is_queued=scan.is_queued,
    )
    side = scan.action or _decides_itself(judged)
    is_slow = now - seen_at > SLOW_TICKET
    if is_slow:
        # Its flag is written after the visit.
        begin_several(session)
    result = check_in(session, judged) if side is Side.IN else check_out(session, judged)
    if is_slow and result.verdict is Verdict.ACCEPTED:
        _flag_slow(session, result.visit_id, now - seen_at, now)
    return result


def moment_of(scan: Scan, campus: Campus, now: datetime) -> datetime:
    """Return the time that counts for *scan*, whatever becomes of it."""
    return _moment_of(_genuine(scan, campus), scan, scan.judged_at or now)


def _genuine(scan: Scan, campus: Campus) -> Code | None:
    try:
        return _code_of(scan, campus)
    except Refusal:
        return None


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
    if code is not None and code.purpose is Purpose.LIVE and _has_own_time(code, scan, seen_at):
        return code.at
    return seen_at


def _has_own_time(code: Code, scan: Scan, seen_at: datetime) -> bool:
    """Whether the scan waited in an outbox, so that it counts as of its code."""
    ago = codes.step_at(seen_at) - code.step
    return scan.is_queued and not -codes.STEPS_AHEAD <= ago <= codes.STEPS_BACK


def _again(session: Session, context: ScanContext, scan: Scan, now: datetime) -> ScanResult:
    """Return the stored answer to a reference that was used before."""
    receipt = context.receipt
    assert receipt is not None
    if receipt.member_id != context.member_id:
        raise Refusal(Reason.WRONG_ACCOUNT)
    if receipt.content != scan.content:
        raise Refusal(Reason.CLIENT_REF_REUSED)
    if receipt.reason is not None:
        raise Refusal(Reason(receipt.reason), **unpacked(receipt.facts))
    assert receipt.visit_id is not None
    visit = next((near for near in context.nearby.visits if near.id == receipt.visit_id), None)
    if visit is None:
        _, visit = around_visit(session, receipt.visit_id)
    at = receipt.at
    if receipt.verdict is Verdict.UNCHANGED:
        at = next(end.at for end in visit.ends if (end.stay, end.side) == (receipt.stay, Side.IN))
    return ScanResult(
        verdict=receipt.verdict,
        action=receipt.side,
        visit_id=receipt.visit_id,
        at=at,
        counts_from=presence_start(at, visit.shift),
        state=state_at(visit.state, visit.shift.end, visit.policy, now),
        grade=visit.grade,
        net=visit.summary[0],
        credited=visit.summary[1],
    )


def _flag_slow(session: Session, visit_id: int, took: timedelta, now: datetime) -> None:
    """Mark that the link was opened long before it was used: somebody may have passed it on."""
    if session.get(VisitFlag, (visit_id, Flag.SLOW_TICKET)) is None:
        facts = f"{int(took.total_seconds())} s"
        session.add(VisitFlag(visit_id=visit_id, flag=Flag.SLOW_TICKET, facts=facts, at=now))
        session.flush()


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
    if _has_own_time(code, scan, seen_at):
        return Source.OFFLINE
    if not scan.is_queued:
        codes.check_fresh(code.step, seen_at)
    return Source.TYPED if scan.display_step is not None else Source.LIVE


def _decides_itself(judged: Judged) -> Side:
    """Return what a scan without a wish does: in, nothing, or out when the shift is nearly over."""
    open_visit = open_visit_of(judged.context)
    here = {shift.id for shift in judged.context.shifts if shift.lets_out_at(judged.at)}
    if open_visit is None or open_visit.shift_id not in here:
        return Side.IN
    return Side.OUT if judged.at >= open_visit.shift.end - CHECKS_OUT_BY_ITSELF else Side.IN
