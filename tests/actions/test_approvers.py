"""What the college sees of those who decide: cases, share granted, median wait, haste, failed checks."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select

from tests.actions.stage import Stage, at
from tests.actions.test_ask import record
from tests.actions.test_keep import committee_confirms
from tests.actions.test_review import confirm, send_back
from tests.actions.test_spot_checks import draw, drawn, find
from volunteer.models import Account, Approval, Request, Visit
from volunteer.rules.kinds import Grade, RequestState, VisitState
from volunteer.stats.approvers import ApproverRow, approvers


def rows(stage: Stage) -> dict[str, ApproverRow]:
    stage.session.flush()
    since, until = at("01-01 00:00"), at("12-31 00:00")
    found = approvers(stage.session, [stage.cast.law, stage.cast.bio], since=since, until=until)
    return {row.login: row for row in found}


def asked(stage: Stage, number: int) -> int:
    day = at("09:00") - timedelta(days=number)
    shift = stage.system.shift(f"W{number}", stage.cast.post, day, day + timedelta(hours=1))
    text = f"{(day + timedelta(hours=8)):%m-%d}"
    return stage.make_up("mei", f"{text} 09:00", f"{text} 10:00", "09:00", shift=shift)


def test_nobody_has_figures_before_anybody_decided(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    assert rows(stage) == {}


def test_cases_share_and_median_are_counted_by_person(stage: Stage) -> None:
    requests = [asked(stage, number) for number in range(1, 5)]
    stage.approve(requests[0], "leader", "09:01")
    stage.approve(requests[1], "leader", "09:03")
    stage.approve(requests[2], "leader", "09:10")
    stage.approve(requests[0], "organiser", "10:01")
    stage.reject(requests[1], "organiser", "09:33")
    leader, organiser = rows(stage)["leader"], rows(stage)["organiser"]
    assert (leader.cases, leader.granted, leader.granted_pct, leader.median_s) == (3, 3, 100.0, 180)
    # Of two waits, an hour and half an hour, the median lies between.
    assert (organiser.cases, organiser.granted, organiser.granted_pct) == (2, 1, 50.0)
    assert organiser.median_s == (3600 + 1800) // 2
    assert (leader.grades, organiser.grades, leader.hasty) == ({Grade.E: 60}, {Grade.E: 60}, 0)


def test_records_confirmed_and_sent_back_are_cases_too(stage: Stage) -> None:
    committee_confirms(stage)
    one = stage.serve("mei", "09:00", "12:00")
    other = stage.serve("ning", "09:00", "12:00")
    confirm(stage, one, "organiser", "12:30")
    send_back(stage, other, "organiser", "12:40")
    row = rows(stage)["organiser"]
    assert (row.cases, row.granted, row.median_s) == (2, 1, 1800)


def test_approvals_in_under_five_seconds_are_counted(stage: Stage) -> None:
    requests = [asked(stage, number) for number in range(1, 4)]
    for request, when in zip(requests, ("10:00:00", "10:00:04", "10:00:09"), strict=True):
        stage.approve(request, "leader", when)
    assert rows(stage)["leader"].hasty == 1


def by_naive_count(stage: Stage) -> dict[str, dict[Grade, int]]:
    """Every account, every record: did she let it count, and does it?"""
    session, found = stage.session, defaultdict[str, dict[Grade, int]](dict)
    for account in session.scalars(select(Account)):
        for visit in session.scalars(select(Visit)):
            hands = set(
                session.scalars(
                    select(Approval.account_id)
                    .join(Request, Request.id == Approval.request_id)
                    .where(Request.visit_id == visit.id, Request.state == RequestState.APPROVED)
                )
            )
            if visit.state is VisitState.CONFIRMED and account.id in hands | {visit.confirmed_by_id}:
                minutes = found[account.login]
                minutes[visit.grade] = minutes.get(visit.grade, 0) + visit.net_min
    return {login: {grade: sum_ for grade, sum_ in one.items() if sum_} for login, one in found.items()}


def test_hours_by_grade_stand_with_all_who_let_them_count_each_record_once(stage: Stage) -> None:
    committee_confirms(stage)
    requests = [asked(stage, number) for number in range(1, 4)]
    for request, approver in zip(requests, ("leader", "secretary", "leader"), strict=True):
        stage.approve(request, approver, "09:01")
    stage.approve(requests[0], "organiser", "09:02")
    stage.approve(requests[1], "organiser", "09:03")
    stage.reject(requests[2], "organiser", "09:04")
    again = stage.visit_of("mei", stage.visit_of_code("W1")).id
    send_back(stage, again, "organiser", "09:05")
    confirm(stage, again, "organiser", "09:06")
    live, lone = stage.serve("mei", "09:00", "11:00"), stage.serve("ning", "09:00", "12:00")
    confirm(stage, live, "organiser", "12:30")
    confirm(stage, lone, "secretary", "12:31")
    send_back(stage, lone, "secretary", "12:32")
    found = {login: dict(row.grades) for login, row in rows(stage).items()}
    assert found == {
        "leader": {Grade.E: 60},
        "secretary": {Grade.E: 60},
        "organiser": {Grade.B: 120, Grade.E: 120},
    }
    assert found == by_naive_count(stage)


def test_hours_by_grade_are_those_decided_in_the_time_about_these_units(stage: Stage) -> None:
    stage.approve(request := stage.make_up("mei", "09:00", "10:00", "13:00"), "leader", "13:10")
    stage.approve(request, "organiser", "17 13:10")
    stage.session.flush()

    def grades(unit_id: int, since: str, until: str) -> dict[str, dict[Grade, int]]:
        found = approvers(stage.session, [unit_id], since=at(since), until=at(until))
        return {row.login: dict(row.grades) for row in found}

    assert grades(stage.cast.law, "16 00:00", "17 00:00") == {"leader": {Grade.E: 60}}
    assert grades(stage.cast.law, "17 00:00", "18 00:00") == {"organiser": {Grade.E: 60}}
    assert grades(stage.cast.bio, "01-01 00:00", "12-31 00:00") == {}


def test_who_approved_what_better_evidence_overtook_let_nothing_count(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.approve(stage.correction(visit, "12:00", "15:00"), "organiser", "15:10")
    stage.attest("11:00", ["mei"], "leader", "16:00")
    assert stage.stands(visit) == (VisitState.CONFIRMED, Grade.C, 120)
    assert (rows(stage)["organiser"].cases, rows(stage)["organiser"].grades) == (1, {})


def test_typed_minutes_stand_on_a_line_of_their_own(stage: Stage) -> None:
    request = record(stage, 600, by=None)
    stage.approve(request, "organiser", "11:00")
    assert rows(stage)["organiser"].recorded == 0
    stage.approve(request, "office", "12:00")
    found = rows(stage)
    assert [(found[login].recorded, found[login].grades) for login in ("organiser", "office")] == [
        (600, {})
    ] * 2


def test_a_failed_check_stands_with_all_who_approved(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "12:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "organiser", "13:20")
    number = draw(stage)
    find(stage, number, drawn(stage, number), is_right=False)
    assert {row.failed_checks for row in rows(stage).values()} == {1}
    assert not rows(stage)["leader"].never_refuses
