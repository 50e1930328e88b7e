"""What the demo college holds, and that it is the same whenever it is made."""

import hashlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests import engines
from tests.demo.conftest import NOW, fill_file
from volunteer.actions.recount import recount
from volunteer.database import Model
from volunteer.models import (
    Account,
    Base,
    Credit,
    Decision,
    Member,
    Objection,
    OverCap,
    Post,
    Request,
    RoleGrant,
    Shift,
    Unit,
    Visit,
)
from volunteer.rules.evidence import state_at
from volunteer.rules.kinds import (
    BranchKind,
    Flag,
    Grade,
    Lost,
    Outcome,
    Phase,
    RequestKind,
    RequestState,
    Role,
    Stage,
    Status,
    VisitState,
)
from volunteer.rules.policy import HoursPolicy
from volunteer.stats.demo_faces import demo_faces
from volunteer.stats.flags import flags_of
from volunteer.stats.rollups import Days, by_base, of_unit
from volunteer.stats.standing import due_in, member_standing, members_of
from volunteer.stats.units import counts_of

pytestmark = pytest.mark.slow
CAMPUS = engines.fixed_campus()
TODAY = CAMPUS.day(NOW)
YEAR = Days(from_on=TODAY - timedelta(days=365), to_on=TODAY + timedelta(days=1))


def test_there_are_961_people_in_ten_staff_and_nineteen_student_branches(college: Session) -> None:
    kinds = college.execute(
        select(Unit.branch_kind, func.count()).where(Unit.branch_kind.is_not(None)).group_by(Unit.branch_kind)
    )
    assert dict(list(kinds)) == {BranchKind.STAFF: 10, BranchKind.STUDENT: 19}
    assert college.scalar(select(func.count(Member.id)).where(Member.unit_id.is_not(None))) == 961
    assert college.scalar(select(func.count(Base.id))) == 10
    counts = counts_of(college, "/1/", now=NOW)
    assert counts.probationary >= 300
    assert counts.posts == 25


def test_more_than_6000_hours_were_served_in_twelve_months(college: Session) -> None:
    total = of_unit(college, YEAR, unit_path="/1/")
    assert total.net > 6000 * 60
    assert total.credited > 6000 * 60
    assert 0 < total.makeup_net < total.net // 20
    assert total.recorded > 0


def test_every_grade_and_every_state_is_there(college: Session) -> None:
    rows = college.execute(
        select(Visit.state, Visit.grade, Shift.ends_at).join(Shift, Shift.id == Visit.shift_id)
    ).all()
    assert {row.grade for row in rows} == set(Grade)
    assert {state_at(row.state, row.ends_at, HoursPolicy(effective_on=TODAY), NOW) for row in rows} == set(
        VisitState
    )


def test_every_way_to_lose_a_minute_but_overlap_and_rounding_is_there(college: Session) -> None:
    lost: Counter[Lost] = Counter()
    for member in members_of(college, "/1/", today=TODAY):
        lost.update(member.lost)
    # Nobody can be at two posts at once, and the unit of rounding is one minute.
    assert set(lost) == set(Lost) - {Lost.OVERLAP, Lost.ROUNDING}


def test_every_phase_and_status_is_there(college: Session) -> None:
    people = members_of(college, "/1/", today=TODAY)
    gone = college.scalars(select(Member.id).where(Member.unit_id.is_(None))).all()
    everybody = [*people, *(member_standing(college, member_id, today=TODAY) for member_id in gone)]
    assert {one.standing.phase for one in everybody} == set(Phase)
    assert {one.standing.status for one in everybody} == {None, *Status}


def test_some_are_due_in_each_month_to_come(college: Session) -> None:
    due = [
        due_in(college, "/1/", from_on=TODAY, to_on=TODAY + timedelta(days=days), today=TODAY)
        for days in (30, 60, 90)
    ]
    assert 0 < due[0].due < due[1].due < due[2].due
    assert due[2].met < due[2].due


def test_requests_of_every_kind_were_decided_and_some_wait(college: Session) -> None:
    rows = college.execute(select(Request.kind, Request.state).distinct()).all()
    assert {kind for kind, _ in rows} == set(RequestKind)
    assert {state for _, state in rows} >= {RequestState.ASKED, RequestState.APPROVED, RequestState.REJECTED}
    assert (RequestKind.MAKE_UP, RequestState.ASKED) in rows
    assert (RequestKind.CORRECTION, RequestState.ASKED) in rows


def test_meetings_have_decided_and_days_were_lifted(college: Session) -> None:
    assert set(college.scalars(select(Decision.outcome).distinct())) == {None, *Outcome}
    assert college.scalars(select(OverCap.day)).first() is not None
    answers = set(college.scalars(select(Objection.is_upheld).distinct()))
    assert answers == {None, False, True}


