"""Accounts and roles: who can sign in, who was given what by whom, and what waits for a second person."""

from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import accounts as actions
from volunteer.actions import proposals, slips, tokens
from volunteer.actions.accounts import GIVEN_BY_ONE
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import ProposalKind, Role, UnitKind
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.accounts import AccountForm, LeaderForm, OfficeForm
from volunteer.stats import accounts as stats
from volunteer.stats import units
from volunteer.stats.accounts import AccountRow, GrantRow, ProposalRow
from volunteer.stats.slips import own_entry
from volunteer.stats.units import UnitRow
from volunteer.web import access, paging, reaching
from volunteer.web.forms import Form
from volunteer.web.show import settings
from volunteer.web.slips import as_pdf, print_ref

bp = Blueprint("accounts", __name__)
A_PAGE = 60
ENDED_SHOWN = 30
OFFICES = (Role.COMMITTEE, Role.GROUP_LEADER, Role.COLLEGE, Role.AUDITOR, Role.ADMIN)
# DOMAIN 5: what a committee grant may be titled; Party offices have one name in every language.
TITLES = ("书记", "副书记", "组织委员", "宣传委员", "纪检委员")
BRANCH_KINDS = {
    Role.COMMITTEE: frozenset({UnitKind.BRANCH, UnitKind.GENERAL_BRANCH}),
    Role.GROUP_LEADER: frozenset({UnitKind.BRANCH, UnitKind.GROUP}),
}


@bp.get("/accounts")
@access.office
def lists() -> ResponseReturnValue:
    """List the accounts in reach, after what waits for a second person."""
    session, actor = db.session(), access.actor()
    search, role = request.args.get("q", "")[:60], asked_role()
    total = stats.accounts_total(session, actor, access.OFFICES, search=search, role=role)
    page: paging.Page[AccountRow] = paging.asked(total, A_PAGE)
    rows = stats.accounts(
        session, actor, access.OFFICES, search=search, role=role, first=page.first(A_PAGE), limit=A_PAGE
    )
    return render_template(
        "accounts/lists.html",
        page=page.holding(rows),
        grants=stats.grants_of_accounts(session, [row.id for row in rows]),
        proposals=stats.proposals(session, actor, access.OFFICES),
        own_id=access.me().id,
        roles_to_ask=list(Role),
        is_admin=actor.is_admin(),
    )


@bp.route("/accounts/new", methods=["GET", "POST"])
@access.admin
def new() -> ResponseReturnValue:
    """Create an account of somebody who is on no roster: without a role, without a password."""
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    access.reach()
    found = units.units_in_reach(db.session(), actor, frozenset({Role.ADMIN}))
    if form.is_sent and (values := form.load(AccountForm())) is not None:
        code = values.pop("unit")
        unit_id = next((unit.id for unit in found if unit.code == code), None)
        if code is not None and unit_id is None:
            raise Refusal(Reason.UNKNOWN)
        account_id = form.run(
            lambda: in_transaction(
                lambda session: actions.add_account(session, unit_id=unit_id, actor=actor, now=now, **values)
            )
        )
        if account_id is not None:
            flash(gettext("The account is there. Print its slip, so that its holder can sign in."), "done")
            return redirect(f"/accounts/{account_id}", 303)
    page = render_template("accounts/new.html", form=form, units=found)
    return page, 422 if form.errors else 200


@bp.get("/accounts/<row:account_id>")
@access.office
def one(account_id: int) -> ResponseReturnValue:
    """Show an account: its roles past and present, how it was opened, and what may be done."""
    return _page(_account(account_id), Form())


@bp.post("/accounts/<row:account_id>/roles")
@access.college
def give(account_id: int) -> ResponseReturnValue:
    """Give a role over a unit; the college's own and the technical ones are proposed to a second person."""
    account, form, actor, now = _account(account_id), Form.typed(), access.actor(), clock.utc_now()
    if (values := form.load(OfficeForm())) is None:
        return _page(account, form)
    role, title = values["role"], values["title"]
    unit = next((unit for unit in _units_for(role) if unit.code == values["unit"]), None)
    if role is Role.LEADER or unit is None:
        form.errors["unit"] = gettext("Please choose one of the list.")
        return _page(account, form)

    def work(session: Session) -> int:
        if role in GIVEN_BY_ONE:
            return actions.give_role(
                session,
                account_id=account_id,
                role=role,
                unit_id=unit.id,
                title=title if role is Role.COMMITTEE else None,
                actor=actor,
                now=now,
            )
        return proposals.propose_role(
            session, account_id=account_id, role=role, unit_id=unit.id, actor=actor, now=now
        )

    if form.run(lambda: in_transaction(work)) is None:
        return _page(account, form)
    given = gettext("The role is given. The holder signs in anew.")
    asked = gettext("Proposed. Another account of the college approves it on the accounts page.")
    flash(given if role in GIVEN_BY_ONE else asked, "done")
    return redirect(f"/accounts/{account_id}", 303)


