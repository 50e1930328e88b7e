"""Events of service itself: shifts, scans, and what keepers vouch for."""

from collections.abc import Callable
from typing import Any

from volunteer.actions import keep, scan, shifts
from volunteer.replay.lines import Event, moment
from volunteer.replay.world import World
from volunteer.rules import codes
from volunteer.rules.kinds import (
    Side,
)
from volunteer.rules.spans import Span


def shift(world: World, event: Event) -> None:
    """Publish a shift."""
    pauses = event.keys.get("breaks") or []
    shifts.publish(
        world.session,
        code=event.text("code"),
        post_id=world.post(event.text("post")),
        span=Span(event.moment("start"), event.moment("end")),
        breaks=[Span(moment(start, event.place), moment(end, event.place)) for start, end in pauses],
        capacity=event.keys.get("capacity"),
        actor=world.maybe_actor(event),
        now=event.at,
    )


def prolong_shift(world: World, event: Event) -> None:
    """Prolong a running shift."""
    shifts.prolong(
        world.session,
        shift_id=world.shift(event.text("shift")),
        ends_at=event.moment("end"),
        actor=world.maybe_actor(event),
        now=event.at,
    )


def cancel_shift(world: World, event: Event) -> None:
    """Cancel a shift."""
    shifts.cancel(
        world.session,
        shift_id=world.shift(event.text("shift")),
        reason=event.keys.get("reason") or "取消",
        actor=world.maybe_actor(event),
        now=event.at,
    )


def check_in(world: World, event: Event) -> None:
    """Scan in."""
    _scan(world, event, Side.IN)


def check_out(world: World, event: Event) -> None:
    """Scan out."""
    _scan(world, event, Side.OUT)


def _scan(world: World, event: Event, side: Side) -> None:
    since = event.keys.get("offline_since")
    asked = scan.Scan(
        code=_code(world, event, side),
        action=side,
        client_ref=event.keys.get("client_ref"),
        device=event.keys.get("device"),
        is_queued=since is not None,
    )
    member_id = world.member(event.text("member"))
    scan.check(world.session, member_id=member_id, scan=asked, campus=world.campus, now=event.at)


def _code(world: World, event: Event, side: Side) -> str:
    """Return the code that the phone sends: as given, or what the display shows; a repeat sends the same."""
    client_ref = event.keys.get("client_ref")
    purpose = repr(
        [side, *(event.keys.get(key) for key in ("member", "post", "code", "offline_since", "printed"))]
    )
    if client_ref in world.sent and world.sent[client_ref][0] == purpose:
        return world.sent[client_ref][1]
    code = _shown(world, event)
    if client_ref is not None:
        world.sent.setdefault(client_ref, (purpose, code))
    return code


def _shown(world: World, event: Event) -> str:
    if event.keys.get("code") is not None:
        return event.text("code")
    is_poster = bool(event.keys.get("printed"))
    handle = bytes.fromhex(world.display(event.text("post"), event.at, is_poster=is_poster))
    if is_poster:
        return codes.printed_code(handle, world.campus.keyring)
    scanned_at = event.moment("offline_since") if event.keys.get("offline_since") else event.at
    step = codes.step_at(scanned_at) if not event.keys.get("code_age_s") else _step_before(event, scanned_at)
    code = codes.Code(codes.Purpose.LIVE, handle, step, world.campus.keyring.generation)
    return codes.written(code, world.campus.keyring)


def _step_before(event: Event, scanned_at: Any) -> int:
    return (int(scanned_at.timestamp()) - int(event.keys["code_age_s"])) // codes.STEP_SECONDS


def witness(world: World, event: Event) -> None:
    """Witness a record."""
    keep.witness(
        world.session,
        visit_id=world.visit(event.text("member"), event.text("shift")),
        actor=world.actor(event.text("by")),
        campus=world.campus,
        now=event.at,
    )


def attest_end(world: World, event: Event) -> None:
    """Attest the end of forgotten check-outs."""
    keep.attest_end(
        world.session,
        shift_id=world.shift(event.text("shift")),
        ends_at=event.moment("end"),
        member_ids=[world.member(number) for number in event.keys["members"]],
        actor=world.actor(event.text("by")),
        campus=world.campus,
        now=event.at,
    )


def take_in(world: World, event: Event) -> None:
    """Take a member in."""
    _take(world, event, keep.take_in)


def take_out(world: World, event: Event) -> None:
    """Take a member out."""
    _take(world, event, keep.take_out)


def _take(world: World, event: Event, act: Callable[..., object]) -> None:
    act(
        world.session,
        member_id=world.member(event.text("member")),
        post_id=world.post(event.text("post")),
        actor=world.actor(event.text("by")),
        campus=world.campus,
        now=event.at,
    )


def confirm_taken(world: World, event: Event) -> None:
    """Confirm having been taken in."""
    keep.confirm_taken(
        world.session,
        visit_id=world.visit(event.text("member"), event.text("shift")),
        member_id=world.member(event.text("member")),
        campus=world.campus,
        now=event.at,
    )
