"""What belongs to a neighbour is not there: 404 on every address that names a row, on pages and in the API.

The addresses come from the map of routes. One that names a row in a way that is not known here fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_smorest.spec.plugins import FlaskPlugin
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests import engines
from tests.actions.stage import Stage
from tests.cast import LONG_AGO, NOW, Cast, System
from tests.papers import certified, hours_notice
from volunteer.actions import decide, displays, meeting, proposals, registry
from volunteer.actions.access import load_actor
from volunteer.actions.meeting import Proposed
from volunteer.actions.outside import add_outside, keep_source
from volunteer.actions.questions import ask_leaders
from volunteer.actions.reports import Written, freeze
from volunteer.actions.tell import tell_member
from volunteer.actions.tokens import make_token
from volunteer.models import (
    ApiToken,
    AuditLine,
    CertificateRequest,
    Display,
    DisplayLink,
    Erasure,
    Message,
    OutsideBatch,
    Photo,
    RecountOrder,
    RoleGrant,
    SpotCheck,
    SpotDraw,
    Upload,
)
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import (
    BaseStatus,
    DecisionKind,
    MessageKind,
    ReportKind,
    Role,
    UnitKind,
    UploadKind,
)
from volunteer.rules.outside import OutsideEntry
from volunteer.rules.periods import period_named
from volunteer.rules.roles import Actor
from volunteer.stats.conversion import last_left_of

# Who asks: everybody of another branch, and the office and a leader of another college.
ASKERS = ("neighbour", "bo", "far_leader", "far_office")
PASSES = {
    "public": set(ASKERS),
    "signed_in": set(ASKERS),
    "member": {"bo"},
    "keeper": {"neighbour", "far_leader", "far_office"},
    "approver": {"neighbour", "far_leader", "far_office"},
    "holder": {"neighbour", "far_leader", "far_office"},
    "reader": {"neighbour", "far_office"},
    "committee": {"neighbour", "far_office"},
    "registrar": {"neighbour", "far_office"},
    "office": {"far_office"},
    "college": {"far_office"},
    "overseer": {"far_office"},
    "admin": set(),
}
# Rows that are nobody's own, and why.
FOR_ALL = {
    "/c/": "whoever sees a code may open it",
    "/C/": "whoever sees a code may open it",
    "/terms/": "all colleges have the same terms",
    "/policy/": "all colleges have the same versions of the policy",
    "/display/": "the token of a link is a secret of whoever was given it",
    "/my-calendar/": "the address is a secret of whoever made it",
    "/me/stored/": "the name of a table; its rows are the asker's own",
    "/api/v1/certificates/": "the digest is a secret of whoever holds the paper",
    "/sign-ups/": "shifts are open to the whole college; test_sign_ups asks from another one",
    "/posters/": "the name of a finished file is a secret of whoever asked for it",
}
CODES = {
    "units": "LAW",
    "posts": "READ",
    "sites": "READ",
    "shifts": "S1",
    "bases": "ARCHIVE",
    "members": "2023010001",
}
ONE_OF_A_LIST = {"form": "csv"}
# What forms ask for, so that it is the row on which they fail.
FORM = {"reason": "不在岗", "upheld": "yes", "ends_at": "2026-03-16T12:00", "password": "a long new password"}
FORM |= {"ref": "00000000-0000-0000-0000-000000000009", "kind": "month", "period": "2026-03"}
FORM |= {"text": "在岗吗?", "answer": "在岗", "is_right": "yes", "finding": "问过负责人", "granted": "no"}


def _outside_file(session: Session, people: Cast, office: Actor) -> int:
    """Take in a sheet of another platform with one row."""
    day = {"on": LONG_AGO.date(), "minutes": 60, "span": None, "what": "社区清洁"}
    entry = OutsideEntry(member_id=people.ning, student_no="2023010002", name="𠮷宁", **day)
    by = {"actor": office, "now": NOW}
    source = keep_source(session, unit_id=people.law, name="i志愿", mapping={}, **by)
    add_outside(
        session,
        entries=[entry],
        source=(source, "i志愿"),
        unit_id=people.law,
        name="一月.xlsx",
        digest="0" * 64,
        campus=engines.fixed_campus(),
        **by,
    )
    return session.scalars(select(OutsideBatch.id)).one()


@pytest.fixture
def rows(people: Cast, write: Any, campus: Campus, traveller: Any) -> dict[str, int]:
    """Rows of our branch by the name that routes give them."""

    def happen(session: Session) -> dict[str, int]:
        stage = Stage(session, people, campus)
        registry.add_base(
            session,
            code="ARCHIVE",
            name="档案馆",
            unit_id=people.law,
            status=BaseStatus.AGREED,
            actor=None,
            now=LONG_AGO,
        )
        visit = stage.serve("mei", "09:00", "12:00")
        certificate, notice = certified(stage), hours_notice(stage)
        request = stage.make_up("ning", "09:00", "10:00", "13:00")
        order = RecountOrder(
            unit_id=people.college,
            policy_id=people.policy,
            from_on=NOW.date(),
            before_on=NOW.date() + timedelta(days=1),
            reason="党委会决定",
            proposed_by_id=people.office_account,
            proposed_at=NOW,
        )
        session.add(order)
        photo = Photo(
            request_id=request, digest="0" * 64, width=4, height=3, content=b"\xff\xd8\xff", sent_at=NOW
        )
        session.add(photo)
        objection = stage.object_to(visit, "13:00", by="organiser")
        office = load_actor(session, people.office_account)
        proposal = proposals.propose_slip(session, account_id=people.secretary_account, actor=office, now=NOW)
        cancelled = Proposed(what=DecisionKind.CANCELLATION, member_id=people.mei, on=NOW.date())
        decision = meeting.propose(
            session, cancelled, reason="支部大会决议", actor=office, campus=campus, now=NOW
        )
        question = ask_leaders(
            session, visit_id=visit, text="在岗吗?", actor=stage.actor("organiser"), now=NOW
        )
        draw = SpotDraw(
            unit_id=people.college,
            month=NOW.date().replace(day=1),
            seed="0" * 32,
            population=1,
            digest="0" * 64,
            drawn_by_id=people.office_account,
            drawn_at=NOW,
        )
        session.add(draw)
        session.flush()
        session.add(SpotCheck(draw_id=draw.id, visit_id=visit))
        report = freeze(
            session,
            Written(ref="00000000-0000-0000-0000-000000000001", plans="下月继续"),
            unit_id=people.law,
            period=period_named(ReportKind.MONTH, "2026-03", {}),
            actor=stage.actor("secretary"),
            campus=campus,
            now=NOW,
        )
        erasure = Erasure(member_id=people.mei, asked_at=NOW)
        session.add(erasure)
        session.flush()
        gone = System(session).member("2023010009", people.law)
        decide.transfer(
            session, member_id=gone, to_unit_id=None, on=NOW.date(), actor=None, campus=campus, now=NOW
        )
        stage.display(people.site)
        displays.make_link(session, site_id=people.site, actor=office, now=NOW)
        make_token(session, account_id=people.mei_account, actor_id=None, now=NOW)
        tell_member(session, people.mei, MessageKind.REMINDER, "remind:1", now=NOW, shift_id=people.shift)
        batch = _outside_file(session, people, office)
        upload = Upload(
            account_id=people.office_account,
            kind=UploadKind.MEMBERS,
            name="名册.csv",
            digest="0" * 64,
            content=b"",
            sent_at=NOW,
        )
        session.add(upload)
        session.flush()
        grant = select(RoleGrant.id).where(RoleGrant.account_id == people.leader_account)
        display = select(Display.id).where(Display.site_id == people.site, ~Display.is_poster)
        message = select(func.min(Message.id)).where(Message.account_id == people.mei_account)
        token = select(ApiToken.id).where(ApiToken.account_id == people.mei_account)
        return {
            "visit_id": visit,
            "message_id": session.scalars(message).one(),
            "request_id": request,
            "photo_id": photo.id,
            "order_id": order.id,
            "objection_id": objection,
            "question_id": question,
            "draw_id": draw.id,
            "report_id": report,
            "erasure_id": erasure.id,
            "policy_id": people.policy,
            "batch_id": batch,
            "certificate_id": certificate,
            "paper_request_id": session.scalars(select(CertificateRequest.id)).one(),
            "notice_id": notice,
            "proposal_id": proposal,
            "decision_id": decision,
            "membership_id": last_left_of(session, gone),
            "upload_id": upload.id,
            "grant_id": session.scalars(grant).one(),
            "token_id": session.scalars(token).one(),
            "display_id": session.scalars(display).first() or 0,
            "link_id": session.scalars(select(DisplayLink.id)).one(),
            "member_id": people.mei,
            "account_id": people.mei_account,
        }

    made: dict[str, int] = write(happen)
    traveller.shift(5 * 3600)
    return made


@pytest.fixture
def tokens(people: Cast, write: Any) -> dict[str, str]:
    """A token of everybody who asks."""

    def far(session: Session) -> dict[str, int]:
        system = System(session)
        college = system.unit("FAR", UnitKind.COLLEGE)
        branch = system.unit("FARBRANCH", UnitKind.BRANCH, college)
        return {
            "neighbour": people.neighbour_account,
            "bo": people.bo_account,
            "far_leader": system.account("far_leader", Role.LEADER, post_id=system.post("FARPOST", branch)),
            "far_office": system.account("far_office", Role.COLLEGE, unit_id=college),
            "secretary": people.secretary_account,
            "leader": people.leader_account,
            "office": people.office_account,
            "admin": people.admin_account,
            "mei": people.mei_account,
        }

    def brought(session: Session) -> dict[str, str]:
        return {
            who: make_token(session, account_id=account_id, actor_id=None, now=NOW)
            for who, account_id in far(session).items()
        }

    made: dict[str, str] = write(brought)
    return made


def routes_with_rows(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.arguments - ONE_OF_A_LIST.keys() and not rule.rule.startswith(tuple(FOR_ALL)):
            yield rule


def address(rule: Rule, rows: dict[str, int]) -> str:
    """Return the route's address of a row of ours.

    Raises:
        KeyError: It names a row in a way that nobody here knows.
    """
    parts = rule.rule.split("/")
    for place, part in enumerate(parts):
        kind, _, name = part.partition("<")[2].partition(">")[0].partition(":")
        if not name or name in ONE_OF_A_LIST:
            continue
        known = {"code": CODES, "row": rows}[kind]
        value = known[parts[place - 1] if kind == "code" else name]
        parts[place] = part.replace(f"<{kind}:{name}>", str(value))
    found = "/".join(parts)
    for name, value in ONE_OF_A_LIST.items():
        found = found.replace(f"<form:{name}>", value)
    assert "<" not in found, found
    return found


@dataclass(frozen=True, slots=True)
class Call:
    """A call that names a row of ours. What it sends is right, so that it is the row on which it fails."""

    gate: str
    method: str
    path: str
    sent: dict[str, Any]


def calls(app: Flask, rows: dict[str, int]) -> Iterator[Call]:
    """Give everything that can be asked of a row of ours."""
    described = app.test_client().get("/api/v1/openapi.json").json["paths"]
    for rule in routes_with_rows(app):
        view: Any = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            sent: dict[str, Any] = {}
            if rule.rule.startswith("/api/"):
                operation = described[FlaskPlugin.flaskpath2openapi(rule.rule)][method.lower()]
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    sent = {"json": content["example"]}
            elif method == "POST":
                sent = {"data": FORM}
            yield Call(view.gate.value, method, address(rule, rows), sent)


def ask(app: Flask, token: str, call: Call) -> int:
    """Ask as a program does; a bearer token opens pages too."""
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().open(call.path, method=call.method, headers=headers, **call.sent).status_code


def test_what_belongs_to_a_neighbour_is_not_there(
    app: Flask, rows: dict[str, int], tokens: dict[str, str], read: Any
) -> None:
    acts = select(func.count()).select_from(AuditLine)
    before, wrong = read(acts), []
    for call in calls(app, rows):
        for who in ASKERS:
            status = ask(app, tokens[who], call)
            if status not in ((404,) if who in PASSES[call.gate] else (403, 404, 409)):
                wrong.append((who, call.method, call.path, status))
    assert wrong == []
    assert read(acts) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whom_it_belongs_to_finds_it(app: Flask, rows: dict[str, int], tokens: dict[str, str]) -> None:
    ours = ("secretary", "leader", "office", "admin", "mei")
    lost = [
        call.path
        for call in calls(app, rows)
        if call.method == "GET" and all(ask(app, tokens[who], call) in (403, 404) for who in ours)
    ]
    # A screen shows a code only once it is opened, and the file that waits holds people.
    other_kinds = ("/import/shifts/", "/import/outside/")
    assert [path for path in lost if not any(part in path for part in ("/code", *other_kinds))] == []
