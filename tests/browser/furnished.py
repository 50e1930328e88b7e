"""A college with one of everything that a page of its own can be opened for."""

from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import engines
from tests.actions.stage import SHANGHAI, Stage
from tests.browser.conftest import Site
from tests.cast import System
from volunteer import clock
from volunteer.actions import college, decide, displays, meeting, outside, recounts, spot_checks, uploads
from volunteer.actions.certificates import ask_certificate, show_requests
from volunteer.actions.issue import issue
from volunteer.actions.meeting import Proposed
from volunteer.actions.notices import open_notice
from volunteer.actions.reports import Written, freeze
from volunteer.models import Membership, OutsideBatch
from volunteer.rules.kinds import DecisionKind, NoticeList, ReportKind, UploadKind
from volunteer.rules.outside import OutsideEntry
from volunteer.rules.periods import period_named
from volunteer.rules.roles import Actor
from volunteer.signatures import CertificateSigner

# In each file a line is wrong.
ROSTER = "学号,姓名,支部代码,发展阶段\n2021010077,新来的,LAW,正式党员\n2021010078,,LAW,正式党员"
TIMETABLE = "服务岗,日期,开始,结束\nREAD,2026-13-01,09:00,12:00"


def furnish(folder: Path, site: Site) -> dict[str, object]:
    """Fill the database in *folder* and return the ids and codes that addresses are made of."""
    engine = engines.open_engine(f"sqlite:///{folder / 'volunteer.db'}")
    with engine.connect().execution_options(is_writer=True) as connection, Session(connection) as session:
        stage, now = Stage(session, site.cast, engines.fixed_campus()), clock.utc_now()
        named = (
            _records(stage, now)
            | _papers(stage, now)
            | _links(stage, now)
            | _notices(stage, now)
            | _sheets(stage, now)
        )
        session.commit()
    engine.dispose()
    return named


def _records(stage: Stage, now: datetime) -> dict[str, object]:
    """A record of last month, whose sample is drawn, and a check-out that was forgotten yesterday."""
    cast, system = stage.cast, System(stage.session)
    last_month = stage.campus.day(now).replace(day=1) - timedelta(days=1)
    came = datetime.combine(last_month, time(9), SHANGHAI)
    system.shift("LAST", cast.post, came, came + timedelta(hours=3))
    served = stage.come("mei", came).visit_id
    stage.leave("mei", came + timedelta(hours=3))
    came = now.replace(second=0, microsecond=0) - timedelta(hours=26)
    system.shift("FORGOTTEN", cast.post, came, came + timedelta(hours=2))
    forgotten = stage.come("mei", came).visit_id
    draw = spot_checks.draw_sample(
        stage.session,
        unit_id=cast.college,
        month=last_month.replace(day=1),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=now,
    )
    report = freeze(
        stage.session,
        Written(ref=f"{1:036}", shortcomings="补录偏多", plans="下月继续"),
        unit_id=cast.law,
        period=period_named(ReportKind.MONTH, f"{last_month:%Y-%m}", {}),
        actor=stage.actor("secretary"),
        campus=stage.campus,
        now=now,
    )
    return {"served": served, "forgotten": forgotten, "draw": draw, "report": report}


def _papers(stage: Stage, now: datetime) -> dict[str, object]:
    """A proposal that waits for the college, somebody who moved, and files that were looked at."""
    session, cast, office = stage.session, stage.cast, stage.actor("office")
    today = stage.campus.day(now)
    proposal = meeting.propose(
        session,
        Proposed(what=DecisionKind.CANCELLATION, member_id=cast.ning, on=today),
        reason="支部大会讨论通过，记录见会议本",
        actor=stage.actor("secretary"),
        campus=stage.campus,
        now=now,
    )
    moved = System(session).member("2023010099", cast.law, name="阿依努尔·买买提明·阿卜杜热西提")
    decide.transfer(
        session,
        member_id=moved,
        to_unit_id=cast.bio,
        on=today,
        actor=office,
        campus=stage.campus,
        now=now,
    )
    files = {
        kind.value: uploads.keep(
            session, kind=kind, name=f"{kind}.csv", sheet=None, content=text.encode(), actor=office, now=now
        )
        for kind, text in ((UploadKind.MEMBERS, ROSTER), (UploadKind.SHIFTS, TIMETABLE))
    }
    files |= _outside(stage, office, now)
    college.add_term(
        session,
        code="T",
        name="学期",
        starts_on=today - timedelta(days=60),
        ends_on=today + timedelta(days=60),
        actor=office,
        now=now,
    )
    order = recounts.propose(
        session,
        unit_id=cast.college,
        policy_id=cast.policy,
        from_on=today - timedelta(days=50),
        until_on=today,
        reason="学院会议决定",
        actor=office,
        campus=stage.campus,
        now=now,
    )
    left = select(Membership.id).where(Membership.member_id == moved, Membership.unit_id == cast.law)
    return {"proposal": proposal, "moved": session.scalars(left).one(), "order": order, **files}


