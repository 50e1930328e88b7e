"""Scans of phones: the busiest path. One statement finds the account, the action does the rest."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from volunteer import clock
from volunteer.actions.devices import register
from volunteer.actions.presence import ScanResult
from volunteer.actions.queue import Answer, Queued, judge
from volunteer.actions.scan import Scan
from volunteer.database import in_transaction, quick_transaction
from volunteer.rules.kinds import Verdict
from volunteer.rules.queue import Entry
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.scans import (
    BatchAnswer,
    BatchRequest,
    DeviceAnswer,
    DeviceRequest,
    ScanRequest,
    ScanVerdict,
)
from volunteer.web import access, metrics, words
from volunteer.web.api.entries import REASONS, told
from volunteer.web.metrics import check
from volunteer.web.show import settings

bp = Blueprint("scans", __name__, description="Check in and out")
KEY = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
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
_device_request = DeviceRequest()


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
    """Judge up to 100 queued scans, each by itself, in order. What has a final verdict keeps it."""
    asked = _batch_request.load(request.get_json())
    queued = [Queued(scan=_scan(one, is_queued=True), entry=_entry(one)) for one in asked["scans"]]
    member_id, campus, now = access.my_member_id(), settings().campus, clock.utc_now()
    answers = in_transaction(
        lambda session: judge(session, member_id=member_id, queued=queued, campus=campus, now=now)
    )
    return _written({"verdicts": [_verdict(answer) for answer in answers]}, 200)


@bp.post("/devices")
@access.member
@bp.doc(**told(DeviceRequest, {"public_key": KEY}))
@bp.response(201, DeviceAnswer)
def add_device() -> ResponseReturnValue:
    """Register the asker's phone by its key; the same key again is the same phone."""
    key, member_id = _device_request.load(request.get_json())["public_key"], access.my_member_id()
    now = clock.utc_now()
    handle = in_transaction(lambda session: register(session, member_id=member_id, public_key=key, now=now))
    return _written({"device": handle}, 201)


def _verdict(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"client_ref": answer.client_ref, "is_final": answer.is_final}
    if answer.refusal is not None:
        metrics.count(str(Verdict.REFUSED), answer.refusal.reason.value)
        reason, detail = answer.refusal.reason.value, words.sentence(answer.refusal)
        said = {"verdict": str(Verdict.REFUSED), "reason": reason, "detail": detail}
        return told | said | _posts(answer.refusal)
    assert answer.result is not None
    metrics.count(str(answer.result.verdict), "")
    return told | {"verdict": str(answer.result.verdict), "visit": visit_now(answer.result)}


def _posts(refusal: Refusal) -> dict[str, Any]:
    """Return the posts to choose from, where a queued scan fits several."""
    if refusal.reason is not Reason.CHOOSE_POST:
        return {}
    return {"posts": [{"id": post_id, "name": name} for post_id, name in refusal.facts["posts"]]}  # type: ignore[attr-defined]


def _entry(asked: Mapping[str, Any]) -> Entry | None:
    place = asked["queued"]
    if place is None or asked["client_ref"] is None:
        return None
    return Entry(
        client_ref=asked["client_ref"],
        code=asked["code"],
        action=asked["action"],
        post_id=asked["post_id"],
        takes_next=asked["next_shift"],
        device=asked["device"],
        member=place["member"],
        seq=place["seq"],
        previous=place["previous"],
        phone_at_ms=place["phone_at"],
        monotonic_ms=place["monotonic_ms"],
        signature=place["signature"],
    )


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
