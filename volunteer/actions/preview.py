"""What a scanned link opens: the post, the shift, and the one button to press. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from volunteer.actions.near import NearVisit
from volunteer.actions.presence import Judged, open_visit_of, outside
from volunteer.actions.scan import CHECKS_OUT_BY_ITSELF
from volunteer.actions.scan_context import ScanContext, ShiftAround, load_context
from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.codes import Code, Purpose
from volunteer.rules.credit import presence_start
from volunteer.rules.kinds import Side, Source
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.sites import site_of_handle


class Proposal(StrEnum):
    """What the button of the page does."""

    SIGN_IN = "sign_in"
    CHECK_IN = "check_in"
    ALREADY_IN = "already_in"
    CHECK_OUT = "check_out"
    CHECK_OUT_AND_NEXT = "check_out_and_next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the page of a code shows.

    Attributes:
        posts: To choose from, where more than one is possible.
        since: When she came, of the visit that is open.
        counts_from: From when her time would count if she came now.
        leaves_behind: An open visit elsewhere whose shift is over and that this check-in leaves unclosed.
    """

    site_name: str
    proposal: Proposal
    posts: Sequence[tuple[int, str]] = ()
    post_name: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    since: datetime | None = None
    counts_from: datetime | None = None
    leaves_behind: bool = False


def preview(
    session: Session, *, member_id: int | None, code: str, seen_at: datetime, campus: Campus, now: datetime
) -> Preview:
    """Return what the code proposes to the member; without one, only where it belongs.

    Args:
        seen_at: When the link was first opened here: the code is judged as of then.

    Raises:
        Refusal: ``CODE_UNKNOWN``, ``CODE_EXPIRED``, ``CODE_FROM_FUTURE``, ``NOT_A_MEMBER``,
            ``PROBATION_CLOSED``, ``OUTSIDE_SHIFT``, ``ALREADY_CHECKED_IN`` or ``SAME_CODE_AGAIN``.
    """
    read = codes.read(code, campus.keyring)
    if read.purpose is Purpose.PASS:
        raise Refusal(Reason.CODE_UNKNOWN)
    if read.purpose is Purpose.LIVE:
        codes.check_fresh(read.step, seen_at)
    if member_id is None:
        site = site_of_handle(session, read.handle.hex(), at=seen_at)
        if site is None:
            raise Refusal(Reason.CODE_UNKNOWN)
        return Preview(site_name=site.name, proposal=Proposal.SIGN_IN)
    context = load_context(
        session,
        member_id=member_id,
        handle=read.handle.hex(),
        step=read.step,
        client_ref=None,
        at=seen_at,
        campus=campus,
    )
    if context is None:
        raise Refusal(Reason.NOT_A_MEMBER)
    return _proposed(context, read, seen_at, campus, now)


def _proposed(context: ScanContext, code: Code, at: datetime, campus: Campus, now: datetime) -> Preview:
    display = context.display
    if display is None or display.is_poster is not (code.purpose is Purpose.PRINTED):
        raise Refusal(Reason.CODE_UNKNOWN)
    if display.revoked_at is not None and display.revoked_at <= at:
        raise Refusal(Reason.CODE_UNKNOWN)
    if context.is_closed:
        raise Refusal(Reason.PROBATION_CLOSED)
    open_visit = open_visit_of(context)
    here = {shift.id: shift for shift in context.shifts if shift.lets_out_at(at)}
    if open_visit is not None and open_visit.shift_id in here:
        return _leaving(context, open_visit, here[open_visit.shift_id], at, display.site_name)
    if open_visit is not None and at < open_visit.shift.end:
        raise Refusal(Reason.ALREADY_CHECKED_IN, post_id=open_visit.post_id)
    possible = _possible(context, at)
    if not possible:
        raise outside(Judged(context=context, source=Source.LIVE, at=at, now=now, campus=campus))
    if Side.IN in context.used_sides:
        raise Refusal(Reason.SAME_CODE_AGAIN)
    one = possible[0] if len({shift.post_id for shift in possible}) == 1 else None
    return Preview(
        site_name=display.site_name,
        proposal=Proposal.CHECK_IN,
        posts=[] if one else sorted({(shift.post_id, shift.post_name) for shift in possible}),
        post_name=one.post_name if one else None,
        starts_at=one.span.start if one else None,
        ends_at=one.span.end if one else None,
        counts_from=presence_start(at, one.span) if one else None,
        leaves_behind=open_visit is not None,
    )


def _possible(context: ScanContext, at: datetime) -> list[ShiftAround]:
    """Return the shifts that a check-in would choose from: the running ones before the coming ones."""
    possible = [shift for shift in context.shifts if shift.takes_in_at(at) and not shift.is_cancelled]
    running = [shift for shift in possible if shift.span.start <= at] or possible
    return sorted(running, key=lambda shift: (shift.span.start, shift.id))


def _leaving(
    context: ScanContext, visit: NearVisit, shift: ShiftAround, at: datetime, site_name: str
) -> Preview:
    follows = any(
        other.id != shift.id
        and other.post_id == shift.post_id
        and other.takes_in_at(at)
        and not other.is_cancelled
        for other in context.shifts
    )
    proposal = Proposal.ALREADY_IN
    if at >= shift.span.end - CHECKS_OUT_BY_ITSELF:
        proposal = Proposal.CHECK_OUT_AND_NEXT if follows else Proposal.CHECK_OUT
        if Side.OUT in context.used_sides:
            raise Refusal(Reason.SAME_CODE_AGAIN)
    came = visit.unfinished
    return Preview(
        site_name=site_name,
        proposal=proposal,
        post_name=shift.post_name,
        starts_at=shift.span.start,
        ends_at=shift.span.end,
        since=came.at if came else None,
    )
