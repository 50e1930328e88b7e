"""Certificates: a member asks, the branch shows, another person of the college issues, or revokes."""

from collections.abc import Callable
from uuid import uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import certificates as acts
from volunteer.actions import issue
from volunteer.database import db, in_transaction
from volunteer.rules.certificates import Standing
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.certificates import ChosenForm
from volunteer.schemas.meeting import AnswerForm
from volunteer.stats import certificates, units
from volunteer.stats.certificates import Asked, CertificateRow, RequestRow
from volunteer.stats.units import UnitRow
from volunteer.web import access, downloads, paging, reaching, tables, words
from volunteer.web.certificate_keys import signer, verdict_on
from volunteer.web.certificate_paper import CertificateSheet, certificate_pdf
from volunteer.web.forms import Form
from volunteer.web.narrowed import searched
from volunteer.web.show import settings

bp = Blueprint("certificates", __name__)
A_PAGE = 50
LONGEST_LIST = 5000


@bp.route("/me/certificate", methods=["GET", "POST"])
@access.member
def mine() -> ResponseReturnValue:
    """Show the own certificates and what is on its way, and ask for one."""
    member_id, form = access.my_member_id(), Form.typed()
    if form.is_sent:
        asked = form.run(lambda: _asked(member_id))
        if asked is not None:
            return redirect("/me/certificate", 303)
    session = db.session()
    requests = certificates.requests_of(session, member_id)
    page = render_template(
        "student/certificate.html",
        form=form,
        requests=[one for one in reversed(requests) if one.state in acts.OPEN or one.answer],
        open=next((one for one in requests if one.state in acts.OPEN), None),
        rows=certificates.certificates_of(session, member_id),
        today=settings().campus.day(clock.utc_now()),
    )
    return page, 409 if form.errors else 200


@bp.post("/members/<row:member_id>/certificate")
@access.committee
def ask_for(member_id: int) -> ResponseReturnValue:
    """Ask for a certificate for a member."""
    if not units.may_read_member(db.session(), member_id, access.actor(), access.REVIEWERS):
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    try:
        _asked(member_id)
    except Refusal as refusal:
        flash(words.sentence(refusal), "warn")
    return redirect(f"/members/{member_id}", 303)


@bp.get("/units/<code:code>/certificates")
@access.reader
def desk(code: str) -> ResponseReturnValue:
    """Show what is on its way, and what was issued: searched, filtered, a page at a time."""
    return _desk(reaching.unit(code), Form(values={"ref": str(uuid4())}))


@bp.get("/units/<code:code>/certificates.<form:form>")
@access.reader
def desk_table(code: str, form: str) -> Response:
    """Export the certificates, as filtered on the page."""
    unit, session = reaching.unit(code), db.session()
    wanted = _wanted()
    rows = certificates.certificates_below(session, unit.path, wanted, limit=LONGEST_LIST)
    standing = words.word(wanted.standing) if wanted.standing else ""
    table = tables.certificates(unit, rows, standing, searched(wanted.text), now=clock.utc_now())
    return tables.answer(table, form)


@bp.post("/units/<code:code>/certificates/notice")
@access.committee
def show(code: str) -> ResponseReturnValue:
    """Put the chosen requests to notice."""
    unit, form = reaching.unit(code, access.REVIEWERS), Form.typed()
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    chosen = {int(text) for text in request.form.getlist("chosen") if text.isascii() and text.isdecimal()}
    below = {one.id for one in certificates.open_requests(db.session(), unit.path)}
    form.values = {"ref": form.values.get("ref", "")}
    if (values := form.load(ChosenForm())) is not None:
        made = form.run(
            lambda: in_transaction(
                lambda session: acts.show_requests(
                    session,
                    ref=values["ref"],
                    request_ids=sorted(chosen & below),
                    actor=actor,
                    campus=campus,
                    now=now,
                )
            )
        )
        if made is not None:
            flash(gettext("Shown in the unit from today. Print the notice, or paste it to the chat."), "done")
            where = f"/notices/{made[0]}" if len(made) == 1 else f"/units/{unit.code}/notices"
            return redirect(where, 303)
    return _desk(unit, form)


@bp.post("/certificate-requests/<row:paper_request_id>/issue")
@access.college
def give(paper_request_id: int) -> ResponseReturnValue:
    """Issue a certificate that was shown, as another person than the handler."""
    row = _request(paper_request_id, access.COLLEGE)
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()

    def act(session: Session) -> int:
        return issue.issue(session, request_id=row.id, actor=actor, signer=signer(), campus=campus, now=now)

    try:
        certificate_id = in_transaction(act)
    except Refusal as refusal:
        return _told(refusal, f"/units/{row.unit_code}/certificates")
    signer().keep()
    flash(gettext("Issued and signed. Print it, stamp it, hand it over."), "done")
    return redirect(f"/certificates/{certificate_id}", 303)


@bp.post("/certificate-requests/<row:paper_request_id>/decline")
@access.committee
def decline(paper_request_id: int) -> ResponseReturnValue:
    """Turn a request down, with a reason."""
    row, form = _request(paper_request_id, access.REVIEWERS), Form.typed()
    actor, now = access.actor(), clock.utc_now()
    back = f"/units/{row.unit_code}/certificates"
    values = form.load(AnswerForm())
    if values is None:
        flash(gettext("A reason is needed: the member reads it."), "warn")
        return redirect(back, 303)
    return _done(
        lambda session: acts.decline_request(session, request_id=row.id, actor=actor, now=now, **values),
        gettext("Turned down. The member sees the reason."),
        back,
    )


