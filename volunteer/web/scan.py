"""What a scanned code opens, and the code typed by hand. GET changes nothing; only POST acts."""

from datetime import timedelta
from uuid import uuid4

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.presence import ScanResult
from volunteer.actions.preview import preview
from volunteer.actions.scan import Scan
from volunteer.actions.sign_in import begin_try, forget_tries
from volunteer.database import db, in_transaction, transaction
from volunteer.rules.codes import TYPED_DIGITS
from volunteer.rules.kinds import Side
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import sites
from volunteer.stats.typed import display_of_typed
from volunteer.web import access, problems, tickets, words
from volunteer.web.forms import Form
from volunteer.web.metrics import check
from volunteer.web.show import settings

bp = Blueprint("scan", __name__)
CODE_PATH = "/<string(maxlength=200):code>"
TYPED_AHEAD = timedelta(hours=1)
# What the buttons of the page may wish; nothing else comes through.
WISHES = {
    "": (None, False),
    "in": (Side.IN, False),
    "out": (Side.OUT, False),
    "next": (Side.OUT, True),
}


@bp.get(f"/c{CODE_PATH}")
@bp.get(f"/C{CODE_PATH}")
@access.public
def opened(code: str) -> ResponseReturnValue:
    """Show post, shift and one button; leave a ticket, so that signing in does not outlive the code."""
    now = clock.utc_now()
    code = code.upper()
    account = access.who()
    try:
        ticket = tickets.held_ticket(code) or tickets.new_ticket(code, now)
        found = preview(
            db.session(),
            member_id=account.member_id if account else None,
            code=code,
            seen_at=ticket.seen_at,
            campus=settings().campus,
            now=now,
        )
        if account is not None and account.member_id is None:
            raise Refusal(Reason.NOT_A_MEMBER)
    except Refusal as refusal:
        return _refused(refusal)
    page = render_template("scan/link.html", code=code, found=found, pressed_at=now)
    return tickets.leave(make_response(page), ticket)


@bp.post(f"/c{CODE_PATH}")
@bp.post(f"/C{CODE_PATH}")
@access.member
def pressed(code: str) -> ResponseReturnValue:
    """Check in or out. Pressed twice it is the same scan; the answer is the record's own page."""
    code = code.upper()
    wish = request.form.get("wish", "")
    action, takes_next = WISHES.get(wish, WISHES[""])
    post_id = _chosen_post()
    try:
        ticket = tickets.held_ticket(code)
        scan = Scan(
            code=code,
            post_id=post_id,
            action=action,
            takes_next=takes_next,
            client_ref=ticket.client_ref(f"{wish}/{post_id}") if ticket else None,
            judged_at=ticket.seen_at if ticket else None,
        )
        result = _checked(scan)
    except Refusal as refusal:
        return _refused(refusal)
    return redirect(f"/records/{result.visit_id}/done", 303)


@bp.get("/scan")
@access.member
def typed() -> ResponseReturnValue:
    """Offer to type the eight digits beside a chosen post."""
    return _typed_page(Form(values={"post": request.args.get("post", "")}), 200)


@bp.post("/scan")
@access.member
def type_code() -> ResponseReturnValue:
    """Check in or out by the typed digits. Five wrong tries in ten minutes a member."""
    form = Form.typed()
    digits = "".join(part for part in request.form.get("digits", "") if part.isdecimal() and part.isascii())
    try:
        result = _checked_typed(digits, _chosen_post(), request.form.get("wish", ""))
    except Refusal as refusal:
        form.errors[""] = _sentence(refusal)
        answer = make_response(_typed_page(form, problems.status_of(refusal)))
        if left := refusal.facts.get("retry_after_s"):
            answer.headers["Retry-After"] = str(left)
        return answer
    return redirect(f"/records/{result.visit_id}/done", 303)


def _checked(scan: Scan) -> ScanResult:
    now = clock.utc_now()
    member_id = access.my_member_id()
    campus = settings().campus

    def work(session: Session) -> ScanResult:
        return check(session, member_id=member_id, scan=scan, campus=campus, now=now)

    return in_transaction(work)


def _checked_typed(digits: str, post_id: int | None, wish: str) -> ScanResult:
    """Find the display that shows these digits, and scan it.

    Raises:
        Refusal: ``TOO_MANY_TRIES``, ``CHOOSE_POST``, ``CODE_UNKNOWN`` and those of a scan.
    """
    now = clock.utc_now()
    who = str(access.my_member_id())
    if post_id is None:
        raise Refusal(Reason.CHOOSE_POST)
    if len(digits) != TYPED_DIGITS:
        raise Refusal(Reason.CODE_UNKNOWN, case="digits")
    with transaction() as session:
        begin_try(session, what="typed_code", subject=who, now=now)
    shown = display_of_typed(db.session(), post_id, digits, keyring=settings().campus.keyring, now=now)
    if shown is None:
        raise Refusal(Reason.CODE_UNKNOWN, case="not_shown", post_id=post_id)
    with transaction() as session:
        forget_tries(session, what="typed_code", subject=who)
    action, takes_next = WISHES.get(wish, WISHES[""])
    return _checked(
        Scan(
            display_step=shown,
            post_id=post_id,
            action=action,
            takes_next=takes_next,
            client_ref=str(uuid4()),
        )
    )


def _chosen_post() -> int | None:
    text = request.form.get("post", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _typed_page(form: Form, status: int) -> ResponseReturnValue:
    now = clock.utc_now()
    shifts = sites.next_shifts(db.session(), now=now - 2 * TYPED_AHEAD, until=now + TYPED_AHEAD, limit=200)
    posts = sorted({(row.post_id, row.post_name) for row in shifts}, key=lambda post: post[1])
    return make_response(render_template("scan/typed.html", form=form, posts=posts), status)


def _refused(refusal: Refusal) -> ResponseReturnValue:
    """Say what happened and what to do now, with a way on."""
    if refusal.reason is Reason.NOT_SIGNED_IN:
        return problems.refused(refusal)
    page = render_template("scan/refused.html", refusal=refusal, text=_sentence(refusal))
    return make_response(page, problems.status_of(refusal))


def _sentence(refusal: Refusal) -> str:
    """Return the sentence, with the name of the post where the rule knows only its number."""
    post_id = refusal.facts.get("post_id")
    if isinstance(post_id, int):
        name = sites.post_name(db.session(), post_id)
        refusal = Refusal(refusal.reason, **(refusal.facts | {"post": name}))
    return words.sentence(refusal)
