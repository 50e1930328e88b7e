"""Recounts of old records by another version: proposed with a reason, looked at, approved, carried out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import recounts
from volunteer.actions.dry_run import DryRun, dry_run
from volunteer.actions.near import NearVisit
from volunteer.database import StaleRow, db, in_transaction
from volunteer.models import RecountOrder
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.college import RecountForm
from volunteer.stats import recounts as rows
from volunteer.stats import units
from volunteer.stats.college import members_who_served
from volunteer.stats.policies import versions_by_id
from volunteer.stats.reach import units_below
from volunteer.stats.recounts import OrderRow
from volunteer.stats.standing import members_of
from volunteer.stats.units import units_in_reach
from volunteer.web import access
from volunteer.web.forms import Form
from volunteer.web.show import settings
from volunteer.web.streaming import growing_page, in_its_session

bp = Blueprint("recounts", __name__)
TOLD_EVERY = 20


@dataclass(slots=True)
class Carried:
    """How far an order is carried out; filled in while its page grows."""

    members: int = 0
    done: int = 0
    visits: int = 0
    is_finished: bool = False
    refusal: Refusal | None = None


@bp.route("/policy/<row:policy_id>/recount", methods=["GET", "POST"])
@access.college
def propose(policy_id: int) -> ResponseReturnValue:
    """Choose the days, see what would change, then propose it."""
    policy = versions_by_id(db.session()).get(policy_id)
    if policy is None:
        raise Refusal(Reason.UNKNOWN)
    form, now = Form.typed(), clock.utc_now()
    if not form.is_sent:
        today = settings().campus.day(now)
        form.values = {"from_on": policy.effective_on.isoformat(), "until_on": today.isoformat()}
        return _form_page(form, policy)
    values = form.load(RecountForm())
    if values is None or request.form.get("step") == "back":
        return _form_page(form, policy)
    unit = units.own_units(db.session(), access.actor(), access.COLLEGE)[0]
    if request.form.get("step") != "propose":
        span = (values["from_on"], values["until_on"] + timedelta(days=1))
        run, steps = _dry(policy, policy_id, (unit.id, unit.path), span)
        return growing_page(
            "college/recount_check.html", form=form, policy=policy, run=run, steps=steps, names=_names()
        )
    actor, campus = access.actor(), settings().campus
    order_id = form.run(
        lambda: in_transaction(
            lambda session: recounts.propose(
                session, unit_id=unit.id, policy_id=policy_id, actor=actor, campus=campus, now=now, **values
            )
        )
    )
    if order_id is None:
        return _form_page(form, policy)
    flash(gettext("Proposed. Another person of the college looks at it and approves."), "done")
    return redirect(f"/recounts/{order_id}", 303)


@bp.get("/recounts/<row:order_id>")
@access.college
def look(order_id: int) -> ResponseReturnValue:
    """Show an order: who proposed it and why, or what came of it."""
    order = _order(order_id)
    policy = versions_by_id(db.session())[order.policy_id]
    carried = Carried(is_finished=order.done_at is not None) if order.decided_at else None
    return _order_page(order, policy, carried, iter(()))


@bp.post("/recounts/<row:order_id>/look")
@access.college
def preview(order_id: int) -> ResponseReturnValue:
    """Show what an order would change; nothing is written."""
    order = _order(order_id)
    if order.decided_at is not None:
        return redirect(f"/recounts/{order_id}", 303)
    policy = versions_by_id(db.session())[order.policy_id]
    span = (order.from_on, order.before_on)
    run, steps = _dry(policy, order.policy_id, (order.unit_id, order.unit_path), span)
    return _order_page(order, policy, None, steps, run)


@bp.post("/recounts/<row:order_id>/approve")
@access.college
def approve(order_id: int) -> ResponseReturnValue:
    """Approve an order and carry it out; broken off, the same button goes on."""
    order, actor, now = _order(order_id), access.actor(), clock.utc_now()
    in_transaction(lambda session: recounts.approve(session, order_id=order_id, actor=actor, now=now))
    carried = Carried()
    policy = versions_by_id(db.session())[order.policy_id]
    return _order_page(_order(order_id), policy, carried, _carrying(order_id, carried))


@bp.post("/recounts/<row:order_id>/decline")
@access.college
def decline(order_id: int) -> ResponseReturnValue:
    """Turn an order down, or take an own one back."""
    _order(order_id)
    actor, now = access.actor(), clock.utc_now()
    in_transaction(lambda session: recounts.decline(session, order_id=order_id, actor=actor, now=now))
    flash(gettext("The recount is off. No record has changed."), "done")
    return redirect("/policy", 303)


def _carrying(order_id: int, carried: Carried) -> Iterator[int]:
    """Count member by member, each in a transaction, and tell how many are done."""
    campus, now = settings().campus, clock.utc_now()
    members = recounts.members_left(db.session(), order_id)
    db.session.rollback()
    carried.members = len(members)
    try:
        for member_id in members:
            count = partial(
                recounts.count_member, order_id=order_id, member_id=member_id, campus=campus, now=now
            )
            carried.visits += in_transaction(count)
            carried.done += 1
            if carried.done % TOLD_EVERY == 0:
                yield carried.done
        carried.is_finished = in_transaction(
            lambda session: recounts.finish(session, order_id=order_id, now=now)
        )
    except (OperationalError, StaleRow) as error:
        current_app.logger.error("recount %s broken off: %s", order_id, error)
        carried.refusal = Refusal(Reason.DATABASE_AWAY)


def _dry(
    policy: HoursPolicy, policy_id: int, unit: tuple[int, str], span: tuple[date, date]
) -> tuple[DryRun, Iterator[int]]:
    """Return what the order would change, and the work that finds it out.

    Args:
        unit: Its id and path.
    """
    session, campus = db.session(), settings().campus
    today = campus.day(clock.utc_now())
    below = set(session.scalars(units_below([unit[0]])))
    standings = {one.member_id: one for one in members_of(session, unit[1], today=today)}
    member_ids = sorted(members_who_served(session, [unit[0]]))
    wanted = RecountOrder(policy_id=policy_id, from_on=span[0], before_on=span[1])

    def takes(visit: NearVisit) -> bool:
        return recounts.takes(visit, wanted, below)

    run = DryRun(members=len(member_ids))

    def count(session: Session) -> Iterator[int]:
        return dry_run(
            session, run, policy=policy, member_ids=member_ids, standings=standings, campus=campus, only=takes
        )

    return run, (done for done in in_its_session(count) if done % TOLD_EVERY == 0)


def _order_page(
    order: OrderRow,
    policy: HoursPolicy,
    carried: Carried | None,
    steps: Iterator[int],
    run: DryRun | None = None,
) -> ResponseReturnValue:
    return growing_page(
        "college/recount.html",
        order=order,
        policy=policy,
        carried=carried,
        run=run,
        steps=steps,
        names=_names(),
        is_own=order.proposed_by_id == access.me().id,
    )


def _form_page(form: Form, policy: HoursPolicy) -> ResponseReturnValue:
    page = render_template("college/recount_form.html", form=form, policy=policy)
    return page, 422 if form.errors else 200


def _names() -> dict[int, str]:
    return {unit.id: unit.name for unit in units_in_reach(db.session(), access.actor(), access.COLLEGE)}


def _order(order_id: int) -> OrderRow:
    found = rows.order(db.session(), order_id, access.actor())
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found
