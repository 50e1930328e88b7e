"""A person's inbox: what concerns her, each line with one way to the thing itself."""

from flask import Blueprint, Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.actions.inbox import mark_read
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import inbox as stats
from volunteer.web import access
from volunteer.web.inbox_words import href, told
from volunteer.web.numbers import number

bp = Blueprint("inbox", __name__)
A_PAGE = 30


def init_app(app: Flask) -> None:
    """Let every page show how much is unread."""
    app.jinja_env.globals["unread"] = unread


def unread() -> int:
    """Return how many messages the asker has not read."""
    account = access.who()
    return account.unread if account else 0


@bp.get("/inbox")
@access.signed_in
def mine() -> ResponseReturnValue:
    """List the messages, the newest first. Looking at the list reads none of them."""
    place = max(number(request.args.get("page", "1"), otherwise=1), 1)
    found = stats.inbox(db.session(), access.me().id, offset=(place - 1) * A_PAGE, limit=A_PAGE + 1)
    return render_template(
        "student/inbox.html",
        lines=[(line, told(line)) for line in found[:A_PAGE]],
        place=place,
        has_more=len(found) > A_PAGE,
    )


@bp.post("/inbox/<row:message_id>")
@access.signed_in
def open_one(message_id: int) -> ResponseReturnValue:
    """Note that a message was read, and go to what it is about."""
    account_id, now = access.me().id, clock.utc_now()
    found = stats.inbox(db.session(), account_id, message_id=message_id)
    if not found:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    in_transaction(lambda session: mark_read(session, account_id=account_id, message_id=message_id, now=now))
    return redirect(href(found[0]), 303)


@bp.post("/inbox/read")
@access.signed_in
def read_all() -> ResponseReturnValue:
    """Note that all messages were read."""
    account_id, now = access.me().id, clock.utc_now()
    in_transaction(lambda session: mark_read(session, account_id=account_id, now=now))
    return redirect("/inbox", 303)
