"""A group leader reads her group: its members and how far they are, and nothing else."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast, System
from tests.web.conftest import Browser, Enter
from volunteer.rules.kinds import Role, UnitKind


@pytest.fixture
def group(app: Flask, people: Cast, write: Callable[[Callable[..., Any]], Any]) -> dict[str, int]:
    """The first group of LAW: its leader Ai, who is a member of it, and Lan; Mei and Ning are in no group."""

    def found(session: Session) -> dict[str, int]:
        system = System(session)
        unit = system.unit("G1", UnitKind.GROUP, people.law)
        system.unit("G2", UnitKind.GROUP, people.law)
        ai = system.member("2023010011", unit, name="艾一")
        lan = system.member("2023010012", unit, name="蓝二")
        account = system.account("ai", Role.GROUP_LEADER, unit_id=unit, member_id=ai)
        return {"ai": ai, "lan": lan, "account": account}

    ids: dict[str, int] = write(found)
    return ids


@pytest.fixture
def ai(app: Flask, group: dict[str, int]) -> Browser:
    """The group leader's browser."""
    client = app.test_client()
    with client.session_transaction() as held:
        held["_user_id"] = f"{group['account']}.0"
        held["until"] = int(NOW.timestamp()) + 9 * 86_400
    return Browser(client)


def test_she_sees_her_groups_members_and_their_progress(ai: Browser, group: dict[str, int]) -> None:
    page = ai.get("/branch", follow_redirects=True)
    assert page.request.path == "/units/G1"
    assert "艾一" in page.text and "蓝二" in page.text
    assert "李梅" not in page.text and "𠮷宁" not in page.text
    assert "蓝二" in ai.get(f"/members/{group['lan']}").text
    assert "蓝二" in ai.get("/units/G1/members.csv").text
    rows = ai.get("/api/v1/units/G1/members").json
    assert rows and "2023010012" in str(rows) and "2023010001" not in str(rows)


def test_what_is_above_and_beside_her_group_does_not_exist(ai: Browser, people: Cast) -> None:
    for unit in ("LAW", "COL", "BIO", "G2"):
        here = f"/units/{unit}"
        for path in (here, f"{here}/members.xlsx", f"{here}/places", f"{here}/report", f"{here}/reports"):
            assert ai.get(path).status_code == 404, path
        assert ai.get(f"/api/v1/units/{unit}/members").status_code == 404
    for member in (people.mei, people.ning, people.bo):
        assert ai.get(f"/members/{member}").status_code == 404
        assert ai.get(f"/members/{member}/records.csv").status_code == 404


def test_she_reads_the_monthly_report_of_her_group_and_freezes_nothing(
    ai: Browser, enter: Enter, group: dict[str, int]
) -> None:
    report = ai.get("/units/G1/report").text
    assert "2026年3月 · 月报" in report and "蓝二" in report and "李梅" not in report
    assert "定稿存档" not in report
    form = {"ref": f"{1:036}", "kind": "month", "period": "2026-03"}
    assert ai.post("/units/G1/report", **form).status_code == 403
    frozen = enter("secretary").post("/units/G1/report", **form).headers["Location"]
    assert "蓝二" in ai.get(frozen).text
    assert ai.get(f"{frozen}/report.pdf").status_code == 200
    above = enter("secretary").post("/units/LAW/report", **form | {"ref": f"{2:036}"}).headers["Location"]
    assert ai.get(above).status_code == 404


def test_she_decides_and_keeps_nothing(ai: Browser) -> None:
    for path in (
        "/review",
        "/sites",
        "/posters",
        "/registry",
        "/posts/new",
        "/terms",
        "/calendar",
        "/policy",
    ):
        assert ai.get(path).status_code == 403, path
    for path in ("/posters", "/calendar", "/sites/READ/poster", "/review/visits/1/confirm"):
        assert ai.post(path).status_code == 403, path


def test_her_pages_lead_only_where_she_may_go(ai: Browser) -> None:
    home = ai.get("/home").text
    for href in ("/home", "/scan", "/branch", "/records", "/me"):
        assert f'<a href="{href}"' in home, href
    for href in ("/review", "/sites", "/registry", "/accounts"):
        assert f'href="{href}' not in home, href
    overview = ai.get("/units/G1").text
    ways = {unescape(href) for href in re.findall(r'href="(/(?!static/)[^"]*)"', home + overview)}
    assert "/units/G1/members.xlsx" in ways
    for href in ways:
        assert ai.get(href, follow_redirects=True).status_code == 200, href
