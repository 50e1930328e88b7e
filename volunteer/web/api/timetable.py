"""Shifts of the registry: published, changed before they begin, prolonged while they run, cancelled."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import shifts as acts
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.spans import Span
from volunteer.schemas import changes
from volunteer.schemas import entries as shapes
from volunteer.stats import listing
from volunteer.stats.listing import Asked, ShiftEntry
from volunteer.stats.registered import kept_post
from volunteer.web import access
from volunteer.web.api.entries import made, one, page, takes
from volunteer.web.show import settings

bp = Blueprint("shifts", __name__, description="Shifts")
SHIFT = {
    "code": "LIB-READ-0316",
    "post": "LIB-READ",
    "starts_at": "2026-03-16T09:00+08:00",
    "ends_at": "2026-03-16T12:00+08:00",
    "breaks": [{"starts_at": "2026-03-16T10:30+08:00", "ends_at": "2026-03-16T10:45+08:00"}],
    "capacity": 6,
}


@bp.get("/shifts")
@access.holder
@bp.arguments(shapes.ShiftQuery, location="query")
@bp.response(200, shapes.page_of("shifts", shapes.ShiftShown))
def shifts(asked: dict[str, Any]) -> dict[str, Any]:
    """List the shifts in reach, by start; ``from`` and ``to`` are half-open campus days."""
    return page(
        "shifts", listing.shifts, asked | {name: _midnight(asked[name]) for name in ("since", "until")}
    )


@bp.get("/shifts/<code:code>")
@access.holder
@bp.response(200, shapes.ShiftShown)
def shift(code: str) -> ShiftEntry:
    """Return one shift."""
    return one(listing.shifts, code, access.ANY_ROLE)


@bp.post("/shifts")
@access.keeper
@takes(
    bp,
    changes.ShiftNew(),
    SHIFT,
    refused=(Reason.SHIFT_IN_PAST, Reason.SHIFT_OVERLAPS, Reason.ALREADY_EXISTS),
)
@bp.response(201, shapes.ShiftShown)
def new_shift(values: dict[str, Any]) -> Any:
    """Publish a shift. Sent twice, the second is 409 ``already_exists``.

    A past one is for the college alone: nobody can scan into it, it is there for make-ups.
    """
    actor, now = access.actor(), clock.utc_now()
    post = kept_post(db.session(), values["post"], actor, access.KEEPERS)
    if post is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    post_id, code = post.id, values["code"]
    in_transaction(
        lambda session: acts.publish(
            session, code=code, post_id=post_id, actor=actor, now=now, **_times(values)
        )
    )
    return made(listing.shifts, code)


@bp.patch("/shifts/<code:code>")
@access.keeper
@takes(
    bp,
    changes.ShiftChange(partial=True),
    {"cancelled": True, "cancel_reason": "台风停课"},
    refused=(
        Reason.SHIFT_STARTED,
        Reason.SHIFT_IN_PAST,
        Reason.SHIFT_OVERLAPS,
        Reason.BEYOND_SHIFT,
        Reason.OUTSIDE_SHIFT,
    ),
)
@bp.response(200, shapes.ShiftShown)
def change_shift(values: dict[str, Any], code: str) -> ShiftEntry:
    """Change a shift before it begins, prolong it while it runs by ``ends_at`` alone, or cancel it."""
    one(listing.shifts, code, access.KEEPERS)
    actor, now = access.actor(), clock.utc_now()

    def work(session: Session) -> None:
        # Read where it is written: whether it runs, and what another has just changed.
        found = listing.shifts(session, actor, access.KEEPERS, Asked(code=code))[0]
        _change(session, found, values, actor=actor, now=now)

    if values:
        in_transaction(work)
    return one(listing.shifts, code, access.KEEPERS)


def _change(
    session: Session, found: ShiftEntry, values: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    if "cancelled" in values:
        if found.cancelled_at is None:
            reason = values["cancel_reason"]
            acts.cancel(session, shift_id=found.id, reason=reason, actor=actor, now=now)
    elif values.keys() == {"ends_at"} and found.starts_at <= now:
        acts.prolong(session, shift_id=found.id, ends_at=values["ends_at"], actor=actor, now=now)
    else:
        known = {
            "starts_at": found.starts_at,
            "ends_at": found.ends_at,
            "breaks": [{"starts_at": pause.start, "ends_at": pause.end} for pause in found.breaks],
            "capacity": found.capacity,
        }
        times = _times({**known, **values})
        acts.change(session, shift_id=found.id, actor=actor, now=now, **times)


def _times(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an action wants to know of a shift's times.

    Raises:
        Refusal: ``BAD_FIELD``: new and known times together end before they begin.
    """
    if values["ends_at"] <= values["starts_at"]:
        raise Refusal(Reason.BAD_FIELD, field="ends_at")
    return {
        "span": Span(values["starts_at"], values["ends_at"]),
        "breaks": _pauses(values["breaks"]),
        "capacity": values["capacity"],
    }


def _pauses(pauses: Sequence[Mapping[str, datetime]]) -> list[Span]:
    return [Span(pause["starts_at"], pause["ends_at"]) for pause in pauses]


def _midnight(day: date | None) -> datetime | None:
    """Return the moment at which a campus day begins."""
    return None if day is None else datetime.combine(day, time(), settings().zone).astimezone(UTC)
