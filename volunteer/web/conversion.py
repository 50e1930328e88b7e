"""The conversion desk: who is due, what the branch proposes, and who enters it; moves and lifted days."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import decide, meeting
from volunteer.actions.meeting import Proposed
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import DecisionKind, Phase, ProposalState, Role, Sight, UnitKind
from volunteer.rules.policy import policy_on
from volunteer.rules.probation import Probation
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.meeting import OF_THE_MEETING, AnswerForm, MoveOutForm, OverCapForm, ProposalForm
from volunteer.stats import conversion, units
from volunteer.stats.breakdown import marks_of_members
from volunteer.stats.conversion import ProposalRow, TransferRow
from volunteer.stats.policies import policies
from volunteer.stats.standing import MemberStanding, due_in, member_standing, undecided
from volunteer.stats.units import UnitRow
from volunteer.web import access, looks, paging, reaching, tables, words
from volunteer.web.forms import Form
from volunteer.web.show import settings

bp = Blueprint("conversion", __name__)
A_PAGE = 60
AHEAD = (30, 60, 90)
OUT = "-"


class Due(StrEnum):
    """Which of the undecided a list shows."""

    NOT_MET = "not_met"
    WAITING = "due_waiting"
    IN_30 = "30"
    IN_60 = "60"
    IN_90 = "90"

    def holds(self, one: MemberStanding) -> bool:
        """Whether a member belongs here; who is due in 30 days is due in 60, too."""
        if self in (Due.NOT_MET, Due.WAITING):
            return one.standing.phase.value == self.value
        is_running = one.standing.phase in (Phase.IN_WINDOW, Phase.EXTENDED)
        return is_running and one.standing.days_left <= int(self.value)


DUE_WORDS: Mapping[Due, Any] = {
    Due.NOT_MET: _l("Not met at due"),
    Due.WAITING: _l("Waiting for the meeting"),
    Due.IN_30: _l("Due within 30 days"),
    Due.IN_60: _l("Within 60 days"),
    Due.IN_90: _l("Within 90 days"),
}


@bp.get("/units/<code:code>/conversion")
@access.reader
def desk(code: str) -> ResponseReturnValue:
    """Show who is due, with what, furthest in trouble first, and what waits for the college."""
    unit, today = reaching.unit(code), settings().campus.day(clock.utc_now())
    session = db.session()
    everybody = _undecided(session, unit)
    chosen = _asked_due()
    page = paging.page([one for one in everybody if chosen is None or chosen.holds(one)], A_PAGE)
    ids = [one.member_id for one in page.rows]
    this_year = today.replace(month=1, day=1)
    waiting = conversion.waiting_below(session, unit.path)
    return render_template(
        "branch/conversion.html",
        unit=unit,
        page=page,
        chosen=chosen,
        due_words=DUE_WORDS,
        counts={due: sum(map(due.holds, everybody)) for due in Due},
        total=len(everybody),
        marks=marks_of_members(session, ids),
        objections=conversion.open_objections(session, ids),
        waiting=waiting,
        proposals={row.member_id: row for row in waiting if row.what is not DecisionKind.OVER_CAP},
        may_propose=bool(access.roles() & access.REVIEWERS),
        since=this_year,
        judged=due_in(session, unit.path, from_on=this_year, to_on=today + timedelta(days=1), today=today),
        moved=conversion.transfers_below(session, unit.path, since=this_year),
    )


@bp.get("/units/<code:code>/conversion.<form:form>")
@access.reader
def desk_table(code: str, form: str) -> Response:
    """Export who is due, as filtered on the page."""
    unit, now, session = reaching.unit(code), clock.utc_now(), db.session()
    looks.saw(Sight.DUE_FILE, unit_id=unit.id)
    chosen = _asked_due()
    people = [one for one in _undecided(session, unit) if chosen is None or chosen.holds(one)]
    ids = [one.member_id for one in people]
    table = tables.due(
        unit,
        people,
        marks=marks_of_members(session, ids),
        objections=conversion.open_objections(session, ids),
        waiting={one.member_id: one for one in conversion.waiting_below(session, unit.path)},
        chosen_by=str(DUE_WORDS[chosen]) if chosen else "",
        now=now,
    )
    return tables.answer(table, form)


@bp.route("/members/<row:member_id>/propose", methods=["GET", "POST"])
@access.committee
def propose(member_id: int) -> ResponseReturnValue:
    """Propose what the meeting decided about a member."""
    one, form = _member(member_id), Form.typed()
    if form.is_sent and (values := form.load(ProposalForm())) is not None:
        if values["what"] is not DecisionKind.EXTENSION:
            # The field of the months is there for all three.
            values["months"] = None
        proposal_id = _proposed(form, member_id, values)
        if proposal_id is not None:
            return redirect(f"/decisions/{proposal_id}", 303)
    elif not form.is_sent:
        form.values = {"on": settings().campus.day(clock.utc_now()), "what": request.args.get("what", "")}
    session = db.session()
    policy = policy_on(one.starts_on or one.ends_before or _today(), policies(session))
    return (
        render_template(
            "branch/propose.html",
            one=one,
            form=form,
            kinds=OF_THE_MEETING,
            policy=policy,
            earlier=conversion.proposals_about(session, member_id),
        ),
        422 if form.errors else 200,
    )


@bp.route("/members/<row:member_id>/over-cap", methods=["GET", "POST"])
@access.committee
def over_cap(member_id: int) -> ResponseReturnValue:
    """Propose to lift the cap of one day, seeing first what that would bring."""
    one, form, session = _member(member_id), Form.typed(), db.session()
    if form.is_sent and (values := form.load(OverCapForm())) is not None:
        proposal_id = _proposed(form, member_id, values | {"what": DecisionKind.OVER_CAP})
        if proposal_id is not None:
            return redirect(f"/decisions/{proposal_id}", 303)
    elif not form.is_sent:
        form.values = {"on": request.args.get("on", "")}
    days = conversion.days_over_cap(session, member_id)
    chosen = next((day for day, _ in days if str(day) == str(form.values.get("on"))), None)
    gain = None
    if chosen is not None:
        gain = decide.gain_of_lift(session, member_id=member_id, on=chosen, campus=settings().campus)
    policy = policy_on(chosen or _today(), policies(session))
    page = render_template(
        "branch/over_cap.html", one=one, form=form, days=days, chosen=chosen, gain=gain, policy=policy
    )
    return page, 422 if form.errors else 200


@bp.get("/decisions/<row:decision_id>")
@access.reader
def proposal(decision_id: int) -> ResponseReturnValue:
    """Show a proposal as it stands, with what may be done about it."""
    return _proposal_page(_proposal(decision_id), Form())


@bp.post("/decisions/<row:decision_id>/approve")
@access.college
def approve(decision_id: int) -> ResponseReturnValue:
    """Enter what another person proposed."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    return _decided(
        decision_id,
        lambda session: meeting.approve(
            session, proposal_id=decision_id, actor=actor, campus=campus, now=now
        ),
        gettext("Entered by two people. It is in force."),
    )


