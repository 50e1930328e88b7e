"""The dry run of a version: the same rules over the records that there are, and nothing written."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.actions.stage import Stage, at, counts_of_rows
from tests.cast import TODAY
from volunteer.actions.ask import request_record
from volunteer.actions.dry_run import DryRun, dry_run
from volunteer.models import ProbationWindow
from volunteer.rules.kinds import RequestKind
from volunteer.rules.policy import HoursPolicy
from volunteer.stats.standing import members_of

NOW = HoursPolicy(effective_on=date(2025, 1, 1))


def tried(stage: Stage, **changes: Any) -> DryRun:
    """Run the version of tomorrow and see that it wrote nothing."""
    stage.session.flush()
    path = f"/{stage.cast.college}/"
    standings = {one.member_id: one for one in members_of(stage.session, path, today=TODAY)}
    policy = replace(NOW, effective_on=TODAY + timedelta(days=1), **changes)
    before = counts_of_rows(stage.session)
    run = DryRun(members=len(standings))
    steps = dry_run(
        stage.session,
        run,
        policy=policy,
        member_ids=sorted(standings),
        standings=standings,
        campus=stage.campus,
    )
    assert list(steps) == list(range(1, len(standings) + 1))
    assert counts_of_rows(stage.session) == before
    stage.prove()
    return run


def test_a_version_that_changes_no_counting_changes_no_hour(stage: Stage) -> None:
    stage.serve("mei", "09:00", "11:50")
    run = tried(stage, near_pct=70)
    assert (run.total, run.reached, run.missed) == ((170, 170), [], [])


def test_rounding_is_shown_by_the_branch_of_the_service(stage: Stage) -> None:
    stage.serve("mei", "09:00", "11:50")
    stage.serve("bo", "09:00", "11:40")
    run = tried(stage, rounding_unit_min=30)
    law, bio = stage.cast.law, stage.cast.bio
    assert (run.credited[law], run.changed[law]) == (170, -20)
    assert (run.credited[bio], run.changed[bio]) == (160, -10)
    assert run.total == (330, 300)


@pytest.mark.parametrize(("threshold", "reached"), [(180, 1), (181, 0)])
def test_who_would_reach_a_lower_threshold_is_listed(stage: Stage, threshold: int, reached: int) -> None:
    stage.serve("mei", "09:00", "12:00")
    run = tried(stage, threshold_min=threshold)
    assert (len(run.reached), run.missed) == (reached, [])
    for one in run.reached:
        assert (one.name, one.counted, one.threshold) == ("李梅", (180, 180), (3000, 180))


def test_a_cap_may_take_the_threshold_from_somebody(stage: Stage) -> None:
    from volunteer.actions import registry

    low = replace(NOW, effective_on=date(2025, 6, 1), threshold_min=180)
    registry.add_policy(stage.session, policy=low, actor=None, now=at("09:00"))
    stage.serve("mei", "09:00", "12:00")
    assert tried(stage, threshold_min=180, day_cap_min=180).missed == []
    (one,) = tried(stage, threshold_min=180, day_cap_min=179).missed
    assert (one.counted, one.threshold) == ((180, 179), (180, 180))


def test_opening_records_stay_what_they_are(stage: Stage) -> None:
    number = request_record(
        stage.session,
        kind=RequestKind.OPENING,
        ref="opening",
        member_id=stage.cast.mei,
        on=date(2026, 3, 1),
        minutes=100,
        what="纸质台账",
        reason="启用前",
        actor=None,
        campus=stage.campus,
        now=at("13:00"),
    )
    stage.approve(number, "organiser", "13:10")
    stage.approve(number, "office", "13:20")
    stage.serve("mei", "09:00", "09:50")
    (one,) = tried(stage, threshold_min=130, rounding_unit_min=30).reached
    assert one.counted == (150, 130)


def test_who_begins_under_the_version_is_counted(stage: Stage) -> None:
    assert tried(stage, threshold_min=60).later == 0
    stage.session.execute(
        update(ProbationWindow)
        .where(ProbationWindow.member_id == stage.cast.mei)
        .values(starts_on=TODAY + timedelta(days=1), ends_before=TODAY + timedelta(days=366))
    )
    assert tried(stage, threshold_min=60).later == 1


def test_what_does_not_count_does_not_count_under_any_version(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    stage.object_to(visit, "13:00")
    assert tried(stage, min_record_min=0).total == (0, 0)
