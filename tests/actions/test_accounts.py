"""Accounts come without roles, roles from the college, and passwords are tried five times in ten minutes."""

import threading

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from volunteer.actions import accounts, sign_in
from volunteer.actions.access import load_actor
from volunteer.database import writing
from volunteer.models import Account, RoleGrant, WrongTry
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal

COLLEGES = ("leader", "committee", "group_leader")


def add(stage: Stage, by: str, *, login: str = "new", member: str | None = None) -> int:
    return accounts.add_account(
        stage.session,
        login=login,
        name="新人",
        member_id=stage.member(member) if member else None,
        actor=stage.actor(by),
        now=at("08:00"),
    )


def give(stage: Stage, role: Role, by: str | None, *, to: str = "ning", unit: int | None = None) -> int:
    is_leader = role is Role.LEADER
    return accounts.give_role(
        stage.session,
        account_id=stage.actor(to).account_id,
        role=role,
        unit_id=None if is_leader else unit or stage.cast.law,
        post_id=stage.cast.post if is_leader else None,
        actor=stage.actor(by) if by else None,
        now=at("08:00"),
    )


@pytest.mark.parametrize("by", ["mei", "leader", "organiser", "office", "auditor"])
def test_only_the_administrator_creates_accounts(stage: Stage, by: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        add(stage, by)


def test_a_new_account_has_neither_role_nor_password(stage: Stage) -> None:
    number = add(stage, "admin")
    assert load_actor(stage.session, number).grants == ()
    assert stage.session.get_one(Account, number).password_hash is None


def test_a_login_and_a_member_have_one_account(stage: Stage) -> None:
    add(stage, "admin")
    with stage.refused(Reason.ALREADY_EXISTS):
        add(stage, "admin")
    with stage.refused(Reason.ALREADY_EXISTS):
        add(stage, "admin", login="other", member="mei")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("by", ["mei", "leader", "organiser", "neighbour", "office", "admin", "auditor"])
def test_the_college_gives_leaders_and_committees_and_nobody_else_anything(
    stage: Stage, role: Role, by: str
) -> None:
    if by == "office" and role.value in COLLEGES:
        give(stage, role, by)
    else:
        with stage.refused(Reason.NOT_ALLOWED):
            give(stage, role, by)


def test_nobody_gives_herself_a_role(stage: Stage) -> None:
    with stage.refused(Reason.SAME_PERSON):
        give(stage, Role.COMMITTEE, "office", to="office")


def test_a_role_given_twice_is_one(stage: Stage) -> None:
    assert give(stage, Role.LEADER, "office") == give(stage, Role.LEADER, "office_second")
    assert give(stage, Role.COMMITTEE, "office") == give(stage, Role.COMMITTEE, None)


def test_a_leader_has_a_post_and_others_have_none(stage: Stage) -> None:
    for role, unit, post in ((Role.LEADER, stage.cast.law, None), (Role.COMMITTEE, None, stage.cast.post)):
        with stage.refused(Reason.BAD_FIELD):
            accounts.give_role(
                stage.session,
                account_id=stage.cast.ning_account,
                role=role,
                unit_id=unit,
                post_id=post,
                actor=None,
                now=at("08:00"),
            )


def test_an_ended_role_gives_no_right_and_may_be_given_again(stage: Stage) -> None:
    first = give(stage, Role.COMMITTEE, "office")
    for by in ("organiser", "admin", "neighbour"):
        with stage.refused(Reason.NOT_ALLOWED):
            accounts.end_role(stage.session, grant_id=first, actor=stage.actor(by), now=at("09:00"))
    accounts.end_role(stage.session, grant_id=first, actor=stage.actor("office"), now=at("09:00"))
    assert stage.actor("ning").grants == ()
    with stage.refused(Reason.UNKNOWN):
        accounts.end_role(stage.session, grant_id=first, actor=stage.actor("office"), now=at("09:00"))
    assert give(stage, Role.COMMITTEE, "office") != first


def test_a_closed_account_acts_no_more(stage: Stage) -> None:
    stage.session.get_one(Account, stage.cast.office_account).is_closed = True
    stage.session.flush()
    with stage.refused(Reason.UNKNOWN):
        load_actor(stage.session, stage.cast.office_account)
    with stage.refused(Reason.UNKNOWN):
        load_actor(stage.session, 99_999)


def test_a_right_over_the_college_reaches_its_branches_and_not_the_other_way(stage: Stage) -> None:
    give(stage, Role.COMMITTEE, None, unit=stage.cast.college)
    visit = stage.come("bo", "09:00").visit_id
    stage.witness(visit, "ning", "10:00")
    chain = (stage.cast.college, stage.cast.law)
    assert stage.actor("organiser").is_committee_of(chain)
    assert not stage.actor("organiser").is_committee_of((stage.cast.college,))


# --- tries ---


def tried(stage: Stage, when: str, subject: str = "mei") -> None:
    sign_in.begin_try(stage.session, what="password", subject=subject, now=at(when))


def test_the_sixth_try_in_ten_minutes_waits(stage: Stage) -> None:
    for minute in range(5):
        tried(stage, f"09:0{minute}")
    with pytest.raises(Refusal) as caught:
        tried(stage, "09:09:59")
    assert caught.value.reason is Reason.TOO_MANY_TRIES
    assert caught.value.facts == {"retry_after_s": 1}
    tried(stage, "09:10:00")
    with stage.refused(Reason.TOO_MANY_TRIES):
        tried(stage, "09:10:00")


def test_tries_count_against_the_login_whatever_its_case(stage: Stage) -> None:
    for login in ("mei", "MEI", "Mei", "mEi", "meI"):
        tried(stage, "09:00", login)
    with stage.refused(Reason.TOO_MANY_TRIES):
        tried(stage, "09:00", "mei")
    tried(stage, "09:00", "ning")


def test_a_right_one_forgets_the_wrong_ones(stage: Stage) -> None:
    for _ in range(5):
        tried(stage, "09:00")
    sign_in.forget_tries(stage.session, what="password", subject="mei")
    tried(stage, "09:00")
    assert stage.count(WrongTry) == 1


def test_what_people_mistype_is_not_kept(stage: Stage) -> None:
    tried(stage, "09:00", "my secret password")
    (subject,) = stage.session.scalars(select(WrongTry.subject))
    assert "secret" not in subject


def test_many_tries_at_once_are_no_way_around_the_limit(engine: Engine) -> None:
    gate, outcomes = threading.Barrier(20, timeout=60), []

    def tries() -> None:
        gate.wait()
        with Session(engine) as session:
            try:
                with writing(session):
                    sign_in.begin_try(session, what="password", subject="mei", now=at("09:00"))
                outcomes.append("tried")
            except Refusal as refusal:
                outcomes.append(refusal.reason.value)

    threads = [threading.Thread(target=tries) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["too_many_tries"] * 15 + ["tried"] * 5


# --- passwords ---


def test_a_password_is_right_or_wrong_and_a_stranger_has_none(stage: Stage) -> None:
    account = stage.session.get_one(Account, stage.cast.mei_account)
    epoch = account.session_epoch
    sign_in.set_password(stage.session, account_id=account.id, password="correct horse", now=at("09:00"))
    stage.session.expire_all()
    held = sign_in.held_for(stage.session, "mei")
    assert sign_in.matches(held, "correct horse")
    assert not sign_in.matches(held, "correct horse ")
    assert account.session_epoch == epoch + 1
    stranger = sign_in.held_for(stage.session, "stranger")
    assert stranger.account_id is None
    assert not sign_in.matches(stranger, "nobody signs in with this")
    assert not sign_in.matches(sign_in.held_for(stage.session, "ning"), "")


@pytest.mark.parametrize("password", ["", "1234567", "x" * 201])
def test_a_password_is_neither_short_nor_endless(stage: Stage, password: str) -> None:
    with stage.refused(Reason.BAD_FIELD):
        sign_in.set_password(
            stage.session, account_id=stage.cast.mei_account, password=password, now=at("09:00")
        )


def test_the_grants_of_the_cast_are_as_they_were(stage: Stage) -> None:
    assert stage.session.query(RoleGrant).filter(RoleGrant.ended_at.is_not(None)).count() == 0
