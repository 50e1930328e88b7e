"""A report is frozen once, by who reviews the unit, and nobody changes it afterwards."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from volunteer.actions import decide
from volunteer.actions.calendar import work_calendar
from volunteer.actions.reports import Written, freeze
from volunteer.actions.spot_checks import draw_sample, enter_finding
from volunteer.models import AuditLine, Credit, Snapshot, SpotCheck
from volunteer.rules.differences import Differences, differences
from volunteer.rules.kinds import Figure, Phase, ReportKind, Role
from volunteer.rules.periods import Period, period_named
from volunteer.rules.reasons import Reason
from volunteer.rules.report import Axis, Report, digest_of, read
from volunteer.stats import report_rows
from volunteer.stats.policies import policies
from volunteer.stats.reports import frozen_content, report_of
from volunteer.stats.units import unit_row

MARCH = period_named(ReportKind.MONTH, "2026-03", {})
APRIL = period_named(ReportKind.MONTH, "2026-04", {})
REF, OTHER_REF = f"{1:036}", f"{2:036}"


def frozen(
    stage: Stage,
    *,
    ref: str = REF,
    plans: str = "",
    by: str = "secretary",
    unit: int = 0,
    period: Period = MARCH,
    when: str = "16 15:00",
) -> int:
    return freeze(
        stage.session,
        Written(ref=ref, plans=plans),
        unit_id=unit or stage.cast.law,
        period=period,
        actor=stage.actor(by),
        campus=stage.campus,
        now=at(when),
    )


def now(stage: Stage, *, unit: int = 0, today: date = date(2026, 3, 16)) -> Report:
    session = stage.session
    return report_of(
        session,
        unit_row(session, unit or stage.cast.law),
        MARCH,
        campus=stage.campus,
        calendar=work_calendar(session, stage.campus),
        today=today,
    )


def content(session: Session, snapshot_id: int) -> Report:
    return read(frozen_content(session, snapshot_id))


def since(stage: Stage, snapshot_id: int) -> Differences:
    return differences(content(stage.session, snapshot_id), now(stage))


# --- freezing ---


def test_a_frozen_report_is_the_report_of_its_moment_with_its_digest_and_the_ledgers_head(
    stage: Stage,
) -> None:
    stage.serve("mei", "09:00", "12:00")
    snapshot = stage.session.get_one(Snapshot, frozen(stage, plans="下月继续"))
    made = content(stage.session, snapshot.id)
    assert snapshot.digest == digest_of(snapshot.content.encode())
    assert made == now(stage).with_texts("", "下月继续")
    assert made.figures[Figure.NET_MIN] == 180
    line = stage.session.execute(select(AuditLine).where(AuditLine.act == "freeze_report")).scalar_one()
    assert snapshot.digest in str(line.facts)


def test_a_form_sent_twice_freezes_once_whatever_came_in_between(stage: Stage) -> None:
    first = frozen(stage)
    stage.serve("mei", "09:00", "12:00")
    assert frozen(stage) == first
    assert stage.count(Snapshot) == 1


def test_the_same_data_and_texts_are_the_same_snapshot_and_others_are_another(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    first = frozen(stage, plans="一")
    assert frozen(stage, ref=OTHER_REF, plans="一", by="office", when="16 18:00") == first
    assert frozen(stage, ref=OTHER_REF, plans="二") != first
    assert stage.count(Snapshot) == 2


def test_the_form_of_one_report_freezes_no_other(stage: Stage) -> None:
    frozen(stage)
    with stage.refused(Reason.CLIENT_REF_REUSED):
        frozen(stage, period=period_named(ReportKind.QUARTER, "2026-Q1", {}))
    with stage.refused(Reason.CLIENT_REF_REUSED):
        frozen(stage, unit=stage.cast.bio, by="neighbour")


@pytest.mark.parametrize("who", ["neighbour", "leader", "auditor", "mei", "admin"])
def test_only_who_reviews_the_unit_freezes(stage: Stage, who: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        frozen(stage, by=who)


def test_a_group_leader_reads_and_does_not_freeze(stage: Stage) -> None:
    stage.system.account("ai", Role.GROUP_LEADER, unit_id=stage.cast.law)
    with stage.refused(Reason.NOT_ALLOWED):
        frozen(stage, by="ai")


def test_what_is_still_to_come_is_not_frozen(stage: Stage) -> None:
    with stage.refused(Reason.BAD_FIELD):
        frozen(stage, period=APRIL, when="31 23:59")
    assert frozen(stage, period=APRIL, when="04-01 00:00")


@pytest.mark.parametrize("text", ["一" * 1001, "看不\u200b见"], ids=["too long", "invisible"])
def test_a_text_that_does_not_fit_freezes_nothing(stage: Stage, text: str) -> None:
    with stage.refused(Reason.BAD_FIELD):
        frozen(stage, plans=text)


# --- what comes later ---


def test_nothing_changed_is_no_difference_and_the_next_day_neither(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    snapshot = frozen(stage, period=MARCH, when="04-01 09:00")
    later = now(stage, today=date(2026, 5, 1))
    assert content(stage.session, snapshot).spelled == later.spelled


def test_a_record_that_comes_later_is_named_as_the_difference(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    snapshot = frozen(stage)
    request = stage.make_up("ning", "09:00", "10:00", "13:00")
    stage.approve(request, "leader", "14:00")
    stage.approve(request, "secretary", "14:10")
    found = since(stage, snapshot)
    (change,) = found.visits
    assert change.before is None and change.after is not None and change.after.net == 60
    figures = {one.key: (one.before, one.after) for one in found.figures}
    assert figures["net_min"] == (180, 240)
    assert figures["make_ups"] == (0, 1)
    assert {one.key for one in found.members} == {str(stage.cast.ning)}
    assert content(stage.session, snapshot).figures[Figure.NET_MIN] == 180


def test_a_record_that_is_void_later_is_named_and_counted_as_false(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    snapshot = frozen(stage)
    objection = stage.object_to(visit, "13:00")
    stage.resolve(objection, "secretary", "14:00", upheld=True)
    found = since(stage, snapshot)
    (change,) = found.visits
    assert change.after is None and change.before is not None and change.before.id == visit
    figures = {one.key: one.after for one in found.figures}
    assert (figures["false_records"], figures["objections"], figures["net_min"]) == (1, 1, 0)
    assert {one.key for one in found.lines[Axis.POST]} == {"READ"}


def test_a_lower_unit_changes_the_report_of_the_one_above(stage: Stage) -> None:
    stage.serve("bo", "09:00", "12:00")
    made = now(stage, unit=stage.cast.college)
    assert {line.key: line.net for line in made.lines[Axis.UNIT]} == {"COL": 180, "LAW": 0, "BIO": 180}
    assert now(stage).figures[Figure.NET_MIN] == 0


def test_an_extension_counts_from_its_meeting_on_and_not_before(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    cast, due = stage.cast, date(2026, 12, 1)
    before = stood(stage, due)
    decide.extend(
        stage.session,
        member_id=cast.mei,
        months=6,
        meeting_on=date(2026, 12, 3),
        proposed_by=stage.actor("secretary"),
        approved_by=stage.actor("office"),
        campus=stage.campus,
        now=at("12-03 20:00"),
    )
    assert [one.phase for one in before] == [Phase.NOT_MET, Phase.NOT_MET]
    assert stood(stage, due) == before
    assert [one.phase for one in stood(stage, date(2026, 12, 2))] == [Phase.NOT_MET, Phase.NOT_MET]
    assert {one.phase for one in stood(stage, date(2026, 12, 3))} == {Phase.EXTENDED, Phase.NOT_MET}


def stood(stage: Stage, on: date) -> Any:
    path = unit_row(stage.session, stage.cast.law).path
    return report_rows.stood(stage.session, path, on, versions=policies(stage.session))


# --- what is counted beside the records ---


def test_a_second_approval_after_the_tenth_working_day_is_counted_as_late_and_so_is_the_record(
    stage: Stage,
) -> None:
    request = stage.make_up("mei", "09:00", "10:00", "13:00")
    stage.approve(request, "leader", "14:00")
    stage.approve(request, "secretary", "31 09:00")
    figures = now(stage, today=date(2026, 3, 31)).figures
    assert (figures[Figure.MAKE_UPS], figures[Figure.LATE_APPROVALS]) == (1, 1)
    assert (figures[Figure.VISITS], figures[Figure.IN_TIME]) == (1, 0)


LAST_DAY = {"the tenth working day": ("30 23:59", 1), "the day after": ("31 00:00", 0)}


@pytest.mark.parametrize(("when", "in_time"), LAST_DAY.values(), ids=LAST_DAY)
def test_a_record_is_in_time_until_the_end_of_the_tenth_working_day(
    stage: Stage, when: str, in_time: int
) -> None:
    request = stage.make_up("mei", "09:00", "10:00", "13:00")
    stage.approve(request, "leader", "14:00")
    stage.approve(request, "secretary", when)
    assert now(stage).figures[Figure.IN_TIME] == in_time


def test_requests_count_by_the_day_of_the_service_once_they_are_granted(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    correction = stage.correction(visit, "11:00", "15:00")
    assert now(stage).figures[Figure.CORRECTIONS] == 0
    stage.approve(correction, "leader", "15:10")
    stage.approve(correction, "secretary", "15:20")
    rejected = stage.make_up("ning", "09:00", "10:00", "13:00")
    stage.reject(rejected, "secretary", "15:30")
    figures = now(stage).figures
    got = [figures[figure] for figure in (Figure.CORRECTIONS, Figure.MAKE_UPS, Figure.REQUESTS_REJECTED)]
    assert got == [1, 0, 1]


def test_a_spot_check_counts_and_what_it_finds_wrong_is_a_false_record(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    draw = draw_sample(
        stage.session,
        unit_id=stage.cast.college,
        month=MARCH.from_on,
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("04-01 09:00"),
    )
    drawn = [now(stage).figures[figure] for figure in (Figure.SPOT_DRAWN, Figure.SPOT_CHECKED)]
    assert drawn == [1, 0]
    visit = stage.session.execute(select(SpotCheck.visit_id)).scalar_one()
    enter_finding(
        stage.session,
        draw_id=draw,
        visit_id=visit,
        is_right=False,
        finding="负责人说她没有来",
        actor=stage.actor("office"),
        now=at("04-01 10:00"),
    )
    figures = now(stage).figures
    checks = (Figure.SPOT_CHECKED, Figure.FALSE_RECORDS, Figure.VISITS)
    assert [figures[figure] for figure in checks] == [1, 1, 1]


def test_the_head_in_a_report_is_that_of_its_branch(stage: Stage) -> None:
    from volunteer.actions.seal import seal

    stage.serve("mei", "09:00", "12:00")
    assert now(stage).heads == []
    seal(stage.session)
    (head,) = now(stage).heads
    lines: Any = stage.session.execute(select(Credit.id)).scalars().all()
    assert (head.unit, head.number) == ("LAW", len(lines))