@bp.post("/accounts/<row:account_id>/lead")
@access.college
def give_lead(account_id: int) -> ResponseReturnValue:
    """Make the holder leader of a post."""
    account, form, actor, now = _account(account_id), Form.typed(), access.actor(), clock.utc_now()
    if (values := form.load(LeaderForm())) is None:
        return _page(account, form)
    post_id = stats.post_to_lead(db.session(), values["post"], actor, access.COLLEGE)
    if post_id is None:
        raise Refusal(Reason.UNKNOWN)

    def work(session: Session) -> int:
        return actions.give_role(
            session, account_id=account_id, role=Role.LEADER, post_id=post_id, actor=actor, now=now
        )

    if form.run(lambda: in_transaction(work)) is None:
        return _page(account, form)
    flash(gettext("The role is given. The holder signs in anew."), "done")
    return redirect(f"/accounts/{account_id}", 303)


@bp.post("/grants/<row:grant_id>/end")
@access.college
def end(grant_id: int) -> ResponseReturnValue:
    """End a role, or propose its end to a second person."""
    row = stats.grant_in_reach(db.session(), grant_id, access.actor(), access.COLLEGE)
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    actor, now = access.actor(), clock.utc_now()

    def work(session: Session) -> None:
        if row.role in GIVEN_BY_ONE:
            actions.end_role(session, grant_id=grant_id, actor=actor, now=now)
        else:
            proposals.propose_end(session, grant_id=grant_id, actor=actor, now=now)

    in_transaction(work)
    ended = gettext("The role has ended. What was done with it stands.")
    asked = gettext("Proposed. Another account of the college approves it on the accounts page.")
    flash(ended if row.role in GIVEN_BY_ONE else asked, "done")
    return redirect(f"/accounts/{row.account_id}", 303)


@bp.post("/accounts/<row:account_id>/slip")
@access.office
def draw_slip(account_id: int) -> ResponseReturnValue:
    """Send a new slip as a PDF; for somebody who holds a role, propose it to a second person."""
    account, actor, now = _account(account_id), access.actor(), clock.utc_now()
    ref, keyring = print_ref(), settings().campus.keyring
    if stats.grants_in_force(db.session(), account_id):
        in_transaction(
            lambda session: proposals.propose_slip(session, account_id=account_id, actor=actor, now=now)
        )
        flash(
            gettext("Proposed. Another person of the college or an administrator approves and prints it."),
            "done",
        )
        return redirect(f"/accounts/{account_id}", 303)
    printed = in_transaction(
        lambda session: slips.print_slips(
            session, account_ids=[account_id], print_ref=ref, actor=actor, keyring=keyring, now=now
        )
    )
    return as_pdf(printed, account.name)


@bp.post("/proposals/<row:proposal_id>/approve")
@access.office
def approve(proposal_id: int) -> ResponseReturnValue:
    """Approve what another person proposed. A slip comes as a PDF, and again if it is asked for at once."""
    actor, now = access.actor(), clock.utc_now()
    session = db.session()
    row = stats.approved_slip(session, proposal_id, actor.account_id)
    if row is None:
        waiting = _proposal(proposal_id)
        in_transaction(
            lambda session: proposals.approve(session, proposal_id=proposal_id, actor=actor, now=now)
        )
        if waiting.what is not ProposalKind.SLIP:
            flash(gettext("Approved by two people, and in force."), "done")
            return redirect(f"/accounts/{waiting.account_id}", 303)
        row = stats.approved_slip(db.session(), proposal_id, actor.account_id)
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    account_id, proposed_by_id = row
    access.reach()
    keyring = settings().campus.keyring
    printed = in_transaction(
        lambda session: slips.print_slips(
            session,
            account_ids=[account_id],
            print_ref=proposals.print_ref_of(proposal_id),
            actor=actor,
            proposed_by=proposals.proposer(session, proposed_by_id),
            keyring=keyring,
            now=now,
        )
    )
    return as_pdf(printed, _account(account_id).name)


@bp.post("/proposals/<row:proposal_id>/decline")
@access.office
def decline(proposal_id: int) -> ResponseReturnValue:
    """Turn a proposal down, or take an own one back."""
    _proposal(proposal_id)
    actor, now = access.actor(), clock.utc_now()
    in_transaction(lambda session: proposals.decline(session, proposal_id=proposal_id, actor=actor, now=now))
    flash(gettext("Turned down. Nothing has changed."), "done")
    return redirect("/accounts", 303)


@bp.post("/accounts/<row:account_id>/close")
@access.admin
def close(account_id: int) -> ResponseReturnValue:
    """Let nobody in with the account any more."""
    _account(account_id)
    actor, now = access.actor(), clock.utc_now()
    in_transaction(
        lambda session: actions.close_account(session, account_id=account_id, actor=actor, now=now)
    )
    flash(gettext("The account is closed. What was done with it stands."), "done")
    return redirect(f"/accounts/{account_id}", 303)


