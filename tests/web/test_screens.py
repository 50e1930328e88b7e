"""Links that open a screen, what a screen is told, and a base's host, as browsers see them."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.cast import NINE, NOON, NOW, Cast
from tests.web.conftest import Browser, Enter, token_in
from volunteer.models import Credit, Display, Headcount, HostStatement
from volunteer.rules import codes

DAY = 24 * 60 * 4


def link_in(page: str) -> str:
    found = re.search(r'id="f-link" readonly value="[^"]*(/display/[^"]+)"', page)
    assert found, page
    return found[1]


def made(enter: Enter, path: str = "/sites/READ/links", who: str = "leader") -> str:
    return link_in(enter(who).post(path).text)


def opened(app: Flask, link: str) -> FlaskClient:
    """Return the browser that opened the link."""
    screen = app.test_client()
    answer = screen.post(link, data={"csrf_token": token_in(screen.get(link).text)})
    assert (answer.status_code, answer.location) == (303, "/display")
    return screen


def beat(screen: FlaskClient) -> Any:
    token = screen.get("/api/v1/display/sheet").json["token"]
    return screen.post("/api/v1/display/beat", json={}, headers={"X-CSRFToken": token})


def test_looking_at_a_link_opens_nothing(app: Flask, enter: Enter, read: Any) -> None:
    link = made(enter)
    before = read(select(func.count()).select_from(Display))
    for _ in range(3):
        assert app.test_client().get(link).status_code == 200
    assert read(select(func.count()).select_from(Display)) == before


def test_a_screen_has_a_cookie_of_its_display_and_no_account(app: Flask, enter: Enter) -> None:
    screen = opened(app, made(enter))
    assert screen.get("/display").status_code == 200
    assert screen.get("/sites").status_code == 303
    assert screen.get("/api/v1/sites/READ/sheet").status_code == 401
    sheet = screen.get("/api/v1/display/sheet").json
    assert sheet["site"] == "岗位READ"
    cookie = screen.get_cookie("display")
    assert cookie is not None
    assert cookie.http_only


def test_a_link_works_once_in_whatever_browser(app: Flask, enter: Enter) -> None:
    link = made(enter)
    opened(app, link)
    other = app.test_client()
    token = token_in(other.get("/sign-in").text)
    answer = other.post(link, data={"csrf_token": token})
    assert answer.status_code == 409
    assert "只能用一次" in answer.text
    assert other.get_cookie("display") is None


def test_the_sheet_holds_the_codes_of_24_hours_and_none_of_the_past(
    app: Flask, enter: Enter, read: Any
) -> None:
    screen = opened(app, made(enter))
    sheet = screen.get("/api/v1/display/sheet").json
    handle = read(select(Display.handle).where(Display.key_digest.is_not(None)))
    keyring = app.extensions["volunteer.settings"].campus.keyring
    assert sheet["first"] == codes.step_at(NOW)
    assert len(sheet["codes"]) == DAY * 39
    first, last = sheet["codes"][:39], sheet["codes"][-39:]
    assert first[:31] == codes.live_code(bytes.fromhex(handle), NOW, keyring)
    assert first[31:] == codes.typed_code(bytes.fromhex(handle), codes.step_at(NOW), keyring)
    tomorrow = NOW + timedelta(hours=24, seconds=-15)
    assert last[:31] == codes.live_code(bytes.fromhex(handle), tomorrow, keyring)


def test_a_screen_asks_only_for_what_it_lacks(app: Flask, enter: Enter) -> None:
    screen = opened(app, made(enter))
    sheet = screen.get(f"/api/v1/display/sheet?after={codes.step_at(NOW) + DAY - 3}").json
    assert (sheet["first"], len(sheet["codes"])) == (codes.step_at(NOW) + DAY - 2, 2 * 39)


def test_where_the_college_says_that_no_network_is_the_sheet_is_of_a_week(app: Flask, enter: Enter) -> None:
    assert enter("leader").post("/sites/READ/network", offline="yes").status_code == 403
    enter("office").post("/sites/READ/network", offline="yes")
    screen = opened(app, made(enter))
    assert len(screen.get("/api/v1/display/sheet").json["codes"]) == 7 * DAY * 39
    enter("office").post("/sites/READ/network", offline="no")
    assert len(screen.get("/api/v1/display/sheet").json["codes"]) == DAY * 39


def test_getting_a_sheet_writes_nothing_and_a_beat_is_a_sign_of_life(
    app: Flask, enter: Enter, read: Any, traveller: time_machine.Traveller
) -> None:
    screen = opened(app, made(enter))
    seen_at = select(Display.seen_at).where(Display.key_digest.is_not(None))
    traveller.move_to(NINE)
    screen.get("/api/v1/display/sheet")
    assert read(seen_at) == NOW
    assert beat(screen).json["now_ms"] == int(NINE.timestamp()) * 1000 + 500
    assert read(seen_at) == NINE


def test_a_screen_shows_masked_names_and_how_many_are_in(
    app: Flask, enter: Enter, code: Any, traveller: time_machine.Traveller
) -> None:
    screen = opened(app, made(enter))
    enter("mei").send("/api/v1/scans", {"code": code(NOW), "client_ref": "0000-0001"})
    told = beat(screen).json
    assert (told["inside"], told["names"], told["running"]) == (1, ["李**"], ["09:00–12:00"])


def test_a_revoked_screen_is_told_so_and_gets_nothing(app: Flask, enter: Enter, read: Any) -> None:
    screen = opened(app, made(enter))
    token = screen.get("/api/v1/display/sheet").json["token"]
    display = read(select(Display.id).where(Display.key_digest.is_not(None)))
    assert enter("neighbour").post(f"/sites/READ/screens/{display}/revoke").status_code == 404
    assert enter("organiser").post(f"/sites/READ/screens/{display}/revoke").status_code == 303
    for answer in (
        screen.get("/api/v1/display/sheet"),
        screen.post("/api/v1/display/beat", json={}, headers={"X-CSRFToken": token}),
    ):
        assert (answer.status_code, answer.json["reason"]) == (409, "display_revoked")
    assert "codes" not in screen.get("/api/v1/display/sheet").json


def test_a_browser_without_a_key_is_no_display(client: FlaskClient, people: Cast) -> None:
    answer = client.get("/api/v1/display/sheet")
    assert (answer.status_code, answer.json["reason"]) == (404, "unknown")


def test_leaders_see_which_screens_are_alive_and_close_them(
    app: Flask, enter: Enter, traveller: time_machine.Traveller
) -> None:
    leader = enter("leader")
    opened(app, made(enter))
    unopened = made(enter)
    page = leader.get("/sites/READ").text
    assert "凭链接打开的屏" in page
    assert "在线" in page
    assert "尚未打开" in page
    assert unopened.rpartition("/")[2] not in page
    traveller.move_to(NOW + timedelta(minutes=5, seconds=1))
    assert "无响应" in enter("secretary").get("/sites/READ").text


def test_a_link_that_nobody_opened_is_withdrawn(app: Flask, enter: Enter) -> None:
    link, leader = made(enter), enter("leader")
    found = re.search(r'action="(/sites/READ/links/\d+/withdraw)"', leader.get("/sites/READ").text)
    assert found
    assert enter("neighbour").post(found[1]).status_code == 404
    leader.post(found[1])
    answer = app.test_client().get(link)
    assert answer.status_code == 409
    assert "已撤回" in answer.text


def test_a_screen_of_another_site_is_not_found(app: Flask, enter: Enter, read: Any) -> None:
    opened(app, made(enter))
    display = read(select(Display.id).where(Display.key_digest.is_not(None)))
    assert enter("secretary").post(f"/sites/GATE/screens/{display}/revoke").status_code == 404


def test_the_own_pages_show_by_the_same_sheet(enter: Enter) -> None:
    leader = enter("leader")
    assert leader.get("/api/v1/sites/READ/sheet").json["reason"] == "display_revoked"
    leader.post("/sites/READ/show")
    sheet = leader.get("/api/v1/sites/READ/sheet").json
    shown = leader.get("/api/v1/sites/READ/code").json
    assert shown["url"] == sheet["prefix"] + sheet["codes"][:31]
    assert shown["typed"].replace(" ", "") == sheet["codes"][31:39]
    told = leader.send("/api/v1/sites/READ/beat", {}).json
    assert (told["inside"], told["names"]) == (0, [])
    leader.post("/sites/READ/stop")
    assert leader.get("/api/v1/sites/READ/sheet").json["reason"] == "display_revoked"


# --- a base's host ---


@pytest.fixture
def host(app: Flask, enter: Enter) -> FlaskClient:
    """The browser of the base's host."""
    return opened(app, made(enter, "/shifts/S1/host-link"))


