"""The registry's people: the tree of units, everybody on the roster, and what changes about one of them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import Schema
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import decide, people, registry
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import BranchKind, Role, Sight, Stage, UnitKind
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roster import may_stand_below
from volunteer.schemas.people import (
    AdmitForm,
    CollegeForm,
    MemberForm,
    MoveForm,
    NameForm,
    NumberForm,
    UnitForm,
)
from volunteer.stats import people as roster
from volunteer.stats import units
from volunteer.stats.people import PersonRow, Wanted
from volunteer.stats.reach import sees_all
from volunteer.stats.units import UnitRow
from volunteer.web import access, looks, paging
from volunteer.web.forms import Form
from volunteer.web.show import settings

bp = Blueprint("people", __name__)
PEOPLE_A_PAGE = 60


@bp.get("/registry/units")
@access.office
def unit_tree() -> ResponseReturnValue:
    """Show the tree of units with the people and posts of each."""
    actor = access.actor()
    return render_template(
        "registry/units.html",
        rows=roster.unit_tree(db.session(), actor, access.OFFICES),
        may_found=sees_all(actor, access.OFFICES),
    )


@bp.route("/registry/units/new", methods=["GET", "POST"])
@access.office
def new_unit() -> ResponseReturnValue:
    """Register a unit below another; who sees everything founds the first one, at the top."""
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    access.reach()
    if not form.is_sent:
        form.values = _next_unit()
    elif (values := form.load(UnitForm())) is not None:
        code = values.pop("parent")
        parent = _unit(code, access.OFFICES) if code is not None else None
        if parent is None and not sees_all(actor, access.OFFICES):
            form.errors["parent"] = gettext("Choose the unit below which it stands.")
        elif not may_stand_below(values["kind"], parent.kind if parent else None):
            form.errors["kind"] = _wrong_place(parent)
        elif form.run(
            lambda: in_transaction(
                lambda session: registry.add_unit(
                    session,
                    parent_id=parent.id if parent else None,
                    actor=actor,
                    now=now,
                    **_with_branch_kind(values),
                )
            )
        ):
            flash(gettext("%(name)s is registered.", name=values["name"]), "done")
            return redirect(_after(values, parent), 303)
    return _unit_page(form, None)


@bp.route("/registry/units/<code:code>/edit", methods=["GET", "POST"])
@access.office
def change_unit(code: str) -> ResponseReturnValue:
    """Give a unit another name; the college also says since when its hours are scanned."""
    unit, form = _unit(code, access.OFFICES), Form.typed()
    access.reach()
    if not form.is_sent:
        form.values = {"name": unit.name, "live_from": unit.live_from and unit.live_from.isoformat()}
    elif (values := form.load(CollegeForm() if _may_set_start(unit) else NameForm())) is not None:
        form.run(lambda: in_transaction(lambda session: _change_unit(session, unit, values)))
        if not form.errors:
            flash(gettext("Saved."), "done")
            return redirect("/registry/units", 303)
    return _unit_page(form, unit)


def _may_set_start(unit: UnitRow | None) -> bool:
    return unit is not None and unit.kind is UnitKind.COLLEGE and Role.COLLEGE in access.roles()


def _change_unit(session: Session, unit: UnitRow, values: Mapping[str, Any]) -> None:
    by: dict[str, Any] = {"unit_id": unit.id, "actor": access.actor(), "now": clock.utc_now()}
    if values["name"] != unit.name:
        registry.change_unit(session, name=values["name"], **by)
    if "live_from" in values and values["live_from"] != unit.live_from:
        registry.set_live_from(session, live_from=values["live_from"], **by)


@bp.get("/registry/members")
@access.reader
def members() -> ResponseReturnValue:
    """List everybody in reach, searched by name, pinyin or number, narrowed to a unit or a stage."""
    session, actor = db.session(), access.actor()
    wanted, unit = asked_people()
    total = roster.people_count(session, actor, access.READERS, wanted)
    shown = paging.asked(total, PEOPLE_A_PAGE)
    rows = roster.people(
        session, actor, access.READERS, wanted, limit=PEOPLE_A_PAGE, offset=shown.first(PEOPLE_A_PAGE)
    )
    return render_template(
        "registry/members.html",
        page=shown.holding(rows),
        unit=unit,
        units=units.units_in_reach(session, actor, access.READERS),
        stages=list(Stage),
        may_change=Role.COLLEGE in access.roles(),
    )


@bp.route("/registry/members/new", methods=["GET", "POST"])
@access.college
def new_member() -> ResponseReturnValue:
    """Put a person on the roster."""
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    access.reach()
    if not form.is_sent:
        form.values = {"unit": request.args.get("unit", ""), "stage": Stage.PROBATIONARY}
    elif (values := form.load(MemberForm())) is not None:
        home = _home(values.pop("unit"))
        if form.run(
            lambda: in_transaction(
                lambda session: registry.add_member(session, unit_id=home, actor=actor, now=now, **values)
            )
        ):
            flash(gettext("%(name)s is on the roster.", name=values["name"]), "done")
            return redirect("/registry/members?q=" + values["student_no"], 303)
    branches = roster.branches_in_reach(db.session(), access.actor(), access.COLLEGE)
    page = render_template("registry/member_form.html", form=form, branches=branches, stages=list(Stage))
    return page, 422 if form.errors else 200


@bp.route("/registry/members/<row:member_id>", methods=["GET", "POST"])
@access.college
def change_member(member_id: int) -> ResponseReturnValue:
    """Change one thing about a person: each has a form of its own."""
    session, actor = db.session(), access.actor()
    one = roster.person(session, member_id, actor, access.COLLEGE)
    if one is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    looks.saw(Sight.ROSTER_ENTRY, member_id=member_id)
    form = Form.typed()
    was = _written(one)
    if form.is_sent and _did(form, one):
        flash(gettext("Saved."), "done")
        return redirect(f"/registry/members/{member_id}", 303)
    form.values = was | dict(form.values)
    page = render_template(
        "registry/member.html",
        form=form,
        one=one,
        branches=roster.branches_in_reach(db.session(), actor, access.COLLEGE),
        is_credited=roster.is_credited(db.session(), member_id),
        next_stage={Stage.ACTIVIST: Stage.CANDIDATE, Stage.CANDIDATE: Stage.PROBATIONARY}.get(one.stage),
    )
    return page, 422 if form.errors else 200


Act = Callable[[Session, Mapping[str, Any]], None]


def _did(form: Form, one: PersonRow) -> bool:
    """Do what the pressed button says, or fill in what is wrong with the form."""
    actor, now, campus = access.actor(), clock.utc_now(), settings().campus
    who: dict[str, Any] = {"member_id": one.id, "actor": actor, "now": now}
    acts: dict[str, tuple[Schema, Act]] = {
        "name": (NameForm(), lambda session, values: people.rename(session, **who, **values)),
        "number": (NumberForm(), lambda session, values: people.mend_number(session, **who, **values)),
        "candidate": (Schema(), lambda session, _values: people.make_candidate(session, **who)),
        "admit": (AdmitForm(), lambda session, values: people.admit(session, campus=campus, **who, **values)),
        "move": (
            MoveForm(),
            lambda session, values: decide.transfer(
                session, to_unit_id=_home(values["unit"]), on=values["on"], campus=campus, **who
            ),
        ),
    }
    schema, act = acts.get(str(form.values.get("act")), acts["name"])
    values = form.load(schema)
    if values is None:
        return False
    form.run(lambda: in_transaction(lambda session: act(session, values)))
    return not form.errors


def _unit_page(form: Form, unit: UnitRow | None) -> ResponseReturnValue:
    page = render_template(
        "registry/unit_form.html",
        form=form,
        unit=unit,
        parents=units.units_in_reach(db.session(), access.actor(), access.OFFICES),
        may_found=sees_all(access.actor(), access.OFFICES),
        may_set_start=_may_set_start(unit),
        kinds=list(UnitKind),
        branch_kinds=list(BranchKind),
    )
    return page, 422 if form.errors else 200


def _next_unit() -> dict[str, Any]:
    """Return what the form begins with: a branch below the unit of the address, or the first college."""
    below = request.args.get("below", "")
    nothing = not below and not units.own_units(db.session(), access.actor(), access.OFFICES)
    return {
        "parent": below,
        "kind": request.args.get("kind") or (UnitKind.COLLEGE if nothing else UnitKind.BRANCH),
        "branch_kind": request.args.get("branch_kind", ""),
    }


def _wrong_place(parent: UnitRow | None) -> str:
    if parent is None:
        return str(gettext("Only a university or a college stands at the top. Choose what this is below."))
    return str(gettext("Such a unit does not stand below this one. Choose another kind."))


def _after(values: Mapping[str, Any], parent: UnitRow | None) -> str:
    """Return where to go on: to the tree, or to the same form for the next unit of that kind."""
    if request.form.get("then") != "next":
        return "/registry/units"
    again = {"below": parent.code if parent else values["code"]}
    if parent is not None:
        again |= {"kind": values["kind"], "branch_kind": values["branch_kind"] or ""}
    return "/registry/units/new?" + urlencode(again)


def _unit(code: str, roles: frozenset[Role]) -> UnitRow:
    found = units.unit_to_read(db.session(), code, access.actor(), roles)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    return found


def _home(code: str) -> int:
    """Return the branch or group to which a person is to belong.

    Raises:
        Refusal: ``UNKNOWN``, or ``BAD_FIELD`` for a unit that holds no people itself.
    """
    unit = _unit(code, access.COLLEGE)
    if not unit.is_leaf:
        raise Refusal(Reason.BAD_FIELD, field="unit")
    return unit.id


def asked_people() -> tuple[Wanted, UnitRow | None]:
    """Return what the address asks for. A unit out of reach is not found; an unknown stage asks for all."""
    code, stage = request.args.get("unit", ""), request.args.get("stage", "")
    unit = _unit(code, access.READERS) if code else None
    wanted = Wanted(
        text=request.args.get("q", "")[:60],
        unit_path=unit.path if unit else "",
        stage=Stage(stage) if stage in set(Stage) else None,
    )
    return wanted, unit


def _with_branch_kind(values: dict[str, Any]) -> dict[str, Any]:
    """Only a branch is one of students or of staff; elsewhere the field says nothing."""
    return values if values["kind"] is UnitKind.BRANCH else values | {"branch_kind": None}


def _written(one: PersonRow) -> dict[str, Any]:
    today = settings().campus.day(clock.utc_now())
    return asdict(one) | {"on": today.isoformat(), "meeting_on": ""}