@bp.post("/decisions/<row:decision_id>/decline")
@access.college
def decline(decision_id: int) -> ResponseReturnValue:
    """Turn a proposal down, with a reason."""
    row, form, actor, now = _proposal(decision_id), Form.typed(), access.actor(), clock.utc_now()
    values = form.load(AnswerForm())
    if values is None:
        return _proposal_page(row, form)
    return _decided(
        decision_id,
        lambda session: meeting.decline(session, proposal_id=decision_id, actor=actor, now=now, **values),
        gettext("Turned down. The branch sees the reason."),
    )


@bp.post("/decisions/<row:decision_id>/withdraw")
@access.committee
def withdraw(decision_id: int) -> ResponseReturnValue:
    """Take an own proposal back."""
    actor, now = access.actor(), clock.utc_now()
    return _decided(
        decision_id,
        lambda session: meeting.withdraw(session, proposal_id=decision_id, actor=actor, now=now),
        gettext("Taken back. Nothing has changed."),
    )


@bp.route("/members/<row:member_id>/transfer", methods=["GET", "POST"])
@access.college
def transfer(member_id: int) -> ResponseReturnValue:
    """Move a member to another branch or out of the college."""
    one, form, session = _member(member_id, access.COLLEGE), Form.typed(), db.session()
    branches = [
        unit
        for unit in units.units_in_reach(session, access.actor(), access.COLLEGE)
        if unit.kind in (UnitKind.BRANCH, UnitKind.GROUP) and unit.id != one.unit_id
    ]
    if form.is_sent and (values := form.load(MoveOutForm())) is not None:
        to = next((unit.id for unit in branches if unit.code == values["to"]), None)
        if to is None and values["to"] != OUT:
            raise Refusal(Reason.UNKNOWN)
        membership_id = form.run(
            lambda: in_transaction(lambda session: _moved(session, member_id, to, values))
        )
        if membership_id is not None:
            flash(gettext("Moved. The hand-over sheet goes with the member."), "done")
            return redirect(f"/transfers/{membership_id}", 303)
    elif not form.is_sent:
        form.values = {"on": _today()}
    page = render_template("branch/transfer.html", one=one, form=form, branches=branches, out=OUT)
    return page, 422 if form.errors else 200


