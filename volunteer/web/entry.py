"""The first entry: a printed code opens the account, and its holder chooses a password of her own.

The page takes the code in the part of the address behind ``#``, which browsers keep to themselves; a script
puts it into the form. Typing it does the same. A wrong code is counted against its first group of signs,
which is that of one slip and so of one account: guessing closes that slip for minutes and nobody else's.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.sign_in import begin_try, forget_tries, hashed, held_by, matches
from volunteer.actions.slips import SlipHolder, slip_of, use_slip, used_slip
from volunteer.database import db, in_transaction, transaction
from volunteer.rules.passwords import check_password
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.slips import GROUP_LENGTH, grouped, read_code
from volunteer.web import access, auth, identity, problems, words
from volunteer.web.forms import Form
from volunteer.web.show import settings

bp = Blueprint("entry", __name__)
TRY = "slip"
LONGEST_TYPED = 60
# Where the way on is to sign in, not to type again.
OVER = frozenset({Reason.SLIP_USED})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The password that somebody chose, typed twice."""

    password: str
    again: str


@bp.get("/activate")
@access.public
def ask() -> ResponseReturnValue:
    """Ask for the code of the slip."""
    return _code_page(Form(), 200)


@bp.post("/activate")
@access.public
def answer() -> ResponseReturnValue:
    """Say whose slip it is and ask for a password; with one, let its holder in. Sent twice it is the same."""
    form = Form(values={"code": request.form.get("code", "")[:LONGEST_TYPED]})
    try:
        code = read_code(form.values["code"])
        who = _looked_up(code)
    except Refusal as refusal:
        again = _entered_again(form.values["code"])
        if again is not None:
            return again
        form.errors["code"] = words.sentence(refusal)
        return _waiting(_code_page(form, problems.status_of(refusal), refusal.reason), refusal)
    if "new" not in request.form:
        return _password_page(Form(), who, code, 200)
    chosen = Chosen(request.form.get("new", ""), request.form.get("again", ""))
    form = Form(values={"new": "", "again": ""})
    if not form.run(lambda: _checked(chosen, who)):
        return _password_page(form, who, code, 422)
    return _let_in(code, chosen.password)


def _looked_up(code: str) -> SlipHolder:
    """Return whose slip the code is of. A code counts as a wrong try before it is judged.

    Raises:
        Refusal: ``TOO_MANY_TRIES``, or why the slip opens nothing.
    """
    now, group = clock.utc_now(), code[:GROUP_LENGTH]
    with transaction() as session:
        begin_try(session, what=TRY, subject=group, now=now)
    try:
        who = slip_of(db.session(), code=code, keyring=settings().campus.keyring, now=now)
    except Refusal as refusal:
        if refusal.reason is not Reason.SLIP_UNKNOWN:
            _forget(group)
        raise
    _forget(group)
    return who


def _forget(group: str) -> None:
    with transaction() as session:
        forget_tries(session, what=TRY, subject=group)


def _checked(chosen: Chosen, who: SlipHolder) -> bool:
    check_password(chosen.password, login=who.login)
    if chosen.again != chosen.password:
        raise Refusal(Reason.BAD_FIELD, field="again", case="password_again")
    return True


def _let_in(code: str, password: str) -> ResponseReturnValue:
    now, keyring = clock.utc_now(), settings().campus.keyring
    # The slow part holds no transaction.
    kept = hashed(password)

    def work(session: Session) -> int:
        return use_slip(session, code=code, password_hash=kept, keyring=keyring, now=now)

    try:
        account = identity.by_id(in_transaction(work))
    except Refusal as refusal:
        again = _entered_again(code)
        if again is not None:
            return again
        form = Form(values={"code": ""}, errors={"code": words.sentence(refusal)})
        return _code_page(form, problems.status_of(refusal), refusal.reason)
    return _begun(account)


def _entered_again(typed: str) -> ResponseReturnValue | None:
    """Return the way in for a form that arrives a second time: the slip is used, and its password is hers."""
    password = request.form.get("new", "")
    try:
        who = used_slip(db.session(), code=read_code(typed), keyring=settings().campus.keyring)
    except Refusal:
        return None
    if who is None or not password:
        return None
    try:
        with transaction() as session:
            begin_try(session, what="password", subject=who.login, now=clock.utc_now())
            held = held_by(session, who.account_id)
    except Refusal:
        return None
    if not matches(held, password):
        return None
    with transaction() as session:
        forget_tries(session, what="password", subject=who.login)
    return _begun(identity.by_id(who.account_id))


def _begun(account: identity.SignedIn | None) -> ResponseReturnValue:
    if account is None:
        raise Refusal(Reason.SLIP_REPLACED)
    auth.begin_session(account)
    return redirect("/", 303)


def _code_page(form: Form, status: int, reason: Reason | None = None) -> Response:
    page = render_template("auth/activate.html", form=form, is_over=reason in OVER)
    return make_response(page, status)


def _password_page(form: Form, who: SlipHolder, code: str, status: int) -> Response:
    page = render_template("auth/choose_password.html", form=form, who_is=who, code=grouped(code))
    return make_response(page, status)


def _waiting(page: Response, refusal: Refusal) -> Response:
    if left := refusal.facts.get("retry_after_s"):
        page.headers["Retry-After"] = str(left)
    return page