@bp.post("/certificate-requests/<row:paper_request_id>/withdraw")
@access.signed_in
def withdraw(paper_request_id: int) -> ResponseReturnValue:
    """Take an own request back."""
    actor, now = access.actor(), clock.utc_now()
    row = certificates.request_of(db.session(), paper_request_id, actor)
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    is_own = actor.is_member(row.member_id)
    return _done(
        lambda session: acts.withdraw_request(session, request_id=row.id, actor=actor, now=now),
        gettext("Taken back."),
        "/me/certificate" if is_own else f"/units/{row.unit_code}/certificates",
    )


@bp.get("/certificates/<row:certificate_id>")
@access.signed_in
def one(certificate_id: int) -> ResponseReturnValue:
    """Show a certificate as it stands."""
    return _page(_certificate(certificate_id), Form())


@bp.get("/certificates/<row:certificate_id>.pdf")
@access.signed_in
def paper(certificate_id: int) -> Response:
    """Return the certificate to print."""
    row = _certificate(certificate_id)
    found = certificates.paper_of(db.session(), row.id)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    claims = verdict_on(found.token).claims
    if claims is None:
        raise ValueError(f"certificate {row.number} does not verify")
    verify_at = f"{settings().public_url}/verify"
    sheet = CertificateSheet(
        row=row,
        claims=claims,
        paper=found,
        link=f"{verify_at}#{found.token}",
        verify_at=verify_at,
        issued_at=row.issued_at,
    )
    name = f"{claims.name}-{row.number}.pdf"
    return downloads.named(Response(certificate_pdf(sheet), content_type="application/pdf"), name)


@bp.post("/certificates/<row:certificate_id>/revoke")
@access.college
def revoke(certificate_id: int) -> ResponseReturnValue:
    """Say that a certificate is valid no more."""
    row, form = _certificate(certificate_id, access.COLLEGE), Form.typed()
    actor, now = access.actor(), clock.utc_now()
    values = form.load(AnswerForm())
    if values is None:
        return _page(row, form)
    return _done(
        lambda session: issue.revoke(session, certificate_id=row.id, actor=actor, now=now, **values),
        gettext("Revoked. Whoever scans it with a network is told so."),
        f"/certificates/{row.id}",
    )


def _asked(member_id: int) -> int:
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    request_id = in_transaction(
        lambda session: acts.ask_certificate(
            session, member_id=member_id, actor=actor, campus=campus, now=now
        )
    )
    flash(gettext("Asked. The branch shows it in the unit first; then the college issues it."), "done")
    return request_id


def _desk(unit: UnitRow, form: Form) -> ResponseReturnValue:
    session, wanted = db.session(), _wanted()
    page = paging.asked(certificates.count_of(session, unit.path, wanted), A_PAGE)
    actor, today = access.actor(), settings().campus.day(clock.utc_now())
    waiting = certificates.open_requests(session, unit.path)
    rows = certificates.certificates_below(
        session, unit.path, wanted, limit=A_PAGE, offset=page.first(A_PAGE)
    )
    found = render_template(
        "branch/certificates.html",
        unit=unit,
        form=form,
        asked=[one for one in waiting if one.last_on is None],
        shown=[one for one in waiting if one.last_on is not None],
        refs={one.id: str(uuid4()) for one in waiting},
        page=page.holding(rows),
        standings=[one for one in Standing if one is not Standing.UNKNOWN],
        actor=actor,
        today=today,
        may_show=bool(access.roles() & access.REVIEWERS),
        may_issue=Role.COLLEGE in access.roles(),
    )
    return found, 422 if form.errors else 200


def _page(row: CertificateRow, form: Form) -> ResponseReturnValue:
    session, actor = db.session(), access.actor()
    found = certificates.paper_of(session, row.id)
    page = render_template(
        "branch/certificate.html",
        row=row,
        form=form,
        has_paper=found is not None,
        claims=verdict_on(found.token).claims if found else None,
        link=f"/verify#{found.token}" if found else None,
        is_own=actor.is_member(row.member_id),
        may_revoke=Role.COLLEGE in access.roles() and not actor.is_member(row.member_id),
        is_reader=bool(access.roles() & access.READERS),
    )
    return page, 422 if form.errors else 200


def _done(act: Callable[[Session], object], text: str, back: str) -> ResponseReturnValue:
    try:
        in_transaction(act)
    except Refusal as refusal:
        return _told(refusal, back)
    flash(text, "done")
    return redirect(back, 303)


def _told(refusal: Refusal, back: str) -> ResponseReturnValue:
    """Show a refusal above the page that it is about; one of the role is answered as everywhere."""
    if refusal.reason in (Reason.NOT_ALLOWED, Reason.UNKNOWN):
        raise refusal
    flash(words.sentence(refusal), "warn")
    return redirect(back, 303)


def _wanted() -> Asked:
    text, standing = request.args.get("q", "").strip()[:60], request.args.get("standing", "")
    return Asked(text=text, standing=Standing(standing) if standing in set(Standing) else None)


def _request(request_id: int, roles: frozenset[Role]) -> RequestRow:
    return reaching.found(certificates.request_in_reach(db.session(), request_id, access.actor(), roles))


def _certificate(certificate_id: int, roles: frozenset[Role] = access.READERS) -> CertificateRow:
    row = certificates.certificate_in_reach(db.session(), certificate_id, access.actor(), roles)
    return reaching.found(row)
