"""Hours from before the start or from elsewhere: asked for by a member or her committee, approved by two."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.ask import request_record
from volunteer.database import db
from volunteer.rules.kinds import RequestKind, Sight
from volunteer.rules.policy import policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.meeting import TYPED_KINDS, RecordForm
from volunteer.stats import units
from volunteer.stats.claims import recorded_minutes, typed_requests
from volunteer.stats.policies import policies
from volunteer.stats.standing import member_standing
from volunteer.web import access, looks
from volunteer.web.forms import Form
from volunteer.web.photos import run_with_photos
from volunteer.web.routing import takes_files
from volunteer.web.show import settings

bp = Blueprint("typed", __name__)


@bp.route("/records/earlier", methods=["GET", "POST"])
@access.member
@takes_files
def mine() -> ResponseReturnValue:
    """Let a member ask for hours from before the start or from elsewhere."""
    return _page(access.my_member_id(), "/records", is_own=True)


@bp.route("/members/<row:member_id>/record", methods=["GET", "POST"])
@access.committee
@takes_files
def of_member(member_id: int) -> ResponseReturnValue:
    """Let the committee ask for them in a member's name."""
    if not units.may_read_member(db.session(), member_id, access.actor(), access.REVIEWERS):
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    looks.saw(Sight.RECORDS, member_id=member_id)
    return _page(member_id, f"/members/{member_id}", is_own=False)


def _page(member_id: int, back: str, *, is_own: bool) -> ResponseReturnValue:
    form = Form.typed()
    if form.is_sent and (values := form.load(RecordForm())) is not None:
        run_with_photos(form, lambda session: _asked(session, member_id, values))
        if not form.errors:
            flash(gettext("Asked. First the branch committee looks at it, then the college."), "done")
            return redirect(back, 303)
    elif not form.is_sent:
        form.values = {"ref": str(uuid4())}
    session, today = db.session(), settings().campus.day(clock.utc_now())
    page = render_template(
        "student/earlier.html",
        form=form,
        one=member_standing(session, member_id, today=today),
        left=_left(session, member_id),
        requests=typed_requests(session, member_id),
        kinds=TYPED_KINDS,
        today=today,
        is_own=is_own,
        back=back,
    )
    return page, 422 if form.errors else 200


def _asked(session: Session, member_id: int, values: Mapping[str, Any]) -> int:
    return request_record(
        session,
        member_id=member_id,
        actor=access.actor(),
        campus=settings().campus,
        now=clock.utc_now(),
        **values,
    )


def _left(session: Session, member_id: int) -> Mapping[RequestKind, tuple[int, int]]:
    """Return how many minutes of each kind are left, and of how many."""
    policy = policy_on(settings().campus.day(clock.utc_now()), policies(session))
    most = {RequestKind.OPENING: policy.opening_max_min, RequestKind.OUTSIDE: policy.outside_max_min}
    return {
        kind: (max(0, limit - recorded_minutes(session, member_id, kind)), limit)
        for kind, limit in most.items()
    }
