"""What people are told: once, whoever tells it and however often; and forgotten after a while."""

import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from tests.actions.stage import Stage, at
from tests.actions.test_ask import record
from tests.actions.test_races import made_hall
from tests.actions.test_sign_ups import sign_up
from tests.cast import LONG_AGO, Cast
from volunteer.actions import accounts, review
from volunteer.actions.housekeep import close_past_grace, forget, housekeep
from volunteer.actions.inbox import mark_read
from volunteer.actions.remind import tell_daily, tell_due
from volunteer.actions.slips import print_slips
from volunteer.models import Account, Credit, Message, ProbationWindow
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Grade, MessageKind, RequestKind, Role
from volunteer.signatures import HeadSigner

K = MessageKind


def kinds(stage: Stage, login: str) -> list[MessageKind]:
    """Return what stands in an inbox, the oldest first."""
    return list(
        stage.session.scalars(
            select(Message.kind)
            .join(Account, Account.id == Message.account_id)
            .where(Account.login == login, Message.kind.not_in((K.ROLE_GIVEN,)))
            .order_by(Message.id)
        )
    )


def give(stage: Stage, who: str, minutes: int) -> None:
    """Write minutes into the ledger, as an opening record does."""
    member_id, request = stage.member(who), record(stage, minutes)
    stage.session.execute(
        insert(Credit).values(
            member_id=member_id,
            member_seq=1,
            request_id=request,
            record_kind=RequestKind.OPENING,
            unit_id=stage.cast.law,
            day=at("02 09:00").date(),
            net_min=minutes,
            credited_min=minutes,
            is_reversal=False,
            grade=Grade.E,
            cause="approve",
            at=at("02 09:00"),
        )
    )


def test_a_forgotten_check_out_is_told_once_the_record_is_unclosed(stage: Stage) -> None:
    stage.come("mei", "09:00")
    assert tell_due(stage.session, now=at("13:00")) == 0
    close_past_grace(stage.session, campus=stage.campus, now=at("15:00"))
    assert [tell_due(stage.session, now=at(when)) for when in ("15:00", "15:00", "17 15:00")] == [1, 0, 0]
    assert kinds(stage, "mei") == [K.UNCLOSED]


@pytest.mark.parametrize(("when", "count"), [("15 08:59:59", 0), ("15 09:00", 1), ("08:59", 1), ("09:00", 0)])
def test_a_place_is_reminded_of_within_the_day_before(stage: Stage, when: str, count: int) -> None:
    sign_up(stage, "mei", when="14 09:00")
    assert tell_due(stage.session, now=at(when)) == count
    assert tell_due(stage.session, now=at(when)) == 0


def test_who_waits_or_has_just_signed_up_is_not_reminded(stage: Stage) -> None:
    sign_up(stage, "mei", when="08:30")
    assert tell_due(stage.session, now=at("08:31")) == 0


def test_decisions_are_told_to_who_asked(stage: Stage) -> None:
    first = stage.make_up("mei", "09:00", "10:00", "13:00")
    stage.approve(first, "organiser", "13:10")
    assert kinds(stage, "mei") == []
    stage.approve(first, "secretary", "13:20")
    second = stage.make_up("ning", "09:00", "10:00", "13:00")
    stage.reject(second, "organiser", "13:10")
    assert (kinds(stage, "mei"), kinds(stage, "ning")) == ([K.REQUEST_APPROVED], [K.REQUEST_REJECTED])


