"""Each event of a scenario as a call of the action that the web calls."""

from collections.abc import Callable
from datetime import date
from typing import Any

from volunteer.actions import accounts, approve, ask, decide, keep, objections, registry, review, scan, shifts
from volunteer.replay.lines import Event, moment
from volunteer.replay.world import World
from volunteer.rules import codes
from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    Confirmation,
    Outcome,
    RequestKind,
    Role,
    Side,
    Stage,
    UnitKind,
)
from volunteer.rules.policy import POLICY_KEYS, HoursPolicy
from volunteer.rules.spans import Span

type_of_handler = Callable[[World, Event], object]


def unit(world: World, event: Event) -> None:
    """Register a unit."""
    parent, kind = event.keys.get("parent"), event.keys.get("branch_kind")
    registry.add_unit(
        world.session,
        code=event.text("code"),
        name=event.text("name"),
        kind=UnitKind(event.text("kind")),
        parent_id=world.unit(parent) if parent else None,
        branch_kind=BranchKind(kind) if kind else None,
        actor=None,
        now=event.at,
    )


def term(world: World, event: Event) -> None:
    """Register a term."""
    registry.add_term(
        world.session,
        code=event.text("code"),
        name=event.text("name"),
        starts_on=event.day("starts_on"),
        ends_before=event.day("ends_before"),
        actor=None,
        now=event.at,
    )


def workday(world: World, event: Event) -> None:
    """Enter a day of the working calendar."""
    is_workday = bool(event.keys["is_workday"])
    registry.set_workday(world.session, on=event.day("on"), is_workday=is_workday, actor=None, now=event.at)


def policy(world: World, event: Event) -> None:
    """Enter a policy version."""
    values: dict[str, Any] = {key: event.keys[key] for key in POLICY_KEYS & event.keys.keys()}
    if "stages" in values:
        stages = values["stages"]
        names = stages.split(",") if isinstance(stages, str) else stages
        values["stages"] = tuple(Stage(name) for name in names)
    if "confirmation" in values:
        values["confirmation"] = Confirmation(values["confirmation"])
    version = HoursPolicy(effective_on=event.day("effective_on"), **values)
    registry.add_policy(world.session, policy=version, actor=None, now=event.at)


def member(world: World, event: Event) -> None:
    """Put a member on the roster."""
    registry.add_member(
        world.session,
        student_no=event.text("student_no"),
        name=event.text("name"),
        unit_id=world.unit(event.text("unit")),
        stage=Stage(event.text("stage")),
        starts_on=event.maybe_day("probation_start"),
        from_on=date.min,
        actor=None,
        now=event.at,
    )


def account(world: World, event: Event) -> None:
    """Create an account."""
    person = event.keys.get("member")
    accounts.add_account(
        world.session,
        login=event.text("login"),
        name=event.text("name"),
        member_id=world.member(person) if person else None,
        actor=None,
        now=event.at,
    )


def grant(world: World, event: Event) -> None:
    """Give a role."""
    place, post_code = event.keys.get("unit"), event.keys.get("post")
    accounts.give_role(
        world.session,
        account_id=world.account(event.text("login")),
        role=Role(event.text("role")),
        unit_id=world.unit(place) if place else None,
        post_id=world.post(post_code) if post_code else None,
        title=event.keys.get("title"),
        actor=None,
        now=event.at,
    )


def base(world: World, event: Event) -> None:
    """Register a base."""
    place = event.keys.get("unit")
    days = ("agreement_from", "agreement_to", "plaque_on")
    details: dict[str, Any] = {key: event.keys.get(key) for key in ("kind", "host", "contact", "address")}
    details |= {key: event.maybe_day(key) for key in days}
    registry.add_base(
        world.session,
        code=event.text("code"),
        name=event.text("name"),
        unit_id=world.unit(place) if place else None,
        status=BaseStatus(event.keys.get("status", "agreed")),
        actor=None,
        now=event.at,
        **details,
    )


def post(world: World, event: Event) -> None:
    """Register a post."""
    at_base = event.keys.get("base")
    details = {key: event.keys.get(key) for key in ("place", "content", "insurance_note")}
    registry.add_post(
        world.session,
        code=event.text("code"),
        name=event.text("name"),
        unit_id=world.unit(event.text("unit")),
        base_id=world.base(at_base) if at_base else None,
        category=Category(event.keys.get("category") or "service"),
        compensation=Compensation(event.keys.get("compensation") or "none"),
        actor=None,
        now=event.at,
        **details,
    )


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


HANDLERS: dict[str, type_of_handler] = {
    "unit": unit,
    "term": term,
    "workday": workday,
    "policy": policy,
    "member": member,
    "account": account,
    "grant": grant,
    "base": base,
    "post": post,
    "shift": shift,
    "prolong_shift": prolong_shift,
    "cancel_shift": cancel_shift,
    "check_in": check_in,
    "check_out": check_out,
    "witness": witness,
    "attest_end": attest_end,
    "take_in": take_in,
    "take_out": take_out,
    "confirm_taken": confirm_taken,
    "request_correction": request_correction,
    "request_make_up": request_make_up,
    "approve": approve_,
    "reject": reject,
    "confirm": confirm,
    "return_visit": return_visit,
    "object": object_,
    "accept_objection": accept_objection,
    "opening_record": opening_record,
    "outside_record": outside_record,
    "resolve": resolve,
    "over_cap": over_cap,
    "extend": extend,
    "decide": decide_,
    "transfer": transfer,
}
