"""Who looked at whose data: noted once the answer is on its way, in a short transaction of its own.

A look is no act: the page that was asked for is made without it, and nobody waits for it. Should the database
be away by then, the line goes to the log of the program instead.
"""

import logging
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, g
from sqlalchemy.exc import SQLAlchemyError

from volunteer import clock
from volunteer.actions.audit import note_look
from volunteer.database import quick_transaction
from volunteer.rules.kinds import Sight
from volunteer.web import access

log = logging.getLogger("volunteer.looks")


def init_app(app: Flask) -> None:
    """Note what the views say was looked at."""
    app.after_request(_note_later)


def saw(what: Sight, *, member_id: int | None = None, unit_id: int | None = None) -> None:
    """Say that this answer shows a member's data, or those of a unit's members; the own ones are no look."""
    account = access.me()
    if member_id is not None and member_id == account.member_id:
        return
    g.setdefault("looks", []).append(
        {
            "at": clock.utc_now(),
            "account_id": account.id,
            "what": what,
            "member_id": member_id,
            "unit_id": unit_id,
        }
    )


def _note_later(response: Response) -> Response:
    looks = g.pop("looks", [])
    if looks and response.status_code < 400:
        app: Any = current_app
        response.call_on_close(partial(_note, app._get_current_object(), looks))
    return response


def _note(app: Flask, looks: list[dict[str, Any]]) -> None:
    with app.app_context():
        try:
            with quick_transaction() as session:
                note_look(session, looks)
        except SQLAlchemyError:
            log.exception("looks that could not be noted: %s", looks)
