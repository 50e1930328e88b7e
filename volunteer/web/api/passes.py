"""Members' own codes as keepers' phones scan them: each judged by itself, at once or from a queue."""

from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from volunteer import clock
from volunteer.actions.passes import PassAnswer, Scanned, judge
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import Verdict
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.onsite import PassesAnswer, PassesRequest
from volunteer.stats import sites
from volunteer.stats.onsite import people_of
from volunteer.web import access, words
from volunteer.web.api.entries import told
from volunteer.web.show import settings

bp = Blueprint("passes", __name__, description="Members' own codes")
PASS = {
    "client_ref": "0195d1a2-6f3e-7c41-9b51-3f0e6a2d7c10",
    "pass": "F3:" + "A" * 117,
}
_request = PassesRequest()


@bp.post("/shifts/<code:code>/passes")
@access.keeper
@bp.doc(**told(PassesRequest, {"passes": [PASS]}))
@bp.response(200, PassesAnswer)
def take(code: str) -> ResponseReturnValue:
    """Judge up to 100 scanned passes, each by itself, in order; a good one witnesses the member's record."""
    asked = _request.load(request.get_json())["passes"]
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    shift = sites.kept_shift(db.session(), code, actor, access.KEEPERS)
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    scanned = [
        Scanned(client_ref=one["client_ref"], text=one["text"], is_queued=one["seen_at"] is not None)
        for one in asked
    ]
    answers = in_transaction(
        lambda session: judge(
            session, shift_id=shift.id, scanned=scanned, actor=actor, campus=campus, now=now
        )
    )
    people = people_of(db.session(), [answer.visit_id for answer in answers if answer.visit_id])
    body = {"verdicts": [_verdict(answer, people) for answer in answers]}
    return current_app.response_class(current_app.json.dumps(body), 200, mimetype="application/json")


def _verdict(answer: PassAnswer, people: dict[int, tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {"client_ref": answer.client_ref, "is_final": answer.is_final}
    if answer.refusal is not None:
        reason, detail = answer.refusal.reason.value, words.sentence(answer.refusal)
        return found | {"verdict": str(Verdict.REFUSED), "reason": reason, "detail": detail}
    assert answer.visit_id is not None
    name, unit = people[answer.visit_id]
    return found | {"verdict": str(Verdict.ACCEPTED), "member": {"name": name, "unit": unit}}
