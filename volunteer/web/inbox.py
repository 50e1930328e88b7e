"""A person's inbox: what concerns her, each line with one way to the thing itself."""

from flask import Blueprint, Flask, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions.inbox import mark_read
from volunteer.actions.letters import keep_address
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.inbox import MailForm
from volunteer.stats import inbox as stats
from volunteer.web import access
from volunteer.web.forms import Form
from volunteer.web.inbox_words import href, told
from volunteer.web.language import chosen
from volunteer.web.numbers import number
from volunteer.web.show import settings

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
        may_mail=bool(settings().mail_url),
        address=stats.mail_address(db.session(), access.me().id),
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


@bp.post("/me/mail")
@access.signed_in
def keep_mail() -> ResponseReturnValue:
    """Keep, change or forget where the asker is told besides the inbox."""
    account_id, now, form = access.me().id, clock.utc_now(), Form.typed()
    values = form.load(MailForm()) if settings().mail_url else {"address": None}
    if values is None:
        flash(gettext("This is no e-mail address. Nothing was changed."), "warn")
        return redirect("/inbox", 303)
    spoken = chosen()
    in_transaction(
        lambda session: keep_address(session, account_id=account_id, language=spoken, now=now, **values)
    )
    if values["address"]:
        flash(gettext("What stands here is sent to you from now on, too."), "done")
    else:
        flash(gettext("The address is forgotten. Nothing is sent to you any more."), "done")
    return redirect("/inbox", 303)


@bp.post("/inbox/read")
@access.signed_in
def read_all() -> ResponseReturnValue:
    """Note that all messages were read."""
    account_id, now = access.me().id, clock.utc_now()
    in_transaction(lambda session: mark_read(session, account_id=account_id, now=now))
    return redirect("/inbox", 303)
