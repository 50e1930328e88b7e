"""Events that set the scene: units, terms, policies, people, roles, bases and posts."""

from datetime import date
from typing import Any

from volunteer.actions import accounts, registry
from volunteer.replay.lines import Event
from volunteer.replay.world import World
from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    Confirmation,
    Role,
    Stage,
    UnitKind,
)
from volunteer.rules.policy import POLICY_KEYS, HoursPolicy


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
