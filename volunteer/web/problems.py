"""Every "no" as an answer: a page for people, problem+json for programs. Never a 500 on bad input.

The form of the latter is RFC 9457.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from volunteer.database import StaleRow, db
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.fields import WithFacts
from volunteer.web import words
from volunteer.web.identity import forget_asker
from volunteer.web.security import wants_json

RETRY_AFTER_S = 5
AWAY = (OperationalError, InterfaceError, TimeoutError)
STATUS: Mapping[Reason, int] = {
    Reason.NOT_SIGNED_IN: 401,
    Reason.WRONG_PASSWORD: 401,
    Reason.NOT_ALLOWED: 403,
    Reason.CSRF_STALE: 403,
    Reason.UNKNOWN: 404,
    Reason.TOO_LARGE: 413,
    Reason.WRONG_TYPE: 415,
    Reason.BAD_FIELD: 422,
    Reason.TOO_MANY_TRIES: 429,
    Reason.DATABASE_AWAY: 503,
}
BY_STATUS: Mapping[int, Reason] = {
    400: Reason.BAD_FIELD,
    401: Reason.NOT_SIGNED_IN,
    403: Reason.NOT_ALLOWED,
    404: Reason.UNKNOWN,
    405: Reason.UNKNOWN,
    409: Reason.ALREADY_EXISTS,
    413: Reason.TOO_LARGE,
    415: Reason.WRONG_TYPE,
    429: Reason.TOO_MANY_TRIES,
    503: Reason.DATABASE_AWAY,
}


def init_app(app: Flask) -> None:
    """Answer every expected failure by itself; only a fault of ours is a 500."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(ValidationError, invalid)
    app.register_error_handler(CSRFError, stale)
    app.register_error_handler(HTTPException, http_error)
    for away in AWAY:
        app.register_error_handler(away, database_away)
    app.register_error_handler(IntegrityError, conflict)
    app.register_error_handler(DataError, does_not_fit)
    app.register_error_handler(StaleRow, contested)


def status_of(refusal: Refusal) -> int:
    """Return the status of a refusal. What is not allowed is not found, unless its row was found in reach."""
    if refusal.reason is Reason.NOT_ALLOWED and not g.get("is_in_reach", False):
        return 404
    return status_of_reason(refusal.reason)


def status_of_reason(reason: Reason) -> int:
    """Return the status of a reason where the row is in reach."""
    return STATUS.get(reason, 409)


def refused(refusal: Refusal) -> ResponseReturnValue:
    """Answer a refusal that no view has answered itself."""
    status = status_of(refusal)
    if status == 404:
        # The same answer whether the row is another branch's or does not exist.
        refusal = Refusal(Reason.UNKNOWN)
    if status == 401 and refusal.reason is Reason.NOT_SIGNED_IN and not wants_json():
        return redirect(url_for("auth.sign_in", next=_here()), 303)
    return answer(status, refusal)


def invalid(error: ValidationError) -> ResponseReturnValue:
    """Answer a body or form that its schema does not take."""
    return answer(422, Refusal(Reason.BAD_FIELD), errors=_spoken(error.messages))


def stale(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form without a fresh token: 403, so that a phone fetches another and asks again."""
    return answer(403, Refusal(Reason.CSRF_STALE))


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask, Werkzeug or the API's parser refuse."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    reason = BY_STATUS.get(error.code, Reason.BAD_FIELD)
    facts = {"limit": (request.max_content_length or 0) // 1_000_000} if error.code == 413 else {}
    # The API's parser names the part of the request first; there is only one with fields.
    by_part = getattr(error, "data", {}).get("messages") or {}
    errors = next((_spoken(messages) for messages in by_part.values()), None)
    response = current_app.make_response(answer(error.code, Refusal(reason, **facts), errors=errors))
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def database_away(error: OperationalError | InterfaceError | TimeoutError) -> ResponseReturnValue:
    """Answer that the database is away or busy: nothing was changed, ask again.

    The page is then drawn for nobody: who asks is not known without a database.
    """
    current_app.logger.error("database away: %s", getattr(error, "orig", error))
    db.session.rollback()
    forget_asker()
    return answer(503, Refusal(Reason.DATABASE_AWAY), retry_after_s=RETRY_AFTER_S)


def conflict(error: IntegrityError) -> ResponseReturnValue:
    """Answer that a constraint refused the row: somebody else was first."""
    current_app.logger.warning("constraint: %s", error.orig)
    db.session.rollback()
    return answer(409, Refusal(Reason.ALREADY_EXISTS))


def contested(_error: StaleRow) -> ResponseReturnValue:
    """Answer that others kept changing the same row: nothing was written, ask again."""
    db.session.rollback()
    return answer(503, Refusal(Reason.DATABASE_AWAY), retry_after_s=1)


def does_not_fit(error: DataError) -> ResponseReturnValue:
    """Answer a value that no column can hold."""
    current_app.logger.warning("value: %s", error.orig)
    db.session.rollback()
    return answer(422, Refusal(Reason.BAD_FIELD))


def problem(status: int, refusal: Refusal, errors: Any = None) -> dict[str, Any]:
    """Return the members of a problem+json."""
    detail = words.sentence(refusal)
    if errors is None and "field" in refusal.facts:
        errors = {str(refusal.facts["field"]): [detail]}
    members = {
        "type": f"/problems/{refusal.reason.value}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "reason": refusal.reason.value,
        "detail": detail,
    }
    return members | ({"errors": errors} if errors else {})


def answer(
    status: int, refusal: Refusal, *, errors: Any = None, retry_after_s: int | None = None
) -> ResponseReturnValue:
    """Return the refusal as a page or as problem+json."""
    if wants_json():
        body = current_app.json.dumps(problem(status, refusal, errors))
        response = Response(body, status, content_type="application/problem+json")
    else:
        try:
            page = render_template("shared/refused.html", refusal=refusal, status=status)
        except AWAY as error:
            # The frame of the page shows what the asker's roles open.
            return database_away(error)
        response = Response(page, status)
    left = retry_after_s or refusal.facts.get("retry_after_s")
    if left:
        response.headers["Retry-After"] = str(left)
    return response


def _spoken(messages: Any) -> Any:
    """Return what is wrong with each field in the language of the asker."""
    if isinstance(messages, Mapping):
        return {str(name): _spoken(message) for name, message in messages.items()}
    if isinstance(messages, list):
        return [_spoken(message) for message in messages]
    if isinstance(messages, WithFacts):
        return gettext(messages.template, **messages.facts)
    return gettext(str(messages))


def _here() -> str:
    """Return the address to come back to after signing in; of a form, the page that shows it."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