def say(host: FlaskClient, path: str, **form: Any) -> Any:
    return host.post(path, data={"csrf_token": token_in(host.get("/host").text)} | form)


def test_a_host_gets_the_codes_of_the_shift_alone(host: FlaskClient) -> None:
    sheet = host.get("/api/v1/display/sheet").json
    assert sheet["is_host"] is True
    assert sheet["first"] == codes.step_at(NOW)
    last = codes.step_at(NOON + timedelta(hours=2)) - 1
    assert sheet["first"] + len(sheet["codes"]) // 39 - 1 == last


def test_a_host_is_told_no_name(host: FlaskClient, enter: Enter, code: Any) -> None:
    enter("mei").send("/api/v1/scans", {"code": code(NOW), "client_ref": "0000-0001"})
    told = beat(host).json
    assert (told["inside"], told["names"]) == (1, [])
    for path in ("/host", "/display"):
        assert "李" not in host.get(path).text


def test_a_hosts_words_stand_beside_the_shift_and_add_nothing(
    host: FlaskClient, enter: Enter, code: Any, read: Any, traveller: time_machine.Traveller
) -> None:
    enter("mei").send("/api/v1/scans", {"code": code(NOW), "client_ref": "0000-0001"})
    traveller.move_to(NINE)
    assert say(host, "/host/statement").status_code == 409
    assert say(host, "/host/headcount", counted="7").status_code == 303
    traveller.move_to(NOON)
    assert say(host, "/host/headcount", counted="7").status_code == 409
    assert say(host, "/host/statement").status_code == 303
    assert "属实，谢谢" in host.get("/host").text
    assert read(select(Headcount.counted)) == 7
    assert read(select(HostStatement.at)) == NOON
    assert read(select(func.count()).select_from(Credit)) == 0
    page = enter("leader").get("/shifts/S1").text
    assert "接待方 09:00 清点 7 人，当时已签到 1 人" in page
    assert "接待方于 12:00 确认情况属实" in page
    assert "链接由 leader 发出" in page