def test_flags_are_there_to_look_at(college: Session) -> None:
    ids = college.scalars(select(Visit.id)).all()
    found = {flag for flags in flags_of(college, ids).values() for flag in flags}
    assert found >= {Flag.OPENED_ON_THE_SPOT, Flag.PROLONGED, Flag.SHARED_DEVICE}


def test_several_shifts_run_now_with_people_in(college: Session) -> None:
    runs = Shift.starts_at <= NOW, Shift.ends_at > NOW, Shift.cancelled_at.is_(None)
    assert len(college.scalars(select(Shift.id).where(*runs)).all()) >= 3
    inside = college.scalars(
        select(Visit.shift_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .where(*runs, Visit.state == VisitState.OPEN)
    ).all()
    assert len(inside) >= 3
    assert len(set(inside)) >= 2


def test_one_base_saw_nobody_for_ninety_days_and_one_agreement_ends_soon(college: Session) -> None:
    lately = Days(from_on=TODAY - timedelta(days=90), to_on=TODAY + timedelta(days=1))
    served = {row.code for row in by_base(college, lately)}
    assert set(college.scalars(select(Base.code))) - served == {"WETLAND"}
    ends = college.scalars(select(Base.agreement_to)).all()
    assert sum(TODAY < end < TODAY + timedelta(days=30) for end in ends if end is not None) == 1


def test_what_is_paid_or_training_earns_nothing(college: Session) -> None:
    outside = college.scalars(select(Post.id).where(Post.code.in_(("TRAINING", "LABWORK")))).all()
    assert len(outside) == 2
    visits = college.scalars(select(Visit).where(Visit.post_id.in_(outside))).all()
    assert visits
    assert all(visit.net_min == 0 for visit in visits)


def test_there_is_one_face_a_role_and_every_office_is_held(college: Session) -> None:
    roles = [face.role for face in demo_faces(college)]
    assert roles == [None, Role.LEADER, Role.COMMITTEE, Role.COLLEGE, Role.ADMIN, Role.AUDITOR]
    titles = college.execute(
        select(RoleGrant.title, func.count())
        .where(RoleGrant.role == Role.COMMITTEE)
        .group_by(RoleGrant.title)
    )
    assert dict(titles.all()) == {"书记": 29, "组织委员": 29, "纪检委员": 29}
    offices = college.scalars(select(RoleGrant.account_id).where(RoleGrant.role == Role.COLLEGE)).all()
    assert len(offices) == 2
    leaders = college.scalars(
        select(Account.member_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == Role.LEADER)
    ).all()
    assert len(leaders) == 25
    assert {member_id is None for member_id in leaders} == {True, False}


def test_the_member_as_whom_a_visitor_enters_is_on_her_way_and_in_nowhere(college: Session) -> None:
    face = demo_faces(college)[0]
    member_id = college.scalars(select(Account.member_id).where(Account.id == face.account_id)).one()
    assert member_id is not None
    one = member_standing(college, member_id, today=TODAY)
    assert one.standing.phase is Phase.IN_WINDOW
    assert 900 < one.standing.counted < 2900
    assert one.pending > 0
    states = college.execute(
        select(Visit.state, Shift.ends_at)
        .join(Shift, Shift.id == Visit.shift_id)
        .where(Visit.member_id == member_id)
    ).all()
    assert any(row.state is VisitState.OPEN and row.ends_at < NOW for row in states)
    assert not any(row.state is VisitState.OPEN and row.ends_at > NOW for row in states)


def test_rare_names_are_kept(college: Session) -> None:
    names = set(college.scalars(select(Member.name)))
    assert any("𠮷" in name for name in names)
    assert any("·" in name for name in names)
    assert len(set(college.scalars(select(Member.student_no)))) == len(names)


def test_activists_and_full_members_serve_too(college: Session) -> None:
    stages = set(college.scalars(select(Member.stage).join(Visit, Visit.member_id == Member.id)))
    assert stages >= {Stage.ACTIVIST, Stage.PROBATIONARY, Stage.FULL}


def test_recount_finds_no_difference(college: Session) -> None:
    assert recount(college, campus=CAMPUS, now=NOW) == []
    assert college.scalars(select(Credit.id)).first() is not None


def test_the_same_seed_on_the_same_day_gives_the_same_college(
    filled: Engine, sqlite_template: Path, tmp_path: Path
) -> None:
    fill_file(tmp_path / "again.db", sqlite_template)
    again = engines.open_engine(f"sqlite:///{tmp_path / 'again.db'}")
    assert digests(again) == digests(filled)
    again.dispose()


def digests(engine: Engine) -> dict[str, str]:
    """Return a digest of every table; what is random by design is left out."""
    found = {}
    with engine.connect() as connection:
        for table in Model.metadata.sorted_tables:
            random = {"password_hash", "handle", "token"}
            columns = [column for column in table.c if column.name not in random]
            rows = connection.execute(select(*columns).order_by(*table.primary_key)).all()
            found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found
