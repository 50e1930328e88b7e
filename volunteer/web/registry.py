"""The forms of the registry: bases, posts and shifts; what is refused is said beside the field."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions import registry, shifts
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import BaseStatus, Category, Compensation, Role, SignUpFor
from volunteer.rules.places import agreement_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span
from volunteer.schemas.registry import BaseForm, PostForm, PostWords, shift_form
from volunteer.stats import registered, sites, units
from volunteer.stats.first_steps import FirstStep, steps_taken
from volunteer.stats.registered import BaseRow, PostRow, ShiftTimes
from volunteer.web import access, tables
from volunteer.web.forms import Form
from volunteer.web.leader import AROUND, LATELY, shift_code
from volunteer.web.show import settings

bp = Blueprint("registry", __name__)
BASE_OFFICES = frozenset({Role.COLLEGE, Role.ADMIN})


@bp.get("/registry")
@access.registrar
def lists() -> ResponseReturnValue:
    """List the bases and posts in reach."""
    session, actor, now = db.session(), access.actor(), clock.utc_now()
    office, today = access.roles() & access.OFFICES, settings().campus.day(clock.utc_now())
    bases = registered.bases_kept(session, actor, access.REGISTRARS)
    own = units.own_units(session, actor, access.READERS)
    taken = steps_taken(session, actor, access.OFFICES) if office else frozenset(FirstStep)
    return render_template(
        "registry/lists.html",
        steps=list(FirstStep),
        taken=taken,
        next_step=next((step for step in FirstStep if step not in taken), None),
        is_college=Role.COLLEGE in access.roles(),
        bases=bases,
        agreements={
            base.code: agreement_on(base.status, base.agreement_from, base.agreement_to, today)
            for base in bases
        },
        home=own[0] if len(own) == 1 else None,
        posts=registered.posts_kept(session, actor, access.REGISTRARS, now=now),
        may_bases=bool(access.roles() & BASE_OFFICES),
        may_posts=bool(access.roles() & access.REVIEWERS),
        may_units=bool(access.roles() & access.OFFICES),
        may_read=bool(access.roles() & access.READERS),
    )


@bp.get("/registry/posts.<form:form>")
@access.registrar
def posts_table(form: str) -> Response:
    """Export the posts in reach."""
    now = clock.utc_now()
    rows = registered.posts_kept(db.session(), access.actor(), access.REGISTRARS, now=now)
    return tables.answer(tables.posts(rows, now=now), form)


@bp.get("/registry/bases.<form:form>")
@access.registrar
def bases_table(form: str) -> Response:
    """Export the bases in reach."""
    rows = registered.bases_kept(db.session(), access.actor(), access.REGISTRARS)
    return tables.answer(tables.bases(rows, now=clock.utc_now()), form)


@bp.route("/bases/new", methods=["GET", "POST"])
@access.registrar
def new_base() -> ResponseReturnValue:
    """Register a base."""
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    access.reach()
    if form.is_sent and (values := form.load(BaseForm())) is not None:
        unit_id = _unit_id(values.pop("unit"), BASE_OFFICES)
        if form.run(
            lambda: in_transaction(
                lambda session: registry.add_base(session, unit_id=unit_id, actor=actor, now=now, **values)
            )
        ):
            flash(gettext("%(name)s is registered.", name=values["name"]), "done")
            return redirect("/registry", 303)
    return _base_page(form, None)


@bp.route("/bases/<code:code>/edit", methods=["GET", "POST"])
@access.registrar
def change_base(code: str) -> ResponseReturnValue:
    """Change what is known of a base."""
    found = registered.bases_kept(db.session(), access.actor(), BASE_OFFICES, code=code)
    if not found:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    base, form, actor, now = found[0], Form.typed(), access.actor(), clock.utc_now()
    if not form.is_sent:
        form.values = _written(base)
    elif (values := form.load(BaseForm(exclude=("code", "unit")))) is not None:
        form.run(
            lambda: in_transaction(
                lambda session: registry.change_base(session, base_id=base.id, actor=actor, now=now, **values)
            )
        )
        if not form.errors:
            flash(gettext("Saved."), "done")
            return redirect("/registry", 303)
    return _base_page(form, base)


@bp.route("/posts/new", methods=["GET", "POST"])
@access.committee
def new_post() -> ResponseReturnValue:
    """Register a post."""
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    access.reach()
    if form.is_sent and (values := form.load(PostForm())) is not None:
        unit_id = _unit_id(values.pop("unit"), access.REVIEWERS)
        base_id = _base_id(values.pop("base"))
        if form.run(
            lambda: in_transaction(
                lambda session: registry.add_post(
                    session, unit_id=_needed(unit_id), base_id=base_id, actor=actor, now=now, **values
                )
            )
        ):
            flash(gettext("%(name)s is registered.", name=values["name"]), "done")
            return redirect(f"/posts/{values['code']}", 303)
    return _post_page(form, None)


@bp.get("/posts/<code:code>")
@access.keeper
def post(code: str) -> ResponseReturnValue:
    """Show a post with its coming shifts."""
    found, now = _post(code, access.KEEPERS), clock.utc_now()
    rows = sites.shifts_of_post(db.session(), found.id, since=now - LATELY, until=now + 7 * AROUND)
    return render_template(
        "registry/post.html",
        post=found,
        rows=rows,
        now=now,
        may_edit=bool(access.roles() & access.REVIEWERS),
    )


@bp.route("/posts/<code:code>/edit", methods=["GET", "POST"])
@access.committee
def change_post(code: str) -> ResponseReturnValue:
    """Change the words of a post."""
    found, form, actor, now = _post(code, access.REVIEWERS), Form.typed(), access.actor(), clock.utc_now()
    if not form.is_sent:
        form.values = _written(found)
    elif (values := form.load(PostWords())) is not None:
        form.run(
            lambda: in_transaction(
                lambda session: registry.change_post(
                    session, post_id=found.id, actor=actor, now=now, **values
                )
            )
        )
        if not form.errors:
            flash(gettext("Saved."), "done")
            return redirect(f"/posts/{code}", 303)
    return _post_page(form, found)


@bp.route("/posts/<code:code>/shifts/new", methods=["GET", "POST"])
@access.keeper
def new_shift(code: str) -> ResponseReturnValue:
    """Publish a shift of a post."""
    found, form, actor, now = _post(code, access.KEEPERS), Form.typed(), access.actor(), clock.utc_now()
    if form.is_sent and (values := form.load(shift_form(settings().zone))) is not None:
        name = shift_code(code, values["starts_at"])
        if form.run(
            lambda: in_transaction(
                lambda session: shifts.publish(
                    session, code=name, post_id=found.id, actor=actor, now=now, **_times(values)
                )
            )
        ):
            flash(gettext("The shift is published."), "done")
            return redirect(f"/posts/{code}", 303)
    return _shift_page(form, found, None)


@bp.route("/shifts/<code:code>/edit", methods=["GET", "POST"])
@access.keeper
def change_shift(code: str) -> ResponseReturnValue:
    """Change a shift that has not begun."""
    shift = registered.shift_times(db.session(), code, access.actor(), access.KEEPERS)
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    post, form, actor, now = (
        _post(shift.post, access.KEEPERS),
        Form.typed(),
        access.actor(),
        clock.utc_now(),
    )
    if not form.is_sent:
        form.values = _written(shift)
    elif (values := form.load(shift_form(settings().zone))) is not None:
        form.run(
            lambda: in_transaction(
                lambda session: shifts.change(
                    session, shift_id=shift.id, actor=actor, now=now, **_times(values)
                )
            )
        )
        if not form.errors:
            flash(gettext("Saved."), "done")
            return redirect(f"/posts/{shift.post}", 303)
    return _shift_page(form, post, shift)


def _base_page(form: Form, base: BaseRow | None) -> ResponseReturnValue:
    found = units.units_in_reach(db.session(), access.actor(), BASE_OFFICES)
    status = 422 if form.errors else 200
    page = render_template(
        "registry/base_form.html", form=form, base=base, units=found, statuses=list(BaseStatus)
    )
    return page, status


def _post_page(form: Form, post: PostRow | None) -> ResponseReturnValue:
    session = db.session()
    page = render_template(
        "registry/post_form.html",
        form=form,
        post=post,
        units=units.units_in_reach(session, access.actor(), access.REVIEWERS),
        bases=registered.all_bases(session),
        categories=list(Category),
        compensations=list(Compensation),
        audiences=list(SignUpFor),
    )
    return page, 422 if form.errors else 200


def _shift_page(form: Form, post: PostRow, shift: ShiftTimes | None) -> ResponseReturnValue:
    page = render_template("registry/shift_form.html", form=form, post=post, shift=shift)
    return page, 422 if form.errors else 200


def _post(code: str, roles: frozenset[Role]) -> PostRow:
    found = registered.posts_kept(db.session(), access.actor(), roles, now=clock.utc_now(), code=code)
    if not found:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found[0]


def _unit_id(code: str | None, roles: frozenset[Role]) -> int | None:
    """Return the id of a unit in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    if code is None:
        return None
    found = units.unit_to_read(db.session(), code, access.actor(), roles)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    return found.id


def _needed(unit_id: int | None) -> int:
    if unit_id is None:
        raise Refusal(Reason.BAD_FIELD, field="unit")
    return unit_id


def _base_id(code: str) -> int | None:
    if not code:
        return None
    found = registered.base_id(db.session(), code)
    if found is None:
        raise Refusal(Reason.BAD_FIELD, field="base")
    return found


def _times(values: Mapping[str, Any]) -> dict[str, Any]:
    breaks = []
    if values["break_from"]:
        breaks.append(Span(values["break_from"], values["break_to"]))
    return {
        "span": Span(values["starts_at"], values["ends_at"]),
        "breaks": breaks,
        "capacity": values["capacity"],
    }


def _written(row: BaseRow | PostRow | ShiftTimes) -> dict[str, Any]:
    """Return a row as its form shows it: times in the campus zone, keys as their values."""
    return {name: _field(value) for name, value in asdict(row).items()}


def _field(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(settings().zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
