"""Slips are printed by one for plain members and by two for office-holders, work once, and end in time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.actions.stage import Stage, at
from volunteer.actions import accounts, proposals, sign_in, slips, tokens
from volunteer.models import Account, ApiToken, AuditLine, Member, RoleGrant, Slip
from volunteer.rules import slips as rules
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason

NINE = at("09:00")
REF = "00000000-0000-4000-8000-00000000000{}".format


def account(stage: Stage, login: str) -> int:
    return int(getattr(stage.cast, f"{login}_account"))


def printed(
    stage: Stage,
    by: str | None,
    to: str = "mei",
    *,
    ref: str = REF(1),
    now: Any = NINE,
    and_by: str | None = None,
) -> str:
    """Print one slip and return its code."""
    (slip,) = slips.print_slips(
        stage.session,
        account_ids=[account(stage, to)],
        print_ref=ref,
        actor=stage.actor(by) if by else None,
        proposed_by=stage.actor(and_by) if and_by else None,
        keyring=stage.campus.keyring,
        now=now,
    )
    return slip.code


def used(stage: Stage, code: str, *, now: Any = NINE, password: str = "the first one") -> int:
    return slips.use_slip(
        stage.session,
        code=code,
        password_hash=sign_in.hashed(password),
        keyring=stage.campus.keyring,
        now=now,
    )


def opens(stage: Stage, login: str, password: str) -> bool:
    return sign_in.matches(sign_in.held_for(stage.session, login), password)


@pytest.mark.parametrize("by", ["secretary", "office", "admin"])
def test_the_branch_the_college_and_the_administrator_print_for_a_plain_member(stage: Stage, by: str) -> None:
    if by == "admin":
        system = stage.system.account("root", Role.ADMIN)
        assert system
        by = "root"
    assert used(stage, printed(stage, by)) == stage.cast.mei_account
    assert opens(stage, "mei", "the first one")


@pytest.mark.parametrize("by", ["ning", "neighbour", "leader", "auditor"])
def test_nobody_else_prints_for_her(stage: Stage, by: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        printed(stage, by)


@pytest.mark.parametrize("to", ["secretary", "organiser", "leader", "office_second", "auditor", "admin"])
@pytest.mark.parametrize("by", ["secretary", "organiser", "office", "admin"])
def test_nobody_alone_prints_for_an_account_that_holds_a_role(stage: Stage, by: str, to: str) -> None:
    with stage.refused(Reason.SAME_PERSON if by == to else Reason.NOT_ALLOWED):
        printed(stage, by, to)


@pytest.mark.parametrize("to", ["secretary", "leader"])
def test_two_of_the_college_print_for_an_office_holder(stage: Stage, to: str) -> None:
    code = printed(stage, "office", to, and_by="office_second")
    assert used(stage, code) == account(stage, to)


@pytest.mark.parametrize(
    ("by", "and_by", "reason"),
    [
        ("office", "office", Reason.SAME_PERSON),
        ("office", "organiser", Reason.NOT_ALLOWED),
        ("organiser", "office", Reason.NOT_ALLOWED),
        ("secretary", "office", Reason.SAME_PERSON),
    ],
)
def test_the_two_are_different_people_of_the_college_or_administrators(
    stage: Stage, by: str, and_by: str, reason: Reason
) -> None:
    with stage.refused(reason):
        printed(stage, by, "secretary", and_by=and_by)


def test_only_a_digest_is_kept(stage: Stage) -> None:
    code = printed(stage, "secretary")
    (row,) = stage.session.execute(select(Slip.__table__)).all()
    lines = stage.session.scalars(select(AuditLine.facts)).all()
    assert code not in str(row) + str(lines)
    assert rules.grouped(code) not in str(row) + str(lines)


def test_a_print_sent_twice_within_ten_minutes_is_the_same_paper(stage: Stage) -> None:
    first = printed(stage, "secretary")
    assert printed(stage, "secretary", now=NINE + timedelta(minutes=10)) == first
    assert stage.count(Slip) == 1
    with stage.refused(Reason.ALREADY_EXISTS):
        printed(stage, "secretary", now=NINE + timedelta(minutes=10, seconds=1))
    with stage.refused(Reason.ALREADY_EXISTS):
        printed(stage, "organiser")
    assert printed(stage, "secretary", ref=REF(2)) != first


def test_a_slip_works_once(stage: Stage) -> None:
    code = printed(stage, "secretary")
    used(stage, code)
    with stage.refused(Reason.SLIP_USED):
        used(stage, code, password="of somebody else")
    assert opens(stage, "mei", "the first one")


def test_a_later_slip_makes_the_earlier_worthless_and_the_password_stays_until_it_is_used(
    stage: Stage,
) -> None:
    used(stage, printed(stage, "secretary"))
    second = printed(stage, "secretary", ref=REF(2))
    third = printed(stage, "office", ref=REF(3))
    with stage.refused(Reason.SLIP_REPLACED):
        used(stage, second)
    assert opens(stage, "mei", "the first one")
    used(stage, third, password="the second one")
    assert opens(stage, "mei", "the second one")
    assert not opens(stage, "mei", "the first one")


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False)])
def test_a_slip_lasts_thirty_days(stage: Stage, seconds: int, is_open: bool) -> None:
    code = printed(stage, "secretary")
    then = NINE + timedelta(days=30, seconds=seconds)
    if is_open:
        used(stage, code, now=then)
    else:
        with stage.refused(Reason.SLIP_EXPIRED):
            used(stage, code, now=then)


def test_a_wrong_code_is_unknown(stage: Stage) -> None:
    printed(stage, "secretary")
    with stage.refused(Reason.SLIP_UNKNOWN):
        used(stage, "ABCDEFGHJKMN")


def test_using_a_slip_ends_sessions_and_tokens(stage: Stage) -> None:
    mei = stage.session.get_one(Account, stage.cast.mei_account)
    epoch = mei.session_epoch
    tokens.make_token(stage.session, account_id=mei.id, actor_id=mei.id, now=NINE)
    used(stage, printed(stage, "secretary"))
    stage.session.expire_all()
    assert (mei.session_epoch, mei.password_set_at) == (epoch + 1, NINE)
    assert stage.session.scalars(select(ApiToken.revoked_at)).all() == [NINE]


def test_a_slip_from_before_a_role_opens_nothing(stage: Stage) -> None:
    code = printed(stage, "secretary")
    accounts.give_role(
        stage.session,
        account_id=stage.cast.mei_account,
        role=Role.LEADER,
        post_id=stage.cast.post,
        actor=stage.actor("office"),
        now=NINE,
    )
    with stage.refused(Reason.SLIP_REPLACED):
        used(stage, code)


def test_a_slip_of_an_office_that_has_ended_opens_nothing(stage: Stage) -> None:
    code = printed(stage, "organiser")
    (grant,) = stage.actor("organiser").grants
    assert grant.role is Role.COMMITTEE
    stage.session.execute(
        update(Account).where(Account.id == stage.cast.organiser_account).values(is_closed=True)
    )
    with stage.refused(Reason.SLIP_REPLACED):
        used(stage, code)


def test_a_slip_of_the_branch_that_she_has_left_opens_nothing(stage: Stage) -> None:
    code = printed(stage, "secretary")
    stage.session.execute(update(Member).where(Member.id == stage.cast.mei).values(unit_id=stage.cast.bio))
    with stage.refused(Reason.SLIP_REPLACED):
        used(stage, code)


def test_she_may_make_her_waiting_slip_worthless_and_nobody_else_may(stage: Stage) -> None:
    code = printed(stage, "secretary")
    mei = stage.cast.mei_account
    for by in ("ning", "secretary"):
        with stage.refused(Reason.NOT_ALLOWED):
            slips.withdraw_slips(stage.session, account_id=mei, actor=stage.actor(by), now=NINE)
    slips.withdraw_slips(stage.session, account_id=mei, actor=stage.actor("mei"), now=NINE)
    with stage.refused(Reason.SLIP_REPLACED):
        used(stage, code)


def test_members_get_their_account_with_the_slip_and_the_trail_tells_who_printed(stage: Stage) -> None:
    new = stage.system.member("2023010099", stage.cast.law)
    (account_id,) = slips.accounts_of_members(stage.session, member_ids=[new], now=NINE)
    assert slips.accounts_of_members(stage.session, member_ids=[new], now=NINE) == [account_id]
    row = stage.session.get_one(Account, account_id)
    assert (row.login, row.password_hash, row.member_id) == ("2023010099", None, new)
    slips.print_slips(
        stage.session,
        account_ids=[account_id],
        print_ref=REF(5),
        actor=stage.actor("secretary"),
        keyring=stage.campus.keyring,
        now=NINE,
    )
    line = stage.session.scalars(select(AuditLine).where(AuditLine.act == "print_slip")).one()
    assert (line.actor_id, line.subject_id) == (stage.cast.secretary_account, account_id)


# --- no way to a second pair of hands ---


def give(stage: Stage, by: str, to: str = "mei", role: Role = Role.COMMITTEE) -> int:
    return accounts.give_role(
        stage.session,
        account_id=account(stage, to),
        role=role,
        unit_id=stage.cast.law,
        actor=stage.actor(by),
        now=NINE,
    )


def test_who_opened_an_account_by_a_slip_gives_it_no_role(stage: Stage) -> None:
    used(stage, printed(stage, "office"))
    with stage.refused(Reason.SAME_PERSON):
        give(stage, "office")
    with stage.refused(Reason.SAME_PERSON):
        proposals.propose_role(
            stage.session,
            account_id=stage.cast.mei_account,
            role=Role.COLLEGE,
            unit_id=stage.cast.college,
            actor=stage.actor("office"),
            now=NINE,
        )
    assert give(stage, "office_second")


def test_taking_the_role_away_first_is_no_way_around(stage: Stage) -> None:
    grant_id = give(stage, "office")
    accounts.end_role(stage.session, grant_id=grant_id, actor=stage.actor("office"), now=NINE)
    used(stage, printed(stage, "office"))
    with stage.refused(Reason.SAME_PERSON):
        give(stage, "office")


def test_a_slip_waiting_in_the_drawer_is_no_way_around(stage: Stage) -> None:
    code = printed(stage, "office")
    give(stage, "office")
    with stage.refused(Reason.SLIP_REPLACED):
        used(stage, code)


# --- proposals ---


def propose(stage: Stage, by: str, role: Role = Role.COLLEGE, to: str = "ning") -> int:
    return proposals.propose_role(
        stage.session,
        account_id=account(stage, to),
        role=role,
        unit_id=stage.cast.college,
        actor=stage.actor(by),
        now=NINE,
    )


def approve(stage: Stage, number: int, by: str) -> None:
    proposals.approve(stage.session, proposal_id=number, actor=stage.actor(by), now=NINE)


@pytest.mark.parametrize("role", [Role.COLLEGE, Role.ADMIN, Role.AUDITOR])
def test_the_colleges_own_and_the_technical_roles_take_two_of_its_accounts(stage: Stage, role: Role) -> None:
    number = propose(stage, "office", role)
    assert propose(stage, "office", role) == number
    assert stage.actor("ning").grants == ()
    with stage.refused(Reason.SAME_PERSON):
        approve(stage, number, "office")
    for by in ("secretary", "admin", "auditor", "neighbour"):
        with stage.refused(Reason.NOT_ALLOWED):
            approve(stage, number, by)
    approve(stage, number, "office_second")
    assert [grant.role for grant in stage.actor("ning").grants] == [role]
    with stage.refused(Reason.UNKNOWN):
        approve(stage, number, "office_second")


@pytest.mark.parametrize("by", ["secretary", "admin", "auditor", "leader", "mei"])
def test_only_the_college_proposes_a_role(stage: Stage, by: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        propose(stage, by)


def test_nobody_proposes_or_approves_about_herself(stage: Stage) -> None:
    with stage.refused(Reason.SAME_PERSON):
        propose(stage, "office", Role.ADMIN, to="office")
    number = propose(stage, "office", Role.ADMIN, to="office_second")
    with stage.refused(Reason.SAME_PERSON):
        approve(stage, number, "office_second")


def test_a_proposal_of_who_is_no_longer_of_the_college_is_not_approved(stage: Stage) -> None:
    number = propose(stage, "office")
    stage.session.execute(
        update(Account).where(Account.id == stage.cast.office_account).values(is_closed=True)
    )
    with stage.refused(Reason.UNKNOWN):
        approve(stage, number, "office_second")


def test_the_end_of_such_a_role_takes_two_as_well_and_the_grant_stays_to_be_read(stage: Stage) -> None:
    third = stage.system.account("third", Role.COLLEGE, unit_id=stage.cast.college)
    (row,) = [one.id for one in stage.session.scalars(select(RoleGrant).where(RoleGrant.account_id == third))]
    with stage.refused(Reason.NOT_ALLOWED):
        accounts.end_role(stage.session, grant_id=row, actor=stage.actor("office"), now=NINE)
    number = proposals.propose_end(stage.session, grant_id=row, actor=stage.actor("office"), now=NINE)
    with stage.refused(Reason.SAME_PERSON):
        approve(stage, number, "third")
    approve(stage, number, "office_second")
    stage.session.expire_all()
    grant = stage.session.get_one(RoleGrant, row)
    assert (grant.ended_at, grant.ended_by_id) == (NINE, stage.cast.office_second_account)


def test_a_declined_proposal_changes_nothing(stage: Stage) -> None:
    number = propose(stage, "office")
    with stage.refused(Reason.NOT_ALLOWED):
        proposals.decline(stage.session, proposal_id=number, actor=stage.actor("secretary"), now=NINE)
    proposals.decline(stage.session, proposal_id=number, actor=stage.actor("office"), now=NINE)
    with stage.refused(Reason.UNKNOWN):
        approve(stage, number, "office_second")
    assert stage.actor("ning").grants == ()


def test_a_slip_for_an_office_holder_is_proposed_by_one_and_printed_by_another(stage: Stage) -> None:
    for by in ("organiser", "secretary", "auditor"):
        with stage.refused(Reason.SAME_PERSON if by == "organiser" else Reason.NOT_ALLOWED):
            proposals.propose_slip(
                stage.session, account_id=stage.cast.organiser_account, actor=stage.actor(by), now=NINE
            )
    with stage.refused(Reason.NOT_ALLOWED):
        proposals.propose_slip(
            stage.session, account_id=stage.cast.mei_account, actor=stage.actor("office"), now=NINE
        )
    number = proposals.propose_slip(
        stage.session, account_id=stage.cast.organiser_account, actor=stage.actor("office"), now=NINE
    )
    with stage.refused(Reason.SAME_PERSON):
        approve(stage, number, "office")
    approve(stage, number, "office_second")


# --- accounts ---


def test_a_closed_account_lets_nobody_in_and_its_roles_are_there_when_it_opens_again(stage: Stage) -> None:
    code = printed(stage, "secretary")
    mei, admin = stage.cast.mei_account, stage.actor("admin")
    accounts.close_account(stage.session, account_id=mei, actor=admin, now=NINE)
    with stage.refused(Reason.SLIP_REPLACED):
        used(stage, code)
    with stage.refused(Reason.UNKNOWN):
        printed(stage, "secretary", ref=REF(2))
    accounts.reopen_account(stage.session, account_id=mei, actor=admin, now=NINE)
    assert stage.actor("mei").member_id == stage.cast.mei


def test_only_the_administrator_closes_and_never_her_own(stage: Stage) -> None:
    mei = stage.cast.mei_account
    for by in ("office", "secretary", "auditor"):
        with stage.refused(Reason.NOT_ALLOWED):
            accounts.close_account(stage.session, account_id=mei, actor=stage.actor(by), now=NINE)
        with stage.refused(Reason.NOT_ALLOWED):
            accounts.reopen_account(stage.session, account_id=mei, actor=stage.actor(by), now=NINE)
        with stage.refused(Reason.NOT_ALLOWED):
            accounts.sign_account_out(stage.session, account_id=mei, actor=stage.actor(by), now=NINE)
    with stage.refused(Reason.SAME_PERSON):
        accounts.close_account(
            stage.session, account_id=stage.cast.admin_account, actor=stage.actor("admin"), now=NINE
        )


def test_a_new_role_ends_the_long_sessions_of_a_member(stage: Stage) -> None:
    mei = stage.session.get_one(Account, stage.cast.mei_account)
    used(stage, printed(stage, "secretary"))
    stage.session.expire_all()
    epoch = mei.session_epoch
    give(stage, "office")
    stage.session.expire_all()
    assert mei.session_epoch == epoch + 1


def test_an_account_has_five_tokens_at_most_and_revokes_its_own_alone(stage: Stage) -> None:
    mei, ning = stage.cast.mei_account, stage.cast.ning_account
    for _ in range(5):
        tokens.make_token(stage.session, account_id=mei, actor_id=mei, now=NINE)
    with stage.refused(Reason.ALREADY_EXISTS):
        tokens.make_token(stage.session, account_id=mei, actor_id=mei, now=NINE)
    first = stage.session.scalars(select(ApiToken.id).order_by(ApiToken.id)).first()
    assert first is not None
    with stage.refused(Reason.UNKNOWN):
        tokens.revoke_token(stage.session, token_id=first, account_id=ning, now=NINE)
    tokens.revoke_token(stage.session, token_id=first, account_id=mei, now=NINE)
    assert tokens.make_token(stage.session, account_id=mei, actor_id=mei, now=NINE)
