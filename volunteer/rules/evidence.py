"""How strong a record's evidence is, and what follows for its state. A grade never rises without an event."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from volunteer.rules.kinds import Confirmation, Flag, Grade, Side, Source, VisitState
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.spans import Span

MAX_STAYS = 3
ATTEST_WITHIN = timedelta(hours=24)
CONFIRM_TAKEN_WITHIN = timedelta(hours=72)
ALONE = frozenset({Source.PRINTED, Source.OFFLINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a stay: who or what says that the member came or left, and when."""

    stay: int
    side: Side
    source: Source
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All that speaks for one visit.

    Attributes:
        is_keepers_own: The member leads the post, published the shift or opened the display she scanned.
        is_display_silent: A code came from a display that gave no sign of life around its step.
        witnessed_at: When other keepers vouched for the presence.
        is_taken_confirmed: The member confirmed in time that the leader took her in or out.
    """

    ends: tuple[End, ...]
    shift: Span
    is_keepers_own: bool = False
    is_display_silent: bool = False
    witnessed_at: tuple[datetime, ...] = ()
    is_taken_confirmed: bool = False


def grade_of(proof: Proof, policy: HoursPolicy) -> Grade:
    """Return the grade that *proof* carries; the weakest end decides."""
    sources = {end.source for end in proof.ends}
    if Source.CLAIMED in sources:
        return Grade.E
    if Source.TAKEN in sources:
        return Grade.C if proof.is_taken_confirmed else Grade.D
    if Source.ATTESTED in sources:
        return Grade.C
    limit = witness_limit(proof, policy)
    if limit is not None:
        return Grade.C if any(at <= limit for at in proof.witnessed_at) else Grade.D
    is_two_way = any(proof.shift.start <= at < proof.shift.end for at in proof.witnessed_at)
    return Grade.A if is_two_way else Grade.B


def witness_limit(proof: Proof, policy: HoursPolicy) -> datetime | None:
    """Return until when a witness can lift the record from D; None where its scans speak for themselves."""
    sources = {end.source for end in proof.ends}
    limits = []
    if Source.PRINTED in sources:
        limits.append(proof.shift.end + timedelta(minutes=policy.checkout_grace_min))
    if Source.OFFLINE in sources or proof.is_keepers_own or proof.is_display_silent:
        limits.append(proof.shift.end + ATTEST_WITHIN)
    return min(limits, default=None)


def state_when_closed(grade: Grade, *, waits_for_committee: bool) -> VisitState:
    """Return where a closed record stands: D waits for a witness, the rest counts or for the committee."""
    if grade is Grade.D or waits_for_committee:
        return VisitState.PENDING
    return VisitState.CONFIRMED


def waits_for_committee(policy: HoursPolicy) -> bool:
    """Whether closed records wait for the committee under this version."""
    return policy.confirmation is Confirmation.COMMITTEE


def state_at(state: VisitState, shift_end: datetime, policy: HoursPolicy, now: datetime) -> VisitState:
    """Return the state as it reads at *now*: an open visit becomes unclosed by time alone.

    Exactly at the end of the grace it is still open.
    """
    if state is VisitState.OPEN and now > shift_end + timedelta(minutes=policy.checkout_grace_min):
        return VisitState.UNCLOSED
    return state


def stays_of(ends: tuple[End, ...]) -> tuple[Span, ...]:
    """Return the finished stays. A claim takes the place of what was scanned for the same end.

    A leaving before the coming is no stay.
    """
    came: dict[int, End] = {}
    left: dict[int, End] = {}
    for end in sorted(ends, key=lambda end: end.source is Source.CLAIMED):
        (came if end.side is Side.IN else left)[end.stay] = end
    return tuple(
        Span(came[stay].at, left[stay].at)
        for stay in sorted(came)
        if stay in left and came[stay].at <= left[stay].at
    )


def shift_flags(*, opened_on_spot: bool, is_prolonged: bool) -> frozenset[Flag]:
    """Return what a shift passes on to its records."""
    flags = set()
    if opened_on_spot:
        flags.add(Flag.OPENED_ON_THE_SPOT)
    if is_prolonged:
        flags.add(Flag.PROLONGED)
    return frozenset(flags)
