"""Activation slips: who of a unit can sign in, and slips to print for those who cannot."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import slips as actions
from volunteer.actions.slips import MOST_AT_ONCE, Printed
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import slips as stats
from volunteer.stats import units
from volunteer.stats.units import UnitRow
from volunteer.web import access, downloads, paging, reaching
from volunteer.web.show import settings
from volunteer.web.slip_paper import PaperSlip, slips_pdf

bp = Blueprint("slips", __name__)
A_PAGE = 60
# Whom a printing may be for: probationary members or everybody, without or with those who hold a slip.
WHOM = {
    "new_probationary": (True, True),
    "new": (False, True),
    "unused": (False, False),
}


@bp.get("/slips")
@access.registrar
def start() -> ResponseReturnValue:
    """Go to the asker's unit; with several, let her choose."""
    own = units.own_units(db.session(), access.actor(), access.REGISTRARS)
    if len(own) == 1:
        return redirect(f"/units/{own[0].code}/slips", 303)
    return render_template("slips/units.html", units=own)


@bp.get("/units/<code:code>/slips")
@access.registrar
def lists(code: str) -> ResponseReturnValue:
    """Show who can sign in and whose slip is out; of a unit with others below, how many in each."""
    unit, session, now = reaching.unit(code, access.REGISTRARS), db.session(), clock.utc_now()
    counts = stats.entry_counts(session, unit.path, now=now)
    if not unit.is_leaf:
        return render_template("slips/college.html", unit=unit, counts=counts)
    search = request.args.get("q", "")[:60]
    page: paging.Page[stats.Entry] = paging.asked(
        stats.entries_total(session, unit.path, search=search), A_PAGE
    )
    rows = stats.entries(session, unit.path, search=search, first=page.first(A_PAGE), limit=A_PAGE)
    return render_template(
        "slips/branch.html",
        unit=unit,
        page=page.holding(rows),
        members=sum(one.members for one in counts),
        inside=sum(one.inside for one in counts),
        waiting=sum(one.waiting for one in counts),
        new=sum(one.new for one in counts),
        new_probationary=sum(one.new_probationary for one in counts),
        most=MOST_AT_ONCE,
        ref=uuid4(),
        own_id=access.me().id,
        now=now,
    )


@bp.post("/units/<code:code>/slips")
@access.registrar
def draw(code: str) -> ResponseReturnValue:
    """Send new slips as a PDF: of one member, or of all that have no password yet."""
    unit, actor, now = reaching.unit(code, access.REGISTRARS), access.actor(), clock.utc_now()
    ref, keyring = print_ref(), settings().campus.keyring
    member_ids = _whom(unit)

    def work(session: Session) -> list[Printed]:
        found = actions.accounts_of_members(session, member_ids=member_ids, now=now)
        return actions.print_slips(
            session, account_ids=found, print_ref=ref, actor=actor, keyring=keyring, now=now
        )

    if not member_ids:
        flash(gettext("Everybody here has a password or a slip in hand. Nothing was printed."), "done")
        return redirect(f"/units/{code}/slips", 303)
    return as_pdf(in_transaction(work), unit.name)


def as_pdf(printed: Sequence[Printed], name: str) -> Response:
    """Return slips as a file; names and units are looked up for all at once."""
    people = {one.id: one for one in stats.people_of(db.session(), [slip.account_id for slip in printed])}
    paper = [
        PaperSlip(
            name=people[slip.account_id].name,
            login=people[slip.account_id].login,
            unit_name=people[slip.account_id].unit_name or "",
            code=slip.code,
            expires_at=slip.expires_at,
        )
        for slip in printed
    ]
    file = slips_pdf(paper, public_url=settings().public_url)
    title = gettext("Activation slips")
    return downloads.named(Response(file, content_type="application/pdf"), f"{title}-{name}.pdf")


def print_ref() -> str:
    """Return the name that the page gave to this printing.

    Raises:
        Refusal: ``BAD_FIELD``.
    """
    try:
        return str(UUID(request.form.get("ref", "")))
    except ValueError as error:
        raise Refusal(Reason.BAD_FIELD, field="ref") from error


def _whom(unit: UnitRow) -> list[int]:
    """Return the members to print for. Sent again, a printing is for the same people.

    Raises:
        Refusal: ``UNKNOWN`` for a member of another unit, ``BAD_FIELD``.
    """
    session, now = db.session(), clock.utc_now()
    repeated = stats.members_of_printing(session, unit.path, print_ref())
    text = request.form.get("member", "")
    if text.isascii() and text.isdecimal() and len(text) < 16:
        if not stats.is_member_below(session, unit.path, int(text)):
            raise Refusal(Reason.UNKNOWN)
        return [int(text)]
    if repeated:
        return repeated
    if (whom := request.form.get("whom", "")) not in WHOM:
        raise Refusal(Reason.BAD_FIELD, field="whom")
    only_probationary, but_unused = WHOM[whom]
    return stats.members_to_invite(
        session,
        unit.path,
        now=now,
        only_probationary=only_probationary,
        but_unused=but_unused,
        limit=MOST_AT_ONCE,
    )
