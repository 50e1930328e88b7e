"""What the college sees of those who decide: cases, share granted, median wait, haste, failed checks."""

from datetime import timedelta

from tests.actions.stage import Stage, at
from tests.actions.test_keep import committee_confirms
from tests.actions.test_review import confirm, send_back
from tests.actions.test_spot_checks import draw, drawn, find
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
    assert (leader.made_up, organiser.made_up, leader.hasty) == (60, 60, 0)


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


def test_a_failed_check_stands_with_all_who_approved(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "12:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "organiser", "13:20")
    number = draw(stage)
    find(stage, number, drawn(stage, number), is_right=False)
    assert {row.failed_checks for row in rows(stage).values()} == {1}
    assert not rows(stage)["leader"].never_refuses
