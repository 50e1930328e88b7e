"""What is printed about a member's hours, and the heads of the ledger by which a print can be checked."""

from datetime import date, datetime

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.housekeep import until_done
from volunteer.actions.seal import BATCH, seal
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.rules.policy import policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import conversion, ledger, units
from volunteer.stats.breakdown import breakdown_of, last_change
from volunteer.stats.conversion import TransferRow
from volunteer.stats.policies import policies
from volunteer.stats.records import records_of, typed_records_of
from volunteer.stats.standing import MemberStanding, member_standing
from volunteer.web import access, downloads, looks, paging, reaching
from volunteer.web.conversion import transfer_row
from volunteer.web.hours_paper import HoursSheet, hours_sheet_pdf
from volunteer.web.show import settings

bp = Blueprint("papers", __name__)
MOST_RECORDS = 5000
HEADS_A_PAGE = 60


# A print seals what is not sealed yet, so it is sent for and not just looked up.
@bp.post("/members/<row:member_id>/hours-sheet")
@access.reader
def hours_sheet(member_id: int) -> Response:
    """Print the hours sheet of a member."""
    if not units.may_read_member(db.session(), member_id, access.actor(), access.READERS):
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    looks.saw(Sight.HOURS_SHEET, member_id=member_id)
    return _print(member_id, None)


@bp.post("/transfers/<row:membership_id>/hand-over")
@access.reader
def hand_over(membership_id: int) -> Response:
    """Print the hand-over sheet of a member who has moved."""
    row = transfer_row(membership_id)
    looks.saw(Sight.HAND_OVER, member_id=row.member_id)
    return _print(row.member_id, row)


@bp.get("/units/<code:code>/ledger")
@access.reader
def heads(code: str) -> ResponseReturnValue:
    """Show the heads of the ledger's chains, and what they are for."""
    session = db.session()
    unit = reaching.unit(code)
    return render_template(
        "branch/ledger.html",
        unit=unit,
        page=paging.page(ledger.heads(session, unit.path), HEADS_A_PAGE),
        signed=ledger.signed_days(session, unit.path),
    )


def _print(member_id: int, moved: TransferRow | None) -> Response:
    _seal_all()
    session, now = db.session(), clock.utc_now()
    sheet = _sheet(session, member_id, moved, now)
    kind = gettext("hand-over sheet") if moved else gettext("hours sheet")
    name = f"{sheet.one.name}-{sheet.one.student_no}-{kind}.pdf"
    return downloads.named(Response(hours_sheet_pdf(sheet), content_type="application/pdf"), name)


def _seal_all() -> None:
    """Seal first: a head on paper stands for all lines that the paper counts."""
    until_done(seal, BATCH)


def _sheet(session: Session, member_id: int, moved: TransferRow | None, now: datetime) -> HoursSheet:
    one = member_standing(session, member_id, today=settings().campus.day(now))
    breakdown = breakdown_of(session, member_id, from_on=one.starts_on, to_on=one.ends_before)
    inside = breakdown.by_visit()
    heads = ledger.heads_of_member(session, member_id)
    changes = [last_change(session, member_id), *(head.at for head in heads)]
    return HoursSheet(
        one=one,
        policy=policy_on(one.starts_on or settings().campus.day(now), policies(session)),
        breakdown=breakdown,
        records=[
            record
            for record in records_of(session, member_id, now=now, limit=MOST_RECORDS)
            # Service into the first morning belongs to the day before, and counts from midnight on.
            if record.id in inside or _is_of_window(one, record.served_on)
        ],
        typed=[line for line in typed_records_of(session, member_id) if _is_of_window(one, line.day)],
        decisions=conversion.decisions_about(session, member_id),
        heads=heads,
        as_of=max((moment for moment in changes if moment is not None), default=None),
        printed_by=access.me().name,
        moved=moved,
    )


def _is_of_window(one: MemberStanding, on: date) -> bool:
    """Whether a day belongs to the probation; without one, every day belongs to the sheet."""
    if one.starts_on is None or one.ends_before is None:
        return True
    return one.starts_on <= on < one.ends_before