@pytest.mark.parametrize("counted", ["", "-1", "many", "1000", "١"])
def test_a_count_that_is_no_number_of_people_is_refused_beside_the_field(
    host: FlaskClient, traveller: time_machine.Traveller, counted: str
) -> None:
    traveller.move_to(NINE)
    answer = say(host, "/host/headcount", counted=counted)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_a_screen_that_is_no_hosts_has_no_hosts_page(app: Flask, enter: Enter) -> None:
    screen = opened(app, made(enter))
    assert screen.get("/host").status_code == 409


def test_reviewers_read_the_hosts_words_beside_a_record(
    host: FlaskClient, enter: Enter, write: Any, people: Cast, traveller: time_machine.Traveller
) -> None:
    from tests.engines import fixed_campus
    from volunteer.actions import keep
    from volunteer.actions.access import load_actor

    def take(act: Any) -> None:
        write(
            lambda session: act(
                session,
                member_id=people.mei,
                post_id=people.post,
                actor=load_actor(session, people.leader_account),
                campus=fixed_campus(),
                now=NINE if act is keep.take_in else NOON,
            )
        )

    traveller.move_to(NINE)
    take(keep.take_in)
    say(host, "/host/headcount", counted="7")
    traveller.move_to(NOON)
    take(keep.take_out)
    page = enter("organiser").get("/review").text
    assert "接待方 09:00 清点 7 人" in page
    assert "清点人数不符" in page


def test_a_browser_that_signs_in_stays_a_screen(app: Flask, enter: Enter) -> None:
    link = made(enter)
    browser: Browser = enter("mei")
    browser.post(link)
    assert browser.get("/api/v1/display/sheet").status_code == 200
    assert browser.get("/sites").status_code == 403
