"""What coming and leaving share, once it is settled who says so: a code, or a keeper of the post."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions import audit
from volunteer.actions.book import Why, book, nearby
from volunteer.actions.near import NearVisit
from volunteer.actions.scan_context import DisplayFound, ScanContext, ShiftAround
from volunteer.database import table_of
from volunteer.fixed import Fixed
from volunteer.models import Evidence, Membership
from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.credit import VisitCredit, presence_start
from volunteer.rules.evidence import (
    state_at,
)
from volunteer.rules.kinds import Grade, Side, Source, Verdict, VisitState
from volunteer.rules.reasons import Reason, Refusal

HEARTBEAT_WITHIN = timedelta(minutes=5)
EVIDENCE_COLUMNS = (
    "member_id stay side source at received_at by_account_id display_id step code_age_s device client_ref "
    "content verdict"
)
_EVIDENCE_INSERT = Fixed(insert(table_of(Evidence)), f"{EVIDENCE_COLUMNS} visit_id")


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


def check_age(judged: Judged, shift: ShiftAround) -> None:
    """Refuse what an outbox kept too long or what is ahead of the clock; judged after the shift."""
    if not judged.is_queued or judged.step is None:
        return
    codes.check_not_ahead(judged.step, judged.now)
    if judged.now - judged.at > timedelta(hours=shift.policy.offline_max_age_h):
        raise Refusal(Reason.TOO_OLD, hours=shift.policy.offline_max_age_h)


def open_visit_of(context: ScanContext) -> NearVisit | None:
    """Return the visit that the member has not left yet; there is at most one."""
    return next((visit for visit in context.nearby.visits if visit.state is VisitState.OPEN), None)


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


def read_again(session: Session, judged: Judged) -> Judged:
    """Return the same with the member's records as this transaction has just written them."""
    before = judged.context.nearby
    fresh = nearby(session, member_id=before.member_id, day=before.day)
    return replace(judged, context=replace(judged.context, nearby=fresh))


def unit_on(session: Session, member_id: int, day: date) -> int | None:
    """Return the branch that the member belonged to on *day*."""
    return session.execute(
        select(Membership.unit_id)
        .where(Membership.member_id == member_id, Membership.from_on <= day)
        .order_by(Membership.from_on.desc(), Membership.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def is_keepers_own(judged: Judged, shift_id: int, post_id: int) -> bool:
    """Whether she leads the post, published the shift or opened the display: her own scan proves little."""
    published = any(shift.id == shift_id and shift.is_published_by_member for shift in judged.context.shifts)
    opened = judged.display is not None and judged.display.is_opened_by_member
    return published or opened or post_id in judged.context.led_posts


def is_silent(judged: Judged) -> bool:
    """Whether the display gave no sign of life around the code's step."""
    if judged.display is None or judged.display.is_poster or judged.step is None:
        return False
    seen_at = judged.display.seen_at
    shown_at = datetime.fromtimestamp(judged.step * codes.STEP_SECONDS, UTC)
    return seen_at is None or seen_at < shown_at - HEARTBEAT_WITHIN


def is_still_confirmed(judged: Judged, visit: NearVisit) -> bool:
    """Whether what she confirmed is all that was done for her: being taken in or out anew is not."""
    return visit.is_taken_confirmed and judged.source is not Source.TAKEN


def write(session: Session, judged: Judged, visit: NearVisit, cause: str) -> Mapping[int, VisitCredit]:
    """Book the changed visit with all that it touches, and return what each visit earns."""
    return book(
        session,
        judged.context.nearby.replacing(visit),
        zone=judged.campus.zone,
        why=Why(cause=cause, actor_id=judged.keeper_id, now=judged.now),
        changed=(visit.id,),
    )


def store(
    session: Session, judged: Judged, side: Side, visit_id: int, *, stay: int | None, verdict: Verdict
) -> None:
    """Keep the scan. One that changes nothing is kept only if the phone may ask for its answer again.

    Raises:
        Refusal: ``SAME_CODE_AGAIN``.
    """
    if verdict is Verdict.ACCEPTED:
        check_first_use(judged, side)
    elif judged.client_ref is None:
        return
    row = evidence_of(judged, side, stay=stay, verdict=verdict)
    _EVIDENCE_INSERT.run(session, row | {"visit_id": visit_id})


def check_first_use(judged: Judged, side: Side) -> None:
    """Refuse a code that served this member for this action; judged last of all."""
    if side in judged.context.used_sides:
        raise Refusal(Reason.SAME_CODE_AGAIN)


def evidence_of(judged: Judged, side: Side, *, stay: int | None, verdict: Verdict) -> dict[str, object]:
    """Return the row that keeps the scan."""
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


def note(session: Session, judged: Judged, act: str, visit_id: int) -> None:
    """Write down in the audit trail who did it."""
    audit.write(session, line_of(judged, act), visit_id)


def line_of(judged: Judged, act: str) -> dict[str, object]:
    """Return the line of the audit trail, still without the visit."""
    return audit.line_of(
        act, "visit", actor_id=judged.keeper_id, now=judged.now, member_id=judged.context.member_id
    )


def result_of(
    judged: Judged, verdict: Verdict, side: Side, visit: NearVisit, *, came_at: datetime
) -> ScanResult:
    """Return what became of the scan of a visit that was there before."""
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