def _outside(stage: Stage, office: Actor, now: datetime) -> dict[str, int]:
    """A sheet of another platform that the college looks at."""
    session, cast, day = stage.session, stage.cast, stage.campus.day(now) - timedelta(days=20)
    sheet = f"学号,姓名,活动名称,日期,时长\n2023010001,李梅,社区清洁,{day},2\n9,钱多,植树,{day},1\n"
    upload = uploads.keep(
        session,
        kind=UploadKind.OUTSIDE,
        name="三月.csv",
        sheet=None,
        content=sheet.encode(),
        actor=office,
        now=now,
        source="志愿汇",
        unit_id=cast.college,
    )
    return {"outside": upload}


def _links(stage: Stage, now: datetime) -> dict[str, object]:
    """A shift to come, and a link for a screen."""
    start = now.replace(second=0, microsecond=0) + timedelta(days=3)
    System(stage.session).shift("TO-COME", stage.cast.post, start, start + timedelta(hours=3))
    link = displays.make_link(stage.session, site_id=stage.cast.site, actor=stage.actor("leader"), now=now)
    return {"link": link}


def _notices(stage: Stage, now: datetime) -> dict[str, object]:
    """A notice of hours that runs, and a certificate that was asked for, shown and given."""
    session, cast, campus = stage.session, stage.cast, stage.campus
    came = now.replace(second=0, microsecond=0) - timedelta(days=40)
    System(session).shift("LONG-AGO", cast.post, came, came + timedelta(hours=3))
    stage.come("bo", came)
    stage.leave("bo", came + timedelta(hours=3))
    asked = ask_certificate(
        session, member_id=cast.bo, actor=stage.actor("bo"), campus=campus, now=now - timedelta(days=30)
    )
    show_requests(
        session,
        ref=f"{2:036}",
        request_ids=[asked],
        actor=stage.actor("neighbour"),
        campus=campus,
        now=now - timedelta(days=29),
    )
    certificate = issue(
        session,
        request_id=asked,
        actor=stage.actor("office"),
        signer=CertificateSigner(campus.keyring),
        campus=campus,
        now=now - timedelta(days=15),
    )
    notice = open_notice(
        session,
        ref=f"{3:036}",
        unit_id=cast.law,
        which=NoticeList.ALL,
        actor=stage.actor("organiser"),
        campus=campus,
        now=now,
    )
    return {"certificate": certificate, "notice": notice}


def _sheets(stage: Stage, now: datetime) -> dict[str, object]:
    """A sheet of another platform that is looked at, and one that waits for its approvals."""
    session, law, secretary = stage.session, stage.cast.law, stage.actor("secretary")
    sheet = uploads.keep(
        session,
        kind=UploadKind.OUTSIDE,
        name="三月.csv",
        sheet=None,
        content="姓名,学号,项目,日期,时长\n李梅,2023010001,植树,2026-03-08,2\n无此人,1,植树,2026-03-08,2".encode(),
        actor=secretary,
        now=now,
        source="志愿汇",
        unit_id=law,
    )
    source = outside.keep_source(session, unit_id=law, name="志愿汇", mapping={}, actor=secretary, now=now)
    entry = OutsideEntry(
        member_id=stage.cast.ning,
        student_no="2023010002",
        name="𠮷宁",
        on=stage.campus.day(now) - timedelta(days=2),
        minutes=90,
        span=None,
        what="植树",
    )
    outside.add_outside(
        session,
        entries=[entry],
        source=(source, "志愿汇"),
        unit_id=law,
        name="二月.csv",
        digest="0" * 64,
        actor=secretary,
        campus=stage.campus,
        now=now,
    )
    return {"sheet": sheet, "batch": session.scalars(select(OutsideBatch.id)).one()}