@bp.post("/accounts/<row:account_id>/reopen")
@access.admin
def reopen(account_id: int) -> ResponseReturnValue:
    """Take a closing back."""
    _account(account_id)
    actor, now = access.actor(), clock.utc_now()
    in_transaction(
        lambda session: actions.reopen_account(session, account_id=account_id, actor=actor, now=now)
    )
    flash(gettext("The account is open again, with its own password."), "done")
    return redirect(f"/accounts/{account_id}", 303)


@bp.post("/accounts/<row:account_id>/sign-out")
@access.admin
def sign_out(account_id: int) -> ResponseReturnValue:
    """End the sessions and tokens of somebody whose phone is lost."""
    _account(account_id)
    actor, now = access.actor(), clock.utc_now()
    in_transaction(
        lambda session: actions.sign_account_out(session, account_id=account_id, actor=actor, now=now)
    )
    flash(gettext("Signed out on all devices. Tokens of programs are revoked too."), "done")
    return redirect(f"/accounts/{account_id}", 303)


@bp.get("/units/<code:code>/roles")
@access.reader
def roles_of(code: str) -> ResponseReturnValue:
    """List openly who holds which role over a unit, who gave it and when, and what has ended."""
    session = db.session()
    unit = reaching.unit(code)
    page: paging.Page[GrantRow] = paging.asked(stats.grants_total(session, unit.path), A_PAGE)
    rows = stats.grants_below(session, unit.path, first=page.first(A_PAGE), limit=A_PAGE)
    ended = stats.grants_below(session, unit.path, limit=ENDED_SHOWN, is_ended=True)
    return render_template("accounts/roles.html", unit=unit, page=page.holding(rows), ended=ended)


@bp.post("/me/tokens")
@access.signed_in
def new_token() -> ResponseReturnValue:
    """Make a token and show it, once."""
    account, now = access.me(), clock.utc_now()

    def work(session: Session) -> str:
        return tokens.make_token(session, account_id=account.id, actor_id=account.id, now=now)

    return render_template("accounts/token.html", token=in_transaction(work))


@bp.post("/me/tokens/<row:token_id>/revoke")
@access.signed_in
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Make an own token worthless."""
    account, now = access.me(), clock.utc_now()
    in_transaction(
        lambda session: tokens.revoke_token(session, token_id=token_id, account_id=account.id, now=now)
    )
    flash(gettext("The token is revoked."), "done")
    return redirect("/me", 303)


def _page(account: AccountRow, form: Form) -> ResponseReturnValue:
    session, actor, now = db.session(), access.actor(), clock.utc_now()
    is_college = Role.COLLEGE in access.roles()
    grants = stats.grants_of_accounts(session, [account.id])[account.id]
    own_units = _units_in_reach() if is_college else []
    if not form.errors:
        # Most roles are over the holder's own unit.
        form.values = {"unit": next((one.code for one in own_units if one.path == account.unit_path), "")}
    page = render_template(
        "accounts/one.html",
        holder=account,
        grants=grants,
        holds_role=any(grant.ended_at is None for grant in grants),
        entry=own_entry(session, account.id, now=now),
        form=form,
        is_own=account.id == actor.account_id,
        is_admin=actor.is_admin(),
        is_college=is_college,
        proposals=[
            one for one in stats.proposals(session, actor, access.OFFICES) if one.account_id == account.id
        ],
        own_id=actor.account_id,
        offices=OFFICES if is_college else (),
        titles=TITLES,
        units=own_units,
        posts=stats.posts_to_lead(session, actor, access.COLLEGE) if is_college else [],
        given_by_one=GIVEN_BY_ONE,
        ref=uuid4(),
    )
    return page, 422 if form.errors else 200


def _units_in_reach() -> list[UnitRow]:
    return units.units_in_reach(db.session(), access.actor(), access.COLLEGE)


def _units_for(role: Role) -> list[UnitRow]:
    """Return the units over which a role makes sense: of a committee a branch, of the college any."""
    kinds = BRANCH_KINDS.get(role)
    return [unit for unit in _units_in_reach() if kinds is None or unit.kind in kinds]


def _account(account_id: int) -> AccountRow:
    """Return an account in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found = stats.account(db.session(), account_id, access.actor(), access.OFFICES)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found


def _proposal(proposal_id: int) -> ProposalRow:
    """Return a waiting proposal in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    for row in stats.proposals(db.session(), access.actor(), access.OFFICES):
        if row.id == proposal_id:
            access.reach()
            return row
    raise Refusal(Reason.UNKNOWN)


def asked_role() -> Role | None:
    """Return the role by which the address narrows the list; an unknown one asks for all."""
    text = request.args.get("role", "")
    return Role(text) if text in set(Role) else None
