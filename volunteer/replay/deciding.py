"""Events of the desk: requests and approvals, reviews, objections, decisions of the meeting."""

from volunteer.actions import approve, ask, decide, objections, review
from volunteer.replay.lines import Event
from volunteer.replay.world import World
from volunteer.rules.kinds import (
    Outcome,
    RequestKind,
)


def request_correction(world: World, event: Event) -> None:
    """Ask for the end of a visit."""
    ask.request_correction(
        world.session,
        ref=event.text("id"),
        visit_id=world.visit(event.text("member"), event.text("shift")),
        ends_at=event.moment("end"),
        reason=event.text("reason"),
        actor=None,
        campus=world.campus,
        now=event.at,
    )


def request_make_up(world: World, event: Event) -> None:
    """Ask for a visit that was not scanned."""
    ask.request_make_up(
        world.session,
        ref=event.text("id"),
        member_id=world.member(event.text("member")),
        shift_id=world.shift(event.text("shift")),
        starts_at=event.moment("start"),
        ends_at=event.moment("end"),
        reason=event.text("reason"),
        actor=None,
        campus=world.campus,
        now=event.at,
    )


def opening_record(world: World, event: Event) -> None:
    """Ask for hours from before the start."""
    _record(world, event, RequestKind.OPENING)


def outside_record(world: World, event: Event) -> None:
    """Ask for hours from elsewhere."""
    _record(world, event, RequestKind.OUTSIDE)


def _record(world: World, event: Event, kind: RequestKind) -> None:
    ask.request_record(
        world.session,
        kind=kind,
        ref=event.text("id"),
        member_id=world.member(event.text("member")),
        on=event.day("on"),
        minutes=int(event.keys["minutes"]),
        what=event.text("what"),
        reason=event.text("reason"),
        actor=world.actor(event.text("by")),
        campus=world.campus,
        now=event.at,
    )


def approve_(world: World, event: Event) -> None:
    """Approve a request."""
    approve.approve(
        world.session,
        request_id=world.request(event.text("id")),
        actor=world.actor(event.text("by")),
        ends_at=event.moment("end") if event.keys.get("end") else None,
        campus=world.campus,
        now=event.at,
    )


def reject(world: World, event: Event) -> None:
    """Turn a request down."""
    approve.reject(
        world.session,
        request_id=world.request(event.text("id")),
        actor=world.actor(event.text("by")),
        reason=event.keys.get("reason") or "",
        campus=world.campus,
        now=event.at,
    )


def confirm(world: World, event: Event) -> None:
    """Confirm a record."""
    review.confirm(
        world.session,
        visit_id=world.visit(event.text("member"), event.text("shift")),
        actor=world.actor(event.text("by")),
        campus=world.campus,
        now=event.at,
    )


def return_visit(world: World, event: Event) -> None:
    """Send a record back."""
    review.return_visit(
        world.session,
        visit_id=world.visit(event.text("member"), event.text("shift")),
        actor=world.actor(event.text("by")),
        reason=event.keys.get("reason") or "",
        campus=world.campus,
        now=event.at,
    )


def object_(world: World, event: Event) -> None:
    """Object to a record."""
    objections.object_to(
        world.session,
        ref=event.text("id"),
        visit_id=world.visit(event.text("member"), event.text("shift")),
        reason=event.text("reason"),
        actor=world.maybe_actor(event),
        campus=world.campus,
        now=event.at,
    )


def accept_objection(world: World, event: Event) -> None:
    """Accept another's objection."""
    objections.accept_objection(
        world.session,
        objection_id=world.objection(event.text("id")),
        actor=world.actor(event.text("by")),
        campus=world.campus,
        now=event.at,
    )


def resolve(world: World, event: Event) -> None:
    """Answer an objection."""
    objections.resolve(
        world.session,
        objection_id=world.objection(event.text("id")),
        actor=world.actor(event.text("by")),
        upheld=bool(event.keys["upheld"]),
        reason=event.text("reason"),
        campus=world.campus,
        now=event.at,
    )


def over_cap(world: World, event: Event) -> None:
    """Lift a day's cap."""
    decide.lift_cap(
        world.session,
        member_id=world.member(event.text("member")),
        on=event.day("on"),
        reason=event.text("reason"),
        proposed_by=world.actor(event.text("by")),
        approved_by=world.actor(event.text("approved_by")),
        campus=world.campus,
        now=event.at,
    )


def extend(world: World, event: Event) -> None:
    """Record an extension."""
    decide.extend(
        world.session,
        member_id=world.member(event.text("member")),
        months=int(event.keys["months"]),
        meeting_on=event.day("meeting_on"),
        proposed_by=world.actor(event.text("by")),
        approved_by=world.actor(event.text("approved_by")),
        campus=world.campus,
        now=event.at,
    )


def decide_(world: World, event: Event) -> None:
    """Record a conversion or cancellation."""
    decide.decide(
        world.session,
        member_id=world.member(event.text("member")),
        outcome=Outcome(event.text("outcome")),
        meeting_on=event.day("meeting_on"),
        proposed_by=world.actor(event.text("by")),
        approved_by=world.actor(event.text("approved_by")),
        campus=world.campus,
        now=event.at,
    )


def transfer(world: World, event: Event) -> None:
    """Move a member."""
    to = event.keys["to"]
    decide.transfer(
        world.session,
        member_id=world.member(event.text("member")),
        to_unit_id=world.unit(to) if to is not None else None,
        on=event.day("on"),
        actor=world.actor(event.text("by")),
        campus=world.campus,
        now=event.at,
    )
