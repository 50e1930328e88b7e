"""Scans of phones: the busiest path. One statement finds the account, the action does the rest."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.presence import ScanResult
from volunteer.actions.scan import Scan, check
from volunteer.database import StaleRow, in_transaction, quick_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.scans import BatchAnswer, BatchRequest, ScanRequest, ScanVerdict
from volunteer.web import access, words
from volunteer.web.api.entries import REASONS, told
from volunteer.web.show import settings

bp = Blueprint("scans", __name__, description="Check in and out")
TRIES = 3
SCAN = {
    "code": "HTTPS://HOURS.EXAMPLE.EDU.CN/C/CEBAGBAFJ7QTAZCTKBQ2DVB3PJ5XC4I",
    "client_ref": "0195d1a2-6f3e-7c41-9b51-3f0e6a2d7c10",
    "action": "in",
}
REFUSED = (
    Reason.CODE_UNKNOWN,
    Reason.CODE_EXPIRED,
    Reason.CODE_FROM_FUTURE,
    Reason.OUTSIDE_SHIFT,
    Reason.CHOOSE_POST,
    Reason.TOO_OLD,
    Reason.ALREADY_CHECKED_IN,
    Reason.NOT_CHECKED_IN,
    Reason.SAME_CODE_AGAIN,
    Reason.WRONG_ACCOUNT,
    Reason.CLIENT_REF_REUSED,
    Reason.PROBATION_CLOSED,
)
_scan_request = ScanRequest()
_batch_request = BatchRequest()


@bp.post("/scans")
@access.member
@bp.doc(**told(ScanRequest, SCAN), **{REASONS: REFUSED})
@bp.response(201, ScanVerdict)
def scan() -> ResponseReturnValue:
    """Check in or out. 201 with the verdict; the same 201 when the phone asks again."""
    asked = _scan(_scan_request.load(request.get_json()))
    member_id = access.my_member_id()
    campus = settings().campus
    now = clock.utc_now()
    result = in_transaction(
        lambda session: check(session, member_id=member_id, scan=asked, campus=campus, now=now),
        begin=quick_transaction,
    )
    return _written({"verdict": str(result.verdict), "visit": visit_now(result)}, 201)


@bp.post("/scans/batch")
@access.member
@bp.doc(**told(BatchRequest, {"scans": [SCAN]}))
@bp.response(200, BatchAnswer)
def batch() -> ResponseReturnValue:
    """Judge up to 100 queued scans, each by itself, in order."""
    asked = _batch_request.load(request.get_json())
    member_id = access.my_member_id()

    def work(session: Session) -> list[dict[str, Any]]:
        return [_judged(session, member_id, one) for one in asked["scans"]]

    return _written({"verdicts": in_transaction(work)}, 200)


def _judged(session: Session, member_id: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdict on one entry; whatever a refused one began is undone to its savepoint."""
    told: dict[str, Any] = {"client_ref": asked["client_ref"]}
    try:
        result = _in_savepoint(session, member_id, _scan(asked, is_queued=True))
    except Refusal as refusal:
        return told | {
            "verdict": "refused",
            "reason": refusal.reason.value,
            "detail": words.sentence(refusal),
        }
    return told | {"verdict": str(result.verdict), "visit": visit_now(result)}


def _in_savepoint(session: Session, member_id: int, scan: Scan) -> ScanResult:
    campus, now = settings().campus, clock.utc_now()
    for _ in range(TRIES - 1):
        try:
            with session.begin_nested():
                return check(session, member_id=member_id, scan=scan, campus=campus, now=now)
        except (IntegrityError, StaleRow):
            continue
    with session.begin_nested():
        return check(session, member_id=member_id, scan=scan, campus=campus, now=now)


def visit_now(result: ScanResult) -> dict[str, Any]:
    """Return the record in the shape of :class:`VisitNow`."""
    return {
        "id": result.visit_id,
        "action": str(result.action),
        "at": result.at.isoformat(),
        "counts_from": result.counts_from.isoformat() if result.counts_from else None,
        "state": str(result.state),
        "grade": str(result.grade),
        "net": result.net,
        "credited": result.credited,
    }


def _scan(asked: Mapping[str, Any], *, is_queued: bool = False) -> Scan:
    return Scan(
        code=asked["code"].rpartition("/")[2],
        post_id=asked["post_id"],
        action=asked["action"],
        takes_next=asked["next_shift"],
        client_ref=asked["client_ref"],
        device=asked["device"],
        is_queued=is_queued,
    )


def _written(body: Any, status: int) -> ResponseReturnValue:
    # A finished response passes the API's own dumping by: it is what the schemas above say.
    return current_app.response_class(current_app.json.dumps(body), status, mimetype="application/json")
