"""Signing in and out, and the language that pages speak."""

from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from volunteer import clock
from volunteer.actions.access import load_actor
from volunteer.actions.letters import write_in
from volunteer.actions.sign_in import (
    LONGEST_PASSWORD,
    begin_try,
    forget_tries,
    held_for,
    matches,
    sign_out_everywhere,
)
from volunteer.database import db, in_transaction, transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.demo_faces import demo_faces
from volunteer.web import access, identity, language, problems, words
from volunteer.web.forms import Form
from volunteer.web.security import safe_next
from volunteer.web.show import settings

bp = Blueprint("auth", __name__)
LONGEST_LOGIN = 60


@bp.get("/sign-in")
@access.public
def sign_in() -> ResponseReturnValue:
    """Show the form; in the demo also one button a role."""
    if access.who() is not None:
        return redirect(safe_next(request.args.get("next")), 303)
    return _page(Form(), request.args.get("next"), 200)


@bp.post("/sign-in")
@access.public
def try_sign_in() -> ResponseReturnValue:
    """Sign in, or say that login or password is wrong, never which."""
    form = Form.typed()
    login = request.form.get("login", "").strip()[:LONGEST_LOGIN]
    password = request.form.get("password", "")[:LONGEST_PASSWORD]
    form.values = {"login": login}
    try:
        account = _checked(login, password)
    except Refusal as refusal:
        form.errors[""] = words.sentence(refusal)
        answer = _page(form, request.form.get("next"), problems.status_of(refusal))
        if left := refusal.facts.get("retry_after_s"):
            answer.headers["Retry-After"] = str(left)
        return answer
    return _enter(account)


@bp.post("/demo-sign-in")
@access.public
def demo_sign_in() -> ResponseReturnValue:
    """Enter as one of the demo's people; elsewhere this does not exist."""
    login = request.form.get("login", "")
    faces = demo_faces(db.session()) if settings().is_demo else []
    face = next((face for face in faces if face.login == login), None)
    account = identity.by_id(face.account_id) if face else None
    if account is None:
        raise Refusal(Reason.UNKNOWN)
    return _enter(account)


@bp.post("/sign-out")
@access.public
def sign_out() -> ResponseReturnValue:
    """End this browser's session. With a way to go on, whoever signs in next is led there."""
    identity.sign_out()
    target = safe_next(request.form.get("next"))
    return redirect("/sign-in" if target == "/" else f"/sign-in?{urlencode({'next': target})}", 303)


@bp.post("/sign-out-everywhere")
@access.signed_in
def leave_everywhere() -> ResponseReturnValue:
    """End the account's sessions on every device."""
    account_id = access.me().id
    with transaction() as session:
        sign_out_everywhere(session, account_id=account_id, now=clock.utc_now())
    identity.sign_out()
    return redirect("/sign-in", 303)


@bp.post("/language")
@access.public
def choose_language() -> ResponseReturnValue:
    """Keep the language in a cookie of this browser; letters speak it too."""
    wish = request.form.get("language", "")
    if wish not in language.NAMES:
        raise Refusal(Reason.BAD_FIELD, field="language")
    if account := access.who():
        account_id = account.id
        in_transaction(lambda session: write_in(session, account_id=account_id, language=wish))
    answer = redirect(safe_next(request.form.get("next")), 303)
    answer.set_cookie(
        language.COOKIE,
        wish,
        max_age=language.COOKIE_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )
    return answer


def _checked(login: str, password: str) -> identity.SignedIn:
    """Return the account that login and password open. A try counts before it is judged.

    Raises:
        Refusal: ``WRONG_PASSWORD`` or ``TOO_MANY_TRIES``.
    """
    if not login or "\0" in login:
        raise Refusal(Reason.WRONG_PASSWORD)
    with transaction() as session:
        begin_try(session, what="password", subject=login, now=clock.utc_now())
        held = held_for(session, login)
    # The slow part holds no transaction.
    if not matches(held, password) or held.account_id is None:
        raise Refusal(Reason.WRONG_PASSWORD)
    with transaction() as session:
        forget_tries(session, what="password", subject=login)
    account = identity.by_id(held.account_id)
    if account is None:
        raise Refusal(Reason.WRONG_PASSWORD)
    return account


def begin_session(account: identity.SignedIn) -> None:
    """Let this browser in: for half a year a member, for hours who decides about others."""
    held = {grant.role for grant in load_actor(db.session(), account.id).grants}
    is_staff = bool(held & access.STAFF) or account.member_id is None
    identity.sign_in(account, is_staff=is_staff, now=clock.utc_now())


def _enter(account: identity.SignedIn) -> ResponseReturnValue:
    begin_session(account)
    return redirect(safe_next(request.form.get("next")), 303)


def _page(form: Form, target: str | None, status: int) -> Response:
    faces = demo_faces(db.session()) if settings().is_demo else []
    return make_response(
        render_template(
            "auth/sign_in.html",
            form=form,
            next=safe_next(target),
            faces=faces,
        ),
        status,
    )