def test_an_objection_is_answered_to_both_sides(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    objection = stage.object_to(visit, "13:00", by="ning")
    stage.accept(objection, "organiser", "13:10")
    stage.resolve(objection, "organiser", "13:20", upheld=False)
    both = [K.OBJECTION_ACCEPTED, K.OBJECTION_NOT_UPHELD]
    assert (kinds(stage, "mei"), kinds(stage, "ning")) == (both, both)


def test_a_record_that_is_sent_back_is_told(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    review.return_visit(
        stage.session,
        visit_id=visit,
        actor=stage.actor("organiser"),
        reason="时间不符",
        campus=stage.campus,
        now=at("13:00"),
    )
    assert kinds(stage, "mei") == [K.RECORD_RETURNED]


def daily(stage: Stage, when: str) -> int:
    return tell_daily(stage.session, campus=stage.campus, now=at(when))


def test_the_days_round_is_made_once_from_eight_o_clock(stage: Stage) -> None:
    assert [daily(stage, when) > 0 for when in ("07:59", "08:00", "12:00", "17 07:59", "17 08:00")] == [
        False,
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("minutes", "told"), [(2399, []), (2400, [K.NEAR]), (2999, [K.NEAR]), (3000, [K.MET])]
)
def test_a_threshold_that_is_near_or_reached_is_told_once(
    stage: Stage, minutes: int, told: list[MessageKind]
) -> None:
    give(stage, "mei", minutes)
    for when in ("17 09:00", "18 09:00"):
        daily(stage, when)
    assert kinds(stage, "mei") == told


@pytest.mark.parametrize(
    ("hours", "told"), [(8, []), (7, [K.OUT_OF_REACH])], ids=["just enough", "an hour short"]
)
def test_out_of_reach_is_told_while_there_is_time(stage: Stage, hours: int, told: list[MessageKind]) -> None:
    give(stage, "mei", 3000 - 480)
    stage.system.shift("L1", stage.cast.post, at("20 08:00"), at("20 08:00") + timedelta(hours=hours))
    # After the probation, it is of no use.
    stage.system.shift("L2", stage.cast.post, at("04-20 08:00"), at("04-20 16:00"))
    window = stage.session.get_one(ProbationWindow, stage.cast.mei)
    window.starts_on, window.ends_before = date(2025, 4, 16), date(2026, 4, 16)
    stage.session.flush()
    for when in ("17 09:00", "18 09:00"):
        daily(stage, when)
    # Near she is in either case, and what is more urgent is said.
    assert kinds(stage, "mei") == (told or [K.NEAR])


def test_a_committee_is_told_that_something_waits_until_it_has_read_so(stage: Stage) -> None:
    stage.make_up("mei", "09:00", "10:00", "13:00")
    for when in ("17 09:00", "18 09:00"):
        daily(stage, when)
    assert (kinds(stage, "organiser"), kinds(stage, "neighbour")) == ([K.REVIEW_WAITING], [])
    mark_read(stage.session, account_id=stage.cast.organiser_account, now=at("18 10:00"))
    daily(stage, "19 09:00")
    assert kinds(stage, "organiser") == [K.REVIEW_WAITING] * 2


def told_of(stage: Stage, kind: MessageKind) -> set[str]:
    return set(
        stage.session.scalars(
            select(Account.login)
            .join(Message, Message.account_id == Account.id)
            .where(Message.kind == kind, Message.at > LONG_AGO)
        )
    )


def test_a_role_that_is_given_or_ended_is_told_to_the_branch_and_the_person(stage: Stage) -> None:
    grant = accounts.give_role(
        stage.session,
        account_id=stage.cast.ning_account,
        role=Role.LEADER,
        post_id=stage.cast.post,
        actor=stage.actor("office"),
        now=at("09:00"),
    )
    accounts.end_role(stage.session, grant_id=grant, actor=stage.actor("office"), now=at("10:00"))
    for kind in (K.ROLE_GIVEN, K.ROLE_ENDED):
        assert told_of(stage, kind) == {"secretary", "organiser", "ning"}


def test_a_first_slip_is_nobodys_news_and_a_second_is_told_to_the_branch(stage: Stage) -> None:
    def print_one(ref: str, when: str) -> None:
        print_slips(
            stage.session,
            account_ids=[stage.cast.mei_account, stage.cast.ning_account],
            print_ref=ref,
            actor=stage.actor("organiser"),
            keyring=stage.campus.keyring,
            now=at(when),
        )

    print_one("first", "09:00")
    assert told_of(stage, K.SLIP_PRINTED) == set()
    print_one("second", "10:00")
    print_one("second", "10:01")
    assert told_of(stage, K.SLIP_PRINTED) == {"secretary", "organiser"}
    found = stage.session.execute(
        select(Message.number, Message.text).where(Message.kind == K.SLIP_PRINTED).distinct()
    ).all()
    assert [tuple(row) for row in found] == [(2, "mei、ning")]


def test_messages_are_forgotten_after_120_days(stage: Stage) -> None:
    sign_up(stage, "mei", when="14 09:00")
    tell_due(stage.session, now=at("08:00"))
    last = at("08:00") + timedelta(days=120)
    forget(stage.session, now=last)
    assert kinds(stage, "mei") == [K.REMINDER]
    forget(stage.session, now=last + timedelta(seconds=1))
    assert kinds(stage, "mei") == []


def test_housekeeping_by_many_at_once_tells_each_thing_once(
    engine: Engine, committed_cast: Cast, campus: Campus, tmp_path: Path
) -> None:
    for hall in made_hall(engine, committed_cast, campus, tmp_path):
        with hall.stage() as stage:
            stage.come("mei", "09:00")
            stage.make_up("ning", "09:00", "10:00", "13:00")
        trouble: list[Any] = []

        def keep_house(app: Any = hall.app, trouble: list[Any] = trouble) -> None:
            with app.app_context():
                try:
                    housekeep(
                        campus=campus,
                        signer=HeadSigner(campus.keyring),
                        retention_years=10,
                        now=at("15:00"),
                    )
                except Exception as error:
                    trouble.append(error)

        threads = [threading.Thread(target=keep_house) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = hall.read(select(Message.kind).where(Message.kind != K.ROLE_GIVEN).order_by(Message.kind))
        assert trouble == []
        assert sorted(kind for (kind,) in told) == [K.REVIEW_WAITING, K.REVIEW_WAITING, K.UNCLOSED]