@bp.get("/transfers/<row:membership_id>")
@access.reader
def transferred(membership_id: int) -> ResponseReturnValue:
    """Show a move, with its hand-over sheet to print."""
    row = transfer_row(membership_id)
    one = member_standing(db.session(), row.member_id, today=_today())
    return render_template("branch/transferred.html", row=row, one=one)


def transfer_row(membership_id: int) -> TransferRow:
    """Return a move out of a unit in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    row = conversion.transfer_in_reach(db.session(), membership_id, access.actor(), access.READERS)
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return row


def _undecided(session: Session, unit: UnitRow) -> Sequence[MemberStanding]:
    today = _today()
    return undecided(session, unit.path, before=today + timedelta(days=AHEAD[-1] + 1), today=today)


def _asked_due() -> Due | None:
    """Return whom the address asks for.

    Raises:
        Refusal: ``BAD_FIELD``: the desk has no such list.
    """
    text = request.args.get("due", "")
    if text and text not in set(Due):
        raise Refusal(Reason.BAD_FIELD, field="due", case="mark")
    return Due(text) if text else None


def _proposed(form: Form, member_id: int, values: Mapping[str, Any]) -> int | None:
    """Propose what was typed; None with the refusal in the form."""
    actor, campus, now = access.actor(), settings().campus, clock.utc_now()
    proposed = Proposed(
        member_id=member_id, what=values["what"], on=values["on"], months=values.get("months")
    )

    def work(session: Session) -> int:
        return meeting.propose(
            session, proposed, reason=values["reason"], actor=actor, campus=campus, now=now
        )

    proposal_id = form.run(lambda: in_transaction(work))
    if proposal_id is not None:
        flash(gettext("Proposed. Another person of the college enters it or turns it down."), "done")
    return proposal_id


def _moved(session: Session, member_id: int, to: int | None, values: Mapping[str, Any]) -> int:
    decide.transfer(
        session,
        member_id=member_id,
        to_unit_id=to,
        on=values["on"],
        actor=access.actor(),
        campus=settings().campus,
        now=clock.utc_now(),
    )
    return conversion.last_left_of(session, member_id)


def _decided(decision_id: int, act: Callable[[Session], object], text: str) -> ResponseReturnValue:
    """Do it, and show the proposal as it stands then: after a refusal the reason stands above it."""
    _proposal(decision_id)
    try:
        in_transaction(act)
    except Refusal as refusal:
        is_of_role = refusal.reason is Reason.NOT_ALLOWED and "case" not in refusal.facts
        if is_of_role or refusal.reason is Reason.UNKNOWN:
            raise
        flash(words.sentence(refusal), "warn")
    else:
        flash(text, "done")
    return redirect(f"/decisions/{decision_id}", 303)


def _proposal_page(row: ProposalRow, form: Form) -> ResponseReturnValue:
    session, actor, campus = db.session(), access.actor(), settings().campus
    one = member_standing(session, row.member_id, today=_today())
    is_open = row.state is ProposalState.WAITING
    gain = None
    if is_open and row.what is DecisionKind.OVER_CAP:
        gain = decide.gain_of_lift(session, member_id=row.member_id, on=row.on, campus=campus)
    until = None
    if row.months is not None and one.starts_on is not None:
        until = Probation(starts_on=one.starts_on, extension_months=row.months).ends_before
    is_own = row.proposed_by_id == actor.account_id
    page = render_template(
        "branch/decision.html",
        row=row,
        one=one,
        form=form,
        gain=gain,
        until=until,
        objections=conversion.open_objections(session, [row.member_id])[row.member_id],
        is_open=is_open,
        is_own=is_own,
        is_about_me=actor.is_member(row.member_id),
        is_college=Role.COLLEGE in access.roles(),
    )
    return page, 422 if form.errors else 200


def _proposal(decision_id: int) -> ProposalRow:
    """Return a proposal about a member in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    row = conversion.proposal_in_reach(db.session(), decision_id, access.actor(), access.READERS)
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return row


def _member(member_id: int, roles: frozenset[Role] = access.REVIEWERS) -> MemberStanding:
    """Return a member in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    if not units.may_read_member(db.session(), member_id, access.actor(), roles):
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    looks.saw(Sight.RECORDS, member_id=member_id)
    return member_standing(db.session(), member_id, today=_today())


def _today() -> date:
    return settings().campus.day(clock.utc_now())
